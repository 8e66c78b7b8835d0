//! What tests share: a chain in memory that keeps the rules of `rlc-primitives`, and a scheduler's state over it.

pub mod cluster;
mod fake;
pub mod postgres;
pub mod scene;

use std::collections::{BTreeMap, BTreeSet};

use rlc_primitives::{
	deal::Resource,
	task::{Commitment, Stage, TaskError},
	work::{FailureCause, FailureReport, TaskFailure, TaskRef, TaskView},
	AccountId, AppId, Balance, CategoryId, Deal, DealId, GroupId, Moment, Restriction, ResultDigest, ResultHash,
	ResultSeal, Rules, Settlement, Tag, Task, TaskEvent, TaskId, WorkerpoolId, WorkerpoolOrder,
};
use sp_core::H256;

use crate::model::ChainEvent;

pub use fake::{FakeChain, HOPELESS};
pub use scene::Scene;

/// T of the tests' category, in ms.
pub const T: Moment = 300_000;

/// The rules of the tests' chain.
const RULES: Rules = Rules::LIVE;

/// When the tests' deals start, in ms.
pub const START: Moment = 1_000_000;

/// Returns a worker's account.
pub fn account(n: u8) -> AccountId {
	AccountId::new([n; 32])
}

/// Returns a result.
pub fn digest(n: u8) -> ResultDigest {
	ResultDigest(H256::repeat_byte(n))
}

/// Returns an order of the tests' pool for so many tasks.
pub fn pool_order(salt: u8, volume: u64) -> WorkerpoolOrder {
	WorkerpoolOrder {
		workerpool: WorkerpoolId::default(),
		price: 1,
		volume,
		tag: Tag::NONE,
		category: CategoryId(0),
		trust: 1,
		app_restrict: Restriction::Anyone,
		dataset_restrict: Restriction::Anyone,
		requester_restrict: Restriction::Anyone,
		salt: H256::repeat_byte(salt),
	}
}

/// A chain in memory.
#[derive(Debug, Default)]
pub struct World {
	/// Its deals.
	pub deals: BTreeMap<DealId, Deal>,
	/// Their tasks.
	pub tasks: BTreeMap<TaskId, Task>,
	/// Workers that were delegated on chain.
	pub delegates: BTreeSet<(TaskId, AccountId)>,
	/// Tasks for which it refuses to delegate anybody.
	pub undelegatable: BTreeSet<TaskId>,
	/// Members of groups.
	pub members: BTreeSet<(GroupId, AccountId)>,
	/// Accounts, with their proxies for the work of workers.
	pub proxies: BTreeSet<(AccountId, AccountId)>,
	/// What accounts have, in nRLC; those that are not here have plenty.
	pub funds: BTreeMap<AccountId, Balance>,
	/// Failures that were reported.
	pub failures: BTreeMap<TaskId, Vec<FailureReport>>,
	/// The pool's orders in the book.
	pub orders: Vec<WorkerpoolOrder>,
	/// Its time, in ms.
	pub now: Moment,
	/// Why the node is behind, if it is.
	pub lag: Option<rlc_chain::Lag>,
}

impl World {
	/// Opens a deal with tasks from index 0.
	pub fn open(&mut self, n: u8, trust: u64, size: u64, change: impl FnOnce(&mut Deal)) -> DealId {
		let id = DealId(H256::repeat_byte(n));
		let owner = account(200);
		let mut deal = Deal {
			app: Resource { id: AppId::default(), owner: owner.clone(), price: 0 },
			dataset: None,
			workerpool: Resource { id: WorkerpoolId::default(), owner: owner.clone(), price: 0 },
			payer: owner,
			requester: account(201),
			beneficiary: None,
			callback: None,
			category: CategoryId(0),
			reference_time: T,
			trust,
			tag: Tag::NONE,
			start: self.now,
			opened: self.now,
			first: 0,
			size,
			worker_stake: 0,
			charge: 0,
			pool_stake: 0,
			scheduler_ratio: 1,
			settlement: Settlement::Automatic,
		};
		change(&mut deal);
		for index in deal.first..deal.first + deal.size {
			let task = Task::new(id, index);
			self.tasks.insert(task.id(), task);
		}
		self.deals.insert(id, deal);
		id
	}

	fn parts(&mut self, id: TaskId) -> (&Deal, &mut Task) {
		let task = self.tasks.get_mut(&id).expect("the test made it");
		(&self.deals[&task.deal], task)
	}

	/// Lets a worker without a score contribute.
	pub fn contribute(&mut self, id: TaskId, worker: &AccountId, result: u8) -> Result<Vec<ChainEvent>, TaskError> {
		self.contribute_digest(id, worker, digest(result))
	}

	/// Does the same with any digest.
	pub fn contribute_digest(
		&mut self,
		id: TaskId,
		worker: &AccountId,
		digest: ResultDigest,
	) -> Result<Vec<ChainEvent>, TaskError> {
		let now = self.now;
		let (deal, task) = self.parts(id);
		let (hash, seal) = (ResultHash::of(id, digest), ResultSeal::of(worker, id, digest));
		let reached =
			task.contribute(deal, worker.clone(), 0, Commitment { result: hash, seal, enclave: None }, now, &RULES)?;
		let mut events = vec![
			TaskEvent::Delegated { worker: worker.clone() },
			TaskEvent::Contributed { worker: worker.clone(), result: hash },
		];
		events.extend(reached.map(|consensus| TaskEvent::ConsensusReached {
			result: consensus.result,
			winners: consensus.winners,
			reveal_deadline: consensus.reveal_deadline,
		}));
		Ok(events.into_iter().map(|event| ChainEvent::Task(id, event)).collect())
	}

