//! Deals and tasks come into memory, wait, are assigned, and leave.

use std::collections::{BTreeMap, BTreeSet};

use rlc_primitives::{AccountId, DealId, Moment, TaskId};
use rlc_protocol::worker::Report;

use super::State;
use crate::model::{room::LEAST, DealState, End, Held, Now, Replicate, TaskState, WorkerState};

impl State {
	/// Adds a deal, if it is not known.
	pub fn insert_deal(&mut self, id: DealId, deal: impl FnOnce() -> DealState) -> &DealState {
		self.deals.entry(id).or_insert_with(deal)
	}

	/// Records that a deal's last task was closed at this time, in ms, if that is not known.
	pub fn close_deal(&mut self, id: &DealId, time: Moment) {
		if let Some(deal) = self.deals.get_mut(id) {
			deal.closed.get_or_insert(time);
		}
	}

	/// Records whether a part of a deal is being taken into memory.
	pub fn set_adopting(&mut self, id: &DealId, is_adopting: bool) {
		if let Some(deal) = self.deals.get_mut(id) {
			deal.adopting = is_adopting;
		}
	}

	/// Records that a part of a deal is in memory.
	pub fn adopted_part(&mut self, id: &DealId, part: u64) {
		if let Some(deal) = self.deals.get_mut(id) {
			deal.next_part = deal.next_part.max(part.saturating_add(1));
		}
	}

	/// Records that no part of a deal is left for this instance, for now.
	pub fn exhaust(&mut self, id: &DealId) {
		if let Some(deal) = self.deals.get_mut(id) {
			deal.exhausted = true;
		}
	}

	/// Records that other instances may have left parts of any deal.
	pub fn replenish(&mut self) {
		self.deals.values_mut().for_each(|deal| deal.exhausted = false);
	}

	/// Removes a deal that is over and has no task in memory.
	pub fn remove_deal(&mut self, deal: &DealId) {
		self.deals.remove(deal);
		self.queue.remove_deal(deal);
	}

	/// Takes a task into memory. Workers that are here but do not have their part in hand lose it. Returns what workers
	/// that are here have in hand of it: whether they go on is to be decided.
	pub fn insert_task(&mut self, id: TaskId, mut task: TaskState, now: Now) -> BTreeMap<AccountId, Held> {
		let Some(deal) = self.deals.get_mut(&task.chain().deal) else { return BTreeMap::new() };
		if self.tasks.contains_key(&id) {
			return BTreeMap::new();
		}
		let part = deal.part_of(task.chain().index);
		*deal.parts.entry(part).or_default() += 1;
		let held = self.strays.take(&id);
		let mut missing = Vec::new();
		let contributors = task.chain().contributions.iter().map(|one| one.worker.clone()).collect::<BTreeSet<_>>();
		for (account, replicate) in task.replicates.iter_mut().filter(|(_, part)| !part.step.is_last()) {
			let unknown = || {
				let mut worker = WorkerState::unknown(account.clone(), now.local);
				worker.voter = replicate.voter.clone();
				worker
			};
			let worker = self.workers.entry(account.clone()).or_insert_with(unknown);
			if worker.is_here() {
				// It may vote as somebody else than it did when this was written down.
				replicate.voter = worker.voter_on(|| id).clone();
			}
			worker.take(id, if contributors.contains(account) { 0 } else { deal.stake_taken() });
			worker.occupy(id, deal.slots_taken(replicate, &worker.resources));
			if worker.is_here() && !held.contains_key(account) {
				missing.push(account.clone());
			}
			self.ready.update(account, Some(worker));
		}
		if let Some(block) = task.closed_by {
			self.unfinal.insert((block, id));
		}
		let needs_room = task.needs_room();
		let size = task.largest_output().unwrap_or(LEAST);
		self.tasks.insert(id, task);
		if needs_room {
			// It was begun before, so it had room. How much is no longer known, and it would help nobody to keep others waiting.
			self.set_room_aside(&id, Some(size));
		}
		for account in missing {
			self.lose_part(&id, &account, now);
		}
		self.touch(&id);
		// What became final before is final.
		self.finalize(self.finalized);
		held
	}

