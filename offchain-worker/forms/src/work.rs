//! What a worker has to do, and its standing.

use rlc_primitives::{money::Score, work, Clock, DealId, Moment, TaskId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sp_core::H160;

use crate::{described::As, Decimal};

/// Something that a worker has to do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkItem {
	/// The task's id.
	#[schemars(with = "As<TaskId>")]
	pub id: TaskId,
	/// The task's deal.
	#[schemars(with = "As<DealId>")]
	pub deal: DealId,
	/// The task's number in the request.
	pub index: Decimal<u64>,
	/// What is to do.
	pub what: WorkKind,
	/// Before this time, in ms of PoCo time.
	pub deadline: Moment,
	/// The earliest chain time, in ms, at which that deadline passes. It is later if work is stopped, or blocks are late.
	/// `null` if it has passed.
	pub deadline_earliest: Option<Moment>,
	/// The enclave that it is delegated to, or contributed from, if any.
	#[schemars(with = "Option<As<H160>>")]
	pub enclave: Option<H160>,
}

/// What a worker can do for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum WorkKind {
	/// Compute, and commit to the result.
	Contribute,
	/// Show the result that it committed to.
	Reveal,
}

impl From<work::WorkKind> for WorkKind {
	fn from(kind: work::WorkKind) -> Self {
		match kind {
			work::WorkKind::Contribute => Self::Contribute,
			work::WorkKind::Reveal => Self::Reveal,
		}
	}
}

impl WorkItem {
	/// Returns what a worker has to do as of a block with this clock.
	pub fn of(item: work::WorkItem, clock: &Clock) -> Self {
		Self {
			id: item.id,
			deal: item.task.deal,
			index: Decimal(item.task.index),
			what: item.what.into(),
			deadline: item.deadline,
			deadline_earliest: clock.earliest(item.deadline),
			enclave: item.enclave,
		}
	}
}

/// A worker's standing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Worker {
	/// How often it was recently right.
	pub score: Score,
	/// What its word counts.
	pub weight: u64,
	/// How many open tasks it contributed to and did not reveal: its stake is locked in each.
	pub open: u32,
}

impl From<work::WorkerView> for Worker {
	fn from(view: work::WorkerView) -> Self {
		Self { score: view.score, weight: view.weight, open: view.open }
	}
}
