//! Work on tasks, as calls of Proof-of-Contribution carry it, and as the chain answers questions about it.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use alloc::vec::Vec;
use core::fmt;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ConstU32, H160};
use sp_runtime::{BoundedVec, DispatchError};

use crate::{
	ethereum::EthereumSignature,
	money::Score,
	task::{Commitment, Task, MAX_CONTRIBUTORS},
	AccountId, DealId, Moment, ResultDigest, SchedulerSignature, TaskId,
};

pub use crate::failure::{AgreedFailure, AppFault, FailureCause, FailureList, FailureReport, TaskFailure};

/// The longest data of a callback, in bytes: an oracle's value is a few words, and a block has room for many of these.
pub const MAX_CALLBACK_DATA: u32 = 4 * 1024;

/// The bytes whose keccak-256 the workers agreed on.
pub type CallbackData = BoundedVec<u8, ConstU32<MAX_CALLBACK_DATA>>;

/// A task by its deal and its index in the request, written `DEAL:INDEX`. A task that nobody touched is not stored, so
/// its id alone does not tell its deal.
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
	/// Returns the task's id.
	pub fn id(&self) -> TaskId {
		TaskId::of(self.deal, self.index)
	}
}

impl fmt::Display for TaskRef {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{:?}:{}", self.deal.0, self.index)
	}
}

#[cfg(feature = "std")]
impl std::str::FromStr for TaskRef {
	type Err = InvalidTaskRef;

	fn from_str(text: &str) -> Result<Self, InvalidTaskRef> {
		let (deal, index) = text.split_once(':').ok_or(InvalidTaskRef)?;
		let deal = deal.strip_prefix("0x").unwrap_or(deal).parse().map_err(|_| InvalidTaskRef)?;
		Ok(Self { deal: DealId(deal), index: index.parse().map_err(|_| InvalidTaskRef)? })
	}
}

/// The text is not `DEAL:INDEX`.
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTaskRef;

#[cfg(feature = "std")]
impl fmt::Display for InvalidTaskRef {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("expected DEAL:INDEX, the deal as 0x and 64 hex digits")
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

/// Workers that are to contribute to one task.
pub type DelegateList = BoundedVec<Delegate, ConstU32<MAX_CONTRIBUTORS>>;

/// Workers, by account, that may no longer contribute to one task.
pub type WorkerList = BoundedVec<AccountId, ConstU32<MAX_CONTRIBUTORS>>;

/// A worker that may contribute, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Delegated {
	/// Which worker, and in which enclave.
	pub delegate: Delegate,
	/// Since when, in ms of PoCo time.
	pub since: Moment,
}

/// Workers that may contribute to one task.
pub type DelegatedList = BoundedVec<Delegated, ConstU32<MAX_CONTRIBUTORS>>;

/// How a worker shows that the scheduler chose it. A signed delegation is void from its expiry on. If a proxy signed it, it
/// is also void from the block on in which the scheduler removes the proxy.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum DelegationProof {
	/// The scheduler said so by `delegate`.
	OnChain,
	/// The scheduler signed a [`Delegation`](crate::Delegation) of this worker, task and enclave, or of this
	/// worker and task in any enclave.
	Signed {
		/// Its signature.
		signature: SchedulerSignature,
		/// When the delegation expires, in ms of PoCo time.
		expiry: Moment,
	},
	/// The worker brings the signature of a key that acts for the scheduler. [`Proxies`](crate::traits::Proxies) knows whether
	/// the key may.
	SignedByProxy {
		/// The key's account.
		proxy: AccountId,
		/// Its signature.
		signature: SchedulerSignature,
		/// When the delegation expires, in ms of PoCo time.
		expiry: Moment,
	},
}

impl DelegationProof {
	/// Returns when the delegation expires, in ms of PoCo time; `None` if it was made on chain, and so does not expire.
	pub fn expiry(&self) -> Option<Moment> {
		match self {
			Self::OnChain => None,
			Self::Signed { expiry, .. } | Self::SignedByProxy { expiry, .. } => Some(*expiry),
		}
	}

	/// Returns whether the worker brings a signature.
	pub fn is_signed(&self) -> bool {
		self.expiry().is_some()
	}

