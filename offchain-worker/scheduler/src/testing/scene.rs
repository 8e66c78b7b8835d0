//! A scheduler's state over a chain in memory.

use rlc_primitives::{
	assets::AppKind, work::FailureCause, AccountId, Balance, Deal, DealId, Moment, TaskEvent, TaskId, RLC,
};
use rlc_protocol::{
	worker::{Cause, Heartbeat, Report, Resources, Step, Usage},
	Needs, Unsupported,
};
use sp_core::H256;

use super::{account, World, START};
use crate::{
	decide::{self, adoption, membership, replies, Action},
	model::{ChainBlock, ChainEvent, DealState, Held, Hopeless, Member, Now, Record, State, TaskState, WorkerState},
};

/// The checksum of the tests' app.
pub const APP: H256 = H256::repeat_byte(77);

/// How often workers say that they live, in ms.
pub const HEARTBEAT: Moment = 1_000;

/// The largest result, in bytes.
pub const MAX_RESULT: u64 = 50_000;

/// What a worker can stake, in nRLC: more than it needs.
pub const PLENTY: Balance = 1_000_000 * RLC;

/// How long results are kept, in ms.
pub const RETENTION: Moment = 30 * 24 * 3_600_000;

/// A scheduler's state, and the chain that it sees.
pub struct Scene {
	/// The state.
	pub state: State,
	/// The chain.
	pub world: World,
	/// The time.
	pub now: Now,
	/// What was decided between turns.
	decided: Vec<Action>,
}

impl Scene {
	/// Returns a scene with nothing in it.
	pub fn new() -> Self {
		Self::at(START, START)
	}

	/// Returns the same, where the machine's clock says another time than the chain, in ms.
	pub fn at(local: Moment, chain: Moment) -> Self {
		let world = World { now: chain, ..Default::default() };
		let now = Now { local, chain, date: chain };
		let mut state = State::new(MAX_RESULT, RETENTION);
		state.recall_machines(Vec::new(), now);
		Self { state, world, now, decided: Vec::new() }
	}

	/// Makes a deal, whose tasks are in memory.
	pub fn deal(&mut self, n: u8, trust: u64, size: u64) -> DealId {
		self.deal_with(n, trust, size, |_| ())
	}

	/// Does the same, with something else agreed on.
	pub fn deal_with(&mut self, n: u8, trust: u64, size: u64, change: impl FnOnce(&mut Deal)) -> DealId {
		self.open(n, trust, size, Needs::default(), change)
	}

	/// Makes a deal of trust 1, whose tasks need this.
	pub fn deal_needing(&mut self, n: u8, size: u64, needs: Needs) -> DealId {
		self.open(n, 1, size, needs, |_| ())
	}

	/// Makes a deal whose params no worker serves.
	pub fn hopeless_deal(&mut self, n: u8, trust: u64, size: u64) -> DealId {
		let id = self.deal(n, trust, size);
		self.state.set_hopeless(&id, Hopeless::Params(Unsupported::Encryption.into()));
		id
	}

	/// Makes a deal, with all that can be agreed on.
	pub fn open(&mut self, n: u8, trust: u64, size: u64, needs: Needs, change: impl FnOnce(&mut Deal)) -> DealId {
		let id = self.world.open(n, trust, size, change);
		let deal = self.world.deals[&id].clone();
		let tasks = (deal.first..deal.first + deal.size).map(|index| super::task(id, index)).collect::<Vec<_>>();
		self.state.insert_deal(id, || DealState::new(deal, AppKind::Wasm, needs, vec![APP]));
		for task in tasks {
			self.adopt(task, TaskState::new(self.world.tasks[&task].clone()));
		}
		id
	}

	/// Makes a deal known of which no task is in memory, as another scheduler knew it.
	pub fn know_deal(&mut self, id: DealId, facts: &DealState) {
		self.state.insert_deal(id, || DealState { parts: Default::default(), ..facts.clone() });
	}