	/// Lets a winner reveal; the last one closes the task of an automatic deal.
	pub fn reveal(&mut self, id: TaskId, worker: &AccountId, result: u8) -> Result<Vec<ChainEvent>, TaskError> {
		self.reveal_digest(id, worker, digest(result))
	}

	/// Does the same with any digest.
	pub fn reveal_digest(
		&mut self,
		id: TaskId,
		worker: &AccountId,
		digest: ResultDigest,
	) -> Result<Vec<ChainEvent>, TaskError> {
		let now = self.now;
		let (deal, task) = self.parts(id);
		let left = task.reveal(worker, digest, now)?;
		let mut events = vec![ChainEvent::Task(id, TaskEvent::Revealed { worker: worker.clone(), digest })];
		let by_itself = deal.settlement == Settlement::Automatic && deal.callback.is_none();
		if left == 0 && by_itself {
			events.extend(self.finalize(id, None)?);
		}
		Ok(events)
	}

	/// Closes a task that has its result.
	pub fn finalize(&mut self, id: TaskId, data: Option<&[u8]>) -> Result<Vec<ChainEvent>, TaskError> {
		let now = self.now;
		let (deal, task) = self.parts(id);
		let consensus = task.finalize(deal, data, now, &RULES)?;
		Ok(self.closed(id, consensus.digest))
	}

	/// Lets a worker deliver a result at once.
	pub fn deliver(&mut self, id: TaskId, worker: &AccountId, result: u8) -> Result<Vec<ChainEvent>, TaskError> {
		let now = self.now;
		let (deal, task) = self.parts(id);
		task.contribute_and_finalize(deal, worker.clone(), digest(result), None, None, now)?;
		let mut events = vec![ChainEvent::Task(id, TaskEvent::Delegated { worker: worker.clone() })];
		events.extend(self.closed(id, Some(digest(result))));
		Ok(events)
	}

	/// Gives up a consensus that no winner revealed.
	pub fn reopen(&mut self, id: TaskId) -> Result<Vec<ChainEvent>, TaskError> {
		let now = self.now;
		let (deal, task) = self.parts(id);
		task.reopen(deal, now)?;
		Ok(vec![ChainEvent::Task(id, TaskEvent::Reopened)])
	}

	/// Closes a task as failed.
	pub fn abandon(&mut self, id: TaskId) -> Result<Vec<ChainEvent>, TaskError> {
		let now = self.now;
		let (deal, task) = self.parts(id);
		task.abandon(deal, now, &RULES)?;
		Ok(self.closed(id, None))
	}

	/// Closes a task for a cause that workers reported.
	pub fn release(&mut self, id: TaskId, cause: FailureCause) -> Result<Vec<ChainEvent>, TaskError> {
		let now = self.now;
		let (deal, task) = self.parts(id);
		task.release(deal, now)?;
		let failed = ChainEvent::Task(id, TaskEvent::Failed { failure: TaskFailure::Released { cause } });
		Ok([vec![failed], self.closed(id, None)].concat())
	}

	/// Lets a worker that was delegated on chain say why it failed.
	pub fn report_failure(&mut self, id: TaskId, worker: &AccountId, cause: FailureCause) -> Vec<ChainEvent> {
		assert!(self.delegates.contains(&(id, worker.clone())), "only a worker that was delegated on chain can report");
		let report = FailureReport { worker: worker.clone(), cause, at: self.now };
		self.failures.entry(id).or_default().push(report);
		vec![ChainEvent::Task(id, TaskEvent::FailureReported { worker: worker.clone(), cause })]
	}

	fn closed(&self, id: TaskId, outcome: Option<ResultDigest>) -> Vec<ChainEvent> {
		let deal = self.tasks[&id].deal;
		let mut events = vec![ChainEvent::Task(id, TaskEvent::Closed { outcome })];
		if self.tasks.values().filter(|task| task.deal == deal).all(|task| task.is_closed()) {
			events.push(ChainEvent::DealClosed(deal));
		}
		events
	}

	/// Returns a task as the chain's API shows it.
	pub fn view(&self, task: &Task) -> TaskView {
		let deal = &self.deals[&task.deal];
		TaskView {
			id: task.id(),
			task: task.clone(),
			contribution_deadline: deal.contribution_deadline(),
			final_deadline: deal.final_deadline(),
			delegates: Vec::new(),
			failures: self.failures.get(&task.id()).cloned().unwrap_or_default(),
			delivery: None,
			failure: None,
		}
	}

	/// Returns whether a task has failed.
	pub fn has_failed(&self, task: &TaskId) -> bool {
		matches!(self.tasks[task].stage, Stage::Failed(_))
	}

	/// Returns whether a task is completed.
	pub fn is_completed(&self, task: &TaskId) -> bool {
		matches!(self.tasks[task].stage, Stage::Completed(_))
	}
}

/// Returns the deal's task with this index.
pub fn task(deal: DealId, index: u64) -> TaskId {
	TaskRef { deal, index }.id()
}
