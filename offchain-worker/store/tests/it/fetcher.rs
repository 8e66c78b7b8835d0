//! Apps, datasets and inputs from anywhere.

use std::{
	fs,
	path::Path,
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
	time::{Duration, Instant},
};

use axum::{
	body::Body,
	extract::Request,
	http::{header::LOCATION, HeaderMap, StatusCode},
	response::{IntoResponse, Response},
	routing::get,
	Router,
};
use futures::StreamExt;
use rlc_store::{
	CancellationToken, FetchConfig, FetchError, FetchErrorKind, Fetched, Fetcher, HashKind, Ipfs, Reach, MAX_REDIRECTS,
};
use tokio::sync::Notify;

use crate::{
	node::Node,
	served::{content, sha256, until, Served, Server},
};

const HELLO: &[u8] = b"hello";

/// Returns a fetcher that may go everywhere.
fn fetcher(dir: &Path) -> Fetcher {
	let allowed = FetchConfig {
		reach: Reach { private: true, ..Reach::default() },
		allow_file: true,
		..FetchConfig::new(dir.join("cache"))
	};
	Fetcher::new(allowed).unwrap()
}

async fn fetch(fetcher: &Fetcher, location: &str) -> Result<Fetched, FetchError> {
	fetcher.fetch(location, None, &CancellationToken::new()).await
}

async fn kind(fetcher: &Fetcher, location: &str) -> FetchErrorKind {
	fetch(fetcher, location).await.unwrap_err().kind
}

/// Serves `hello` at `/hello`, after a while, and counts how often.
fn hello() -> (Server, Arc<AtomicUsize>) {
	let asked = Arc::new(AtomicUsize::new(0));
	let count = asked.clone();
	let hello = get(move || async move {
		count.fetch_add(1, Ordering::SeqCst);
		tokio::time::sleep(Duration::from_millis(200)).await;
		HELLO
	});
	(Server::at(None, Router::new().route("/hello", hello)), asked)
}

/// Returns a body whose length is not told.
fn undeclared(bytes: usize) -> Body {
	let chunks = futures::stream::repeat(bytes::Bytes::from_static(&[7; 1_000])).take(bytes / 1_000);
	Body::from_stream(chunks.map(Ok::<_, std::io::Error>))
}

#[tokio::test]
async fn contents_come_from_urls_files_and_stores() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(&dir.path().join("store")).await;
	let (server, _) = hello();
	let in_store = served.store.put(HELLO, HashKind::Sha256, "a").await.unwrap();
	let by_keccak = served.store.put(HELLO, HashKind::Keccak256, "a").await.unwrap();
	let file = dir.path().join("a file");
	fs::write(&file, HELLO).unwrap();
	let config = FetchConfig {
		reach: Reach { private: true, ..Reach::default() },
		allow_file: true,
		// The first does not have it.
		stores: vec![server.url(), served.server.url()],
		..FetchConfig::new(dir.path().join("cache"))
	};
	let fetcher = Fetcher::new(config).unwrap();
	let paths = [
		format!("{}hello", server.url()),
		format!("file://{}", file.display()),
		in_store.to_string(),
		format!("ipfs://{in_store}"),
		format!("{}hello#sha256={}", server.url(), hex::encode(in_store.digest())),
	];
	let first = fetch(&fetcher, &paths[0]).await.unwrap();
	assert_eq!((fs::read(&first).unwrap(), first.size(), first.cid()), (HELLO.to_vec(), 5, in_store));
	assert!(fs::metadata(&first).unwrap().permissions().readonly());
	for path in &paths[1..] {
		assert_eq!(fetch(&fetcher, path).await.unwrap().path(), first.path(), "equal content is kept once");
	}
	assert_eq!(fetcher.cached(), [in_store.digest()]);
	assert_eq!(fs::read(fetch(&fetcher, &by_keccak.to_string()).await.unwrap()).unwrap(), HELLO);
	assert_eq!(kind(&fetcher, &sha256(b"none").to_string()).await, FetchErrorKind::NotFound);
	assert_eq!(kind(&fetcher, &format!("{}none", server.url())).await, FetchErrorKind::NotFound);
	assert_eq!(kind(&fetcher, "file:///none").await, FetchErrorKind::NotFound);
	assert_eq!(kind(&fetcher, "file:///dev/zero").await, FetchErrorKind::NotAllowed);
	assert_eq!(fs::read_dir(dir.path().join("cache/parts")).unwrap().count(), 0, "nothing unfinished is left");
}

