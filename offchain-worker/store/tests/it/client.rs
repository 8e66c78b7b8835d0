//! Uploads and downloads through breaks.

use std::{
	fs,
	sync::{
		atomic::{AtomicU64, Ordering},
		Mutex,
	},
	time::Duration,
};

use axum::{
	extract::Request,
	http::{header::CONTENT_LENGTH, HeaderMap, StatusCode},
	middleware::{from_fn, Next},
	response::IntoResponse,
	routing::get,
	Router,
};
use rlc_store::{
	archive::{pack, unpack, UnpackLimits},
	routes, Cid, Client, DownloadLimits, FetchErrorKind, Grant, HashKind, Room, Store, StoreConfig, UploadError,
};

use crate::served::{content, grant, sha256, url_of, Breaking, Served, Server, KEY};

#[tokio::test]
async fn result_goes_from_worker_to_requester() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(&dir.path().join("store")).await;
	let client = Client::new([served.server.url()]).unwrap();
	fs::create_dir_all(dir.path().join("out/pictures")).unwrap();
	fs::write(dir.path().join("out/result.txt"), "42").unwrap();
	fs::write(dir.path().join("out/pictures/1"), content(3_000_000)).unwrap();
	let archive = dir.path().join("archive.tar");
	let packed = pack(&dir.path().join("out"), fs::File::create(&archive).unwrap()).unwrap();
	let cid = packed.cid();
	client.upload_file(&cid, &served.store.token(&grant(cid)), &archive, |_, _| ()).await.unwrap();

	let got = dir.path().join("got.tar");
	let (seen, total) = (AtomicU64::new(0), AtomicU64::new(0));
	let progress = |bytes, all| {
		seen.store(bytes, Ordering::Relaxed);
		total.store(all, Ordering::Relaxed);
	};
	let size = client.download(&cid, &got, DownloadLimits::default(), progress).await.unwrap();
	assert_eq!((size, seen.into_inner(), total.into_inner()), (packed.size, packed.size, packed.size));
	let into = dir.path().join("into");
	let limits = UnpackLimits { max_size: 1 << 30, max_files: 10 };
	assert_eq!(unpack(fs::File::open(&got).unwrap(), &into, limits).unwrap(), packed);
	assert_eq!(fs::read_to_string(into.join("result.txt")).unwrap(), "42");
	assert_eq!(fs::read(into.join("pictures/1")).unwrap(), content(3_000_000));
}

#[tokio::test]
async fn small_contents_of_both_kinds_go_at_once() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	let client = Client::new([served.server.url()]).unwrap();
	for kind in [HashKind::Sha256, HashKind::Keccak256] {
		let cid = Cid::of(kind, b"data");
		client.upload_bytes(&cid, &served.store.token(&grant(cid)), "data", |_, _| ()).await.unwrap();
		let to = dir.path().join("got");
		client.download(&cid, &to, DownloadLimits::default(), |_, _| ()).await.unwrap();
		assert_eq!(fs::read(&to).unwrap(), b"data");
	}
}

#[tokio::test]
async fn upload_survives_cut_connections() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	let breaking = Breaking::to(served.server.address, 3, 3_000_000).await;
	let client = Client::new([url_of(breaking.address)]).unwrap();
	let bytes = content(10 << 20);
	let cid = sha256(&bytes);
	let seen = Mutex::new(Vec::new());
	let progress = |bytes, _| seen.lock().unwrap().push(bytes);
	client.upload_bytes(&cid, &served.store.token(&grant(cid)), bytes.clone(), progress).await.unwrap();
	assert_eq!(served.store.contains(&cid).await, Some(bytes.len() as u64));
	assert!(breaking.connections.load(Ordering::SeqCst) > 3);
	// It went on in the middle of a piece.
	assert!(seen.into_inner().unwrap().iter().any(|bytes| bytes % (4 << 20) != 0 && *bytes < 10 << 20));
}

