//! What happened to tasks.

use codec::Decode;
use rlc_primitives::{
	work::{AppFault, FailureCause, TaskFailure},
	AccountId, DealId, Moment, ResultDigest, ResultHash, TaskId,
};
use scale_info::TypeInfo;
use sp_runtime::DispatchError;

/// What happened to tasks. Amounts are nRLC, times are ms.
// Fields are called as in the pallet, which describes each of them.
#[allow(missing_docs)]
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub enum PocoEvent {
	/// The scheduler made a worker eligible.
	Delegated { task: TaskId, worker: AccountId },
	/// The scheduler took back that a worker may contribute.
	Undelegated { task: TaskId, worker: AccountId },
	/// A worker committed to a result.
	Contributed { task: TaskId, worker: AccountId, result: ResultHash },
	/// Enough workers agree: those can reveal, before the deadline.
	ConsensusReached { task: TaskId, result: ResultHash, winners: u32, reveal_deadline: Moment },
	/// A winner showed that it had the result.
	Revealed { task: TaskId, worker: AccountId, digest: ResultDigest },
	/// Nobody revealed in time: other workers can contribute.
	Reopened { task: TaskId },
	/// A task ended: with the digest of its result, or without if it failed.
	TaskClosed { task: TaskId, deal: DealId, outcome: Option<ResultDigest> },
	/// A worker could not compute a task.
	FailureReported { task: TaskId, worker: AccountId, cause: FailureCause },
	/// A callback took a result.
	ResultDelivered { task: TaskId },
	/// A callback did not take a result.
	ResultDeliveryFailed { task: TaskId, error: DispatchError },
	/// A closed task is no longer remembered.
	Pruned { task: TaskId },
	/// A reveal of a batch did not count; the others did.
	RevealRefused { task: TaskId, worker: AccountId, error: DispatchError },
	/// A worker showed that it had committed to a failure of the app. If it is a winner, it revealed before.
	FailureRevealed { task: TaskId, worker: AccountId, cause: AppFault, code: u32 },
	/// A task ends without a result, and nobody who worked on it is at fault.
	TaskFailed { task: TaskId, failure: TaskFailure },
	/// A contribution of a batch, or a result that was delivered at once, did not count; the others did.
	ContributionRefused { task: TaskId, worker: AccountId, error: DispatchError },
}