#[tokio::test]
async fn what_is_there_is_not_fetched_again() {
	let dir = tempfile::tempdir().unwrap();
	let (server, asked) = hello();
	let location = format!("{}hello", server.url());
	let stop = CancellationToken::new();
	let first = fetcher(dir.path()).fetch(&location, Some(sha256(HELLO).digest()), &stop).await.unwrap();
	// Also after a restart, and from elsewhere.
	let fetcher = fetcher(dir.path());
	for location in [location.as_str(), "http://127.0.0.1:1/gone", "file:///gone"] {
		let again = fetcher.fetch(location, Some(sha256(HELLO).digest()), &stop).await.unwrap();
		assert_eq!(again.path(), first.path());
	}
	assert_eq!(asked.load(Ordering::SeqCst), 1);
	fetch(&fetcher, &location).await.unwrap();
	assert_eq!(asked.load(Ordering::SeqCst), 2, "without a checksum, it may have changed");
}

#[tokio::test]
async fn content_of_another_store_is_looked_for_in_the_own_ones_first() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(&dir.path().join("store")).await;
	let cid = served.store.put(HELLO, HashKind::Sha256, "a").await.unwrap();
	// Others are in private networks here, where URLs may not lead.
	let config = FetchConfig { stores: vec![served.server.url()], ..FetchConfig::new(dir.path().join("cache")) };
	let fetcher = Fetcher::new(config).unwrap();
	let stop = CancellationToken::new();
	let gone = format!("http://127.0.0.1:1/store/{cid}?filename=hello.txt");
	let found = fetcher.fetch(&gone, Some(cid.digest()), &stop).await.unwrap();
	assert_eq!(fs::read(&found).unwrap(), HELLO);
	let other = "http://127.0.0.1:1/other";
	let refused = fetcher.fetch(other, Some(sha256(b"other").digest()), &stop).await.unwrap_err();
	assert_eq!(refused.kind, FetchErrorKind::NotAllowed, "the URL says why, not the stores");
}

