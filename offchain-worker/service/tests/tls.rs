//! A daemon that has a certificate of its own.

use std::{
	fs,
	path::PathBuf,
	time::{Duration, Instant},
};

use axum::{routing::get, Router};
use rlc_service::{http, listen, Shutdown, Tls, TlsError};
use tempfile::TempDir;
use tokio::{io::AsyncReadExt, net::TcpStream, time::timeout};

const LIMIT: Duration = Duration::from_secs(10);

/// A certificate for `localhost`, and its key, in files.
struct Files {
	dir: TempDir,
	pem: String,
}

impl Files {
	fn new() -> Self {
		let dir = tempfile::tempdir().unwrap();
		let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
		let pem = certificate.serialize_pem().unwrap();
		let files = Self { dir, pem };
		fs::write(files.certificate(), &files.pem).unwrap();
		fs::write(files.key(), certificate.serialize_private_key_pem()).unwrap();
		files
	}

	fn certificate(&self) -> PathBuf {
		self.dir.path().join("certificate.pem")
	}

	fn key(&self) -> PathBuf {
		self.dir.path().join("key.pem")
	}

	fn tls(&self) -> Tls {
		Tls::read(&self.certificate(), &self.key()).unwrap()
	}

	/// Returns a client that trusts the certificate.
	fn client(&self) -> reqwest::Client {
		let root = reqwest::Certificate::from_pem(self.pem.as_bytes()).unwrap();
		reqwest::Client::builder().no_proxy().add_root_certificate(root).build().unwrap()
	}
}

/// Starts a daemon with a certificate. Returns its port.
async fn start(files: &Files, header_time: Duration) -> (u16, Shutdown) {
	start_with(files, http::Limits { header_time, ..http::Limits::default() }).await
}

async fn start_with(files: &Files, limits: http::Limits) -> (u16, Shutdown) {
	let listener = listen::bind("127.0.0.1:0".parse().unwrap(), "tests").await.unwrap().with_tls(files.tls());
	assert!(listener.is_encrypted());
	let (port, shutdown) = (listener.address().port(), Shutdown::new());
	let routes = Router::new().route("/", get(|| async { "here" }));
	shutdown.spawn(http::serve(listener, routes, limits, shutdown.clone()));
	(port, shutdown)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_served_is_encrypted_and_shows_the_certificate() {
	let files = Files::new();
	let (port, shutdown) = start(&files, LIMIT).await;
	let url = format!("https://localhost:{port}/");
	let answer = files.client().get(&url).send().await.unwrap();
	assert_eq!(answer.text().await.unwrap(), "here");
	let stranger = Files::new().client();
	assert!(stranger.get(&url).send().await.is_err(), "it trusts another certificate");
	assert!(files.client().get(format!("https://127.0.0.1:{port}/")).send().await.is_err(), "that is not its name");
	assert!(files.client().get(format!("http://localhost:{port}/")).send().await.is_err(), "in clear text");
	shutdown.finish(LIMIT).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn connection_that_does_not_say_what_it_wants_is_closed() {
	let files = Files::new();
	let (port, shutdown) = start(&files, Duration::from_millis(200)).await;
	let mut silent = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
	let read = timeout(LIMIT, silent.read(&mut [0; 16])).await.expect("it is closed in time");
	assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
	let _silent = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
	shutdown.finish(LIMIT).await.expect("it is not waited for");
}

#[tokio::test(flavor = "multi_thread")]
async fn address_begins_so_many_connections_in_a_second() {
	let files = Files::new();
	let limits = http::Limits { each: 5, proven_each: 0, ..http::Limits::default() };
	let (port, shutdown) = start_with(&files, limits).await;
	let url = format!("https://localhost:{port}/");
	let began = Instant::now();
	for _ in 0..15 {
		// Each client has a connection of its own.
		assert_eq!(files.client().get(&url).send().await.unwrap().status(), 200);
	}
	assert!(began.elapsed() > Duration::from_millis(1_500), "ten have to wait: {:?}", began.elapsed());
	let files = Files::new();
	let (port, other) = start_with(&files, http::Limits::default()).await;
	let began = Instant::now();
	for _ in 0..15 {
		files.client().get(format!("https://localhost:{port}/")).send().await.unwrap();
	}
	assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
	shutdown.finish(LIMIT).await.unwrap();
	other.finish(LIMIT).await.unwrap();
}

#[test]
fn files_that_cannot_be_used_are_named() {
	let (one, other) = (Files::new(), Files::new());
	let missing = one.dir.path().join("missing.pem");
	let refused = Tls::read(&missing, &one.key()).unwrap_err();
	assert!(matches!(&refused, TlsError::File { path, .. } if *path == missing), "{refused}");
	let refused = Tls::read(&one.key(), &one.key()).unwrap_err().to_string();
	assert!(refused.contains("no certificate"), "{refused}");
	let refused = Tls::read(&one.certificate(), &one.certificate()).unwrap_err();
	assert!(matches!(refused, TlsError::File { .. }), "{refused}");
	let refused = Tls::read(&one.certificate(), &other.key()).unwrap_err();
	assert!(matches!(refused, TlsError::Certificate { .. }), "{refused}");
	assert!(!refused.to_string().contains('\n'), "{refused}");
}
