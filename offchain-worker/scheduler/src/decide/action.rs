//! What the scheduler does, once that is decided.

use rlc_primitives::{work::FailureCause, AccountId, TaskId};

/// Something to do. What it changes is written down before it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
	/// Tell a worker to compute a task.
	Compute {
		/// The task.
		task: TaskId,
		/// The worker.
		worker: AccountId,
	},
	/// Tell a winner to put the result into the store.
	Upload {
		/// The task.
		task: TaskId,
		/// The winner.
		worker: AccountId,
	},
	/// Tell a worker to stop, and to drop the task.
	Stop {
		/// The task.
		task: TaskId,
		/// The worker.
		worker: AccountId,
		/// Why, for people.
		reason: &'static str,
	},
	/// Give a task up. This is the decision: the actions that follow carry it out.
	GiveUp {
		/// The task.
		task: TaskId,
		/// Why, for people.
		reason: String,
		/// The cause for which workers failed and the task can be released. `None`: nobody can contribute any more.
		cause: Option<FailureCause>,
		/// The workers whose failures show it.
		witnesses: Vec<AccountId>,
	},
	/// Seek workers again for a task that was given up: too few said on chain why. This is the decision, and is all of it.
	TakeUp {
		/// The task.
		task: TaskId,
	},
	/// Delegate a task on chain to workers that failed, so that they can say so there.
	Delegate {
		/// The task.
		task: TaskId,
		/// The workers.
		workers: Vec<AccountId>,
	},
	/// Tell a worker to put its failure on chain.
	ReportFailure {
		/// The task.
		task: TaskId,
		/// The worker.
		worker: AccountId,
	},
	/// Close a task without blame: something outside of it is missing, or machines ended its runs.
	Release {
		/// The task.
		task: TaskId,
		/// The cause that enough workers reported.
		cause: FailureCause,
	},
	/// Close a task as failed.
	Abandon {
		/// The task.
		task: TaskId,
	},
	/// Close a task that has its result.
	Finalize {
		/// The task.
		task: TaskId,
		/// The data of the deal's callback.
		data: Option<Vec<u8>>,
	},
	/// Give up a consensus that no winner revealed.
	Reopen {
		/// The task.
		task: TaskId,
	},
	/// Ask the chain how a task stands.
	Refresh {
		/// The task.
		task: TaskId,
	},
	/// Put the data of a callback into the store.
	Store {
		/// The task.
		task: TaskId,
		/// The data.
		data: Vec<u8>,
	},
	/// Remove a task for which nothing is left to do.
	Remove {
		/// The task.
		task: TaskId,
	},
}

impl Action {
	/// Returns the task that this is about.
	pub fn task(&self) -> TaskId {
		match self {
			Self::Compute { task, .. }
			| Self::Upload { task, .. }
			| Self::Stop { task, .. }
			| Self::GiveUp { task, .. }
			| Self::TakeUp { task }
			| Self::Delegate { task, .. }
			| Self::ReportFailure { task, .. }
			| Self::Release { task, .. }
			| Self::Abandon { task }
			| Self::Finalize { task, .. }
			| Self::Reopen { task }
			| Self::Refresh { task }
			| Self::Store { task, .. }
			| Self::Remove { task } => *task,
		}
	}
}
