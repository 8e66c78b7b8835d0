//! All that the scheduler knows, with its indexes.

mod decisions;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use rlc_primitives::{AccountId, DealId, Moment, TaskId};
use rlc_protocol::worker::{Cause, Report, Step};

use super::{DealState, Presence, Replicate, TaskState, WorkerState};
use crate::{
	decide::action::Action,
	decide::assignment::{Ready, RunTimes},
	decide::supervision,
	model::queue::{End, Queue},
};

/// What time it is, in ms since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
	/// By this machine: for workers' signs of life.
	pub local: Moment,
	/// By the chain: for deadlines.
	pub chain: Moment,
}

/// What changed and is to be written down.
#[derive(Debug, Default)]
pub struct Changes {
	/// Parts of workers in tasks.
	pub replicates: BTreeSet<(TaskId, AccountId)>,
	/// Results, callback data, and why tasks were given up.
	pub tasks: BTreeSet<TaskId>,
	/// Tasks that look different to requesters.
	pub seen: BTreeSet<TaskId>,
	/// Workers that joined.
	pub arrived: BTreeSet<AccountId>,
	/// Workers that were lost.
	pub departed: BTreeSet<AccountId>,
}

/// What the scheduler knows.
#[derive(Debug, Default)]
pub struct State {
	/// Deals that are not over.
	pub deals: HashMap<DealId, DealState>,
	/// Tasks that this instance looks after.
	pub tasks: HashMap<TaskId, TaskState>,
	/// Workers that are here, or have something in hand.
	pub workers: HashMap<AccountId, WorkerState>,
	/// Tasks that wait.
	pub queue: Queue,
	/// Workers that take tasks.
	pub ready: Ready,
	/// How long apps run.
	pub run_times: RunTimes,
	/// What is to be written down.
	pub changes: Changes,
	/// The number of the last block that was seen, and of the last final one.
	pub best: u32,
	/// The number of the last final block.
	pub finalized: u32,
	/// The largest result, in bytes.
	pub max_result: u64,
	/// What workers that are here have in hand of tasks that are not in memory.
	pub strays: HashMap<TaskId, BTreeMap<AccountId, Report>>,
	/// Tasks that blocks that are not final changed.
	pub touched: VecDeque<(u32, TaskId)>,
	decided: Vec<Action>,
	unfinal: BTreeSet<(u32, TaskId)>,
	alarms: BTreeSet<(Moment, TaskId)>,
	/// Tasks to look at, in the order of their deals and indexes.
	dirty: BTreeSet<(DealId, u64, TaskId)>,
}

impl State {
	/// Nothing, of a pool with results of at most so many bytes.
	pub fn new(max_result: u64) -> Self {
		Self { max_result, ..Self::default() }
	}

	/// Something about this task changed.
	pub fn touch(&mut self, id: &TaskId) {
		if self.look_at(id) {
			self.changes.seen.insert(*id);
		}
	}

	/// A task is to be looked at, if it is in memory.
	fn look_at(&mut self, id: &TaskId) -> bool {
		let Some(task) = self.tasks.get(id) else { return false };
		self.dirty.insert((task.chain.deal, task.chain.index, *id));
		true
	}

