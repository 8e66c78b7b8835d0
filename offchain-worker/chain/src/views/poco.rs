//! What the chain knows of tasks and work.

use rlc_primitives::{
	work::{TaskRef, TaskView, WorkItem, WorkerView},
	AccountId, DealId, TaskId,
};

use crate::{questions, Chain, Error};

// Errors are those of every question.
#[allow(clippy::missing_errors_doc)]
impl Chain {
	/// Returns a task by its id; `None` if nobody touched it, or if it is pruned.
	pub async fn task(&self, id: TaskId) -> Result<Option<TaskView>, Error> {
		self.question(&questions::TASK, &(id,)).await
	}

	/// Returns a task by its deal and index, also if nobody touched it; `None` if there is none, or if it is pruned.
	pub async fn task_of(&self, task: TaskRef) -> Result<Option<TaskView>, Error> {
		self.question(&questions::TASK_OF, &(task.deal, task.index)).await
	}

	/// Returns a deal's tasks with the index `from` or a higher one: at most `limit`, and at most
	/// [`MAX_PAGE`](rlc_primitives::work::MAX_PAGE).
	pub async fn tasks_of(&self, deal: DealId, from: u64, limit: u32) -> Result<Vec<TaskView>, Error> {
		self.question(&questions::TASKS_OF, &(deal, from, limit)).await
	}

	/// Returns what a worker has to do now, as far as it was delegated on chain: at most `limit`, and at most
	/// [`MAX_PAGE`](rlc_primitives::work::MAX_PAGE).
	pub async fn work_for(&self, worker: &AccountId, limit: u32) -> Result<Vec<WorkItem>, Error> {
		self.question(&questions::WORK_FOR, &(worker.clone(), limit)).await
	}

	/// Returns a worker's standing.
	pub async fn worker(&self, worker: &AccountId) -> Result<WorkerView, Error> {
		self.question(&questions::WORKER, &(worker.clone(),)).await
	}
}
