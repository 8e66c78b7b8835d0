//! A whole node inside someone else's program.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! use rlc_node::embedded::NodeBuilder;
//! use serde_json::json;
//!
//! let node = NodeBuilder::dev().instant_seal().start().await?;
//! let chain: String = node.call("system_chain", json!([])).await?;
//! assert_eq!(chain, "RLC Development");
//! node.stop().await?;
//! # Ok(())
//! # })
//! # }
//! ```
//!
//! Each node has threads of its own, so it does not matter which kind of runtime the program uses, and when
//! [`Node::stop`] returns, every thread has ended and the database is closed. The nodes of a program share compiled runtimes,
//! if they are of development chains or have temporary folders, and nothing else: neither a port nor a metrics registry. No
//! logger is set up.

use std::{
	fs::{File, TryLockError},
	net::SocketAddr,
	path::{Path, PathBuf},
	sync::Arc,
	time::{Duration, Instant},
};

use futures::channel::oneshot;
use jsonrpsee::{Methods, MethodsError};
use sc_network::{config::MultiaddrWithPeerId, service::traits::NetworkService};
use sc_service::RpcHandlers;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;

use crate::{defaults::SUBSCRIPTION_BUFFER, in_memory::InMemory, service::types::Client, Error};

mod addresses;
mod builder;
mod config;
mod start;
mod threads;

pub use builder::NodeBuilder;

use threads::Threads;

/// How long the database has to be closed, once the threads have ended: it writes what is left, and the last that holds
/// it may end a little later than they.
const CLOSE_PATIENCE: Duration = Duration::from_secs(20);
/// The file that ParityDB keeps locked in its folder for as long as it is open.
const DATABASE_LOCK: &str = "lock";

/// A running node. It stops when dropped, too, but then without waiting for its end.
pub struct Node {
	rpc: RpcHandlers,
	network: Arc<dyn NetworkService>,
	client: Arc<Client>,
	base_path: PathBuf,
	database: PathBuf,
	exit: watch::Receiver<Option<String>>,
	stop: oneshot::Sender<()>,
	supervisor: tokio::task::JoinHandle<()>,
	runtime: Threads,
	temporary: Option<TempDir>,
}

impl Node {
	/// Calls an RPC method with its parameters as a JSON array, for example
	/// `node.call("chain_getBlockHash", json!([0]))`. All methods are allowed, unsafe ones too.
	///
	/// # Errors
	///
	/// [`Error::Rpc`] with the method's answer, or if the answer is not a `T`.
	pub async fn call<T>(&self, method: &str, params: Value) -> Result<T, Error>
	where
		T: DeserializeOwned + Clone + Send + 'static,
	{
		let params = Params::new(params);
		self.rpc(method, |methods, method| async move { methods.call(&method, params).await }).await
	}

	/// Subscribes with an RPC method and its parameters as a JSON array, for example
	/// `node.subscribe("chain_subscribeFinalizedHeads", json!([]))`.
	///
	/// # Errors
	///
	/// [`Error::Rpc`] with the method's answer.
	pub async fn subscribe(&self, method: &str, params: Value) -> Result<Subscription, Error> {
		let params = Params::new(params);
		let inner = self
			.rpc(method, |methods, method| async move { methods.subscribe(&method, params, SUBSCRIPTION_BUFFER).await })
			.await?;
		Ok(Subscription { inner, method: method.into() })
	}

	/// Runs a request on the node's own threads, since some methods need tokio.
	async fn rpc<T, Request>(&self, method: &str, request: impl FnOnce(Methods, String) -> Request) -> Result<T, Error>
	where
		T: Send + 'static,
		Request: std::future::Future<Output = Result<T, MethodsError>> + Send + 'static,
	{
		let methods: Methods = (*self.rpc.handle()).clone().into();
		let request = request(methods, method.to_string());
		self.runtime
			.handle()?
			.spawn(request)
			.await
			.map_err(|error| Error::Threads(error.to_string()))?
			.map_err(|source| Error::Rpc { method: method.into(), source })
	}

	/// Returns the node's RPC for `rlc_chain::Chain::over`. All methods are allowed, unsafe ones too.
	///
	/// # Errors
	///
	/// [`Error::Threads`] if the node's threads have ended.
	pub fn rpc_client(&self) -> Result<InMemory, Error> {
		Ok(InMemory::of(&self.rpc, self.runtime.handle()?))
	}

	/// Returns the names of all RPC methods.
	pub fn methods(&self) -> Vec<String> {
		self.rpc.handle().method_names().map(String::from).collect()
	}

	/// Returns the address at which RPC is served, if it is.
	pub fn rpc_address(&self) -> Option<SocketAddr> {
		self.rpc.listen_addresses().iter().find_map(addresses::socket_address)
	}

