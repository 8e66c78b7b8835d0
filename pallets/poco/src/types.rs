//! What the pallet's storage holds, beside the task itself and what calls carry.

// SCALE's derives number the variants of an enum with `as`.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use rlc_primitives::{CallbackId, DealId, Moment, TaskId};
use scale_info::TypeInfo;

pub use rlc_primitives::work::{
	CallbackData, ContributionOf, Delegate, DelegateList, DelegationProof, DeliveryOutcome, FailureCause, FailureList,
	FailureReport, ResultOf, TaskRef, MAX_CALLBACK_DATA,
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

/// What falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum DueItem {
	/// A task of an `Automatic` deal, at its reveal deadline.
	Task(TaskId),
	/// A deal, at its final deadline: its open tasks have failed.
	Deal(DealId),
}

/// Names an entry of the agenda. Encoded, keys sort by time: the earliest is the first in storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct DueKey {
	/// When, in ms, as big-endian bytes.
	at: [u8; 8],
	/// What.
	pub item: DueItem,
}

impl DueKey {
	/// Returns the entry for an `item` that comes due at `at`.
	pub fn new(at: Moment, item: DueItem) -> Self {
		Self { at: at.to_be_bytes(), item }
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
		let task = |at| DueKey::new(at, DueItem::Task(TaskId([0xFF; 32].into()))).encode();
		let deal = |at| DueKey::new(at, DueItem::Deal(DealId::default())).encode();
		assert!(deal(1) < task(2) && task(255) < deal(256) && deal(1 << 40) < task(u64::MAX));
		assert!(task(5) < deal(5), "a result that is there at the last moment counts");
		assert_eq!((task(5).len(), DueKey::new(77, DueItem::Deal(DealId::default())).at()), (41, 77));
	}
}