#[tokio::test]
async fn upload_survives_a_restart_of_the_store() {
	let dir = tempfile::tempdir().unwrap();
	let mut served = Some(Served::open(dir.path()).await);
	let address = served.as_ref().unwrap().server.address;
	let client = Client::new([url_of(address)]).unwrap();
	let bytes = content(20 << 20);
	let cid = sha256(&bytes);
	let token = served.as_ref().unwrap().store.token(&grant(cid));
	let (reached, mut half) = tokio::sync::watch::channel(0);
	let upload = tokio::spawn({
		let bytes = bytes.clone();
		async move {
			client
				.upload_bytes(&cid, &token, bytes, move |bytes, _| {
					reached.send_replace(bytes);
				})
				.await
		}
	});
	half.wait_for(|bytes| *bytes >= 8 << 20).await.unwrap();
	drop(served.take());
	tokio::time::sleep(Duration::from_millis(300)).await;
	let served = Served::open_at(dir.path(), Some(address), StoreConfig::new(KEY)).await;
	upload.await.unwrap().unwrap();
	assert_eq!(served.store.contains(&cid).await, Some(bytes.len() as u64));
}

#[tokio::test]
async fn download_survives_cut_connections() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(&dir.path().join("store")).await;
	let bytes = content(5 << 20);
	let cid = served.store.put(std::io::Cursor::new(bytes.clone()), HashKind::Sha256, "a").await.unwrap();
	let breaking = Breaking::to(served.server.address, 4, 1 << 20).await;
	let client = Client::new([url_of(breaking.address)]).unwrap();
	let to = dir.path().join("got");
	client.download(&cid, &to, DownloadLimits::default(), |_, _| ()).await.unwrap();
	assert_eq!(fs::read(&to).unwrap(), bytes);
	assert_eq!(breaking.connections.load(Ordering::SeqCst), 5);
	assert!(!dir.path().join("got.part").exists());
}

#[tokio::test]
async fn download_resumes_after_the_program_ended() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(&dir.path().join("store")).await;
	let bytes = content(2 << 20);
	let cid = served.store.put(std::io::Cursor::new(bytes.clone()), HashKind::Sha256, "a").await.unwrap();
	let to = dir.path().join("got");
	// What it left is used if it is right, and only then.
	for left in [&bytes[..1 << 20], &[0; 1_000], &bytes, &[bytes.as_slice(), &[0]].concat()] {
		fs::write(dir.path().join("got.part"), left).unwrap();
		let first = AtomicU64::new(0);
		let progress = |bytes, _| {
			let _ = first.compare_exchange(0, bytes, Ordering::Relaxed, Ordering::Relaxed);
		};
		let client = Client::new([served.server.url()]).unwrap();
		client.download(&cid, &to, DownloadLimits::default(), progress).await.unwrap();
		assert_eq!(fs::read(&to).unwrap(), bytes);
		if left.len() == 1 << 20 {
			assert!(first.into_inner() > 1 << 20);
		}
	}
}

#[tokio::test]
async fn lying_store_is_found_out() {
	let dir = tempfile::tempdir().unwrap();
	let liar = Server::at(None, Router::new().route("/store/{cid}", get(|| async { "something else" })));
	let served = Served::open(&dir.path().join("store")).await;
	let cid = served.store.put(&b"right"[..], HashKind::Sha256, "a").await.unwrap();
	let to = dir.path().join("got");
	let limits = DownloadLimits::default();
	let error = Client::new([liar.url()]).unwrap().download(&cid, &to, limits, |_, _| ()).await.unwrap_err();
	assert_eq!(error.kind, FetchErrorKind::WrongChecksum);
	assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing of it is left");
	let both = Client::new([liar.url(), served.server.url()]).unwrap();
	both.download(&cid, &to, limits, |_, _| ()).await.expect("the other store has it");
	assert_eq!(fs::read(to).unwrap(), b"right");
}

