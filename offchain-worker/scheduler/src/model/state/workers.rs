//! Workers join, live, rest, and move between instances.

use std::collections::{BTreeMap, BTreeSet};

use rlc_primitives::{money::Score, AccountId, Balance, Moment, TaskId};
use rlc_protocol::worker::{Heartbeat, Session, Step};
use sp_core::H256;

use super::State;
use crate::model::{lot, Held, Machine, Mark, Member, Now, Presence, Voice, WorkerState};

/// After how long, in ms, a worker has got a task that it was given, if it is there.
pub(super) const DELIVERED: Moment = 30_000;

impl State {
	/// Records that a worker joined. It loses the tasks that it does not have in hand. Returns what it has in hand of tasks
	/// that are in memory: whether it goes on with them is to be decided. The rest is kept until they come into memory.
	pub fn join(&mut self, member: Member, session: Session, now: Now) -> Vec<Held> {
		let Member { account, operator, is_vouched, resources, held, score, record, funds } = member;
		if self.workers.get(&account).is_some_and(WorkerState::is_here) {
			// What it has in hand is what it names now.
			self.strays.drop_of(&account);
		}
		let worker =
			self.workers.entry(account.clone()).or_insert_with(|| WorkerState::unknown(account.clone(), now.local));
		worker.has_operator = operator.is_some();
		worker.operator = operator.unwrap_or_else(|| account.clone());
		worker.has_joined = true;
		worker.is_vouched = is_vouched;
		worker.record = record;
		worker.lot = lot(self.secret, H256(account.clone().into()));
		worker.see_record(now.local);
		worker.presence = Presence::Here(session);
		worker.resources = resources;
		self.machines.see(account.clone(), worker.usable(), is_vouched, now.local);
		self.changes.machines.insert(account.clone());
		worker.score = score;
		worker.seen = now.local;
		worker.progress = now.local;
		worker.draining = false;
		worker.resting = false;
		worker.stalled = false;
		let known = worker.tasks.clone();
		self.settle_vote(&account);
		self.set_funds(&account, funds);
		self.recount_slots(&account);
		self.changes.arrived.insert(account.clone());
		self.changes.departed.remove(&account);
		let dropped = known.into_iter().filter(|id| !held.iter().any(|held| held.report.task == *id));
		let dropped = dropped.collect::<Vec<_>>();
		if dropped.iter().any(|id| self.had_taken(id, &account, now)) {
			self.mark(&account, Mark::Lost, now);
		}
		for id in dropped {
			self.lose_part(&id, &account, now);
		}
		let (in_memory, strays): (Vec<_>, Vec<_>) =
			held.into_iter().partition(|held| self.tasks.contains_key(&held.report.task));
		strays.into_iter().for_each(|held| self.strays.add(&account, held));
		in_memory.iter().for_each(|held| self.touch(&held.report.task));
		in_memory
	}

	/// Returns whether a worker that is here has surely taken a task that it has not contributed to: what it was given a moment
	/// ago may not have got to it.
	fn had_taken(&self, id: &TaskId, account: &AccountId, now: Now) -> bool {
		let part = self.tasks.get(id).and_then(|task| task.replicates.get(account));
		let is_taken =
			part.is_some_and(|part| part.step > Step::Created || part.since.saturating_add(DELIVERED) <= now.local);
		is_taken && self.is_in_hand(id, account)
	}

	/// Decides again as whom a worker votes, also on the tasks that it has in hand.
	pub fn settle_vote(&mut self, account: &AccountId) {
		let Some(worker) = self.workers.get_mut(account) else { return };
		worker.choose_voter(account);
		let is_here = worker.is_here();
		self.ready.update(account, Some(&*worker));
		for id in &worker.tasks {
			let part = self.tasks.get_mut(id).and_then(|task| task.replicates.get_mut(account));
			let voter = worker.voter_on(|| *id);
			if let Some(part) = part.filter(|part| part.voter != *voter) {
				part.voter = voter.clone();
				self.changes.replicates.insert((*id, account.clone()));
			}
		}
		if is_here {
			// Other instances are told.
			self.changes.arrived.insert(account.clone());
		}
	}

	/// Records what a worker's account can stake, in nRLC, beyond what the chain has locked of it.
	pub fn set_funds(&mut self, account: &AccountId, funds: Balance) {
		let Some(worker) = self.workers.get_mut(account) else { return };
		let tasks = &self.tasks;
		worker.set_funds(funds, |id| tasks.get(id).is_some_and(|task| task.has_contribution(account)));
	}

	/// Takes in machines that were written down.
	pub fn recall_machines(&mut self, written: Vec<(AccountId, Machine)>, now: Now) {
		self.machines.recall(written, now.local);
	}

	/// Records that the workers that are here still are, now and then, and forgets machines that have been gone for long.
	pub fn refresh_machines(&mut self, now: Now) {
		for (account, worker) in self.workers.iter().filter(|(_, worker)| worker.is_here()) {
			if self.machines.is_stale(account, now.local) {
				self.machines.see(account.clone(), worker.usable(), worker.is_vouched, now.local);
				self.changes.machines.insert(account.clone());
			}
		}
		self.machines.forget(now.local);
	}

	/// Counts again the slots that a worker's tasks take, once what it has is known or is something else.
	fn recount_slots(&mut self, account: &AccountId) {
		let Some(worker) = self.workers.get_mut(account) else { return };
		for id in worker.taken.keys().copied().collect::<Vec<_>>() {
			let task = self.tasks.get(&id);
			let part = task.and_then(|task| Some((self.deals.get(&task.chain().deal)?, task.replicates.get(account)?)));
			let slots = part.map_or(0, |(deal, part)| deal.slots_taken(part, &worker.resources));
			worker.occupy(id, slots);
		}
		self.ready.update(account, Some(worker));
	}

	/// Records a worker's sign of life.
	pub fn beat(&mut self, account: &AccountId, heartbeat: Heartbeat, now: Now) {
		let Some(worker) = self.workers.get_mut(account) else { return };
		worker.beat(heartbeat, now.local);
		self.ready.update(account, Some(worker));
	}

	/// Records when a worker was heard of, in ms: not before it was known to be heard of.
	pub fn hear(&mut self, account: &AccountId, heard: Moment) {
		if let Some(worker) = self.workers.get_mut(account) {
			worker.seen = worker.seen.max(heard);
		}
	}

	/// Records a worker's score on chain.
	pub fn set_score(&mut self, account: &AccountId, score: Score) {
		if let Some(worker) = self.workers.get_mut(account) {
			worker.score = score;
		}
	}

	/// Records that instructions do not get to a worker: it gets nothing more until it joins again.
	pub fn rest(&mut self, account: &AccountId) {
		if let Some(worker) = self.workers.get_mut(account) {
			worker.resting = true;
			self.ready.update(account, Some(worker));
		}
	}

	/// Records which workers other instances have, and as whom they vote. Those of an instance that ended are away.
	pub fn locate(&mut self, elsewhere: BTreeMap<AccountId, Voice>, now: Now) {
		let mut found = BTreeSet::new();
		for (account, worker) in &mut self.workers {
			match (worker.presence, elsewhere.contains_key(account)) {
				(Presence::Elsewhere, false) => worker.presence = Presence::Away(now.local),
				(Presence::Away(_) | Presence::Lost, true) => {
					worker.presence = Presence::Elsewhere;
					found.extend(worker.tasks.iter().copied());
				}
				_ => {}
			}
		}
		self.elsewhere = elsewhere;
		// A requester may wait for their results.
		found.iter().for_each(|task| self.touch(task));
	}
}
