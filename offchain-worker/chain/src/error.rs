//! What can go wrong, in one line each.

use rlc_primitives::{BlockNumber, Hash};

/// What can go wrong between a program and the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
	/// The address is not a WebSocket address.
	#[error("{0:?} is not the address of a node: write it as ws://HOST:PORT or wss://HOST:PORT")]
	BadAddress(String),
	/// Nobody answered in time.
	#[error("the node at {node} does not answer ({cause}): check that it runs and can be reached")]
	Unreachable {
		/// Where it should be.
		node: String,
		/// What happened at last.
		cause: String,
	},
	/// The node answers with an error.
	#[error("the node refuses {method}: {words} (code {code})")]
	Rpc {
		/// What it was asked.
		method: String,
		/// JSON-RPC's code.
		code: i32,
		/// What it says.
		words: String,
	},
	/// The node's answer is not what was asked for.
	#[error("the node's answer to {question} cannot be read: {cause}")]
	BadAnswer {
		/// What it was asked.
		question: String,
		/// What is wrong with the answer.
		cause: String,
	},
	/// The chain's runtime has other calls, events or storage than this program was made for.
	#[error(
		"this program is too old or too new for the chain (runtime version {version}): {difference}; install the one \
		 that fits"
	)]
	Mismatch {
		/// The runtime's `spec_version`.
		version: u32,
		/// Which item differs, and the first difference.
		difference: String,
	},
	/// The runtime has no such call, or what was read is not one.
	#[error("this is not a call of the chain: {0}")]
	BadCall(String),
	/// The node has discarded the state of this block and of those before it.
	#[error("the node has discarded what happened in block {number}: use an archive node, or today's state alone")]
	Discarded {
		/// The first block that was asked for.
		number: BlockNumber,
	},
	/// The text is not a secret key.
	#[error("this is not a secret key: {0}")]
	BadKey(String),
	/// The transaction did not get into the node's pool. Nothing has happened, and nothing will.
	#[error("the node does not take the transaction: {0}")]
	Invalid(String),
	/// Tasks need the call, and the chain takes none of these now: governance has paused them, or the chain's state migrates.
	/// Nothing has happened, and nothing will. Deadlines of tasks stand still for as long.
	#[error(
		"work is stopped on the chain for now, by governance or for an upgrade, and so are the deadlines of tasks"
	)]
	Paused,
	/// The transaction is in a block, and its call failed: all that it cost is its fee.
	#[error("refused: {0}")]
	Refused(Failure),
	/// The transaction left the pool without getting into a block. Look at the chain, then try again.
	#[error("transaction {hash:?} left the node's pool ({why}): look at the chain's state, then try again")]
	Dropped {
		/// The transaction.
		hash: Hash,
		/// What the pool says: `invalid`, `dropped` or `usurped`.
		why: String,
	},
	/// The transaction was accepted, and no block had it in time. One still may, for 64 blocks after it was signed.
	#[error("transaction {hash:?} is in no block after {seconds} s: look at the chain's state before trying again")]
	TimedOut {
		/// The transaction.
		hash: Hash,
		/// How long it was waited for.
		seconds: u64,
	},
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
	/// The pallet that says so, or `Token`, `Arithmetic`, ... for what is refused by no pallet.
	pub pallet: String,
	/// The error's name.
	pub error: String,
	/// What it means, and what to do.
	pub docs: String,
}

impl Failure {
	/// Returns whether it is this error of this pallet.
	pub fn is(&self, pallet: &str, error: &str) -> bool {
		self.pallet == pallet && self.error == error
	}
}

impl std::fmt::Display for Failure {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "{}.{}", self.pallet, self.error)?;
		if self.docs.is_empty() {
			return Ok(());
		}
		write!(f, ": {}", self.docs)
	}
}

impl Error {
	/// Returns whether the call reached a block and failed there with this error of this pallet.
	pub fn is_refusal(&self, pallet: &str, error: &str) -> bool {
		matches!(self, Self::Refused(failure) if failure.is(pallet, error))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn hashes_are_written_out_so_that_they_can_be_looked_up() {
		let hash = Hash::repeat_byte(0xAB);
		let whole = format!("transaction 0x{} ", "ab".repeat(32));
		let lost = [Error::Dropped { hash, why: "dropped".into() }, Error::TimedOut { hash, seconds: 60 }];
		assert!(lost.iter().all(|error| error.to_string().starts_with(&whole)), "{lost:?}");
	}
}
