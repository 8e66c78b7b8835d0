//! Entries as journals of version 1 have them: delegations did not expire then.
//!
//! The chain refuses them now. So they are read as expired: a task that was not contributed to is given back, and one that
//! was is revealed.

use codec::{Decode, DecodeAll, Error};
use rlc_primitives::{
	work::{DelegationProof, TaskRef},
	SchedulerSignature,
};

use crate::record::{Record, State};

#[derive(Decode)]
struct Record1 {
	task: TaskRef,
	authorization: Proof1,
	batched: bool,
	taken: u64,
	state: State,
}

#[derive(Decode)]
enum Proof1 {
	#[codec(index = 0)]
	OnChain,
	#[codec(index = 1)]
	Signed(SchedulerSignature),
}

/// Returns the record that these bytes are.
///
/// # Errors
///
/// If they are none.
pub(super) fn read(mut bytes: &[u8]) -> Result<Record, Error> {
	let Record1 { task, authorization, batched, taken, state } = Record1::decode_all(&mut bytes)?;
	let authorization = match authorization {
		Proof1::OnChain => DelegationProof::OnChain,
		Proof1::Signed(signature) => DelegationProof::Signed { signature, expiry: 0 },
	};
	Ok(Record { task, authorization, batched, taken, state })
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use crate::record::{Output, OutputKind};
	use codec::Encode;
	use rlc_primitives::{DealId, ResultDigest};
	use sp_core::H256;

	/// Returns the entry that version 1 wrote of the deal's task 3, which it had contributed to, by a signature.
	pub fn contributed() -> Vec<u8> {
		let task = [[1; 32].as_slice(), &[3 << 2]].concat();
		let delegation = [[1, 0, 1].as_slice(), &[7; 64]].concat();
		let batched_and_taken = [1, 9, 0, 0, 0, 0, 0, 0, 0];
		let contributed = [[3].as_slice(), &[5; 32], &[0], &[8, 0, 0, 0, 0, 0, 0, 0]].concat();
		[task.as_slice(), &delegation, &batched_and_taken, &contributed].concat()
	}

	#[test]
	fn signed_delegation_has_expired() {
		let record = read(&contributed()).unwrap();
		assert_eq!(record.task, TaskRef { deal: DealId(H256::repeat_byte(1)), index: 3 });
		let output = Output { digest: ResultDigest(H256::repeat_byte(5)), kind: OutputKind::Archive, size: 8 };
		assert_eq!((record.batched, record.taken, &record.state), (true, 9, &State::Contributed(output)));
		assert_eq!(record.expiry(), 0);
		let DelegationProof::Signed { signature, .. } = record.authorization else { panic!("it is signed") };
		assert_eq!(signature.encode(), [[0, 1].as_slice(), &[7; 64]].concat());
	}

	#[test]
	fn delegation_on_chain_is_as_good_as_before() {
		let bytes = [[1; 32].as_slice(), &[3 << 2], &[0], &[0, 9, 0, 0, 0, 0, 0, 0, 0], &[0]].concat();
		let record = read(&bytes).unwrap();
		assert_eq!((record.authorization, record.state), (DelegationProof::OnChain, State::Taken));
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::prelude::*;
	use rlc_testing::spoiled;

	proptest! {
		#[test]
		fn entry_is_read_as_one_that_has_expired(bytes in spoiled(Just(tests::contributed()))) {
			if let Ok(record) = read(&bytes) {
				prop_assert!(record.authorization.expiry().is_none_or(|expiry| expiry == 0));
			}
		}

		#[test]
		fn nothing_follows_an_entry(more in 0..4_usize) {
			let entry = [tests::contributed(), vec![0; more]].concat();
			prop_assert_eq!(read(&entry).is_ok(), more == 0);
		}
	}
}
