//! Tasks, with all that is known of them or in brief.

mod contribution;
mod delivery;
mod ending;
mod failure;
mod stage;

use rlc_primitives::{work, Clock, DealId, Moment, ResultDigest, ResultHash, TaskId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sp_core::{H160, U256};

pub use self::{
	contribution::{Contribution, ContributionStatus},
	delivery::{Delivery, DeliveryStatus},
	ending::{AppFault, TaskFailure},
	failure::Failure,
	stage::TaskStage,
};
use crate::{described::As, Account, Deal, Decimal};

/// A task, with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Task {
	/// Its id.
	#[schemars(with = "As<TaskId>")]
	pub id: TaskId,
	/// The deal that it belongs to.
	#[schemars(with = "As<DealId>")]
	pub deal: DealId,
	/// Its number in the request.
	pub index: Decimal<u64>,
	/// How far it has come.
	pub stage: TaskStage,
	/// From this time on, in ms of PoCo time, nobody can contribute.
	pub contribution_deadline: Moment,
	/// The earliest chain time, in ms, from which nobody can contribute. It is later if work is stopped, or blocks are late.
	/// `null` if it has passed, or the task is closed.
	pub contribution_deadline_earliest: Option<Moment>,
	/// From this time on, in ms of PoCo time, it has failed unless it is completed; two reference times later if somebody
	/// revealed.
	pub final_deadline: Moment,
	/// The earliest chain time, in ms, of the final deadline. `null` if it has passed, or the task is closed.
	pub final_deadline_earliest: Option<Moment>,
	/// The result that enough workers agree on, or agreed on when the task failed.
	pub consensus: Option<Consensus>,
	/// Who contributed what, in the order of time.
	pub contributions: Vec<Contribution>,
	/// One, and the values of all groups: what a result's credibility is measured against.
	pub total: Decimal<U256>,
	/// Who was delegated on chain and has not contributed.
	pub delegates: Vec<Delegate>,
	/// What workers reported of it.
	pub failures: Vec<Failure>,
	/// What became of its result, if its deal has a callback.
	pub delivery: Option<Delivery>,
	/// Why it has no result, if the workers agree on that or its scheduler released it.
	pub failure: Option<TaskFailure>,
}

/// A result that enough workers agree on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Consensus {
	/// The hash of the result.
	#[schemars(with = "As<ResultHash>")]
	pub result: ResultHash,
	/// From this time on, in ms of PoCo time, nobody can reveal it.
	pub reveal_deadline: Moment,
	/// The earliest chain time, in ms, from which nobody can reveal it. `null` if it has passed, or the task is closed.
	pub reveal_deadline_earliest: Option<Moment>,
	/// How many contributed it.
	pub winners: u32,
	/// How many of them revealed.
	pub reveals: u32,
	/// The result's digest, once someone revealed.
	#[schemars(with = "Option<As<ResultDigest>>")]
	pub digest: Option<ResultDigest>,
}

/// A worker that may contribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delegate {
	/// Who.
	pub worker: Account,
	/// In which enclave; `null`: in any.
	#[schemars(with = "Option<As<H160>>")]
	pub enclave: Option<H160>,
}

impl From<work::Delegate> for Delegate {
	fn from(delegate: work::Delegate) -> Self {
		Self { worker: Account(delegate.worker), enclave: delegate.enclave }
	}
}

impl Task {
	/// Returns a task as of a block with this clock.
	pub fn of(view: work::TaskView, clock: &Clock) -> Self {
		let is_closed = view.task.is_closed();
		let earliest = |deadline| clock.earliest(deadline).filter(|_| !is_closed);
		let consensus = view.task.consensus().map(|consensus| Consensus {
			result: consensus.result,
			reveal_deadline: consensus.reveal_deadline,
			reveal_deadline_earliest: earliest(consensus.reveal_deadline),
			winners: consensus.winners,
			reveals: consensus.reveals,
			digest: consensus.digest,
		});
		Self {
			id: view.id,
			deal: view.task.deal,
			index: Decimal(view.task.index),
			stage: (&view.task.stage).into(),
			contribution_deadline: view.contribution_deadline,
			contribution_deadline_earliest: earliest(view.contribution_deadline),
			final_deadline: view.final_deadline,
			final_deadline_earliest: earliest(view.final_deadline),
			consensus,
			contributions: view.task.contributions.into_iter().map(Into::into).collect(),
			total: Decimal(view.task.total),
			delegates: view.delegates.into_iter().map(Into::into).collect(),
			failures: view.failures.into_iter().map(Into::into).collect(),
			delivery: view.delivery.map(Into::into),
			failure: view.failure.map(Into::into),
		}
	}
}

/// A deal, with some of its tasks in brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DealTasks {
	/// The deal.
	pub deal: Deal,
	/// The tasks.
	pub tasks: Vec<TaskBrief>,
}

/// A task in brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskBrief {
	/// Its id.
	#[schemars(with = "As<TaskId>")]
	pub id: TaskId,
	/// Its number in the request.
	pub index: Decimal<u64>,
	/// How far it has come.
	pub stage: TaskStage,
	/// How many workers contributed.
	pub contributions: usize,
	/// The result's digest, once someone revealed.
	#[schemars(with = "Option<As<ResultDigest>>")]
	pub digest: Option<ResultDigest>,
	/// Why it has no result, if the workers agree on that or its scheduler released it.
	pub failure: Option<TaskFailure>,
}

impl From<work::TaskView> for TaskBrief {
	fn from(view: work::TaskView) -> Self {
		Self {
			id: view.id,
			index: Decimal(view.task.index),
			stage: (&view.task.stage).into(),
			contributions: view.task.contributions.len(),
			digest: view.task.consensus().and_then(|consensus| consensus.digest),
			failure: view.failure.map(Into::into),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{
		task::{self, Stage},
		Task as OnChain,
	};

	/// Work was stopped for 3 s.
	const CLOCK: Clock = Clock { chain: 8_000, poco: 5_000, stands_still: false, max_gap: None };

	/// Returns a task whose deadlines are at 5 s, 6 s, and 7 s of PoCo time.
	fn view(stage: impl FnOnce(task::Consensus) -> Stage) -> work::TaskView {
		let consensus = task::Consensus {
			result: ResultHash::default(),
			reveal_deadline: 6_000,
			winners: 1,
			reveals: 0,
			digest: None,
		};
		let mut task = OnChain::new(DealId::default(), 0);
		task.stage = stage(consensus);
		work::TaskView {
			id: task.id(),
			task,
			contribution_deadline: 5_000,
			final_deadline: 7_000,
			delegates: Vec::new(),
			failures: Vec::new(),
			delivery: None,
			failure: None,
		}
	}

	#[test]
	fn deadlines_come_with_their_earliest_chain_time() {
		let task = Task::of(view(Stage::Revealing), &CLOCK);
		assert_eq!((task.contribution_deadline, task.contribution_deadline_earliest), (5_000, None), "it has passed");
		assert_eq!((task.final_deadline, task.final_deadline_earliest), (7_000, Some(10_000)));
		let consensus = task.consensus.unwrap();
		assert_eq!((consensus.reveal_deadline, consensus.reveal_deadline_earliest), (6_000, Some(9_000)));
	}

	#[test]
	fn closed_task_has_no_deadline_to_come() {
		let task = Task::of(view(Stage::Completed), &CLOCK);
		assert_eq!((task.final_deadline, task.final_deadline_earliest), (7_000, None));
		assert_eq!(task.consensus.unwrap().reveal_deadline_earliest, None);
	}
}