	/// Takes a task into memory.
	pub fn adopt(&mut self, id: TaskId, task: TaskState) {
		self.decided.extend(adoption::adopt(&mut self.state, id, task, self.now));
	}

	/// Leaves a task out of memory for which nothing is left to do.
	pub fn dismiss(&mut self, id: TaskId) {
		self.decided.extend(adoption::dismiss(&mut self.state, id));
	}

	/// Returns a task that is in memory.
	pub fn task(&self, id: TaskId) -> &TaskState {
		self.state.task(&id).expect("it is in memory")
	}

	/// Returns a worker that is known.
	pub fn known(&self, worker: &AccountId) -> &WorkerState {
		self.state.worker(worker).expect("it is known")
	}

	/// Lets a worker join that is its own operator, and that the pool vouches for.
	pub fn worker(&mut self, n: u8, slots: u32) -> AccountId {
		self.join(n, None, |resources| resources.slots = slots, Vec::new());
		account(n)
	}

	/// Lets a worker join that nobody vouches for.
	pub fn stranger(&mut self, n: u8, slots: u32) -> AccountId {
		self.join_with(n, |member| (member.is_vouched, member.resources.slots) = (false, slots));
		account(n)
	}

	/// Lets a worker join that the pool vouches for, with these tasks in hand.
	pub fn join(
		&mut self,
		n: u8,
		operator: Option<u8>,
		change: impl FnOnce(&mut Resources),
		held: Vec<Report>,
	) -> Vec<TaskId> {
		self.join_with(n, |member| {
			member.operator = operator.map(account);
			change(&mut member.resources);
			member.held = held.into_iter().map(Held::from).collect();
		})
	}

	/// Lets a worker join that nobody vouches for, with this record. It declares this many slots, and as many cores.
	pub fn stranger_with(&mut self, n: u8, slots: u32, record: Record) -> AccountId {
		self.join_with(n, |member| {
			(member.is_vouched, member.record) = (false, record);
			(member.resources.slots, member.resources.cores) = (slots, slots);
		});
		account(n)
	}

	/// Lets a worker join that the pool vouches for, but for what this changes. Returns the tasks that it shall drop.
	pub fn join_with(&mut self, n: u8, change: impl FnOnce(&mut Member)) -> Vec<TaskId> {
		let mut member = Member {
			account: account(n),
			operator: None,
			is_vouched: true,
			resources: Resources { slots: 1, cores: 1, wasm: true, ..Default::default() },
			held: Vec::new(),
			score: 0,
			record: Record::default(),
			funds: PLENTY,
		};
		change(&mut member);
		membership::join(&mut self.state, member, H256::repeat_byte(n), self.now)
	}

	/// Lets time pass, in ms; workers give signs of life, but for these.
	pub fn pass(&mut self, time: Moment, silent: &[u8]) {
		let end = self.now.local + time;
		while self.now.local < end {
			let step = HEARTBEAT.min(end - self.now.local);
			let Now { local, chain, date } = self.now;
			self.now = Now { local: local + step, chain: chain + step, date: date + step };
			self.world.now = self.now.chain;
			let here = self.state.workers().iter().filter(|(_, worker)| worker.is_here());
			for worker in here.map(|(account, _)| account.clone()).collect::<Vec<_>>() {
				if !silent.iter().any(|n| account(*n) == worker) {
					let free_slots = self.known(&worker).resources.slots;
					self.state.beat(&worker, Heartbeat { free_slots, draining: false, cached: None }, self.now);
				}
			}
			for worker in membership::silent(&self.state, HEARTBEAT, self.now) {
				self.state.lose(&worker, self.now);
			}
		}
	}

	/// Decides now. Returns what was decided.
	pub fn decide(&mut self) -> Vec<Action> {
		let mut actions = std::mem::take(&mut self.decided);
		actions.extend(decide::decide(&mut self.state, self.now));
		actions
	}

