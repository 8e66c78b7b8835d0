//! The store over HTTP, request by request.

use std::path::{Path, PathBuf};

use axum::http::{HeaderMap, StatusCode};
use reqwest::{Client, Method, RequestBuilder};
use rlc_store::{Cid, Grant, HashKind, Room, Store, StoreConfig, MAX_PUT, MAX_UPLOADS_EACH};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
};

use crate::served::{content, grant, now, sha256, until, Served, KEY};

struct Asked {
	status: StatusCode,
	headers: HeaderMap,
	body: Vec<u8>,
}

impl Asked {
	fn header(&self, name: &str) -> Option<&str> {
		self.headers.get(name).map(|value| value.to_str().unwrap())
	}

	fn words(&self) -> &str {
		std::str::from_utf8(&self.body).unwrap()
	}
}

async fn ask(request: RequestBuilder) -> Asked {
	let response = request.send().await.unwrap();
	let (status, headers) = (response.status(), response.headers().clone());
	Asked { status, headers, body: response.bytes().await.unwrap().to_vec() }
}

fn request(method: Method, url: &str) -> RequestBuilder {
	Client::builder().no_proxy().build().unwrap().request(method, url)
}

/// Returns a request with the token of a grant.
fn granted(served: &Served, method: Method, grant: &Grant) -> RequestBuilder {
	request(method, &served.url(&grant.cid)).bearer_auth(served.store.token(grant))
}

async fn begin(served: &Served, grant: &Grant, length: usize) -> Asked {
	ask(granted(served, Method::POST, grant).header("upload-length", length)).await
}

async fn bring(served: &Served, grant: &Grant, offset: usize, bytes: &[u8]) -> Asked {
	ask(granted(served, Method::PATCH, grant).header("upload-offset", offset).body(bytes.to_vec())).await
}

/// Returns a connection that says that it brings this many bytes from the first on, and has brought none yet.
async fn patch(served: &Served, grant: &Grant, length: usize) -> TcpStream {
	let head = format!(
		"PATCH /store/{} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nUpload-Offset: 0\r\nContent-Length: {}\r\n\r\n",
		grant.cid,
		served.store.token(grant),
		length,
	);
	let mut stream = TcpStream::connect(served.server.address).await.unwrap();
	stream.write_all(head.as_bytes()).await.unwrap();
	stream
}

/// Returns the file of the one upload that has begun.
fn partial(store: &Path) -> PathBuf {
	std::fs::read_dir(store.join("partial")).unwrap().next().unwrap().unwrap().path()
}

#[tokio::test]
async fn contents_are_read_in_whole_and_in_part() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	// One that is sent at once, and one that is streamed.
	for bytes in [content(1_000), content(200_000)] {
		let cid = sha256(&bytes);
		let put = granted(&served, Method::PUT, &grant(cid)).body(bytes.clone());
		assert_eq!(ask(put).await.status, StatusCode::CREATED);
		let (url, last) = (served.url(&cid), bytes.len() - 1);
		let get = || request(Method::GET, &url);
		let whole = ask(get()).await;
		assert_eq!((whole.status, &whole.body), (StatusCode::OK, &bytes));
		assert_eq!(whole.header("content-length"), Some(bytes.len().to_string().as_str()));
		let etag = whole.header("etag").unwrap();
		for (range, part) in
			[("bytes=10-19", 10..20), ("bytes=900-", 900..last + 1), ("bytes=-100", last - 99..last + 1)]
		{
			let asked = ask(get().header("range", range).header("if-range", etag)).await;
			assert_eq!((asked.status, &asked.body[..]), (StatusCode::PARTIAL_CONTENT, &bytes[part.clone()]), "{range}");
			let expected = format!("bytes {}-{}/{}", part.start, part.end - 1, bytes.len());
			assert_eq!(asked.header("content-range"), Some(expected.as_str()));
		}
		let changed = ask(get().header("range", "bytes=1-2").header("if-range", "\"other\"")).await;
		assert_eq!((changed.status, changed.body.len()), (StatusCode::OK, bytes.len()));
		let beyond = ask(get().header("range", format!("bytes={}-", bytes.len()))).await;
		assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
		assert_eq!(beyond.header("content-range"), Some(format!("bytes */{}", bytes.len()).as_str()));
		assert_eq!(ask(get().header("if-none-match", etag)).await.status, StatusCode::NOT_MODIFIED);
		let head = ask(request(Method::HEAD, &url)).await;
		assert_eq!((head.status, head.header("content-length")), (StatusCode::OK, whole.header("content-length")));
		assert!(head.body.is_empty());
	}
	let none = ask(request(Method::GET, &served.url(&sha256(b"none")))).await;
	assert_eq!(none.status, StatusCode::NOT_FOUND);
	assert!(none.words().contains("is not in this store"));
}