	/// Takes a task into memory.
	pub fn adopt(&mut self, id: TaskId, task: TaskState, now: Now) {
		let Some(deal) = self.deals.get_mut(&task.chain.deal) else { return };
		if self.tasks.contains_key(&id) {
			return;
		}
		let part = deal.part_of(task.chain.index);
		*deal.parts.entry(part).or_default() += 1;
		let held = self.strays.remove(&id).unwrap_or_default();
		let mut missing = Vec::new();
		for (account, replicate) in task.replicates.iter().filter(|(_, part)| !part.step.is_last()) {
			let unknown = || WorkerState::unknown(replicate.operator.clone(), now.local);
			let worker = self.workers.entry(account.clone()).or_insert_with(unknown);
			worker.tasks.insert(id);
			worker.occupy(id, deal.slots_taken(replicate, &worker.resources));
			if worker.is_here() && !held.contains_key(account) {
				missing.push(account.clone());
			}
			self.ready.update(account, Some(worker));
		}
		if let Some(block) = task.closed_by {
			self.unfinal.insert((block, id));
		}
		self.tasks.insert(id, task);
		for account in missing {
			self.lose_part(&id, &account, now);
		}
		for (worker, report) in held {
			if !self.hold(&worker, &report, now) {
				self.decided.push(Action::Stop { task: id, worker, reason: "it is not wanted any more" });
			}
		}
		self.touch(&id);
		// What became final before is final.
		self.finalize(self.finalized);
	}

	/// Another instance looks after this task from now on. Its workers here go on.
	pub fn hand_over(&mut self, id: &TaskId, now: Now) -> Option<(DealId, u64)> {
		let parts = self.tasks.get(id)?.replicates.clone();
		let is_here = |account: &AccountId| self.workers.get(account).is_some_and(WorkerState::is_here);
		let going_on = parts.into_iter().filter(|(account, part)| !part.step.is_last() && is_here(account));
		for (account, part) in going_on {
			let report = Report { task: *id, step: part.step, at: now.local, cause: None, digest: None, usage: None };
			self.strays.entry(*id).or_default().insert(account, report);
		}
		self.forget(id)
	}

	/// Nothing is left to do for a task that is not in memory: who has it in hand stops.
	pub fn dismiss(&mut self, id: &TaskId) {
		for worker in self.strays.remove(id).unwrap_or_default().into_keys() {
			self.decided.push(Action::Stop { task: *id, worker, reason: "the task is settled" });
		}
	}

	/// Nothing is left to do for a task. Returns its deal's part if that has no other in memory.
	pub fn forget(&mut self, id: &TaskId) -> Option<(DealId, u64)> {
		let task = self.tasks.remove(id)?;
		let (deal_id, index) = (task.chain.deal, task.chain.index);
		if task.queued {
			self.queue.remove(&deal_id, id);
		}
		if let Some(wake) = task.wake {
			self.alarms.remove(&(wake, *id));
		}
		for account in task.replicates.keys() {
			self.release(id, account);
		}
		self.dirty.remove(&(deal_id, index, *id));
		let deal = self.deals.get_mut(&deal_id)?;
		let part = deal.part_of(index);
		let left = deal.parts.get_mut(&part)?;
		*left -= 1;
		if *left > 0 {
			return None;
		}
		deal.parts.remove(&part);
		Some((deal_id, part))
	}

	/// A deal is over, and none of its tasks is in memory.
	pub fn forget_deal(&mut self, deal: &DealId) {
		self.deals.remove(deal);
		self.queue.forget(deal);
	}

	/// The worker has nothing to do for the task any more.
	fn release(&mut self, id: &TaskId, account: &AccountId) {
		let Some(worker) = self.workers.get_mut(account) else { return };
		worker.tasks.remove(id);
		worker.occupy(*id, 0);
		if worker.tasks.is_empty() && !worker.is_reachable() {
			self.workers.remove(account);
		}
		self.ready.update(account, self.workers.get(account));
	}

	/// Gives a task to a worker. If it needs more, it goes on waiting.
	pub fn give(&mut self, id: &TaskId, account: &AccountId, now: Now) {
		let (Some(task), Some(worker)) = (self.tasks.get_mut(id), self.workers.get_mut(account)) else { return };
		let Some(deal) = self.deals.get(&task.chain.deal) else { return };
		let part = Replicate::new(worker.operator.clone(), now.local);
		worker.tasks.insert(*id);
		worker.occupy(*id, deal.slots_taken(&part, &worker.resources));
		task.replicates.insert(account.clone(), part);
		task.queued = false;
		self.ready.update(account, Some(worker));
		self.changes.replicates.insert((*id, account.clone()));
		self.changes.seen.insert(*id);
		if supervision::next(self, *id, now).wants_worker {
			self.wait(id, End::Front, now);
		}
	}

