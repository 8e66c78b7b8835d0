//! The calls of Proof-of-Contribution: what schedulers and workers do with tasks.

use codec::Encode;
use rlc_primitives::{
	ethereum::EthereumSignature,
	task::Commitment,
	work::{AgreedFailure, CallbackData, ContributionOf, Delegate, DelegationProof, FailureCause, ResultOf, TaskRef},
	AccountId, ResultDigest,
};
use scale_info::TypeInfo;
use sp_core::H160;

/// The calls of Proof-of-Contribution: what schedulers and workers do with tasks.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum PocoCall {
	/// Makes each worker eligible for each task. At most 100 tasks and 64 workers.
	Delegate {
		/// The tasks.
		tasks: Vec<TaskRef>,
		/// The workers.
		workers: Vec<Delegate>,
	},
	/// Takes back that these workers may contribute to each of these tasks. At most 100 tasks and 64 workers.
	Undelegate {
		/// The tasks.
		tasks: Vec<TaskRef>,
		/// The workers.
		workers: Vec<AccountId>,
	},
	/// Commits to a result of a task.
	Contribute {
		/// The task.
		task: TaskRef,
		/// The commitment.
		commitment: Commitment,
		/// What makes the worker eligible.
		authorization: DelegationProof,
		/// The enclave's signature, exactly if the commitment names an enclave.
		enclave_signature: Option<EthereumSignature>,
	},
	/// Commits to a batch of results, at most 100.
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
	/// Shows a batch of digests, at most 100.
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
		/// What makes the worker eligible.
		authorization: DelegationProof,
		/// The enclave and its signature, if the task demands one.
		enclave: Option<(H160, EthereumSignature)>,
		/// The result, exactly if the deal has a callback.
		callback_data: Option<CallbackData>,
	},
	/// Delivers a batch of results of tasks of trust 1, at most 100, of deals without a callback.
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
		/// The cause.
		cause: FailureCause,
	},
	/// Shows the failure of the app that has consensus, or another one that was committed to.
	RevealFailure {
		/// The task.
		task: TaskRef,
		/// The failure.
		failure: AgreedFailure,
	},
	/// Closes a task that cannot be computed, for a cause from outside that enough workers have reported.
	Release {
		/// The task.
		task: TaskRef,
		/// What they reported.
		cause: FailureCause,
	},
	/// Removes closed tasks whose time is over: at most 100.
	Prune {
		/// The tasks.
		tasks: Vec<TaskRef>,
	},
	/// Queues a result again that did not reach its callback.
	Deliver {
		/// The task.
		task: TaskRef,
		/// The result.
		data: CallbackData,
	},
}