#[tokio::test]
async fn same_content_at_once_is_fetched_once() {
	let dir = tempfile::tempdir().unwrap();
	let (server, asked) = hello();
	let fetcher = fetcher(dir.path());
	let location = format!("{}hello", server.url());
	let all = futures::future::join_all((0..20).map(|_| fetch(&fetcher, &location))).await;
	assert!(all.iter().all(|file| file.as_ref().unwrap().path() == all[0].as_ref().unwrap().path()));
	assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn wrong_content_is_found_out() {
	let dir = tempfile::tempdir().unwrap();
	let (server, _) = hello();
	let fetcher = fetcher(dir.path());
	let (location, stop) = (format!("{}hello", server.url()), CancellationToken::new());
	let wrong = sha256(b"something else");
	let error = fetcher.fetch(&location, Some(wrong.digest()), &stop).await.unwrap_err();
	assert_eq!(error.kind, FetchErrorKind::WrongChecksum);
	let location = format!("{location}#sha256={}", hex::encode(wrong.digest()));
	assert_eq!(kind(&fetcher, &location).await, FetchErrorKind::WrongChecksum);
	let error = fetcher.fetch(&location, Some(sha256(HELLO).digest()), &stop).await.unwrap_err();
	assert_eq!(error.kind, FetchErrorKind::WrongChecksum, "location and order disagree");
	let file = dir.path().join("file");
	fs::write(&file, HELLO).unwrap();
	let location = format!("file://{}", file.display());
	let error = fetcher.fetch(&location, Some(wrong.digest()), &stop).await.unwrap_err();
	assert_eq!(error.kind, FetchErrorKind::WrongChecksum);
	assert_eq!(fetcher.cached().len(), 0);
	assert_eq!(fs::read_dir(dir.path().join("cache/parts")).unwrap().count(), 0);
}

#[tokio::test]
async fn private_addresses_are_refused_however_they_are_written() {
	let dir = tempfile::tempdir().unwrap();
	let (server, asked) = hello();
	let fetcher = Fetcher::new(FetchConfig::new(dir.path().join("cache"))).unwrap();
	let port = server.address.port();
	for host in [
		"127.0.0.1",
		"127.1",
		"2130706433",
		"0x7f.0.0.1",
		"0177.0.0.1",
		"0",
		"[::1]",
		"[::ffff:127.0.0.1]",
		"[::ffff:7f00:1]",
		"localhost",
		"user:password@127.0.0.1",
		"10.0.0.1",
		"169.254.169.254",
		"[fe80::1]",
	] {
		assert_eq!(kind(&fetcher, &format!("http://{host}:{port}/hello")).await, FetchErrorKind::NotAllowed, "{host}");
	}
	assert_eq!(kind(&fetcher, "file:///etc/passwd").await, FetchErrorKind::NotAllowed);
	assert_eq!(kind(&fetcher, "ftp://example.org/").await, FetchErrorKind::NotAllowed);
	assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn redirections_into_private_networks_are_refused() {
	let dir = tempfile::tempdir().unwrap();
	let (inside, asked) = hello();
	let to = inside.url().join("hello").unwrap().to_string();
	let redirect = move |headers: HeaderMap| async move {
		assert!(headers.get("authorization").is_none());
		(StatusCode::FOUND, [(LOCATION, to)])
	};
	let outside = Server::at(None, Router::new().route("/store/redirect", get(redirect)));
	// The first server counts as outside, since it is a configured store.
	let config = FetchConfig { stores: vec![outside.url()], ..FetchConfig::new(dir.path().join("cache")) };
	let location = format!("{}store/redirect", outside.url());
	assert_eq!(kind(&Fetcher::new(config.clone()).unwrap(), &location).await, FetchErrorKind::NotAllowed);
	assert_eq!(asked.load(Ordering::SeqCst), 0);
	let allowed = FetchConfig { reach: Reach { private: true, ..Reach::default() }, ..config };
	assert_eq!(fs::read(fetch(&Fetcher::new(allowed).unwrap(), &location).await.unwrap()).unwrap(), HELLO);
}

#[tokio::test]
async fn redirections_end() {
	let dir = tempfile::tempdir().unwrap();
	let step = get(|request: Request| async move {
		let left: usize = request.uri().path().trim_start_matches('/').parse().unwrap();
		match left {
			0 => HELLO.into_response(),
			_ => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, (left - 1).to_string())]).into_response(),
		}
	});
	let to_file = get(|| async { (StatusCode::FOUND, [(LOCATION, "file:///etc/passwd")]) });
	let nowhere = get(|| async { StatusCode::FOUND });
	let router = Router::new().route("/{left}", step).route("/a/file", to_file).route("/a/nowhere", nowhere);
	let server = Server::at(None, router);
	let fetcher = fetcher(dir.path());
	fetch(&fetcher, &format!("{}{MAX_REDIRECTS}", server.url())).await.unwrap();
	let one_more = format!("{}{}", server.url(), MAX_REDIRECTS + 1);
	assert_eq!(kind(&fetcher, &one_more).await, FetchErrorKind::Unreachable);
	assert_eq!(kind(&fetcher, &format!("{}a/file", server.url())).await, FetchErrorKind::NotAllowed);
	assert_eq!(kind(&fetcher, &format!("{}a/nowhere", server.url())).await, FetchErrorKind::Unreachable);
}

#[tokio::test]
async fn too_large_ones_are_not_fetched() {
	let dir = tempfile::tempdir().unwrap();
	let declared = get(|| async { vec![7; 20_000] });
	let endless = get(|| async { undeclared(usize::MAX) });
	let small = get(|| async { undeclared(10_000) });
	let router = Router::new().route("/declared", declared).route("/endless", endless).route("/small", small);
	let server = Server::at(None, router);
	let config = FetchConfig {
		max_size: 10_000,
		reach: Reach { private: true, ..Reach::default() },
		allow_file: true,
		..FetchConfig::new(dir.path().join("cache"))
	};
	let fetcher = Fetcher::new(config).unwrap();
	assert_eq!(kind(&fetcher, &format!("{}declared", server.url())).await, FetchErrorKind::TooLarge);
	assert_eq!(kind(&fetcher, &format!("{}endless", server.url())).await, FetchErrorKind::TooLarge);
	assert_eq!(fetch(&fetcher, &format!("{}small", server.url())).await.unwrap().size(), 10_000);
	let file = dir.path().join("file");
	fs::write(&file, [0; 10_001]).unwrap();
	assert_eq!(kind(&fetcher, &format!("file://{}", file.display())).await, FetchErrorKind::TooLarge);
	assert_eq!(fs::read_dir(dir.path().join("cache/parts")).unwrap().count(), 0);
}