	/// Sets room aside for a task's result, whether there is any or not: this many bytes, or what its app's results take. What
	/// it has set aside already counts.
	pub(super) fn set_room_aside(&mut self, id: &TaskId, size: Option<u64>) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		let Some(deal) = self.deals.get(&task.chain().deal) else { return };
		let size = size.unwrap_or_else(|| self.room.of_task(deal)).min(self.max_result);
		let more = size.saturating_sub(task.room);
		task.room = task.room.saturating_add(more);
		self.room.set_aside(&deal.deal.requester, more);
	}

	/// Gives back what is set aside for a task beyond what its result takes, once that is known.
	pub(super) fn fit_room(&mut self, id: &TaskId) {
		let Some(task) = self.tasks.get_mut(id).filter(|task| task.room > 0) else { return };
		let Some(deal) = self.deals.get(&task.chain().deal) else { return };
		// One byte is left to show that it has set room aside.
		let size = task.largest_output().unwrap_or(0).max(1);
		let less = task.room.saturating_sub(size);
		task.room -= less;
		self.room.give_back(&deal.deal.requester, less);
	}

	/// Gives back the room that is set aside for a task's result.
	pub(super) fn give_room_back(&mut self, id: &TaskId) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		let Some(deal) = self.deals.get(&task.chain().deal) else { return };
		self.room.give_back(&deal.deal.requester, std::mem::take(&mut task.room));
	}

	/// Removes a task that another instance looks after from now on. Its workers here go on. Returns as
	/// [`remove_task`](Self::remove_task) does.
	pub fn hand_over(&mut self, id: &TaskId, now: Now) -> Option<(DealId, u64)> {
		let parts = self.tasks.get(id)?.replicates.clone();
		let is_here = |account: &AccountId| self.workers.get(account).is_some_and(WorkerState::is_here);
		for (account, part) in parts.into_iter().filter(|(account, part)| !part.step.is_last() && is_here(account)) {
			let report = Report { task: *id, step: part.step, at: now.local, cause: None, digest: None, usage: None };
			let delegated_until = Some(part.expiry);
			self.strays.add(&account, Held { report, delegated_until });
		}
		self.remove_task(id)
	}

	/// Removes a task. Returns its deal's part if that has no other task in memory.
	pub fn remove_task(&mut self, id: &TaskId) -> Option<(DealId, u64)> {
		self.give_room_back(id);
		let task = self.tasks.remove(id)?;
		let deal_id = task.chain().deal;
		let index = task.chain().index;
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

	/// Returns the workers that are here and have a task in hand that is not in memory, and remembers them no longer.
	pub fn take_strays(&mut self, id: &TaskId) -> impl Iterator<Item = AccountId> + use<> {
		self.strays.take(id).into_keys()
	}

	/// Records that a worker has nothing to do for a task any more.
	pub(super) fn release(&mut self, id: &TaskId, account: &AccountId) {
		let Some(worker) = self.workers.get_mut(account) else { return };
		worker.let_go(id);
		if worker.tasks.is_empty() && !worker.is_reachable() {
			self.workers.remove(account);
		}
		self.ready.update(account, self.workers.get(account));
	}

	/// Assigns a task, the first in its deal's line, to a worker of which it takes this many slots, with a delegation that
	/// expires at a time in ms of PoCo time.
	pub fn assign(&mut self, id: &TaskId, account: &AccountId, slots: u32, expiry: Moment, now: Now) {
		let (Some(task), Some(worker)) = (self.tasks.get_mut(id), self.workers.get_mut(account)) else { return };
		let deal_id = task.chain().deal;
		let Some(deal) = self.deals.get(&deal_id) else { return };
		self.queue.pop(&deal_id);
		self.queue.serve(&deal_id, slots);
		let part = Replicate { expiry, ..Replicate::new(worker.voter_on(|| *id).clone(), now.local) };
		worker.take(*id, deal.stake_taken());
		worker.occupy(*id, deal.slots_taken(&part, &worker.resources));
		task.replicates.insert(account.clone(), part);
		task.queued = false;
		self.ready.update(account, Some(worker));
		self.changes.replicates.insert((*id, account.clone()));
		self.changes.visible.insert(*id);
		self.set_room_aside(id, None);
	}

	/// Puts a task in line for a worker.
	pub fn wait(&mut self, id: &TaskId, end: End, now: Now) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		let deal_id = task.chain().deal;
		let Some(deal) = self.deals.get(&deal_id) else { return };
		task.queued = true;
		self.queue.push(deal_id, deal.deal.contribution_deadline(), !deal.is_urgent(now), *id, end);
	}

	/// Takes a task out of line.
	pub fn stop_waiting(&mut self, id: &TaskId) {
		let Some(task) = self.tasks.get_mut(id).filter(|task| task.queued) else { return };
		task.queued = false;
		self.queue.remove(&task.chain().deal, id);
	}

	/// Takes the first task of a deal's line out of it, and puts it in line again at this end. One that is not in memory
	/// any more is dropped.
	pub fn requeue_first(&mut self, deal: &DealId, end: End, now: Now) {
		if let Some(id) = self.queue.pop(deal) {
			self.wait(&id, end, now);
		}
	}

	/// Puts the first task of a deal's line behind the others. The deal keeps its turn.
	pub fn rotate(&mut self, deal: &DealId) {
		self.queue.rotate(deal);
	}

	/// Passes a deal over, until [`unpark_deals`](Self::unpark_deals).
	pub fn park_deal(&mut self, deal: &DealId) {
		self.queue.park(deal);
	}

	/// Puts the deals that were passed over in line again.
	pub fn unpark_deals(&mut self) {
		self.queue.resume();
	}
}
