//! Describes a node.

use std::{net::SocketAddr, path::PathBuf};

use sc_network::{
	config::{MultiaddrWithPeerId, NetworkBackendType, NonReservedPeerMode},
	Multiaddr,
};

use super::addresses;
use crate::{chain_spec::ChainSpec, service::Seal};

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
	/// Describes a node of a chain: `dev`, `local`, or the path of a chain spec.
	pub fn new(chain: impl Into<String>) -> Self {
		Self::of(Chain::Named(chain.into()))
	}

	/// Describes a node of a chain that the program specifies itself.
	pub fn with_spec(spec: ChainSpec) -> Self {
		Self::of(Chain::Given(Box::new(spec)))
	}

	/// Describes the one validator of a development chain.
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

	/// Sets the name that peers see.
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
	/// which [`Node::rpc_address`](super::Node::rpc_address) tells. Unsafe methods are served on loopback addresses only.
	pub fn rpc(mut self, address: impl Into<SocketAddr>) -> Self {
		self.rpc = Some(address.into());
		self
	}

	/// Lets peers connect at a TCP address; port 0 takes any free port, which [`Node::p2p_addresses`](super::Node::p2p_addresses) tells.
	pub fn p2p(mut self, address: impl Into<SocketAddr>) -> Self {
		self.p2p.push(addresses::multiaddr(address.into()));
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
}