#[tokio::test]
async fn nothing_but_names_is_looked_for() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(&dir.path().join("store")).await;
	std::fs::write(dir.path().join("secret"), "secret").unwrap();
	for path in ["../secret", "..%2fsecret", "..%2f..%2fsecret", "%2e%2e/secret", "journal", "..", "%00", "lock", "a/b"]
	{
		// As it is: a client's library would tidy it up.
		let mut stream = TcpStream::connect(served.server.address).await.unwrap();
		let head = format!("GET /store/{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
		stream.write_all(head.as_bytes()).await.unwrap();
		let mut answer = String::new();
		stream.read_to_string(&mut answer).await.unwrap();
		assert!(answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
	}
}

#[tokio::test]
async fn uploads_need_a_token_for_that_content() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	let cid = sha256(b"hello");
	let good = served.store.token(&grant(cid));
	let expired = served.store.token(&Grant { expires: now(), ..grant(cid) });
	let other = served.store.token(&grant(sha256(b"other")));
	let elsewhere = tempfile::tempdir().unwrap();
	let foreign = Store::open(elsewhere.path(), StoreConfig::new([8; 32])).await.unwrap().token(&grant(cid));
	for method in [Method::PUT, Method::POST, Method::PATCH] {
		let request =
			|| request(method.clone(), &served.url(&cid)).header("upload-length", 5).header("upload-offset", 0);
		let missing = ask(request().body("hello")).await;
		assert_eq!(missing.status, StatusCode::UNAUTHORIZED);
		assert!(missing.words().contains("needs a token"));
		for (token, status) in [
			(&expired, StatusCode::UNAUTHORIZED),
			(&foreign, StatusCode::UNAUTHORIZED),
			(&good.replace('.', "0."), StatusCode::UNAUTHORIZED),
			(&String::new(), StatusCode::UNAUTHORIZED),
			(&other, StatusCode::FORBIDDEN),
		] {
			assert_eq!(ask(request().bearer_auth(token).body("hello")).await.status, status, "{method} {token}");
		}
	}
	assert_eq!(served.store.contains(&cid).await, None);
	assert_eq!(ask(granted(&served, Method::PUT, &grant(cid)).body("hello")).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn wrong_content_is_refused_and_removed() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	let grant = grant(sha256(b"right"));
	let put = ask(granted(&served, Method::PUT, &grant).body("wrong")).await;
	assert_eq!(put.status, StatusCode::UNPROCESSABLE_ENTITY);
	assert_eq!(begin(&served, &grant, 5).await.header("upload-offset"), Some("0"));
	let brought = bring(&served, &grant, 0, b"wrong").await;
	assert_eq!(brought.status, StatusCode::UNPROCESSABLE_ENTITY);
	assert!(brought.words().contains("begin again"));
	assert_eq!(begin(&served, &grant, 5).await.header("upload-offset"), Some("0"), "nothing of it is left");
	assert_eq!(bring(&served, &grant, 0, b"right").await.status, StatusCode::CREATED);
	assert_eq!(served.store.contains(&grant.cid).await, Some(5));
	assert_eq!(served.store.usage().unfinished, 0);
}

#[tokio::test]
async fn upload_resumes_where_it_was() {
	let dir = tempfile::tempdir().unwrap();
	let (address, bytes) = {
		let served = Served::open(dir.path()).await;
		let bytes = content(10_000);
		let grant = grant(sha256(&bytes));
		let begun = begin(&served, &grant, bytes.len()).await;
		assert_eq!((begun.status, begun.header("upload-offset")), (StatusCode::CREATED, Some("0")));
		let brought = bring(&served, &grant, 0, &bytes[..4_000]).await;
		assert_eq!((brought.status, brought.header("upload-offset")), (StatusCode::NO_CONTENT, Some("4000")));
		let head = ask(granted(&served, Method::HEAD, &grant)).await;
		assert_eq!((head.header("upload-offset"), head.header("upload-length")), (Some("4000"), Some("10000")));
		let elsewhere = bring(&served, &grant, 3_000, &bytes[3_000..5_000]).await;
		assert_eq!((elsewhere.status, elsewhere.header("upload-offset")), (StatusCode::CONFLICT, Some("4000")));
		assert_eq!(begin(&served, &grant, 9_000).await.status, StatusCode::CONFLICT, "another length");
		assert_eq!(served.store.usage().unfinished, 4_000, "what has come, and no more");
		(served.server.address, bytes)
	};
	let served = Served::open_at(dir.path(), Some(address), StoreConfig::new(KEY)).await;
	let grant = grant(sha256(&bytes));
	assert_eq!(
		bring(&served, &grant, 4_000, &bytes[4_000..]).await.status,
		StatusCode::CONFLICT,
		"open it again first"
	);
	assert_eq!(begin(&served, &grant, bytes.len()).await.header("upload-offset"), Some("4000"));
	let brought = bring(&served, &grant, 4_000, &bytes[4_000..]).await;
	assert_eq!((brought.status, brought.header("upload-offset")), (StatusCode::CREATED, Some("10000")));
	assert_eq!(ask(request(Method::GET, &served.url(&grant.cid))).await.body, bytes);
	let again = begin(&served, &grant, bytes.len()).await;
	assert_eq!((again.status, again.header("upload-offset")), (StatusCode::OK, Some("10000")));
}

#[tokio::test]
async fn who_opens_an_upload_again_takes_it_over() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	let bytes = content(1 << 20);
	let grant = grant(sha256(&bytes));
	begin(&served, &grant, bytes.len()).await;
	// One connection says that it brings all of them, brings some, and hangs.
	let mut hanging = patch(&served, &grant, bytes.len()).await;
	hanging.write_all(&bytes[..700_000]).await.unwrap();
	let partial = partial(dir.path());
	until("some of it is on the disk", || std::fs::metadata(&partial).unwrap().len() > 0).await;
	let begun = begin(&served, &grant, bytes.len()).await;
	let offset: usize = begun.header("upload-offset").unwrap().parse().unwrap();
	assert!((1..=700_000).contains(&offset), "{offset}");
	// What it still brings is not taken.
	hanging.write_all(&vec![b'x'; bytes.len() - 700_000]).await.unwrap();
	let mut answer = vec![0; 12];
	hanging.read_exact(&mut answer).await.unwrap();
	assert_eq!(answer, b"HTTP/1.1 409");
	assert_eq!(bring(&served, &grant, offset, &bytes[offset..]).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn foreign_upload_cannot_be_spoiled() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	let alice = grant(sha256(b"right"));
	let mallory = Grant { who: "mallory".into(), ..alice.clone() };
	begin(&served, &mallory, 5).await;
	bring(&served, &mallory, 0, b"wron").await;
	assert_eq!(begin(&served, &alice, 5).await.header("upload-offset"), Some("0"));
	assert_eq!(bring(&served, &alice, 0, b"right").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn sizes_are_limited() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	let small = Grant { max_size: 4, ..grant(sha256(b"hello")) };
	assert_eq!(ask(granted(&served, Method::PUT, &small).body("hello")).await.status, StatusCode::PAYLOAD_TOO_LARGE);
	assert_eq!(begin(&served, &small, 5).await.status, StatusCode::PAYLOAD_TOO_LARGE);
	// Also if nothing is said before.
	let stream = futures::stream::iter(vec![Ok::<_, std::io::Error>("hel"), Ok("lo")]);
	let undeclared = granted(&served, Method::PUT, &small).body(reqwest::Body::wrap_stream(stream));
	assert_eq!(ask(undeclared).await.status, StatusCode::PAYLOAD_TOO_LARGE);
	let grant = grant(sha256(b"hello"));
	begin(&served, &grant, 5).await;
	assert_eq!(bring(&served, &grant, 0, b"hello!").await.status, StatusCode::PAYLOAD_TOO_LARGE);
	let stream = futures::stream::iter(vec![Ok::<_, std::io::Error>("hel"), Ok("lo!")]);
	let undeclared = granted(&served, Method::PATCH, &grant).header("upload-offset", 0);
	let undeclared = undeclared.body(reqwest::Body::wrap_stream(stream));
	assert_eq!(ask(undeclared).await.status, StatusCode::PAYLOAD_TOO_LARGE);
	let large = crate::served::grant(Cid::of_sha256([1; 32]));
	let put = ask(granted(&served, Method::PUT, &large).body(vec![0; MAX_PUT as usize + 1])).await;
	assert_eq!(put.status, StatusCode::PAYLOAD_TOO_LARGE);
	assert!(put.words().contains("in pieces"));
	let missing = ask(granted(&served, Method::POST, &large)).await;
	assert_eq!(missing.status, StatusCode::LENGTH_REQUIRED);
}

#[tokio::test]
async fn what_is_damaged_is_uploaded_again() {
	let dir = tempfile::tempdir().unwrap();
	let grant = grant(sha256(b"right"));
	for ask_first in [false, true] {
		let served = Served::open(dir.path()).await;
		assert_eq!(ask(granted(&served, Method::PUT, &grant).body("right")).await.status, StatusCode::CREATED);
		drop(served);
		let shard = hex::encode(&grant.cid.digest()[..1]);
		std::fs::write(dir.path().join(format!("objects/{shard}/{}", grant.cid)), "wrong").unwrap();
		let served = Served::open(dir.path()).await;
		if ask_first {
			assert_eq!(ask(request(Method::GET, &served.url(&grant.cid))).await.status, StatusCode::NOT_FOUND);
		}
		let begun = begin(&served, &grant, 5).await;
		assert_eq!((begun.status, begun.header("upload-offset")), (StatusCode::CREATED, Some("0")));
		assert_eq!(bring(&served, &grant, 0, b"right").await.status, StatusCode::CREATED);
		assert_eq!(ask(request(Method::GET, &served.url(&grant.cid))).await.body, b"right");
	}
}

#[tokio::test]
async fn empty_content_is_a_content() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	let grant = grant(sha256(b""));
	let begun = begin(&served, &grant, 0).await;
	assert_eq!((begun.status, begun.header("upload-offset")), (StatusCode::OK, Some("0")));
	let got = ask(request(Method::GET, &served.url(&grant.cid))).await;
	assert_eq!((got.status, got.body.len()), (StatusCode::OK, 0));
}

/// Returns a store of 400 bytes: 100 of them for uploads, 25 of those for accounts that have paid nothing.
async fn small(dir: &Path) -> Served {
	let config = StoreConfig { quota_total: 400, quota_each: 300, ..StoreConfig::new(KEY) };
	Served::open_at(dir, None, config).await
}

/// Returns what allows somebody to upload a content that nobody has, to a part of the store.
fn claim(n: u8, who: &str, room: Room) -> Grant {
	Grant { who: who.into(), room, ..grant(Cid::of_sha256([n; 32])) }
}

#[tokio::test]
async fn upload_that_has_begun_takes_only_what_it_has_sent() {
	let dir = tempfile::tempdir().unwrap();
	let served = small(dir.path()).await;
	for n in 1..=20 {
		let one = claim(n, &n.to_string(), Room::Uploads);
		assert_eq!(begin(&served, &one, 100).await.status, StatusCode::CREATED, "{n}");
	}
	assert_eq!((served.store.usage().unfinished, served.store.usage().uploads_left), (0, 100));
	let bytes = content(90);
	let alice = grant(sha256(&bytes));
	assert_eq!(ask(granted(&served, Method::PUT, &alice).body(bytes)).await.status, StatusCode::CREATED);
	// The room is used by those who bring something.
	let one = claim(1, "1", Room::Uploads);
	assert_eq!(bring(&served, &one, 0, &[1; 10]).await.status, StatusCode::NO_CONTENT);
	let full = bring(&served, &one, 10, &[1; 1]).await;
	assert_eq!((full.status, full.header("retry-after")), (StatusCode::INSUFFICIENT_STORAGE, Some("60")));
	assert!(full.words().contains("the store is full"));
	assert_eq!(begin(&served, &one, 100).await.header("upload-offset"), Some("10"), "nothing is lost by that");
}

#[tokio::test]
async fn however_much_accounts_upload_results_have_their_room() {
	let dir = tempfile::tempdir().unwrap();
	let served = small(dir.path()).await;
	for (who, size, room) in [("guest", 25, Room::Trials), ("customer", 75, Room::Uploads)] {
		let bytes = content(size);
		let upload = Grant { who: who.into(), room, ..grant(sha256(&bytes)) };
		assert_eq!(ask(granted(&served, Method::PUT, &upload).body(bytes)).await.status, StatusCode::CREATED);
	}
	for (n, room) in [(3, Room::Trials), (4, Room::Uploads)] {
		let refused = begin(&served, &claim(n, "mallory", room), 1).await;
		assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::INSUFFICIENT_STORAGE, Some("60")));
	}
	let bytes = content(300);
	let result = Grant { room: Room::Results, ..grant(sha256(&bytes)) };
	assert_eq!(served.store.usage().results_left, 300);
	assert_eq!(ask(granted(&served, Method::PUT, &result).body(bytes)).await.status, StatusCode::CREATED);
	assert_eq!(served.store.usage().results_left, 0);
}