	/// Returns the addresses at which peers can connect. Empty if the node does not listen, or has not begun to.
	pub fn p2p_addresses(&self) -> Vec<MultiaddrWithPeerId> {
		let peer_id = self.network.local_peer_id();
		self.network.listen_addresses().iter().map(|address| addresses::with_peer(address, peer_id)).collect()
	}

	/// Returns the folder with the chain and the network key, even if it is temporary.
	pub fn base_path(&self) -> &Path {
		&self.base_path
	}

	/// Gives access to the chain: headers, state, runtime calls, notifications. Drop it before [`Node::stop`], as it keeps the
	/// database open.
	pub fn client(&self) -> &Arc<Client> {
		&self.client
	}

	/// Waits until the node stops by itself, because a part failed that it cannot do without.
	pub async fn exited(&self) -> Error {
		let mut exit = self.exit.clone();
		let reason = match exit.wait_for(Option::is_some).await {
			Ok(reason) => reason.clone().unwrap_or_default(),
			Err(_) => "its supervisor ended".into(),
		};
		Error::Stopped(reason)
	}

	/// Stops the node and returns when all its tasks and threads have ended and its database is closed.
	///
	/// # Errors
	///
	/// [`Error::Stopped`] if it had already stopped by itself; [`Error::DatabaseInUse`] if the program still holds its
	/// client.
	pub async fn stop(self) -> Result<(), Error> {
		let Self { rpc, network, client, base_path: _, database, exit, stop, supervisor, runtime, temporary } = self;
		let failed = exit.borrow().clone();
		drop((rpc, network, client));
		// The supervisor may have ended before.
		let _ = stop.send(());
		let _ = supervisor.await;

		// Ending threads blocks, which must not happen on the program's own threads.
		let (done, ended) = oneshot::channel();
		std::thread::Builder::new()
			.name("rlc-node-stop".into())
			.spawn(move || {
				runtime.end();
				let closed = wait_for_end_of(&database);
				drop(temporary);
				// The program may have stopped waiting.
				let _ = done.send(closed);
			})
			.map_err(|error| Error::Threads(error.to_string()))?;
		match (failed, ended.await) {
			(Some(reason), _) => Err(Error::Stopped(reason)),
			(None, Ok(true)) => Ok(()),
			(None, Ok(false)) => Err(Error::DatabaseInUse),
			(None, Err(_)) => Err(Error::Threads("the stopping thread ended early".into())),
		}
	}
}

/// Waits until the database can be opened again: closing it takes a while after its last owner has dropped it. Returns
/// whether it was closed in time.
fn wait_for_end_of(database: &Path) -> bool {
	let deadline = Instant::now() + CLOSE_PATIENCE;
	loop {
		match File::open(database.join(DATABASE_LOCK)).map(|lock| lock.try_lock()) {
			Ok(Err(TryLockError::WouldBlock)) if Instant::now() < deadline => {
				std::thread::sleep(Duration::from_millis(10));
			}
			Ok(Err(TryLockError::WouldBlock)) => return false,
			// Without the folder, or on a file system without locks, there is nothing to wait for.
			Ok(Ok(()) | Err(TryLockError::Error(_))) | Err(_) => return true,
		}
	}
}

/// Messages of an RPC subscription. Ends when dropped.
pub struct Subscription {
	inner: jsonrpsee::core::server::Subscription,
	method: String,
}

impl Subscription {
	/// Returns the next message, or `None` when the subscription has ended.
	///
	/// # Errors
	///
	/// [`Error::Rpc`] if the message is not a `T`.
	pub async fn next<T: DeserializeOwned>(&mut self) -> Option<Result<T, Error>> {
		let message = self.inner.next::<T>().await?;
		let value = message.map(|(value, _id)| value);
		Some(value.map_err(|source| Error::Rpc { method: self.method.clone(), source }))
	}
}

/// Parameters of a call, as JSON.
struct Params(Value);

impl Params {
	fn new(params: Value) -> Self {
		Self(params)
	}
}

impl jsonrpsee::core::traits::ToRpcParams for Params {
	fn to_rpc_params(self) -> Result<Option<Box<serde_json::value::RawValue>>, serde_json::Error> {
		serde_json::value::to_raw_value(&self.0).map(Some)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn database_is_closed_when_its_lock_is_free() {
		let folder = tempfile::tempdir().expect("a folder");
		let lock = File::create(folder.path().join(DATABASE_LOCK)).expect("a file");
		lock.try_lock().expect("nobody has it");
		let closing = std::thread::spawn(move || {
			std::thread::sleep(Duration::from_millis(200));
			let before = Instant::now();
			lock.unlock().expect("ours");
			before
		});
		assert!(wait_for_end_of(folder.path()));
		let seen = Instant::now();
		assert!(seen >= closing.join().expect("it ends"));
	}

	#[test]
	fn file_system_without_locks_is_not_waited_for() {
		let folder = tempfile::tempdir().expect("a folder");
		assert!(wait_for_end_of(folder.path()));
	}
}
