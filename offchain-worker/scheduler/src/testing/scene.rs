//! A scheduler's state over a chain in memory.

use rlc_primitives::{assets::AppKind, work::FailureCause, AccountId, Deal, DealId, Moment, TaskId};
use rlc_protocol::{
	worker::{Cause, Heartbeat, Report, Resources, Step, Usage},
	Needs,
};
use sp_core::H256;

use super::{account, World, START};
use crate::{
	chain::{Seen, SeenBlock},
	decide::action::Action,
	members::Member,
	model::{DealState, Now, State, TaskState},
};

/// The checksum of the tests' app.
pub const APP: H256 = H256::repeat_byte(77);

/// How often workers say that they live, in ms.
pub const HEARTBEAT: Moment = 1_000;

/// The largest result, in bytes.
const MAX_RESULT: u64 = 1 << 30;

/// A scheduler's state, and the chain that it sees.
pub struct Scene {
	/// The state.
	pub state: State,
	/// The chain.
	pub world: World,
	/// The time.
	pub now: Now,
}

impl Scene {
	/// Nothing, at the start.
	pub fn new() -> Self {
		let world = World { now: START, ..Default::default() };
		Self { state: State::new(MAX_RESULT), world, now: Now { local: START, chain: START } }
	}

	/// A deal, whose tasks are in memory.
	pub fn deal(&mut self, n: u8, trust: u64, size: u64) -> DealId {
		self.deal_with(n, trust, size, |_| ())
	}

	/// The same, with something else agreed on.
	pub fn deal_with(&mut self, n: u8, trust: u64, size: u64, change: impl FnOnce(&mut Deal)) -> DealId {
		self.open(n, trust, size, Needs::default(), change)
	}

	/// A deal of trust 1, whose tasks need this.
	pub fn deal_needing(&mut self, n: u8, size: u64, needs: Needs) -> DealId {
		self.open(n, 1, size, needs, |_| ())
	}

	fn open(&mut self, n: u8, trust: u64, size: u64, needs: Needs, change: impl FnOnce(&mut Deal)) -> DealId {
		let id = self.world.open(n, trust, size, change);
		let deal = self.world.deals[&id].clone();
		let tasks = (deal.first..deal.first + deal.size).map(|index| super::task(id, index)).collect::<Vec<_>>();
		let needs = needs.under(deal.tag);
		self.state.deals.insert(id, DealState::new(deal, AppKind::Wasm, needs, vec![APP]));
		for task in tasks {
			self.state.adopt(task, TaskState::new(self.world.tasks[&task].clone()), self.now);
		}
		id
	}

	/// A worker of its own operator joins.
	pub fn worker(&mut self, n: u8, slots: u32) -> AccountId {
		self.join(n, None, |resources| resources.slots = slots, Vec::new());
		account(n)
	}

	/// A worker joins.
	pub fn join(
		&mut self,
		n: u8,
		operator: Option<u8>,
		change: impl FnOnce(&mut Resources),
		held: Vec<Report>,
	) -> Vec<TaskId> {
		let mut resources = Resources { slots: 1, cores: 1, wasm: true, ..Default::default() };
		change(&mut resources);
		let member = Member { account: account(n), operator: operator.map(account), resources, held, score: 0 };
		self.state.join(member, H256::repeat_byte(n), self.now)
	}

	/// Time passes, in ms; workers say that they live, but for these.
	pub fn pass(&mut self, time: Moment, silent: &[u8]) {
		let end = self.now.local + time;
		while self.now.local < end {
			let step = HEARTBEAT.min(end - self.now.local);
			self.now = Now { local: self.now.local + step, chain: self.now.chain + step };
			self.world.now = self.now.chain;
			let here = self.state.workers.iter().filter(|(_, worker)| worker.is_here());
			for worker in here.map(|(account, _)| account.clone()).collect::<Vec<_>>() {
				if !silent.iter().any(|n| account(*n) == worker) {
					let free_slots = self.state.workers[&worker].resources.slots;
					self.state.beat(&worker, Heartbeat { free_slots, draining: false, cached: None }, self.now);
				}
			}
			self.state.sweep(HEARTBEAT, self.now);
		}
	}

	/// What is decided now.
	pub fn decide(&mut self) -> Vec<Action> {
		self.state.decide(self.now)
	}

	/// Who is told to compute the task now.
	pub fn computing(&mut self, task: TaskId) -> Vec<AccountId> {
		let actions = self.decide();
		given(&actions, task)
	}

	/// A block with these events is seen.
	pub fn see(&mut self, events: Vec<Seen>) {
		let block = SeenBlock { number: self.state.best + 1, time: self.now.chain, events };
		self.state.saw(&block, self.now);
	}

	/// A worker contributes.
	pub fn contributes(&mut self, worker: &AccountId, task: TaskId, result: u8) {
		let events = self.world.contribute(task, worker, result).expect("the chain accepts it");
		self.see(events);
	}

	/// A winner reveals.
	pub fn reveals(&mut self, worker: &AccountId, task: TaskId, result: u8) {
		let events = self.world.reveal(task, worker, result).expect("the chain accepts it");
		self.see(events);
	}

	/// A worker tells of a step.
	pub fn reports(&mut self, worker: &AccountId, task: TaskId, step: Step) -> bool {
		self.state.reported(worker, report(task, step), self.now)
	}

	/// A worker fails.
	pub fn fails(&mut self, worker: &AccountId, task: TaskId, cause: FailureCause) {
		let cause = Some(Cause { cause: Some(rlc_json::FailureCause(cause)), words: "it broke".into() });
		let report = Report { cause, ..report(task, Step::Failed) };
		self.state.reported(worker, report, self.now);
	}

	/// A worker computed a task in this time, in ms.
	pub fn computed(&mut self, worker: &AccountId, task: TaskId, time: u64) {
		let usage = Some(Usage { time, output: 10, ..Default::default() });
		self.state.reported(worker, Report { usage, ..report(task, Step::Computed) }, self.now);
	}
}

/// A step of a task.
pub fn report(task: TaskId, step: Step) -> Report {
	Report { task, step, at: 0, cause: None, digest: None, usage: None }
}

/// Who is told to compute the task.
pub fn given(actions: &[Action], task: TaskId) -> Vec<AccountId> {
	let computes = actions.iter().filter_map(|action| match action {
		Action::Compute { task: one, worker } if *one == task => Some(worker.clone()),
		_ => None,
	});
	computes.collect()
}
