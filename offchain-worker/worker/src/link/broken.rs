//! Why a connection to the scheduler ended.

use jsonrpsee::core::client::Error as RpcError;
use rlc_protocol::version::OtherProtocol;
use sp_core::H256;

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
	#[error(transparent)]
	Rpc(#[from] RpcError),
	#[error("the scheduler closed the connection")]
	Closed,
	#[error(transparent)]
	OtherProtocol(#[from] OtherProtocol),
	#[error("the scheduler is on another chain ({0:?}); check the addresses of scheduler and node")]
	OtherChain(H256),
	/// The worker itself ends.
	#[error("the worker ends")]
	Ended,
}