#[tokio::test]
async fn what_cannot_be_downloaded_is_said() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(&dir.path().join("store")).await;
	let client = Client::new([served.server.url()]).unwrap();
	let cid = served.store.put(&b"12345"[..], HashKind::Sha256, "a").await.unwrap();
	let to = dir.path().join("got");
	let kind = |client: &Client, cid, limits| {
		let (client, to) = (client.clone(), to.clone());
		async move { client.download(&cid, &to, limits, |_, _| ()).await.unwrap_err().kind }
	};
	assert_eq!(kind(&client, sha256(b"none"), DownloadLimits::default()).await, FetchErrorKind::NotFound);
	let limits = DownloadLimits { max_size: 4, ..Default::default() };
	assert_eq!(kind(&client, cid, limits).await, FetchErrorKind::TooLarge);
	let silent = get(|| async { std::future::pending::<StatusCode>().await });
	let silent = Server::at(None, Router::new().route("/store/{cid}", silent));
	let limits = DownloadLimits { timeout: Duration::from_millis(200), ..Default::default() };
	assert_eq!(kind(&Client::new([silent.url()]).unwrap(), cid, limits).await, FetchErrorKind::TimedOut);
	drop(served);
	assert_eq!(kind(&client, cid, DownloadLimits::default()).await, FetchErrorKind::Unreachable);
	assert!(!to.exists());
}

#[tokio::test]
async fn what_cannot_be_uploaded_is_said() {
	let dir = tempfile::tempdir().unwrap();
	let config = StoreConfig { quota_each: 3 << 20, ..StoreConfig::new(KEY) };
	let served = Served::open_at(dir.path(), None, config).await;
	let client = Client::new([served.server.url()]).unwrap();
	let refused = |cid: Cid, token: String, size: usize| {
		let client = client.clone();
		async move {
			match client.upload_bytes(&cid, &token, content(size), |_, _| ()).await.unwrap_err() {
				UploadError::Refused { status, words, .. } => (status, words),
				other => panic!("{other}"),
			}
		}
	};
	for size in [1_000, 2 << 20] {
		let cid = sha256(&content(size));
		assert_eq!(refused(cid, "a.b".into(), size).await.0, 401);
		let other = Cid::of_sha256([size as u8; 32]);
		let (status, words) = refused(other, served.store.token(&grant(other)), size).await;
		assert_eq!((status, words.contains("begin again")), (422, true));
		let small = Grant { max_size: 999, ..grant(cid) };
		assert_eq!(refused(cid, served.store.token(&small), size).await.0, 413);
	}
	let cid = sha256(&content(4 << 20));
	assert_eq!(refused(cid, served.store.token(&grant(cid)), 4 << 20).await.0, 413, "it never has that much");
	let third = Grant { quota: Some(3 << 20), ..grant(sha256(&content(3 << 20))) };
	let half = sha256(&content(1 << 20));
	client.upload_bytes(&half, &served.store.token(&grant(half)), content(1 << 20), |_, _| ()).await.unwrap();
	let (status, words) = refused(third.cid, served.store.token(&third), 3 << 20).await;
	assert_eq!((status, words.contains("alice has used")), (507, true));
	let nobody = Client::new([]).unwrap();
	assert!(matches!(nobody.upload_bytes(&cid, "", "", |_, _| ()).await, Err(UploadError::NoStore)));
}

#[tokio::test]
async fn full_store_says_later_and_the_upload_goes_on_once_there_is_room() {
	let dir = tempfile::tempdir().unwrap();
	let config = StoreConfig { quota_total: 6 << 20, uploads_share: 0, ..StoreConfig::new(KEY) };
	let served = Served::open_at(dir.path(), None, config).await;
	let client = Client::new([served.server.url()]).unwrap();
	let others = std::io::Cursor::new(content(5_500_000));
	let other = served.store.put(others, HashKind::Sha256, "bob").await.unwrap();
	// At once, and in pieces.
	for size in [1 << 20, 3 << 20] {
		let bytes = content(size);
		let result = Grant { room: Room::Results, ..grant(sha256(&bytes)) };
		let token = served.store.token(&result);
		let began = std::time::Instant::now();
		let error = client.upload_bytes(&result.cid, &token, bytes, |_, _| ()).await.unwrap_err();
		let UploadError::Later { after, .. } = &error else { panic!("{error}") };
		assert_eq!(*after, Duration::from_secs(60));
		assert!(began.elapsed() < Duration::from_secs(10), "it is for the caller to wait");
	}
	served.store.release(&other, "bob").await.unwrap();
	for size in [1 << 20, 3 << 20] {
		let bytes = content(size);
		let result = Grant { room: Room::Results, ..grant(sha256(&bytes)) };
		client.upload_bytes(&result.cid, &served.store.token(&result), bytes, |_, _| ()).await.unwrap();
		assert_eq!(served.store.contains(&result.cid).await, Some(size as u64));
	}
}

