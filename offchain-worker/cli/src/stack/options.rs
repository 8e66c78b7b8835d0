//! What a stack consists of, and where it is kept.

use std::path::PathBuf;

use rlc_primitives::RLC;
use rlc_store::Url;

use crate::amount::Amount;

/// What a task costs in the pool's orders by default, in nRLC: three workers that share it earn enough to pay for points of
/// score.
pub(crate) const PRICE: Amount = Amount(RLC);

/// What a stack consists of.
#[derive(Clone, Debug)]
pub(crate) struct Options {
	/// How many workers.
	pub workers: u32,
	/// How many of them contribute wrong results; these are the last ones.
	pub liars: u32,
	/// How many tasks each worker takes at a time.
	pub slots: u32,
	/// The RPC of an IPFS node that keeps results and inputs.
	pub ipfs: Option<Url>,
	/// Where everything is kept.
	pub directory: Directory,
	/// Whether the node makes a block for each transaction, final at once, instead of one a second.
	pub instant_seal: bool,
	/// The port of the node's JSON-RPC.
	pub rpc_port: u16,
	/// The port of the scheduler and its store.
	pub scheduler_port: u16,
	/// What a task costs in the pool's orders.
	pub price: Amount,
	/// The node's program; `None` for rlc-node next to this program, else in PATH.
	pub node_binary: Option<PathBuf>,
}

/// Where a stack keeps everything.
#[derive(Clone, Debug)]
pub(crate) enum Directory {
	/// In the user's data directory.
	OfUser,
	/// Here.
	At(PathBuf),
	/// In a temporary directory, which is removed at the end.
	Temporary,
}
