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

use codec::{Decode, Encode};
use rlc_primitives::{money::Score, AccountId, DealId, Moment, Task, TaskId};
use scale_info::TypeInfo;
use sp_core::H160;

use crate::types::{Delegate, DeliveryOutcome, FailureReport, TaskRef};

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
	/// Who was delegated on chain and has not contributed.
	pub delegates: Vec<Delegate>,
	/// What workers reported of it.
	pub failures: Vec<FailureReport>,
	/// What became of its result, if it is completed and its deal has a callback.
	pub delivery: Option<DeliveryOutcome>,
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
	/// The task's place.
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
	/// How often it was right lately.
	pub score: Score,
	/// What its word counts.
	pub weight: u64,
	/// How many open tasks it contributed to and did not reveal: its stake is locked in each.
	pub open: u32,
}

sp_api::decl_runtime_apis! {
	/// Tasks and work.
	pub trait PocoApi {
		/// A task by its id; `None` if nobody touched it, or if it was forgotten.
		fn task(task: TaskId) -> Option<TaskView>;

		/// A task by its place, also if nobody touched it; `None` if there is none, or if it was forgotten.
		fn task_of(deal: DealId, index: u64) -> Option<TaskView>;

		/// A deal's tasks with the index `from` or a higher one, at most `limit` and [`MAX_PAGE`].
		fn tasks_of(deal: DealId, from: u64, limit: u32) -> Vec<TaskView>;

		/// What a worker has to do now, at most `limit` and [`MAX_PAGE`] items. Holds what was delegated on chain;
		/// signed delegations are known to those who have them.
		fn work_for(worker: AccountId, limit: u32) -> Vec<WorkItem>;

		/// A worker's standing.
		fn worker(worker: AccountId) -> WorkerView;
	}
}