#[tokio::test]
async fn stalling_server_is_left() {
	let dir = tempfile::tempdir().unwrap();
	let silent = get(|| async { std::future::pending::<Response>().await });
	let stalls = get(|| async {
		let begin = futures::stream::iter([Ok::<_, std::io::Error>("begin")]);
		Body::from_stream(begin.chain(futures::stream::pending()))
	});
	let server = Server::at(None, Router::new().route("/silent", silent).route("/stalls", stalls));
	let config = FetchConfig {
		timeout: Duration::from_secs(1),
		reach: Reach { private: true, ..Reach::default() },
		..FetchConfig::new(dir.path().join("cache"))
	};
	let fetcher = Fetcher::new(config).unwrap();
	for path in ["silent", "stalls"] {
		assert_eq!(kind(&fetcher, &format!("{}{path}", server.url())).await, FetchErrorKind::TimedOut);
	}
	assert_eq!(fs::read_dir(dir.path().join("cache/parts")).unwrap().count(), 0);
}

#[tokio::test]
async fn stopped_fetch_ends_unless_somebody_else_waits() {
	let dir = tempfile::tempdir().unwrap();
	let (asked, answer) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
	let (count, answered) = (asked.clone(), answer.clone());
	let hello = get(move || async move {
		count.fetch_add(1, Ordering::SeqCst);
		answered.notified().await;
		HELLO
	});
	let server = Server::at(None, Router::new().route("/hello", hello));
	let fetcher = fetcher(dir.path());
	let location = format!("{}hello", server.url());
	let stop = CancellationToken::new();
	let stopped = tokio::spawn({
		let (fetcher, location, stop) = (fetcher.clone(), location.clone(), stop.clone());
		async move { fetcher.fetch(&location, None, &stop).await }
	});
	until("it is asked for", || asked.load(Ordering::SeqCst) == 1).await;
	let other = tokio::spawn({
		let (fetcher, location) = (fetcher.clone(), location.clone());
		async move { fetch(&fetcher, &location).await }
	});
	tokio::task::yield_now().await;
	stop.cancel();
	assert_eq!(stopped.await.unwrap().unwrap_err().kind, FetchErrorKind::Stopped);
	answer.notify_one();
	assert_eq!(fs::read(other.await.unwrap().unwrap()).unwrap(), HELLO);
	let before = Instant::now();
	let error = fetcher.fetch(&location, None, &stop).await.unwrap_err();
	assert_eq!((error.kind, before.elapsed() < Duration::from_secs(10)), (FetchErrorKind::Stopped, true));
	assert_eq!(asked.load(Ordering::SeqCst), 1, "each of them waited for the same, or asked for nothing");
}

#[tokio::test]
async fn missing_server_is_unreachable() {
	let dir = tempfile::tempdir().unwrap();
	let address = hello().0.address;
	let error = fetch(&fetcher(dir.path()), &format!("http://u:secret@{address}/")).await.unwrap_err();
	assert_eq!(error.kind, FetchErrorKind::Unreachable);
	assert!(!error.words.contains("secret"), "{error}");
}

#[tokio::test]
async fn ipfs_node_stands_in_for_the_store() {
	let dir = tempfile::tempdir().unwrap();
	let other = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG";
	let node = Node::new();
	let file = dir.path().join("file");
	fs::write(&file, HELLO).unwrap();
	let name = Ipfs::new(node.url()).unwrap().add(&file).await.unwrap();
	assert_eq!(name, sha256(HELLO).to_string());
	assert!(node.has().pins.contains(&name));

	let without = Fetcher::new(FetchConfig::new(dir.path().join("without"))).unwrap();
	assert_eq!(kind(&without, &name).await, FetchErrorKind::NotFound);
	assert_eq!(kind(&without, other).await, FetchErrorKind::NotAllowed);
	let config = FetchConfig { ipfs: Some(node.url()), ..FetchConfig::new(dir.path().join("cache")) };
	let fetcher = Fetcher::new(config).unwrap();
	assert_eq!(fs::read(fetch(&fetcher, &name).await.unwrap()).unwrap(), HELLO);
	assert_eq!(kind(&fetcher, &sha256(&content(9)).to_string()).await, FetchErrorKind::NotFound);
}
