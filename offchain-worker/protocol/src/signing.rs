//! What keys sign to show who is there.
//!
//! A signature that somebody overhears must be worth nothing. So each payload begins with the name of its purpose, and says
//! within which [`Bounds`] it is good: on which chain, for which pool, until when, and once.
//!
//! ```text
//! "rlc/PURPOSE/v2" ++ genesis ++ workerpool ++ notAfter ++ nonce ++ what is claimed      (SCALE)
//! ```

use codec::Encode;
use rlc_primitives::{AccountId, Signature, TaskId, WorkerpoolId};
use sp_core::H256;
use sp_runtime::traits::Verify;

/// How far a signer's clock may be from ours, in ms.
pub const MAX_CLOCK_DIFFERENCE: u64 = 60_000;

/// How long a claim of a requester is good, in ms: as long as it takes to send it.
pub const CLAIM_TIME: u64 = 60_000;

/// Where, until when, and how often a claim is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub struct Bounds {
	/// The chain's genesis hash.
	pub genesis: H256,
	/// The pool whose scheduler it is for. A signer takes it from the chain or from its user, never from the scheduler alone:
	/// that may name another pool, to use the claim there.
	pub workerpool: WorkerpoolId,
	/// Until when it is good, in ms. Of a join, by the scheduler's clock, since the scheduler says so in its challenge; of
	/// others, by the signer's.
	pub not_after: u64,
	/// What makes it good once. Of a join, the scheduler's challenge; of others, random.
	pub nonce: H256,
}

impl Bounds {
	/// Returns whether a claim of a requester is good at `now`, in ms: it has not expired, and expires soon.
	pub fn is_current(&self, now: u64) -> bool {
		let earliest = now.saturating_sub(MAX_CLOCK_DIFFERENCE);
		let latest = now.saturating_add(CLAIM_TIME).saturating_add(MAX_CLOCK_DIFFERENCE);
		(earliest..=latest).contains(&self.not_after)
	}

	/// Returns when it is not [current](Self::is_current) any more, in ms: until then, its nonce is remembered.
	pub fn forget_at(&self) -> u64 {
		self.not_after.saturating_add(MAX_CLOCK_DIFFERENCE).saturating_add(1)
	}
}

/// What is shown by a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim<'a> {
	/// A worker joins a pool: it answers the scheduler's challenge.
	Join(Bounds),
	/// An operator says that a worker is its own. Signed once, for all pools of a chain: it is good with the worker's key
	/// only.
	Operator {
		/// The chain's genesis hash.
		genesis: H256,
		/// The worker.
		worker: &'a AccountId,
	},
	/// A requester wants to read a task's logs.
	Logs {
		/// Where and when it is good.
		bounds: Bounds,
		/// The task.
		task: TaskId,
	},
	/// An account wants to store a file.
	Upload {
		/// Where and when it is good.
		bounds: Bounds,
		/// SHA-256 of the file.
		content: H256,
		/// The file's size, in bytes.
		size: u64,
	},
}

impl Claim<'_> {
	/// Returns the bytes to sign.
	pub fn payload(&self) -> Vec<u8> {
		match self {
			Self::Join(bounds) => (b"rlc/join/v2", bounds).encode(),
			Self::Operator { genesis, worker } => (b"rlc/operator/v1", genesis, worker).encode(),
			Self::Logs { bounds, task } => (b"rlc/logs/v2", bounds, task).encode(),
			Self::Upload { bounds, content, size } => (b"rlc/upload/v2", bounds, content, size).encode(),
		}
	}

	/// Returns whether `account` signed it. Whether it is good now, and was not used before, is checked beside that.
	pub fn is_signed_by(&self, signature: &[u8], account: &AccountId) -> bool {
		let mut bytes = signature;
		let Ok(signature) = <Signature as codec::Decode>::decode(&mut bytes) else { return false };
		bytes.is_empty() && signature.verify(self.payload().as_slice(), account)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::{sr25519, Pair, H160};

	const NOW: u64 = 1_000_000;

	fn bounds() -> Bounds {
		Bounds {
			genesis: H256::repeat_byte(9),
			workerpool: WorkerpoolId(H160::repeat_byte(5)),
			not_after: NOW + CLAIM_TIME,
			nonce: H256::repeat_byte(7),
		}
	}

	#[test]
	fn claim_is_for_one_account_purpose_chain_pool_time_and_use() {
		let pair = sr25519::Pair::from_seed(&[1; 32]);
		let account = AccountId::new(pair.public().0);
		let task = TaskId(H256::repeat_byte(1));
		let claim = Claim::Logs { bounds: bounds(), task };
		let signature = Signature::from(pair.sign(&claim.payload())).encode();
		assert!(claim.is_signed_by(&signature, &account));
		assert!(!claim.is_signed_by(&signature, &AccountId::new([2; 32])));
		let other = |bounds| !Claim::Logs { bounds, task }.is_signed_by(&signature, &account);
		assert!(other(Bounds { genesis: H256::zero(), ..bounds() }));
		assert!(
			other(Bounds { workerpool: WorkerpoolId::default(), ..bounds() }),
			"heard by one pool, used at another"
		);
		assert!(other(Bounds { not_after: NOW, ..bounds() }));
		assert!(other(Bounds { nonce: H256::zero(), ..bounds() }));
		let upload = Claim::Upload { bounds: bounds(), content: task.0, size: 0 };
		assert!(!upload.is_signed_by(&signature, &account));
		assert!(!claim.is_signed_by(&[signature.as_slice(), &[0]].concat(), &account));
		assert!(!claim.is_signed_by(&[], &account));
	}

	#[test]
	fn no_two_purposes_have_a_payload_in_common() {
		let bounds = bounds();
		let worker = AccountId::new([7; 32]);
		let (genesis, challenge) = (bounds.genesis, bounds.nonce);
		let claims = [
			Claim::Join(bounds),
			Claim::Operator { genesis, worker: &worker },
			Claim::Logs { bounds, task: TaskId(challenge) },
			Claim::Upload { bounds, content: challenge, size: 0 },
		];
		let payloads: std::collections::BTreeSet<_> = claims.iter().map(Claim::payload).collect();
		assert_eq!(payloads.len(), claims.len());
		assert!(payloads.iter().all(|one| !payloads.iter().any(|other| one != other && other.starts_with(one))));
	}

	#[test]
	fn claim_is_good_for_its_time_and_what_clocks_may_differ() {
		let at = |not_after| Bounds { not_after, ..bounds() }.is_current(NOW);
		assert!(at(NOW) && at(NOW - MAX_CLOCK_DIFFERENCE) && at(NOW + CLAIM_TIME + MAX_CLOCK_DIFFERENCE));
		assert!(!at(NOW - MAX_CLOCK_DIFFERENCE - 1), "it has expired");
		assert!(!at(NOW + CLAIM_TIME + MAX_CLOCK_DIFFERENCE + 1), "it is good for too long");
		assert!(!bounds().is_current(bounds().forget_at()) && bounds().is_current(bounds().forget_at() - 1));
	}
}

#[cfg(test)]
mod parsing;