#[tokio::test]
async fn trials_leave_room_for_accounts_that_paid() {
	let dir = tempfile::tempdir().unwrap();
	let served = small(dir.path()).await;
	let trial = claim(1, "guest", Room::Trials);
	assert_eq!(begin(&served, &trial, 26).await.status, StatusCode::PAYLOAD_TOO_LARGE, "it never has that much");
	begin(&served, &trial, 25).await;
	assert_eq!(bring(&served, &trial, 0, &[1; 24]).await.status, StatusCode::NO_CONTENT);
	let full = begin(&served, &claim(2, "other guest", Room::Trials), 2).await;
	assert_eq!(full.status, StatusCode::INSUFFICIENT_STORAGE);
	assert_eq!(begin(&served, &claim(2, "customer", Room::Uploads), 76).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn quota_used_up_is_told_from_a_full_store() {
	let dir = tempfile::tempdir().unwrap();
	let served = small(dir.path()).await;
	let grant = |n, room| Grant { quota: Some(60), ..claim(n, "alice", room) };
	begin(&served, &grant(1, Room::Uploads), 60).await;
	assert_eq!(bring(&served, &grant(1, Room::Uploads), 0, &[1; 50]).await.status, StatusCode::NO_CONTENT);
	let refused = begin(&served, &grant(2, Room::Uploads), 11).await;
	assert_eq!(refused.status, StatusCode::INSUFFICIENT_STORAGE);
	assert!(refused.words().contains("alice has used its 60 bytes"));
	assert_eq!(refused.header("retry-after"), None, "it has to release something first");
	let result = begin(&served, &grant(3, Room::Results), 11).await;
	assert_eq!(result.header("retry-after"), Some("60"), "a result waits until others have expired");
	let put = ask(granted(&served, Method::PUT, &claim(4, "bob", Room::Uploads)).body("b")).await;
	assert_eq!(put.status, StatusCode::UNPROCESSABLE_ENTITY, "bob has room, but these are other bytes");
}

#[tokio::test]
async fn what_came_before_a_restart_counts_until_it_is_opened_again_or_removed() {
	let dir = tempfile::tempdir().unwrap();
	let one = claim(1, "alice", Room::Uploads);
	{
		let served = small(dir.path()).await;
		begin(&served, &one, 100).await;
		assert_eq!(bring(&served, &one, 0, &[1; 90]).await.status, StatusCode::NO_CONTENT);
	}
	let served = small(dir.path()).await;
	assert_eq!((served.store.usage().unfinished, served.store.usage().uploads_left), (90, 10));
	assert_eq!(begin(&served, &claim(2, "bob", Room::Uploads), 11).await.status, StatusCode::INSUFFICIENT_STORAGE);
	assert_eq!(begin(&served, &one, 100).await.header("upload-offset"), Some("90"));
	assert_eq!((served.store.usage().unfinished, served.store.held_by("alice")), (90, 90));
}

#[tokio::test]
async fn two_workers_bring_one_result_without_spoiling_each_others_upload() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	let by = |worker: &str| Grant { room: Room::Results, by: Some(worker.into()), ..grant(sha256(b"right")) };
	begin(&served, &by("mallory"), 5).await;
	bring(&served, &by("mallory"), 0, b"wron").await;
	assert_eq!(begin(&served, &by("bob"), 5).await.header("upload-offset"), Some("0"));
	assert_eq!(bring(&served, &by("bob"), 0, b"right").await.status, StatusCode::CREATED);
	assert_eq!(served.store.contains(&Cid::of(HashKind::Sha256, b"right")).await, Some(5));
	assert_eq!(served.store.held_by("alice"), 9, "one content, and what mallory left");
}

#[tokio::test]
async fn uploads_at_once_are_limited_until_their_tokens_end() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	let grants = (0..=MAX_UPLOADS_EACH as u8).map(|n| grant(Cid::of_sha256([n; 32]))).collect::<Vec<_>>();
	for grant in &grants[..MAX_UPLOADS_EACH] {
		assert_eq!(begin(&served, grant, 5).await.status, StatusCode::CREATED);
	}
	assert_eq!(begin(&served, &grants[MAX_UPLOADS_EACH], 5).await.status, StatusCode::TOO_MANY_REQUESTS);
	assert_eq!(served.store.collect(now()).await.unwrap().uploads, 0);
	// A connection may hold the last of them for a moment.
	let mut collected = 0;
	for _ in 0..100 {
		collected += served.store.collect(now() + 3_700_000).await.unwrap().uploads;
		tokio::time::sleep(std::time::Duration::from_millis(10)).await;
	}
	assert_eq!(collected, MAX_UPLOADS_EACH);
	assert_eq!(std::fs::read_dir(dir.path().join("partial")).unwrap().count(), 0);
	assert_eq!(begin(&served, &grants[MAX_UPLOADS_EACH], 5).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn what_a_cut_connection_brought_is_kept() {
	let dir = tempfile::tempdir().unwrap();
	let served = Served::open(dir.path()).await;
	let bytes = content(1 << 20);
	let grant = grant(sha256(&bytes));
	begin(&served, &grant, bytes.len()).await;
	let mut stream = patch(&served, &grant, bytes.len()).await;
	stream.write_all(&bytes[..700_000]).await.unwrap();
	let partial = partial(dir.path());
	until("half of it is on the disk", || std::fs::metadata(&partial).unwrap().len() >= 500_000).await;
	drop(stream);
	let offset: usize = begin(&served, &grant, bytes.len()).await.header("upload-offset").unwrap().parse().unwrap();
	assert!((500_000..=700_000).contains(&offset), "{offset}");
	assert_eq!(bring(&served, &grant, offset, &bytes[offset..]).await.status, StatusCode::CREATED);
}
