//! Servers for the tests, on this machine, that can be stopped at any moment.

use std::{
	net::SocketAddr,
	path::Path,
	sync::{
		atomic::{AtomicU64, AtomicUsize, Ordering},
		Arc,
	},
	time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::Router;
use rlc_store::{routes, Cid, Grant, HashKind, Keep, Room, Store, StoreConfig, Url};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	runtime::Runtime,
};

pub const KEY: [u8; 32] = [7; 32];

pub fn now() -> u64 {
	SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// Bytes that are nowhere twice.
pub fn content(length: usize) -> Vec<u8> {
	(0..length as u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
}

pub fn sha256(bytes: &[u8]) -> Cid {
	Cid::of(HashKind::Sha256, bytes)
}

/// Returns what allows Alice to store a content for an hour.
pub fn grant(cid: Cid) -> Grant {
	Grant {
		cid,
		max_size: 1 << 30,
		expires: now() + 3_600_000,
		who: "alice".into(),
		by: None,
		room: Room::Uploads,
		quota: None,
		keep: Keep::Retention,
	}
}

/// A server with threads of its own, so that nothing of it is left once it is dropped.
pub struct Server {
	pub address: SocketAddr,
	runtime: Option<Runtime>,
}

impl Server {
	/// Serves at an address, or at any if there is none yet.
	pub fn at(address: Option<SocketAddr>, router: Router) -> Self {
		let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
		let listener = std::net::TcpListener::bind(address.unwrap_or(([127, 0, 0, 1], 0).into())).unwrap();
		listener.set_nonblocking(true).unwrap();
		let address = listener.local_addr().unwrap();
		runtime.spawn(async move { axum::serve(TcpListener::from_std(listener).unwrap(), router).await.unwrap() });
		Self { address, runtime: Some(runtime) }
	}

	pub fn url(&self) -> Url {
		url_of(self.address)
	}
}

impl Drop for Server {
	fn drop(&mut self) {
		let runtime = self.runtime.take().unwrap();
		// Not within another runtime; and the address is free only afterwards.
		std::thread::spawn(move || runtime.shutdown_timeout(Duration::from_secs(30))).join().unwrap();
	}
}

pub fn url_of(address: SocketAddr) -> Url {
	format!("http://{address}").parse().unwrap()
}

/// A store with its server.
pub struct Served {
	pub store: Store,
	pub server: Server,
}

impl Served {
	pub async fn open(dir: &Path) -> Self {
		Self::open_at(dir, None, StoreConfig::new(KEY)).await
	}

	pub async fn open_at(dir: &Path, address: Option<SocketAddr>, config: StoreConfig) -> Self {
		let store = Store::open(dir, config).await.unwrap();
		let router = Router::new().nest("/store", routes(store.clone()));
		Self { server: Server::at(address, router), store }
	}

	pub fn url(&self, cid: &Cid) -> String {
		format!("{}store/{cid}", self.server.url())
	}
}

/// A way to a server that breaks: each of its first connections ends after some bytes.
pub struct Breaking {
	pub address: SocketAddr,
	/// How many connections were opened.
	pub connections: Arc<AtomicUsize>,
}

impl Breaking {
	/// Breaks `times` connections, each after `bytes` in either direction.
	pub async fn to(server: SocketAddr, times: usize, bytes: u64) -> Self {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let address = listener.local_addr().unwrap();
		let connections = Arc::new(AtomicUsize::new(0));
		let count = connections.clone();
		tokio::spawn(async move {
			while let Ok((client, _)) = listener.accept().await {
				let whole = count.fetch_add(1, Ordering::SeqCst) >= times;
				tokio::spawn(pass_on(client, server, if whole { u64::MAX } else { bytes }));
			}
		});
		Self { address, connections }
	}
}

async fn pass_on(client: TcpStream, server: SocketAddr, bytes: u64) {
	let Ok(server) = TcpStream::connect(server).await else { return };
	let (from_client, to_client) = client.into_split();
	let (from_server, to_server) = server.into_split();
	let left = AtomicU64::new(bytes);
	// Whichever ends first ends both.
	tokio::select! {
		() = copy(from_client, to_server, &left) => (),
		() = copy(from_server, to_client, &left) => (),
	}
}

async fn copy(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, left: &AtomicU64) {
	let mut buffer = vec![0; 16 * 1024];
	while let Ok(count @ 1..) = from.read(&mut buffer).await {
		let left = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(count as u64));
		if left.is_err() || to.write_all(&buffer[..count]).await.is_err() {
			return;
		}
	}
}

/// Waits until something is so.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
	for _ in 0..3_000 {
		if is_so() {
			return;
		}
		tokio::time::sleep(Duration::from_millis(10)).await;
	}
	panic!("{what}: not after 30 s");
}