#[tokio::test]
async fn busy_store_is_asked_again() {
	let asked = std::sync::Arc::new(AtomicU64::new(0));
	let count = asked.clone();
	let busy = get(move |headers: HeaderMap| async move {
		assert!(headers.get("accept-encoding").is_some_and(|value| value == "identity"));
		match count.fetch_add(1, Ordering::SeqCst) {
			0 => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
			_ => (StatusCode::OK, "right"),
		}
	});
	let server = Server::at(None, Router::new().route("/store/{cid}", busy));
	let dir = tempfile::tempdir().unwrap();
	let client = Client::new([server.url()]).unwrap();
	client.download(&sha256(b"right"), &dir.path().join("got"), DownloadLimits::default(), |_, _| ()).await.unwrap();
	assert_eq!(asked.load(Ordering::SeqCst), 2);
}

/// One of several servers that share a pool sends its clients on to the one that has the content.
#[tokio::test]
async fn store_in_a_private_network_may_redirect_within_it() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(&dir.path().join("store")).await;
	let cid = served.store.put(&b"elsewhere"[..], HashKind::Sha256, "a").await.unwrap();
	let to = format!("{}store/{cid}", served.server.url());
	let redirect = get(move || async move { (StatusCode::TEMPORARY_REDIRECT, [("location", to)]) });
	let first = Server::at(None, Router::new().route("/store/{cid}", redirect));
	let client = Client::new([first.url()]).unwrap();
	let got = dir.path().join("got");
	client.download(&cid, &got, DownloadLimits::default(), |_, _| ()).await.unwrap();
	assert_eq!(fs::read(got).unwrap(), b"elsewhere");
}

/// Serves a store as from behind a reverse proxy that passes no larger bodies on.
fn behind_a_proxy(store: &Store, largest: u64) -> Server {
	let refuse = from_fn(move |request: Request, next: Next| async move {
		let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
		if length.unwrap_or(0) <= largest {
			return next.run(request).await;
		}
		// All of it, so that the answer is not lost with the connection.
		axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
		(StatusCode::PAYLOAD_TOO_LARGE, "<html>413 Request Entity Too Large</html>").into_response()
	});
	Server::at(None, Router::new().nest("/store", routes(store.clone())).layer(refuse))
}

#[tokio::test]
async fn upload_passes_a_proxy_that_takes_little_at_once() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	for (largest, size) in [(1 << 20, 6 << 20), (100_000, 2 << 20), (100_000, 700_000)] {
		let proxy = behind_a_proxy(&served.store, largest);
		let bytes = [content(size), largest.to_le_bytes().to_vec()].concat();
		let cid = sha256(&bytes);
		let client = Client::new([proxy.url()]).unwrap();
		client.upload_bytes(&cid, &served.store.token(&grant(cid)), bytes.clone(), |_, _| ()).await.unwrap();
		assert_eq!(served.store.contains(&cid).await, Some(bytes.len() as u64));
	}
}

#[tokio::test]
async fn proxy_that_takes_too_little_is_named_with_what_to_allow() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	let proxy = behind_a_proxy(&served.store, 10_000);
	let client = Client::new([proxy.url()]).unwrap();
	for size in [2 << 20, 700_000, 30_000] {
		let bytes = content(size);
		let cid = sha256(&bytes);
		let error = client.upload_bytes(&cid, &served.store.token(&grant(cid)), bytes, |_, _| ()).await.unwrap_err();
		assert!(matches!(error, UploadError::InTheWay { size: 1..=65_536, .. }), "{error}");
		let words = error.to_string();
		assert!(words.contains("413") && words.contains("client_max_body_size 4m"), "{words}");
	}
}
