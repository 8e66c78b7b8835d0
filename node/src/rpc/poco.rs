//! The `poco` namespace: tasks, and who works on them.
//!
//! Forms of parameters and answers are those of [`rlc_json`], with an example of each in `docs/rpc/openrpc.json`; errors
//! are in [`ask`](super::ask). Questions are about the best block, or about the one with the hash `at`, the
//! last parameter of each. Subscriptions follow the blocks that their `at` names: `"best"`, unless told otherwise, or
//! `"finalized"`; each sends its first answer at once.

use std::sync::Arc;

use jsonrpsee::{proc_macros::rpc, PendingSubscriptionSink};
use pallet_marketplace::api::MarketplaceApi;
use pallet_poco::{api::PocoApi, TaskRef};
use rlc_json::{rpc::At, Account, Deal, DealTasks, Decimal, Task, TaskName, WorkItem, Worker};
use rlc_primitives::{Clock, DealId, Hash};
use sp_api::ApiError;

use super::{
	ask::{Api, Chain, Refusal},
	follow::{Follows, Topic},
};

/// How many tasks or work items an answer has unless told otherwise. It never has more than 1,000.
pub const PAGE: u32 = 100;

/// The most tasks or work items that each message of a subscription has.
pub const FOLLOWED: u32 = 100;

/// Tasks and work.
#[rpc(server, namespace = "poco")]
pub trait PocoRpc {
	/// Returns a task, by its id or by its deal and index; `null` if there is none, or if it is pruned. By its id a task
	/// is known once somebody touched it.
	#[method(name = "task", blocking)]
	fn task(&self, task: TaskName, at: Option<Hash>) -> Result<Option<Task>, Refusal>;

	/// Returns a deal's tasks with the index `from` or a higher one, in their order, those that nobody touched too.
	#[method(name = "tasksOf", blocking)]
	fn tasks_of(
		&self,
		deal: DealId,
		from: Option<Decimal<u64>>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> Result<Vec<Task>, Refusal>;

	/// Returns what a worker has to do now. Tasks that were delegated to it by a signature alone are not among these.
	#[method(name = "workFor", blocking)]
	fn work_for(&self, worker: Account, limit: Option<u32>, at: Option<Hash>) -> Result<Vec<WorkItem>, Refusal>;

	/// Returns a worker's standing. `open` counts the tasks in which its stake is locked until it reveals.
	#[method(name = "worker", blocking)]
	fn worker(&self, worker: Account, at: Option<Hash>) -> Result<Worker, Refusal>;

	/// Sends the answer of `poco_task`, whenever it changes. Ended by `poco_unsubscribeTask`.
	#[subscription(name = "subscribeTask" => "taskChanged", unsubscribe = "unsubscribeTask", item = Option<Task>)]
	fn subscribe_task(&self, task: TaskName, at: Option<At>);

	/// Sends a deal and up to 100 of its tasks in brief, from the index `from` on, whenever anything of it changes; `null`
	/// if there is no such deal. Ended by `poco_unsubscribeDeal`.
	///
	/// `deal` has all that `marketplace_deal` answers.
	#[subscription(name = "subscribeDeal" => "dealChanged", unsubscribe = "unsubscribeDeal", item = Option<DealTasks>)]
	fn subscribe_deal(&self, deal: DealId, at: Option<At>, from: Option<Decimal<u64>>);

	/// Sends the first 100 items of `poco_workFor`, whenever these change. Ended by `poco_unsubscribeWork`.
	#[subscription(name = "subscribeWork" => "workChanged", unsubscribe = "unsubscribeWork", item = Vec<WorkItem>)]
	fn subscribe_work(&self, worker: Account, at: Option<At>);
}

/// Answers for a chain.
pub struct Poco {
	chain: Chain,
	follows: Arc<Follows>,
}

impl Poco {
	/// Answers for `chain`. Subscriptions are among `follows`.
	pub fn new(chain: Chain, follows: Arc<Follows>) -> Self {
		Self { chain, follows }
	}
}

impl PocoRpcServer for Poco {
	fn task(&self, task: TaskName, at: Option<Hash>) -> Result<Option<Task>, Refusal> {
		self.chain.ask_with_clock(at, |api, block, clock| find(api, block, task, clock))
	}

	fn tasks_of(
		&self,
		deal: DealId,
		from: Option<Decimal<u64>>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> Result<Vec<Task>, Refusal> {
		self.chain.ask_with_clock(at, |api, block, clock| {
			let tasks = api.tasks_of(block, deal, first(from), limit.unwrap_or(PAGE))?;
			Ok(tasks.into_iter().map(|task| Task::of(task, clock)).collect())
		})
	}

	fn work_for(&self, worker: Account, limit: Option<u32>, at: Option<Hash>) -> Result<Vec<WorkItem>, Refusal> {
		self.chain.ask_with_clock(at, |api, block, clock| work(api, block, worker, limit.unwrap_or(PAGE), clock))
	}

	fn worker(&self, worker: Account, at: Option<Hash>) -> Result<Worker, Refusal> {
		self.chain.ask(at, |api, block| Ok(api.worker(block, worker.0)?.into()))
	}

	fn subscribe_task(&self, pending: PendingSubscriptionSink, task: TaskName, at: Option<At>) {
		let topic = match task {
			TaskName::Id(id) => Topic::new("task", at, &id),
			TaskName::Ref(task) => Topic::new("task of", at, &task),
		};
		self.follows.follow(pending, topic, move |chain: &Chain, block| {
			chain.ask_with_clock(Some(block), |api, block, clock| find(api, block, task, clock))
		});
	}

	fn subscribe_deal(
		&self,
		pending: PendingSubscriptionSink,
		deal: DealId,
		at: Option<At>,
		from: Option<Decimal<u64>>,
	) {
		let topic = Topic::new("deal", at, &(deal, first(from)));
		self.follows.follow(pending, topic, move |chain: &Chain, block| {
			chain.ask_with_clock(Some(block), |api, block, clock| {
				let Some(found) = api.deal(block, deal)? else { return Ok(None) };
				let tasks = api.tasks_of(block, deal, first(from), FOLLOWED)?;
				let deal = Deal::of(found, clock);
				Ok(Some(DealTasks { deal, tasks: tasks.into_iter().map(Into::into).collect() }))
			})
		});
	}

	fn subscribe_work(&self, pending: PendingSubscriptionSink, worker: Account, at: Option<At>) {
		let topic = Topic::new("work", at, &worker.0);
		self.follows.follow(pending, topic, move |chain: &Chain, block| {
			chain.ask_with_clock(Some(block), |api, block, clock| work(api, block, worker.clone(), FOLLOWED, clock))
		});
	}
}

/// Returns a task as of this block.
fn find(api: &Api, block: Hash, task: TaskName, clock: &Clock) -> Result<Option<Task>, ApiError> {
	let view = match task {
		TaskName::Id(id) => api.task(block, id),
		TaskName::Ref(TaskRef { deal, index }) => api.task_of(block, deal, index),
	};
	Ok(view?.map(|view| Task::of(view, clock)))
}

fn work(api: &Api, block: Hash, worker: Account, limit: u32, clock: &Clock) -> Result<Vec<WorkItem>, ApiError> {
	let items = api.work_for(block, worker.0, limit)?;
	Ok(items.into_iter().map(|item| WorkItem::of(item, clock)).collect())
}

/// Returns the index of the first task to list.
fn first(from: Option<Decimal<u64>>) -> u64 {
	from.map_or(0, |Decimal(index)| index)
}