	/// Lets workers that make no progress lose their tasks. Returns them.
	pub fn lose_stalled(&mut self) -> Vec<AccountId> {
		membership::lose_stalled(&mut self.state, self.now).into_iter().collect()
	}

	/// Tells that what was under way about a task succeeded or failed.
	pub fn answered(&mut self, id: TaskId, is_ok: bool) {
		replies::answered(&mut self.state, &id, is_ok, self.now);
	}

	/// Tells that a task that is given up was delegated on chain.
	pub fn delegated(&mut self, id: TaskId) {
		self.decided.extend(replies::delegated(&mut self.state, &id, true, self.now));
	}

	/// Answers that the chain refused to delegate a task that is given up.
	pub fn delegation_refused(&mut self, id: TaskId) {
		self.decided.extend(replies::delegated(&mut self.state, &id, false, self.now));
	}

	/// Answers that the chain refused to release a task.
	pub fn release_refused(&mut self, id: TaskId) {
		replies::released(&mut self.state, &id, false, self.now);
	}

	/// Answers that nothing was sent about a task, since work is stopped on the chain.
	pub fn work_stopped(&mut self, id: TaskId) {
		replies::stopped(&mut self.state, &id, self.now);
	}

	/// Returns the workers that are told to compute the task now.
	pub fn computing(&mut self, task: TaskId) -> Vec<AccountId> {
		let actions = self.decide();
		given(&actions, task)
	}

	/// Shows a block with these events.
	pub fn see(&mut self, events: Vec<ChainEvent>) {
		let block = ChainBlock { number: self.state.best() + 1, clock: self.now.chain.into(), events };
		self.state.see(&block, self.now);
	}

	/// Shows a block in which this happened to a task.
	pub fn see_task(&mut self, id: TaskId, events: impl IntoIterator<Item = TaskEvent>) {
		self.see(events.into_iter().map(|event| ChainEvent::Task(id, event)).collect());
	}

	/// Lets a worker contribute.
	pub fn contributes(&mut self, worker: &AccountId, task: TaskId, result: u8) {
		let events = self.world.contribute(task, worker, result).expect("the chain accepts it");
		self.see(events);
	}

	/// Lets a winner reveal.
	pub fn reveals(&mut self, worker: &AccountId, task: TaskId, result: u8) {
		let events = self.world.reveal(task, worker, result).expect("the chain accepts it");
		self.see(events);
	}

	/// Lets a worker report a step. Returns whether it says that the result is in the store.
	pub fn reports(&mut self, worker: &AccountId, task: TaskId, step: Step) -> bool {
		self.state.report(worker, report(task, step), self.now)
	}

	/// Lets a worker fail.
	pub fn fails(&mut self, worker: &AccountId, task: TaskId, cause: FailureCause) {
		let cause = Some(Cause { cause: Some(rlc_json::FailureCause(cause)), words: "it broke".into() });
		let report = Report { cause, ..report(task, Step::Failed) };
		self.state.report(worker, report, self.now);
	}

	/// Tells that a worker computed a task in this time, in ms.
	pub fn computed(&mut self, worker: &AccountId, task: TaskId, time: u64) {
		let usage = Some(Usage { time, output: 10, ..Default::default() });
		self.state.report(worker, Report { usage, ..report(task, Step::Computed) }, self.now);
	}
}

/// Returns a step of a task.
pub fn report(task: TaskId, step: Step) -> Report {
	Report { task, step, at: 0, cause: None, digest: None, usage: None }
}

/// Returns the workers that are told to compute the task.
pub fn given(actions: &[Action], task: TaskId) -> Vec<AccountId> {
	let computes = actions.iter().filter_map(|action| match action {
		Action::Compute { task: given, worker } if *given == task => Some(worker.clone()),
		_ => None,
	});
	computes.collect()
}
