//! What the pallet's calls carry and its storage holds, beside the task itself.

// SCALE's derives number the variants of an enum with `as`.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use rlc_primitives::{
	ethereum::EthereumSignature,
	task::{Commitment, MAX_CONTRIBUTORS},
	AccountId, CallbackId, DealId, Moment, SchedulerSignature, TaskId,
};
use scale_info::TypeInfo;
use sp_core::{ConstU32, H160};
use sp_runtime::{BoundedVec, DispatchError};

/// The longest data of a callback, in bytes: an oracle's value is a few words, and a block has room for many of these.
pub const MAX_CALLBACK_DATA: u32 = 4 * 1024;

/// The bytes whose keccak-256 the workers agreed on.
pub type CallbackData = BoundedVec<u8, ConstU32<MAX_CALLBACK_DATA>>;

/// A task by its place. A task that nobody touched is not stored, and its id alone does not tell its deal.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct TaskRef {
	/// The deal that it belongs to.
	pub deal: DealId,
	/// Its number in the request.
	#[codec(compact)]
	pub index: u64,
}

impl TaskRef {
	/// The task's id.
	pub fn id(&self) -> TaskId {
		TaskId::of(self.deal, self.index)
	}
}

/// A worker that may contribute.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Delegate {
	/// Who.
	pub worker: AccountId,
	/// In which enclave: the address of its key. `None`: in any, or in none if the task demands none.
	pub enclave: Option<H160>,
}

/// Workers that may contribute to one task.
pub type DelegateList = BoundedVec<Delegate, ConstU32<MAX_CONTRIBUTORS>>;

/// How a worker shows that the scheduler chose it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum DelegationProof {
	/// The scheduler said so by `delegate`.
	OnChain,
	/// The scheduler signed a [`Delegation`](rlc_primitives::Delegation) of this worker, task and enclave, or of this
	/// worker and task in any enclave.
	Signed(SchedulerSignature),
}

/// One of the contributions of `contribute_many`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct ContributionOf {
	/// To which task.
	pub task: TaskRef,
	/// What the worker binds itself to.
	pub commitment: Commitment,
	/// Why the worker may.
	pub authorization: DelegationProof,
	/// The enclave's signature, exactly if the commitment names an enclave.
	pub enclave_signature: Option<EthereumSignature>,
}

/// Why a worker could not compute a task, as it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum FailureCause {
	/// The app could not be fetched, or is not what its checksum says.
	AppUnavailable,
	/// The dataset could not be fetched, or is not what its checksum says.
	DatasetUnavailable,
	/// An input file of the request could not be fetched.
	InputUnavailable {
		/// Its number in the request's list, from 0.
		file: u32,
	},
	/// The request's params cannot be understood.
	InvalidParams,
	/// A secret that the task needs was not provided to the worker's enclave.
	SecretUnavailable,
	/// The enclave did not start, or could not prove what it is.
	EnclaveFailed,
	/// The app ended by itself without success.
	AppFailed {
		/// Its exit code.
		code: i32,
	},
	/// The app did not end in the category's time.
	TimedOut,
	/// The app took more memory or storage than a worker gives.
	ResourcesExceeded,
	/// The app ended well and left no result where one is expected, or a result too large to deliver.
	InvalidResult,
	/// The result could not be stored where the request wants it.
	ResultNotStored,
}

/// A worker's word that it could not compute a task.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct FailureReport {
	/// Who says so.
	pub worker: AccountId,
	/// Why.
	pub cause: FailureCause,
	/// When it said so, in ms.
	pub at: Moment,
}

/// What workers reported of one task.
pub type FailureList = BoundedVec<FailureReport, ConstU32<MAX_CONTRIBUTORS>>;

/// What became of a result that a deal's callback is to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum DeliveryOutcome {
	/// It waits in the queue.
	Pending,
	/// The callback took it.
	Delivered,
	/// The callback refused it, or nobody knows the callback.
	Failed(DispatchError),
	/// The queue had no room.
	QueueFull,
}

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
	/// `item` falls due at `at`.
	pub fn new(at: Moment, item: DueItem) -> Self {
		Self { at: at.to_be_bytes(), item }
	}

	/// When, in ms.
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