	/// A task waits for a worker.
	pub fn wait(&mut self, id: &TaskId, end: End, now: Now) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		let Some(deal) = self.deals.get(&task.chain.deal) else { return };
		task.queued = true;
		let deadline = deal.deal.contribution_deadline();
		let relaxed = now.chain.saturating_add(deal.deal.reference_time) < deadline;
		self.queue.push(task.chain.deal, deadline, relaxed, *id, end);
	}

	/// A worker's part in a task has come so far. What is behind what is known already is passed over.
	pub fn step(&mut self, id: &TaskId, account: &AccountId, step: Step, cause: Option<Cause>, now: Now) {
		let Some(part) = self.tasks.get(id).and_then(|task| task.replicates.get(account)) else { return };
		if !part.step.is_last() && step > part.step {
			self.set_step(id, account, step, cause, now);
		}
	}

	/// A worker's part in a task stands so.
	pub fn set_step(&mut self, id: &TaskId, account: &AccountId, step: Step, cause: Option<Cause>, now: Now) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		let (Some(part), Some(deal)) = (task.replicates.get_mut(account), self.deals.get(&task.chain.deal)) else {
			return;
		};
		(part.step, part.since, part.cause) = (step, now.local, cause);
		let part = &*part;
		if let Some(worker) = self.workers.get_mut(account).filter(|_| step != Step::Lost) {
			worker.progress = now.local;
		}
		// Steps on the way are told to whoever asks; a restart does without.
		if step == Step::Created || step >= Step::Computed {
			self.changes.replicates.insert((*id, account.clone()));
		}
		if step.is_last() {
			self.release(id, account);
		} else if let Some(worker) = self.workers.get_mut(account) {
			worker.tasks.insert(*id);
			worker.occupy(*id, deal.slots_taken(part, &worker.resources));
			self.ready.update(account, Some(worker));
		}
		self.touch(id);
	}

	/// A worker was not heard of for too long: what it was computing goes elsewhere.
	pub fn lose(&mut self, account: &AccountId, now: Now) {
		let Some(worker) = self.workers.get_mut(account) else { return };
		worker.presence = Presence::Lost;
		self.changes.departed.insert(account.clone());
		for id in worker.tasks.clone() {
			self.lose_part(&id, account, now);
		}
		if self.workers.get(account).is_some_and(|worker| worker.tasks.is_empty()) {
			self.workers.remove(account);
		}
		self.ready.update(account, self.workers.get(account));
	}

	/// A worker does not have a task in hand any more, or cannot be reached. What is on chain stays there.
	pub fn lose_part(&mut self, id: &TaskId, account: &AccountId, now: Now) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		if task.upload.asked.as_ref().is_some_and(|(asked, _)| asked == account) {
			task.upload.asked = None;
		}
		let contributed = task.chain.contribution(account).is_some();
		if !contributed && task.replicates.get(account).is_some_and(|part| part.is_pending()) {
			self.step(id, account, Step::Lost, None, now);
		}
		self.touch(id);
	}

	/// Blocks up to this one are final.
	pub fn finalize(&mut self, block: u32) {
		self.finalized = self.finalized.max(block);
		while let Some((closed_by, id)) = self.unfinal.first().copied().filter(|(by, _)| *by <= self.finalized) {
			self.unfinal.pop_first();
			if let Some(task) = self.tasks.get_mut(&id).filter(|task| task.closed_by == Some(closed_by)) {
				task.is_final = true;
				self.touch(&id);
			}
		}
	}

	/// The task is closed, by a block with this number or an earlier one.
	pub fn await_finality(&mut self, id: TaskId, block: u32) {
		self.unfinal.insert((block, id));
		self.finalize(self.finalized);
	}
}
