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
//! [`Node::stop`] returns, every thread has ended and the database is closed. Nothing is shared between the nodes of a
//! program: neither a folder, nor a port, nor a metrics registry; no logger is set up.

use std::{
	net::SocketAddr,
	path::PathBuf,
	sync::{Arc, Weak},
	time::{Duration, Instant},
};

use futures::{channel::oneshot, FutureExt};
use jsonrpsee::{Methods, MethodsError};
use sc_network::{
	config::{MultiaddrWithPeerId, NetworkBackendType, NonReservedPeerMode},
	service::traits::NetworkService,
	Multiaddr,
};
use sc_service::RpcHandlers;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{runtime::Runtime, sync::watch};

use crate::{
	chain_spec::{self, ChainSpec},
	preflight,
	service::{self, Backend, Client, Seal},
	Error,
};

mod config;

/// How long the node's tasks have to end.
const STOP_PATIENCE: Duration = Duration::from_secs(60);
/// How long to wait after that for the database to be closed by what ends a little later.
const CLOSE_PATIENCE: Duration = Duration::from_secs(10);
/// Messages of a subscription that wait for the program; when there are more, the node waits for the program.
const SUBSCRIPTION_BUFFER: usize = 1024;

/// Where the node's chain comes from.
#[derive(Clone)]
enum Chain {
	/// A known name, or the path of a spec.
	Named(String),
	/// Given by the program.
	Given(Box<ChainSpec>),
}

/// Which keys the node has.
#[derive(Clone, Debug)]
enum Keys {
	/// None: it follows the chain.
	None,
	/// Derived from a seed, in memory.
	Seed(String),
	/// In a folder.
	Folder(PathBuf),
}

/// Describes a node, and starts it.
///
/// Unless told otherwise, a node has a temporary folder, no keys, and no listening port.
#[derive(Clone)]
pub struct NodeBuilder {
	chain: Chain,
	name: String,
	base_path: Option<PathBuf>,
	keys: Keys,
	rpc: Option<SocketAddr>,
	p2p: Vec<Multiaddr>,
	bootnodes: Vec<MultiaddrWithPeerId>,
	reserved: Vec<MultiaddrWithPeerId>,
	reserved_only: bool,
	backend: NetworkBackendType,
	seal: Seal,
	archive: bool,
}

impl NodeBuilder {
	/// A node of a chain: `dev`, `local`, or the path of a chain spec.
	pub fn new(chain: impl Into<String>) -> Self {
		Self::of(Chain::Named(chain.into()))
	}

	/// A node of a chain that the program describes itself.
	pub fn with_spec(spec: ChainSpec) -> Self {
		Self::of(Chain::Given(Box::new(spec)))
	}

	/// The one validator of a development chain.
	pub fn dev() -> Self {
		Self::new("dev").name("Alice").seed("//Alice")
	}

	fn of(chain: Chain) -> Self {
		Self {
			chain,
			name: "embedded".into(),
			base_path: None,
			keys: Keys::None,
			rpc: None,
			p2p: Vec::new(),
			bootnodes: Vec::new(),
			reserved: Vec::new(),
			reserved_only: false,
			backend: NetworkBackendType::Litep2p,
			seal: Seal::Slots,
			archive: false,
		}
	}

	/// Name that peers see.
	pub fn name(mut self, name: impl Into<String>) -> Self {
		self.name = name.into();
		self
	}

	/// Keeps the chain and the network key in a folder. Otherwise they are in a temporary one, which goes when the node
	/// stops.
	pub fn base_path(mut self, path: impl Into<PathBuf>) -> Self {
		self.base_path = Some(path.into());
		self
	}

	/// Makes the node a validator with session keys derived from a seed such as `//Alice`, for tests. They are not
	/// stored.
	pub fn seed(mut self, seed: impl Into<String>) -> Self {
		self.keys = Keys::Seed(seed.into());
		self
	}

	/// Makes the node a validator with the session keys of a keystore folder.
	pub fn keystore(mut self, folder: impl Into<PathBuf>) -> Self {
		self.keys = Keys::Folder(folder.into());
		self
	}

	/// Serves RPC (HTTP and WebSocket) at an address, for example `([127, 0, 0, 1], 9944)`; port 0 takes any free port,
	/// which [`Node::rpc_address`] tells. Unsafe methods are served on loopback addresses only.
	pub fn rpc(mut self, address: impl Into<SocketAddr>) -> Self {
		self.rpc = Some(address.into());
		self
	}

	/// Lets peers connect at a TCP address; port 0 takes any free port, which [`Node::p2p_addresses`] tells.
	pub fn p2p(mut self, address: impl Into<SocketAddr>) -> Self {
		self.p2p.push(config::multiaddr(address.into()));
		self
	}

	/// Adds a peer to begin with, beside those of the chain spec.
	pub fn bootnode(mut self, peer: MultiaddrWithPeerId) -> Self {
		self.bootnodes.push(peer);
		self
	}

	/// Adds a peer that the node keeps connected to.
	pub fn reserved_peer(mut self, peer: MultiaddrWithPeerId) -> Self {
		self.reserved.push(peer);
		self
	}

	/// Refuses peers other than the reserved ones.
	pub fn reserved_only(mut self) -> Self {
		self.reserved_only = true;
		self
	}

	/// Uses libp2p instead of litep2p.
	pub fn libp2p(mut self) -> Self {
		self.backend = NetworkBackendType::Libp2p;
		self
	}

	/// Makes a block as soon as there is a transaction, final at once. On development chains only.
	pub fn instant_seal(mut self) -> Self {
		self.seal = Seal::Instant;
		self
	}

