//! What keys sign to show who is there. Each payload begins with its own name and the chain's genesis hash, so that none
//! is good for anything else, or anywhere else.

use codec::Encode;
use rlc_primitives::{AccountId, Signature, TaskId, WorkerpoolId};
use sp_core::H256;
use sp_runtime::traits::Verify;

/// How far a signer's clock may be from ours, in ms.
pub const MAX_CLOCK_DIFFERENCE: u64 = 60_000;

/// What is shown by a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim<'a> {
	/// A worker joins a pool: it answers the scheduler's challenge.
	Join {
		/// The pool.
		workerpool: WorkerpoolId,
		/// The scheduler's random challenge.
		challenge: H256,
	},
	/// An operator says that a worker is its own. Signed once.
	Operator {
		/// The worker.
		worker: &'a AccountId,
	},
	/// A requester wants to read a task's logs.
	Logs {
		/// The task.
		task: TaskId,
		/// When it was signed, in ms.
		at: u64,
	},
	/// An account wants to store a file.
	Upload {
		/// SHA-256 of the file.
		content: H256,
		/// The file's size, in bytes.
		size: u64,
		/// When it was signed, in ms.
		at: u64,
	},
}

impl Claim<'_> {
	/// Returns the bytes to sign, on the chain with this genesis hash.
	pub fn payload(&self, genesis: H256) -> Vec<u8> {
		match self {
			Self::Join { workerpool, challenge } => (b"rlc/join/v1", genesis, workerpool, challenge).encode(),
			Self::Operator { worker } => (b"rlc/operator/v1", genesis, worker).encode(),
			Self::Logs { task, at } => (b"rlc/logs/v1", genesis, task, at).encode(),
			Self::Upload { content, size, at } => (b"rlc/upload/v1", genesis, content, size, at).encode(),
		}
	}

	/// Returns whether `account` signed it. The caller has to check `at` against its own clock, too.
	pub fn is_signed_by(&self, genesis: H256, signature: &[u8], account: &AccountId) -> bool {
		let mut bytes = signature;
		let Ok(signature) = <Signature as codec::Decode>::decode(&mut bytes) else { return false };
		bytes.is_empty() && signature.verify(self.payload(genesis).as_slice(), account)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::{sr25519, Pair};

	#[test]
	fn claim_is_for_one_account_purpose_and_chain() {
		let pair = sr25519::Pair::from_seed(&[1; 32]);
		let account = AccountId::new(pair.public().0);
		let (task, genesis) = (TaskId(H256::repeat_byte(1)), H256::repeat_byte(9));
		let claim = Claim::Logs { task, at: 5 };
		let signature = Signature::from(pair.sign(&claim.payload(genesis))).encode();
		assert!(claim.is_signed_by(genesis, &signature, &account));
		assert!(!claim.is_signed_by(H256::zero(), &signature, &account));
		assert!(!claim.is_signed_by(genesis, &signature, &AccountId::new([2; 32])));
		assert!(!Claim::Logs { task, at: 6 }.is_signed_by(genesis, &signature, &account));
		assert!(!claim.is_signed_by(genesis, &[signature.as_slice(), &[0]].concat(), &account));
		assert!(!claim.is_signed_by(genesis, &[], &account));
	}
}
