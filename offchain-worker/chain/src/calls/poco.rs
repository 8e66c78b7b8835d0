//! The calls of Proof-of-Contribution: what schedulers and workers do with tasks.

use codec::Encode;
use rlc_primitives::{
	ethereum::EthereumSignature,
	task::Commitment,
	work::{CallbackData, ContributionOf, Delegate, DelegationProof, FailureCause, ResultOf, TaskRef},
	ResultDigest,
};
use scale_info::TypeInfo;
use sp_core::H160;

/// The calls of Proof-of-Contribution: what schedulers and workers do with tasks.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum PocoCall {
	/// Makes workers eligible for tasks: each for each. At most 100 tasks and 64 workers.
	Delegate {
		/// The tasks.
		tasks: Vec<TaskRef>,
		/// The workers.
		workers: Vec<Delegate>,
	},
	/// Commits to a result of a task.
	Contribute {
		/// The task.
		task: TaskRef,
		/// To what.
		commitment: Commitment,
		/// Why one may.
		authorization: DelegationProof,
		/// The enclave's signature, exactly if the commitment names an enclave.
		enclave_signature: Option<EthereumSignature>,
	},
	/// Commits to results of many tasks, at most 100: all, or none if one is refused.
	ContributeBatch {
		/// The commitments.
		contributions: Vec<ContributionOf>,
	},
	/// Shows the digest of a result that has consensus.
	Reveal {
		/// The task.
		task: TaskRef,
		/// The digest.
		digest: ResultDigest,
	},
	/// Shows the digests of many results, at most 100: all, or none if one is refused.
	RevealBatch {
		/// The tasks with their digests.
		reveals: Vec<(TaskRef, ResultDigest)>,
	},
	/// Delivers the result of a task of trust 1 at once.
	ContributeAndFinalize {
		/// The task.
		task: TaskRef,
		/// The digest.
		digest: ResultDigest,
		/// Why one may.
		authorization: DelegationProof,
		/// The enclave and its signature, if the task demands one.
		enclave: Option<(H160, EthereumSignature)>,
		/// The result, exactly if the deal has a callback.
		callback_data: Option<CallbackData>,
	},
	/// Delivers the results of many tasks of trust 1 at once, at most 100, of deals without a callback: all, or none if one
	/// is refused.
	ContributeAndFinalizeBatch {
		/// The results.
		results: Vec<ResultOf>,
	},
	/// Closes a task that has its result.
	Finalize {
		/// The task.
		task: TaskRef,
		/// The result, exactly if the deal has a callback.
		callback_data: Option<CallbackData>,
	},
	/// Gives up a consensus that nobody revealed in time.
	Reopen {
		/// The task.
		task: TaskRef,
	},
	/// Closes an overdue task as failed.
	Claim {
		/// The task.
		task: TaskRef,
	},
	/// Closes a task as failed before its time.
	Abandon {
		/// The task.
		task: TaskRef,
	},
	/// Says that a task cannot be computed.
	ReportFailure {
		/// The task.
		task: TaskRef,
		/// Why.
		cause: FailureCause,
	},
	/// Removes closed tasks whose time is over: at most 100.
	Prune {
		/// The tasks.
		tasks: Vec<TaskRef>,
	},
	/// Queues a result again that its callback did not get.
	Deliver {
		/// The task.
		task: TaskRef,
		/// The result.
		data: CallbackData,
	},
}