	/// Keeps the state of all blocks, and serves the `archive_v1` RPC.
	pub fn archive(mut self) -> Self {
		self.archive = true;
		self
	}

	fn non_reserved_mode(&self) -> NonReservedPeerMode {
		if self.reserved_only {
			NonReservedPeerMode::Deny
		} else {
			NonReservedPeerMode::Accept
		}
	}

	/// Starts the node and returns when it runs.
	///
	/// # Errors
	///
	/// Whatever [`Error`] describes: the chain, the seed, the folder, the ports, the database.
	pub async fn start(self) -> Result<Node, Error> {
		let spec = match &self.chain {
			Chain::Named(name) => chain_spec::load(name)?,
			Chain::Given(spec) => (**spec).clone(),
		};
		if let Keys::Seed(seed) = &self.keys {
			preflight::seed(seed)?;
		}
		let temporary = match &self.base_path {
			Some(_) => None,
			None => Some(temporary_folder()?),
		};
		let base_path = match (&self.base_path, &temporary) {
			(Some(path), _) => path.clone(),
			(None, Some(folder)) => folder.path().into(),
			(None, None) => std::env::temp_dir(),
		};
		preflight::folder(&base_path)?;

		let runtime = Threads::new()?;
		let handle = runtime.handle()?;
		let starting = handle.clone().spawn(async move {
			let (mut config, options) = self.into_service(spec, base_path, handle);
			preflight::ports(&mut config, preflight::Chosen { rpc: true, p2p: true, metrics: true })?;
			service::start(config, options)
		});
		let service::Node { mut tasks, client, backend, network, rpc } =
			starting.await.map_err(|error| Error::Threads(error.to_string()))??;

		let (exit_tx, exit) = watch::channel(None);
		let (stop, stopped) = oneshot::channel::<()>();
		let supervisor = runtime.handle()?.spawn(async move {
			let failure = futures::select! {
				ended = tasks.future().fuse() => ended.err().map(|error| error.to_string()),
				_ = stopped.fuse() => None,
			};
			drop(tasks);
			// Nobody may be waiting.
			let _ = exit_tx.send(Some(failure.unwrap_or_else(|| "it was told to".into())));
		});
		Ok(Node { rpc, network, client, backend: Arc::downgrade(&backend), exit, stop, supervisor, runtime, temporary })
	}
}

fn temporary_folder() -> Result<TempDir, Error> {
	tempfile::Builder::new()
		.prefix("rlc-node-")
		.tempdir()
		.map_err(|source| Error::NotWritable { path: std::env::temp_dir(), source })
}

/// A running node. It stops when dropped, too, but then without waiting for its end.
pub struct Node {
	rpc: RpcHandlers,
	network: Arc<dyn NetworkService>,
	client: Arc<Client>,
	backend: Weak<Backend>,
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

	/// The names of all RPC methods.
	pub fn methods(&self) -> Vec<String> {
		self.rpc.handle().method_names().map(String::from).collect()
	}

	/// Where RPC is served, if it is.
	pub fn rpc_address(&self) -> Option<SocketAddr> {
		self.rpc.listen_addresses().iter().find_map(config::socket_address)
	}

	/// Where peers can connect. Empty if the node does not listen, or has not begun to.
	pub fn p2p_addresses(&self) -> Vec<MultiaddrWithPeerId> {
		let peer_id = self.network.local_peer_id();
		self.network.listen_addresses().iter().map(|address| config::with_peer(address, peer_id)).collect()
	}

	/// Access to the chain: headers, state, runtime calls, notifications. Drop it before [`Node::stop`], as it keeps the
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
		let Self { rpc, network, client, backend, exit, stop, supervisor, runtime, temporary } = self;
		let failed = exit.borrow().clone();
		drop((rpc, network, client));
		// The supervisor may have ended before.
		let _ = stop.send(());
		let _ = supervisor.await;

		// Ending threads blocks, which the program's own threads may not be able to afford.
		let (done, ended) = oneshot::channel();
		std::thread::Builder::new()
			.name("rlc-node-stop".into())
			.spawn(move || {
				runtime.end();
				let closed = wait_for_end_of(&backend);
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

/// Whether the last owner of the database let go of it in time.
fn wait_for_end_of(backend: &Weak<Backend>) -> bool {
	let deadline = Instant::now() + CLOSE_PATIENCE;
	while backend.strong_count() > 0 {
		if Instant::now() > deadline {
			return false;
		}
		std::thread::sleep(Duration::from_millis(10));
	}
	true
}

/// Messages of an RPC subscription. Ends when dropped.
pub struct Subscription {
	inner: jsonrpsee::core::server::Subscription,
	method: String,
}

impl Subscription {
	/// The next message, or nothing when there will be none.
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

/// The node's threads. A tokio runtime must not be dropped on a thread of another one, so this lets go of it instead.
struct Threads(Option<Runtime>);

impl Threads {
	fn new() -> Result<Self, Error> {
		sc_cli::build_runtime().map(|runtime| Self(Some(runtime))).map_err(|error| Error::Threads(error.to_string()))
	}

	fn handle(&self) -> Result<tokio::runtime::Handle, Error> {
		match &self.0 {
			Some(runtime) => Ok(runtime.handle().clone()),
			None => Err(Error::Threads("they have ended".into())),
		}
	}

	/// Waits for the end of all threads.
	fn end(mut self) {
		if let Some(runtime) = self.0.take() {
			runtime.shutdown_timeout(STOP_PATIENCE);
		}
	}
}

impl Drop for Threads {
	fn drop(&mut self) {
		if let Some(runtime) = self.0.take() {
			runtime.shutdown_background();
		}
	}
}
