//! Tasks that are to be looked at, and what was decided about them.

use rlc_primitives::{work::FailureCause, AccountId, DealId, Moment, TaskId};

use super::State;
use crate::model::{GivenUp, Now, Sending, STRANGERS};

impl State {
	/// Marks a task as changed: it is to be looked at, and looks different to requesters.
	pub(super) fn touch(&mut self, id: &TaskId) {
		if self.look_at(id) {
			self.changes.visible.insert(*id);
		}
	}

	/// Marks a task as to be looked at. Returns whether it is in memory.
	pub(super) fn look_at(&mut self, id: &TaskId) -> bool {
		let Some(task) = self.tasks.get(id) else { return false };
		self.dirty.insert((task.chain().deal, task.chain().index, *id));
		true
	}

	/// Returns when something has to be looked at again, in ms of chain time, if nothing happens before.
	pub fn next_alarm(&self) -> Option<Moment> {
		self.alarms.first().map(|(at, _)| *at)
	}

	/// Marks the tasks whose time has come as to be looked at.
	pub fn ring_alarms(&mut self, now: Now) {
		while let Some((_, id)) = self.alarms.first().copied().filter(|(at, _)| *at <= now.chain) {
			self.alarms.pop_first();
			if let Some(task) = self.tasks.get_mut(&id) {
				task.wake = None;
			}
			self.look_at(&id);
		}
	}

	/// Returns whether there are tasks to look at.
	pub fn has_dirty(&self) -> bool {
		!self.dirty.is_empty()
	}

	/// Returns the tasks to look at, in the order of their deals and indexes.
	pub fn take_dirty(&mut self) -> impl Iterator<Item = TaskId> + use<> {
		std::mem::take(&mut self.dirty).into_iter().map(|(_, _, id)| id)
	}

	/// Sets when a task is looked at if nothing happens before.
	pub fn set_wake(&mut self, id: &TaskId, wake: Option<Moment>) {
		let Some(task) = self.tasks.get_mut(id).filter(|task| task.wake != wake) else { return };
		if let Some(wake) = task.wake {
			self.alarms.remove(&(wake, *id));
		}
		self.alarms.extend(wake.map(|wake| (wake, *id)));
		task.wake = wake;
	}

	/// Records whether no worker is left that could try a task.
	pub fn set_deserted(&mut self, id: &TaskId, is_deserted: bool, now: Now) {
		if let Some(task) = self.tasks.get_mut(id) {
			task.deserted = is_deserted.then(|| task.deserted.unwrap_or(now.local));
		}
	}

	/// Records that a winner is asked for the result. One that was asked before has let its time pass.
	pub fn ask_for_upload(&mut self, id: &TaskId, winner: &AccountId, now: Now) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		if let Some((late, _)) = task.upload.asked.replace((winner.clone(), now.chain)) {
			task.upload.fail(&late, now.chain);
		}
		let size = task.replicates.get(winner).map_or(0, |part| part.output.min(self.max_result));
		self.set_room_aside(id, Some(size));
		// Its time limit becomes the alarm.
		self.look_at(id);
	}

	/// Records that a task is given up: for a cause that these workers are to report, or because it is too late for others.
	pub fn give_up(&mut self, id: &TaskId, reason: &str, cause: Option<FailureCause>, witnesses: &[AccountId]) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		let witnesses = witnesses.iter().filter(|worker| !task.reports.contains_key(*worker)).cloned().collect();
		task.given_up = Some(GivenUp { reason: reason.into(), cause, witnesses, asked: None, refused: 0 });
		self.changes.tasks.insert(*id);
		self.touch(id);
	}

	/// Records that the witnesses of a task that is given up are asked to report their failures on chain, since `now`.
	pub fn ask_witnesses(&mut self, id: &TaskId, now: Now) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		task.not_before = now.chain;
		let Some(given_up) = &mut task.given_up else { return };
		given_up.asked = Some(now.chain);
		given_up.refused = 0;
		for worker in &given_up.witnesses {
			let voter = task.replicates.get(worker).map(|part| &part.voter);
			let voter = voter.or_else(|| Some(&self.workers.get(worker)?.voter)).unwrap_or(&STRANGERS);
			task.asked.entry(voter.clone()).or_insert_with(|| worker.clone());
		}
		self.touch(id);
	}

	/// Records that workers are sought again for a task that was given up, since too few of its witnesses reported the cause on
	/// chain. The words of those that were asked no longer count.
	pub fn take_up(&mut self, id: &TaskId) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		let Some(given_up) = task.given_up.take() else { return };
		if given_up.asked.is_some() {
			task.silences = task.silences.saturating_add(1);
			for worker in given_up.witnesses {
				if let Some(said) = task.replicates.get_mut(&worker).and_then(|part| part.cause.as_mut()) {
					said.cause = None;
					self.changes.replicates.insert((*id, worker));
				}
			}
		}
		self.changes.tasks.insert(*id);
		self.touch(id);
	}

	/// Records that the chain refused a call that releasing a task takes.
	pub fn refuse_release(&mut self, id: &TaskId) {
		if let Some(given_up) = self.tasks.get_mut(id).and_then(|task| task.given_up.as_mut()) {
			given_up.refused = given_up.refused.saturating_add(1);
		}
	}

	/// Records that something about a task is under way.
	pub fn set_sending(&mut self, id: &TaskId, sending: Sending) {
		if let Some(task) = self.tasks.get_mut(id) {
			task.sending = Some(sending);
		}
	}

	/// Records that what was under way has ended, after this many refusals in a row. Nothing else is sent before
	/// `not_before`, in ms.
	pub fn end_sending(&mut self, id: &TaskId, refusals: u32, not_before: Moment) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		task.sending = None;
		task.refusals = refusals;
		task.not_before = not_before;
		self.touch(id);
	}

	/// Marks a task as looking different to requesters.
	pub fn show(&mut self, id: &TaskId) {
		if self.tasks.contains_key(id) {
			self.changes.visible.insert(*id);
		}
	}

	/// Puts a deal before those that have time.
	pub fn expedite(&mut self, deal: &DealId) {
		self.queue.expedite(deal);
	}
}
