//! A small daemon, as one would write it: it listens, is watched, and stops.

use std::{
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	time::Duration,
};

use async_trait::async_trait;
use axum::{routing::get, Router};
use rlc_service::{http, listen, observe, IntGauge, Observed, Registry, Shutdown};
use serde_json::{json, Map, Value};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
	time::timeout,
};

const LIMIT: Duration = Duration::from_secs(10);

/// More than lies between two sockets, in bytes.
const LARGE: usize = 64 << 20;

struct Daemon {
	registry: Registry,
	scrapes: IntGauge,
	is_well: AtomicBool,
}

#[async_trait]
impl Observed for Daemon {
	fn registry(&self) -> &Registry {
		&self.registry
	}

	fn refresh(&self) {
		self.scrapes.inc();
	}

	async fn health(&self) -> Result<Map<String, Value>, String> {
		let health = json!({ "waiting": 3 }).as_object().cloned().unwrap_or_default();
		self.is_well.load(Ordering::Relaxed).then_some(health).ok_or_else(|| "the disk is full".into())
	}
}

struct Running {
	url: String,
	daemon: Arc<Daemon>,
	shutdown: Shutdown,
}

async fn start(limits: http::Limits) -> Running {
	let registry = Registry::new("rlc_test").unwrap();
	let scrapes = registry.gauge("scrapes", "How often the numbers were read").unwrap();
	let daemon = Arc::new(Daemon { registry, scrapes, is_well: AtomicBool::new(true) });
	let listener = listen::bind("127.0.0.1:0".parse().unwrap(), "tests").await.unwrap();
	let url = format!("http://{}", listener.address());
	let slow = get(|| async {
		tokio::time::sleep(Duration::from_millis(200)).await;
		"done"
	});
	let large = get(|| async { "x".repeat(LARGE) });
	let routes = Router::new().route("/slow", slow).route("/large", large).merge(observe::routes(daemon.clone()));
	let shutdown = Shutdown::new();
	shutdown.spawn(http::serve(listener, routes, limits, shutdown.clone()));
	Running { url, daemon, shutdown }
}

async fn read(url: &str, path: &str) -> (u16, String) {
	let client = reqwest::Client::builder().no_proxy().build().unwrap();
	let response = client.get(format!("{url}{path}")).send().await.unwrap();
	(response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_fresh() {
	let Running { url, .. } = start(http::Limits::default()).await;
	assert!(read(&url, "/metrics").await.1.contains("rlc_test_scrapes 1"));
	assert!(read(&url, "/metrics").await.1.contains("rlc_test_scrapes 2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_what_is_wrong() {
	let Running { url, daemon, .. } = start(http::Limits::default()).await;
	let (status, text) = read(&url, "/healthz").await;
	let health: Value = serde_json::from_str(&text).unwrap();
	assert_eq!((status, health), (200, json!({ "ok": true, "waiting": 3 })));
	daemon.is_well.store(false, Ordering::Relaxed);
	let (status, text) = read(&url, "/healthz").await;
	let health: Value = serde_json::from_str(&text).unwrap();
	assert_eq!((status, health), (503, json!({ "ok": false, "reason": "the disk is full" })));
}

#[tokio::test(flavor = "multi_thread")]
async fn request_under_way_is_answered_before_the_end() {
	let Running { url, shutdown, .. } = start(http::Limits::default()).await;
	let slow = tokio::spawn({
		let url = url.clone();
		async move { read(&url, "/slow").await }
	});
	tokio::time::sleep(Duration::from_millis(50)).await;
	shutdown.finish(LIMIT).await.unwrap();
	assert_eq!(slow.await.unwrap(), (200, "done".into()));
	assert!(reqwest::get(format!("{url}/slow")).await.is_err(), "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connection_is_closed() {
	let limits = http::Limits { header_time: Duration::from_millis(100), ..Default::default() };
	let Running { url, .. } = start(limits).await;
	let mut silent = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
	let mut rest = Vec::new();
	timeout(LIMIT, silent.read_to_end(&mut rest)).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn newcomer_takes_the_place_of_a_silent_connection() {
	let limits = http::Limits { connections: 1, ..Default::default() };
	let Running { url, .. } = start(limits).await;
	let mut silent = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
	let answered = timeout(LIMIT, read(&url, "/healthz")).await.unwrap();
	assert_eq!(answered.0, 200);
	let mut rest = Vec::new();
	// Closed or reset: it is gone, long before its time for headers is over.
	let _ = timeout(LIMIT, silent.read_to_end(&mut rest)).await.expect("it had to go");
}

#[tokio::test(flavor = "multi_thread")]
async fn address_has_as_many_connections_as_it_may() {
	let limits = http::Limits { each: 2, ..Default::default() };
	let Running { url, .. } = start(limits).await;
	let mut all = Vec::new();
	for _ in 0..6 {
		all.push(TcpStream::connect(url.trim_start_matches("http://")).await.unwrap());
	}
	let gone = all.iter_mut().map(|stream| async move {
		let mut byte = [0];
		timeout(Duration::from_secs(2), stream.read(&mut byte)).await.is_ok()
	});
	let mut count = 0;
	for is_gone in gone {
		count += usize::from(is_gone.await);
	}
	assert_eq!(count, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn connection_that_does_not_read_is_closed() {
	let limits = http::Limits { write_time: Duration::from_millis(300), ..Default::default() };
	let Running { url, .. } = start(limits).await;
	let mut slow = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
	slow.write_all(b"GET /large HTTP/1.1\r\nhost: test\r\n\r\n").await.unwrap();
	tokio::time::sleep(Duration::from_secs(2)).await;
	let mut rest = Vec::new();
	// What is under way still comes, and then the end: not all of it.
	let _ = timeout(LIMIT, slow.read_to_end(&mut rest)).await.expect("it ends");
	assert!(rest.len() < LARGE, "{} bytes", rest.len());
}