	/// Returns the account that is said to have signed for the scheduler, if it is not the scheduler itself.
	pub fn proxy(&self) -> Option<&AccountId> {
		match self {
			Self::OnChain | Self::Signed { .. } => None,
			Self::SignedByProxy { proxy, .. } => Some(proxy),
		}
	}
}

/// One of the contributions of `contribute_batch`.
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

/// One of the results of `contribute_and_finalize_batch`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct ResultOf {
	/// Of which task.
	pub task: TaskRef,
	/// The result's digest.
	pub digest: ResultDigest,
	/// Why the worker may.
	pub authorization: DelegationProof,
	/// The enclave and its signature, exactly if the task demands one.
	pub enclave: Option<(H160, EthereumSignature)>,
}

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

/// The most tasks or work items that one query returns.
pub const MAX_PAGE: u32 = 1_000;

/// A task, with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct TaskView {
	/// Its id.
	pub id: TaskId,
	/// Its deal, index, stage and contributions.
	pub task: Task,
	/// From this time on, in ms, nobody can contribute.
	pub contribution_deadline: Moment,
	/// From this time on, in ms, it has failed unless it is completed.
	pub final_deadline: Moment,
	/// Workers that were delegated on chain and have not contributed.
	pub delegates: Vec<Delegate>,
	/// What workers reported of it.
	pub failures: Vec<FailureReport>,
	/// What became of its result, if it is completed and its deal has a callback.
	pub delivery: Option<DeliveryOutcome>,
	/// Why it has no result, if the workers agree on that or its scheduler released it. A task that is open may have an
	/// agreed failure already: a winner has revealed it, and the task will be closed with it.
	pub failure: Option<TaskFailure>,
}

impl TaskView {
	/// Returns whether a winner has revealed that the workers agree on a failure of the app.
	pub fn is_agreed_failure(&self) -> bool {
		matches!(self.failure, Some(TaskFailure::Agreed { .. }))
	}
}

/// What a worker can do for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum WorkKind {
	/// Compute, and commit to the result.
	Contribute,
	/// Show the result that it committed to.
	Reveal,
}

/// Something that a worker has to do now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct WorkItem {
	/// The task's id.
	pub id: TaskId,
	/// Its deal and index.
	pub task: TaskRef,
	/// What is to do.
	pub what: WorkKind,
	/// Before this time, in ms.
	pub deadline: Moment,
	/// The enclave that it is delegated to, or contributed from, if any.
	pub enclave: Option<H160>,
}

/// A worker.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct WorkerView {
	/// How often it was recently right.
	pub score: Score,
	/// What its word counts.
	pub weight: u64,
	/// How many open tasks it contributed to and did not reveal: its stake is locked in each.
	pub open: u32,
}

#[cfg(test)]
mod tests {
	use alloc::{format, string::ToString};

	use sp_core::H256;

	use super::*;

	#[test]
	fn encoding_of_proofs_does_not_change() {
		let signature = SchedulerSignature::Ethereum(EthereumSignature::Full([7; 65]));
		let signed = DelegationProof::Signed { signature: signature.clone(), expiry: 9 };
		let by_scheduler = [[1, 1, 0].as_slice(), &[7; 65], &9u64.to_le_bytes()].concat();
		assert_eq!((DelegationProof::OnChain.encode(), signed.encode()), ([0].to_vec(), by_scheduler.clone()));
		let proxy = AccountId::new([3; 32]);
		let signed = DelegationProof::SignedByProxy { proxy: proxy.clone(), signature, expiry: 9 };
		assert_eq!(signed.encode(), [[2].as_slice(), &[3; 32], &by_scheduler[1..]].concat());
		assert_eq!((signed.expiry(), signed.proxy()), (Some(9), Some(&proxy)));
		assert_eq!(DelegationProof::decode(&mut &signed.encode()[..]), Ok(signed));
	}

	#[test]
	fn task_refs_are_read_as_written() {
		let task = TaskRef { deal: DealId(H256::repeat_byte(3)), index: 12 };
		assert_eq!(task.to_string().parse(), Ok(task));
		assert_eq!(format!("{}:12", "03".repeat(32)).parse(), Ok(task));
	}

	#[test]
	fn wrong_task_refs_are_refused() {
		for text in ["", ":", "0x00:1", &format!("0x{}:-1", "0".repeat(64)), &"0".repeat(64)] {
			assert_eq!(text.parse::<TaskRef>(), Err(InvalidTaskRef), "{text}");
		}
	}
}
