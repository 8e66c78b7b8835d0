//! Why a connection to the scheduler ended.

use jsonrpsee::core::client::Error as RpcError;
use rlc_primitives::WorkerpoolId;
use rlc_protocol::version::OtherProtocol;
use sp_core::H256;

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
	#[error("{}", words(.0))]
	Rpc(#[from] RpcError),
	#[error("the scheduler closed the connection")]
	Closed,
	#[error(transparent)]
	OtherProtocol(#[from] OtherProtocol),
	#[error("the scheduler is on another chain ({0:?}); check the addresses of scheduler and node")]
	OtherChain(H256),
	#[error("the scheduler is of workerpool {:?}, not of {:?}; check its address and --workerpool", .said.0, .expected.0)]
	OtherPool { said: WorkerpoolId, expected: WorkerpoolId },
	#[error(
		"the scheduler says that it is of workerpool {:?}, for which the chain names {registered}; if you mean that pool, \
		 start with --workerpool {:?}", .said.0, .said.0
	)]
	ElsewhereOnChain { said: WorkerpoolId, registered: String },
	#[error("the node cannot be asked where the scheduler's workerpool is: {0}")]
	Unverified(String),
	#[error(
		"another machine joined with this worker's key and works in its place; this one stands by until that is gone: give \
		 each machine a key of its own"
	)]
	Replaced,
	#[error("another machine works with this worker's key")]
	Elsewhere,
	#[error("the worker offers something else than before, and joins again")]
	Outdated,
	/// The worker itself ends.
	#[error("the worker ends")]
	Ended,
}

/// Returns what an error of a call to the scheduler says: its words, if it refused.
pub(super) fn words(error: &RpcError) -> String {
	match error {
		RpcError::Call(refusal) => format!("the scheduler refuses: {} ({})", refusal.message(), refusal.code()),
		other => other.to_string(),
	}
}
