//! Deals, and how far they have come.

use std::borrow::Cow;

use rlc_primitives::{
	deal, market::DealView, AppId, Balance, CallbackId, CategoryId, Clock, DatasetId, DealId, Moment, Tag, WorkerpoolId,
};
use schemars::{json_schema, JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::{
	described::{As, Described},
	Account, Decimal, Text,
};

/// A deal: what was agreed on, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deal {
	/// Its id.
	#[schemars(with = "As<DealId>")]
	pub id: DealId,
	/// The app that runs.
	pub app: Resource<AppId>,
	/// The dataset that it uses, if any.
	pub dataset: Option<Resource<DatasetId>>,
	/// The workerpool that computes; its owner is the scheduler.
	pub workerpool: Resource<WorkerpoolId>,
	/// Whose money is locked.
	pub payer: Account,
	/// Who asked.
	pub requester: Account,
	/// Whose key results are encrypted for, if anyone's.
	pub beneficiary: Option<Account>,
	/// What receives the result beside the beneficiary, if anything.
	#[schemars(with = "Option<As<CallbackId>>")]
	pub callback: Option<CallbackId>,
	/// How long tasks may take.
	#[schemars(with = "As<CategoryId>")]
	pub category: CategoryId,
	/// T, in ms.
	pub reference_time: Moment,
	/// A result's error is less likely than one in this many.
	pub trust: Decimal<u64>,
	/// What the tasks demand of workers.
	#[schemars(with = "As<Tag>")]
	pub tag: Tag,
	/// What each task is run with.
	#[serde(with = "Text")]
	pub params: Vec<u8>,
	/// When the orders matched, in ms.
	pub start: Moment,
	/// From this time on, in ms of PoCo time, nobody can contribute.
	pub contribution_deadline: Moment,
	/// The earliest chain time, in ms, from which nobody can contribute. It is later if work is stopped, or blocks are late.
	/// `null` if it has passed, or no task is open.
	pub contribution_deadline_earliest: Option<Moment>,
	/// From this time on, in ms of PoCo time, open tasks have failed; those that somebody revealed, two reference times later.
	pub final_deadline: Moment,
	/// The earliest chain time, in ms, of the final deadline. `null` if it has passed, or no task is open.
	pub final_deadline_earliest: Option<Moment>,
	/// Index of the first task.
	pub first: Decimal<u64>,
	/// How many tasks the deal has.
	pub size: Decimal<u64>,
	/// What a worker stakes for a contribution, in nRLC.
	pub worker_stake: Decimal<Balance>,
	/// What the scheduler stakes for a task, in nRLC.
	pub pool_stake: Decimal<Balance>,
	/// What was paid for good for a task's free calls, in nRLC.
	pub charge: Decimal<Balance>,
	/// The scheduler's part of rewards, in percent.
	pub scheduler_ratio: u8,
	/// Who closes tasks.
	pub settlement: Settlement,
	/// How many of its tasks are not closed.
	pub open: Decimal<u64>,
	/// How many of its tasks are not pruned.
	pub kept: Decimal<u64>,
	/// When its last task was closed, in ms.
	pub closed_at: Option<Moment>,
	/// Who paid the deal's deposit.
	pub depositor: Account,
	/// What is held from the depositor, in nRLC.
	pub deposit: Decimal<Balance>,
}

/// What became of a deal: how many of its tasks are at which end. A part of the answer of commands that download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DealOutcome {
	/// The deal.
	#[schemars(with = "As<DealId>")]
	pub deal: DealId,
	/// How many tasks have a result.
	pub completed: u64,
	/// How many tasks have none, and never will.
	pub failed: u64,
	/// How many tasks are not closed.
	pub open: u64,
}

/// An asset's part in a deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource<Id> {
	/// The asset.
	pub id: Id,
	/// Its owner when the orders matched.
	pub owner: Account,
	/// What a task pays for it, in nRLC.
	pub price: Decimal<Balance>,
}

/// Who closes a task that has its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Settlement {
	/// The chain itself.
	Automatic,
	/// The workerpool's owner.
	Scheduler,
}

impl From<deal::Settlement> for Settlement {
	fn from(settlement: deal::Settlement) -> Self {
		match settlement {
			deal::Settlement::Automatic => Self::Automatic,
			deal::Settlement::Scheduler => Self::Scheduler,
		}
	}
}

impl<Id> From<deal::Resource<Id>> for Resource<Id> {
	fn from(resource: deal::Resource<Id>) -> Self {
		Self { id: resource.id, owner: Account(resource.owner), price: Decimal(resource.price) }
	}
}

impl Deal {
	/// Returns a deal as of a block with this clock.
	pub fn of(view: DealView, clock: &Clock) -> Self {
		let DealView { id, deal, params, progress } = view;
		let (contribution_deadline, final_deadline) = (deal.contribution_deadline(), deal.final_deadline());
		let earliest = |deadline| clock.earliest(deadline).filter(|_| progress.open > 0);
		Self {
			id,
			app: deal.app.into(),
			dataset: deal.dataset.map(Into::into),
			workerpool: deal.workerpool.into(),
			payer: Account(deal.payer),
			requester: Account(deal.requester),
			beneficiary: deal.beneficiary.map(Account),
			callback: deal.callback,
			category: deal.category,
			reference_time: deal.reference_time,
			trust: Decimal(deal.trust),
			tag: deal.tag,
			params: params.into_inner(),
			start: deal.start,
			contribution_deadline,
			contribution_deadline_earliest: earliest(contribution_deadline),
			final_deadline,
			final_deadline_earliest: earliest(final_deadline),
			first: Decimal(deal.first),
			size: Decimal(deal.size),
			worker_stake: Decimal(deal.worker_stake),
			pool_stake: Decimal(deal.pool_stake),
			charge: Decimal(deal.charge),
			scheduler_ratio: deal.scheduler_ratio,
			settlement: deal.settlement.into(),
			open: Decimal(progress.open),
			kept: Decimal(progress.kept),
			closed_at: progress.closed_at,
			depositor: Account(progress.depositor),
			deposit: Decimal(progress.deposit),
		}
	}
}

impl<Id: Described> JsonSchema for Resource<Id> {
	fn schema_name() -> Cow<'static, str> {
		format!("ResourceOf{}", Id::NAME).into()
	}

	fn json_schema(generator: &mut SchemaGenerator) -> Schema {
		let (id, owner) = (generator.subschema_for::<As<Id>>(), generator.subschema_for::<Account>());
		let price = generator.subschema_for::<Decimal<Balance>>();
		json_schema!({
			"description": "An asset's part in a deal: which one, its owner when the orders matched, and what a task pays \
				for it.",
			"type": "object",
			"properties": { "id": id, "owner": owner, "price": price },
			"required": ["id", "owner", "price"],
		})
	}
}
