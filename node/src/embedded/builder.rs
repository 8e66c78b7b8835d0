//! Describes a node, and starts it.

use std::{
	net::SocketAddr,
	path::{Path, PathBuf},
};

use futures::{channel::oneshot, FutureExt};
use sc_network::{
	config::{MultiaddrWithPeerId, NetworkBackendType, NonReservedPeerMode},
	Multiaddr,
};
use tempfile::TempDir;
use tokio::sync::watch;

use super::{config, threads::Threads, Node};
use crate::{
	chain_spec::{self, ChainSpec},
	preflight,
	service::{self, Seal},
	Error,
};

/// Where the node's chain comes from.
#[derive(Clone)]
pub(super) enum Chain {
	/// A known name, or the path of a spec.
	Named(String),
	/// Given by the program.
	Given(Box<ChainSpec>),
}

/// Which keys the node has.
#[derive(Clone, Debug)]
pub(super) enum Keys {
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
	pub(super) chain: Chain,
	pub(super) name: String,
	pub(super) base_path: Option<PathBuf>,
	pub(super) keys: Keys,
	pub(super) rpc: Option<SocketAddr>,
	pub(super) p2p: Vec<Multiaddr>,
	pub(super) bootnodes: Vec<MultiaddrWithPeerId>,
	pub(super) reserved: Vec<MultiaddrWithPeerId>,
	pub(super) reserved_only: bool,
	pub(super) backend: NetworkBackendType,
	pub(super) seal: Seal,
	pub(super) archive: bool,
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

	pub(super) fn non_reserved_mode(&self) -> NonReservedPeerMode {
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
		let (mut config, options) = self.into_service(spec, base_path.clone(), handle.clone());
		let database = config.database.path().map_or_else(|| base_path.clone(), Path::to_path_buf);
		let starting = handle.spawn(async move {
			preflight::ports(&mut config, preflight::Chosen { rpc: true, p2p: true, metrics: true })?;
			service::start(config, options)
		});
		let service::Node { mut tasks, client, network, rpc } =
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
		Ok(Node { rpc, network, client, base_path, database, exit, stop, supervisor, runtime, temporary })
	}
}

fn temporary_folder() -> Result<TempDir, Error> {
	tempfile::Builder::new()
		.prefix("rlc-node-")
		.tempdir()
		.map_err(|source| Error::NotWritable { path: std::env::temp_dir(), source })
}
