//! What the chain tells those who work with it: schedulers, workers, requesters and their tools.

// SCALE's derives number the variants of an enum with `as`, and the API's macro converts and expects.
#![cfg_attr(
	not(feature = "std"),
	allow(
		clippy::as_conversions,
		clippy::cast_possible_truncation,
		clippy::expect_used,
		clippy::panic,
		clippy::unwrap_used
	)
)]

use alloc::vec::Vec;

use rlc_primitives::{AccountId, DealId, TaskId};

pub use rlc_primitives::work::{TaskView, WorkItem, WorkKind, WorkerView, MAX_PAGE};

sp_api::decl_runtime_apis! {
	/// Tasks and work.
	pub trait PocoApi {
		/// Returns a task by its id; `None` if nobody touched it, or if it was pruned.
		fn task(task: TaskId) -> Option<TaskView>;

		/// Returns a task by deal and index, also if nobody touched it; `None` if there is none, or if it was pruned.
		fn task_of(deal: DealId, index: u64) -> Option<TaskView>;

		/// Returns a deal's tasks with the index `from` or a higher one, at most `limit` and [`MAX_PAGE`].
		fn tasks_of(deal: DealId, from: u64, limit: u32) -> Vec<TaskView>;

		/// Returns what a worker has to do now, at most `limit` and [`MAX_PAGE`] items. Holds what was delegated on
		/// chain; signed delegations are known to those who have them.
		fn work_for(worker: AccountId, limit: u32) -> Vec<WorkItem>;

		/// Returns a worker's standing.
		fn worker(worker: AccountId) -> WorkerView;
	}
}
