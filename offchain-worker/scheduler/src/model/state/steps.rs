//! How far workers have come with their tasks.

use rlc_primitives::{AccountId, Moment, TaskId};
use rlc_protocol::worker::{Cause, Step};

use super::State;
use crate::model::{Mark, Now, Presence, Replicate};

/// How many characters of why a worker failed are kept: as many as are written down.
const MAX_WORDS: usize = 1_000;

impl State {
	/// Records that a worker's part in a task has come so far. A step that is behind what is known is passed over.
	pub fn step(&mut self, id: &TaskId, account: &AccountId, step: Step, cause: Option<Cause>, now: Now) {
		let Some(part) = self.tasks.get(id).and_then(|task| task.replicates.get(account)) else { return };
		if !part.step.is_last() && step > part.step {
			self.set_step(id, account, step, cause, now);
		}
	}

	/// Records how a worker's part in a task stands, whatever was known of it.
	pub fn set_step(&mut self, id: &TaskId, account: &AccountId, step: Step, cause: Option<Cause>, now: Now) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		let Some(deal) = self.deals.get(&task.chain().deal) else { return };
		let Some(part) = task.replicates.get_mut(account) else { return };
		part.step = step;
		part.since = now.local;
		part.cause = cause.map(|cause| Cause { words: cause.words.chars().take(MAX_WORDS).collect(), ..cause });
		let part = &*part;
		if let Some(worker) = self.workers.get_mut(account).filter(|_| step != Step::Lost) {
			worker.progress = now.local;
		}
		// Steps on the way are told to requesters that ask; a restart does without.
		if step == Step::Created || step >= Step::Computed {
			self.changes.replicates.insert((*id, account.clone()));
		}
		if step.is_last() {
			self.release(id, account);
		} else if let Some(worker) = self.workers.get_mut(account) {
			worker.take(*id, deal.stake_taken());
			worker.occupy(*id, deal.slots_taken(part, &worker.resources));
			self.ready.update(account, Some(worker));
		}
		self.touch(id);
	}

	/// Records that a worker goes on with a task that it had in hand when it joined. If nothing was known of that, its
	/// delegation expires at this time, in ms of PoCo time.
	pub fn resume(&mut self, id: &TaskId, account: &AccountId, step: Step, expiry: Option<Moment>, now: Now) {
		let (Some(task), Some(worker)) = (self.tasks.get_mut(id), self.workers.get(account)) else { return };
		let contributed = task.has_contribution(account);
		let known = task.replicates.get(account).map(|part| part.step);
		let on_chain = known.filter(|step| !step.is_last()).unwrap_or(Step::Contributed).max(Step::Contributed);
		let step = if contributed { step.max(on_chain) } else { step };
		let unknown = || {
			let part = Replicate::new(worker.voter_on(|| *id).clone(), now.local);
			Replicate { expiry: expiry.unwrap_or(part.expiry), ..part }
		};
		task.replicates.entry(account.clone()).or_insert_with(unknown);
		if known != Some(Step::Completed) {
			self.set_step(id, account, step, None, now);
		}
	}

	/// Records that a worker was silent for too long: what it was computing is lost, and what it had in hand of other
	/// tasks does not count any more.
	pub fn lose(&mut self, account: &AccountId, now: Now) {
		let here = self.workers.get(account).filter(|worker| worker.is_here());
		if here.is_some_and(|worker| worker.tasks.iter().any(|id| self.is_in_hand(id, account))) {
			self.mark(account, Mark::Lost, now);
		}
		self.expel(account, now);
	}

	/// Records that a worker is not to be here any more, for whatever reason. That is not held against it.
	pub fn expel(&mut self, account: &AccountId, now: Now) {
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
		self.strays.drop_of(account);
	}

	/// Returns whether a worker has yet to contribute to a task that it was given.
	pub(super) fn is_in_hand(&self, id: &TaskId, account: &AccountId) -> bool {
		let Some(task) = self.tasks.get(id) else { return false };
		task.replicates.get(account).is_some_and(Replicate::is_pending) && !task.has_contribution(account)
	}

	/// Records that a worker does not have a task in hand any more, or cannot be reached. What is on chain stays there.
	pub fn lose_part(&mut self, id: &TaskId, account: &AccountId, now: Now) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		if task.upload.is_asked_of(account) {
			task.upload.asked = None;
		}
		if self.is_in_hand(id, account) {
			self.step(id, account, Step::Lost, None, now);
		}
		self.touch(id);
	}

	/// Records that a worker makes no progress with a task: it loses the task, and gets nothing more until it says
	/// something. It is not stopped: a contribution that comes after all counts.
	pub fn stall(&mut self, id: &TaskId, account: &AccountId, now: Now) {
		let cause = Cause { cause: None, words: "no progress".into() };
		self.step(id, account, Step::Lost, Some(cause), now);
		if let Some(worker) = self.workers.get_mut(account) {
			worker.stalled = true;
			self.ready.update(account, Some(worker));
		}
		self.mark(account, Mark::Lost, now);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::{scene::report, task, Scene};
	use rlc_protocol::worker::Report;

	#[test]
	fn long_words_of_workers_are_not_kept() {
		let mut scene = Scene::new();
		let worker = scene.worker(1, 1);
		let id = task(scene.deal(100, 1, 1), 0);
		scene.decide();
		let cause = Some(Cause { cause: None, words: "é".repeat(30_000) });
		scene.state.report(&worker, Report { cause, ..report(id, Step::Failed) }, scene.now);
		let kept = scene.task(id).replicates[&worker].cause.clone();
		assert_eq!(kept.map(|cause| cause.words.chars().count()), Some(MAX_WORDS));
	}
}
