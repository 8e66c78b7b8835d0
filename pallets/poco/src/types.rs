//! What the pallet's storage holds, beside the task itself and what calls carry.

// SCALE's derives number the variants of an enum with `as`.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use rlc_primitives::{CallbackId, DealId, Moment, TaskId};
use scale_info::TypeInfo;

pub use rlc_primitives::work::{
	AgreedFailure, AppFault, CallbackData, ContributionOf, Delegate, DelegateList, Delegated, DelegatedList,
	DelegationProof, DeliveryOutcome, FailureCause, FailureList, FailureReport, ResultOf, TaskFailure, TaskRef,
	WorkerList, MAX_CALLBACK_DATA,
};

/// A result that waits for its delivery.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct QueuedDelivery {
	/// Who is to receive it.
	pub callback: CallbackId,
	/// The deal that says so.
	pub deal: DealId,
	/// The task that it is the result of.
	pub task: TaskId,
	/// The result.
	pub data: CallbackData,
}

/// Where the queue of deliveries begins and ends.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct QueueEnds {
	/// The number of the next delivery.
	pub head: u64,
	/// The number that the next result gets.
	pub tail: u64,
}

/// Names an entry of an agenda. Encoded, keys sort by time: the earliest is the first in storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct DueKey<Id> {
	/// When, in ms, as big-endian bytes.
	at: [u8; 8],
	/// What.
	pub id: Id,
}

impl<Id> DueKey<Id> {
	/// Returns the entry for what comes due at `at`.
	pub fn new(at: Moment, id: Id) -> Self {
		Self { at: at.to_be_bytes(), id }
	}

	/// Returns when, in ms.
	pub fn at(&self) -> Moment {
		Moment::from_be_bytes(self.at)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn encoded_keys_sort_by_time() {
		let key = |at, id: u8| DueKey::new(at, TaskId([id; 32].into())).encode();
		assert!(key(1, 0xFF) < key(2, 0) && key(255, 0xFF) < key(256, 0) && key(1 << 40, 0xFF) < key(u64::MAX, 0));
		assert_eq!((key(5, 0).len(), DueKey::new(77, DealId::default()).at()), (40, 77));
	}
}
