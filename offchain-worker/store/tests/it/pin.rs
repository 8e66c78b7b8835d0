//! Locations that say what is there.

use std::{
	fs,
	sync::{
		atomic::{AtomicU64, AtomicUsize, Ordering},
		Arc,
	},
	time::Duration,
};

use axum::{
	http::{header::LOCATION, StatusCode},
	routing::get,
	Router,
};
use rlc_store::{is_pinned, pin, CancellationToken, DownloadLimits, FetchConfig, FetchErrorKind, Fetcher, Reach};

use crate::served::{content, sha256, Breaking, Server};

const LIMITS: DownloadLimits = DownloadLimits { max_size: 1_000_000, timeout: Duration::from_secs(60) };

/// Returns the pinned location, or what kept it from being pinned.
async fn pinned(location: &str) -> Result<String, FetchErrorKind> {
	pin(location, LIMITS, None, |_, _| ()).await.map_err(|error| error.kind)
}

fn digits(bytes: &[u8]) -> String {
	hex::encode(sha256(bytes).digest())
}

/// Serves one thing to the first client that asks, and another to all others.
fn two_faces() -> Server {
	let asked = Arc::new(AtomicUsize::new(0));
	let face = get(move || async move {
		match asked.fetch_add(1, Ordering::SeqCst) {
			0 => "for the first",
			_ => "for the others",
		}
	});
	Server::at(None, Router::new().route("/in.txt", face))
}

#[tokio::test]
async fn server_with_two_faces_deceives_nobody_who_fetches_a_pinned_location() {
	let dir = tempfile::tempdir().unwrap();
	let server = two_faces();
	let location = format!("{}in.txt?a=b#c", server.url());
	let named = pinned(&location).await.unwrap();
	assert_eq!(named, format!("{}in.txt?a=b#sha256={}", server.url(), digits(b"for the first")));
	assert!(is_pinned(&named));
	let config = FetchConfig { reach: Reach { private: true, ..Reach::default() }, ..FetchConfig::new(dir.path()) };
	let fetcher = Fetcher::new(config).unwrap();
	let stop = CancellationToken::new();
	assert_eq!(fetcher.fetch(&named, None, &stop).await.unwrap_err().kind, FetchErrorKind::WrongChecksum);
	assert_eq!(fs::read(fetcher.fetch(&location, None, &stop).await.unwrap()).unwrap(), b"for the others");
}

#[tokio::test]
async fn what_is_pinned_already_is_not_asked_for() {
	let cid = sha256(b"x");
	let tree = "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/x.txt".to_owned();
	for location in
		[tree, cid.to_string(), format!("{cid}/x.txt"), format!("http://127.0.0.1:1/x#sha256={}", digits(b"x"))]
	{
		assert_eq!(pinned(&location).await, Ok(location.clone()));
	}
}

#[tokio::test]
async fn files_are_pinned_by_what_they_hold() {
	let dir = tempfile::tempdir().unwrap();
	let file = dir.path().join("in.txt");
	fs::write(&file, "hello").unwrap();
	let location = format!("file://{}", file.display());
	assert_eq!(pinned(&location).await, Ok(format!("{location}#sha256={}", digits(b"hello"))));
	fs::write(&file, content(1_000_001)).unwrap();
	assert_eq!(pinned(&location).await, Err(FetchErrorKind::TooLarge));
	assert_eq!(pinned("file:///no/such/file").await, Err(FetchErrorKind::NotFound));
}

#[tokio::test]
async fn broken_connections_are_begun_again_and_progress_is_told() {
	let bytes = content(500_000);
	let whole = bytes.clone();
	let server = Server::at(None, Router::new().route("/in", get(move || async move { whole })));
	let way = Breaking::to(server.address, 2, 100_000).await;
	let (seen, total) = (AtomicU64::new(0), AtomicU64::new(0));
	let progress = |done, all| {
		seen.store(done, Ordering::Relaxed);
		total.store(all, Ordering::Relaxed);
	};
	let location = format!("http://{}/in", way.address);
	let named = pin(&location, LIMITS, None, progress).await.unwrap();
	assert_eq!(named, format!("{location}#sha256={}", digits(&bytes)));
	assert_eq!((seen.into_inner(), total.into_inner()), (500_000, 500_000));
	assert_eq!(way.connections.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_cannot_be_pinned_is_named() {
	let large = get(|| async { content(1_000_001) });
	let slow = get(|| async { tokio::time::sleep(Duration::from_secs(60)).await });
	let server = Server::at(None, Router::new().route("/large", large).route("/slow", slow));
	let at = |path: &str| format!("{}{path}", server.url());
	assert_eq!(pinned(&at("large")).await, Err(FetchErrorKind::TooLarge));
	assert_eq!(pinned(&at("none")).await, Err(FetchErrorKind::NotFound));
	let hurried = DownloadLimits { timeout: Duration::from_millis(200), ..LIMITS };
	let late = pin(&at("slow"), hurried, None, |_, _| ()).await.unwrap_err();
	assert_eq!(late.kind, FetchErrorKind::TimedOut);
	assert_eq!(pinned("ftp://example.org/a").await, Err(FetchErrorKind::NotAllowed));
}

#[tokio::test]
async fn what_is_in_a_private_network_may_redirect_there() {
	let inside = Server::at(None, Router::new().route("/in", get(|| async { "secret" })));
	let to = format!("{}in", inside.url());
	let redirect = get(move || async move { (StatusCode::FOUND, [(LOCATION, to)]) });
	let server = Server::at(None, Router::new().route("/redirect", redirect));
	let location = format!("{}redirect", server.url());
	assert_eq!(pinned(&location).await, Ok(format!("{location}#sha256={}", digits(b"secret"))));
}
