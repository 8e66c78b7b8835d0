//! What is decided changes what is known, as if it were done.

use rlc_primitives::{Moment, TaskId};
use rlc_protocol::worker::Step;

use super::{Now, State};
use crate::{
	decide::action::Action,
	decide::assignment,
	decide::supervision,
	model::queue::End,
	model::{GivenUp, Sending},
};

/// How long, in ms, after an extrinsic was included, its event is waited for.
const SETTLE: u64 = 10_000;

/// The longest pause, in ms, after something did not go well.
const MAX_PAUSE: u64 = 60_000;

/// How often decisions that lead to new ones are followed at once.
const ROUNDS: usize = 8;

impl State {
	/// Deals whose contribution deadline is near come first.
	pub fn hurry(&mut self, now: Now) {
		for (id, deal) in &self.deals {
			if now.chain.saturating_add(deal.deal.reference_time) >= deal.deal.contribution_deadline() {
				self.queue.hurry(id);
			}
		}
	}

	/// When something has to be looked at again, in ms of chain time, if nothing happens before.
	pub fn next_alarm(&self) -> Option<Moment> {
		self.alarms.first().map(|(at, _)| *at)
	}

	/// Decides what to do. What it decided counts as done.
	pub fn decide(&mut self, now: Now) -> Vec<Action> {
		while let Some((_, id)) = self.alarms.first().copied().filter(|(at, _)| *at <= now.chain) {
			self.alarms.pop_first();
			if let Some(task) = self.tasks.get_mut(&id) {
				task.wake = None;
			}
			self.look_at(&id);
		}
		let mut actions = std::mem::take(&mut self.decided);
		for _ in 0..ROUNDS {
			for (_, _, id) in std::mem::take(&mut self.dirty) {
				actions.extend(self.supervise(id, now));
			}
			actions.extend(assignment::place(self, now));
			if self.dirty.is_empty() {
				break;
			}
		}
		actions
	}

	/// Does what a task needs.
	fn supervise(&mut self, id: TaskId, now: Now) -> Vec<Action> {
		let next = supervision::next(self, id, now);
		let Some(task) = self.tasks.get_mut(&id) else { return Vec::new() };
		if task.wake != next.wake {
			if let Some(wake) = task.wake {
				self.alarms.remove(&(wake, id));
			}
			self.alarms.extend(next.wake.map(|wake| (wake, id)));
			task.wake = next.wake;
		}
		task.deserted = next.deserted.then(|| task.deserted.unwrap_or(now.local));
		if next.wants_worker && !task.queued {
			// It was worked on before, so it waited already.
			let end = if task.replicates.is_empty() { End::Back } else { End::Front };
			self.wait(&id, end, now);
		} else if !next.wants_worker && task.queued {
			task.queued = false;
			self.queue.remove(&task.chain.deal, &id);
		}
		for action in &next.actions {
			self.took(action, now);
		}
		next.actions
	}

	/// What an action changes here.
	fn took(&mut self, action: &Action, now: Now) {
		let id = action.task();
		let Some(task) = self.tasks.get_mut(&id) else { return };
		match action {
			Action::Upload { worker, .. } => {
				if let Some((late, _)) = task.upload.asked.replace((worker.clone(), now.chain)) {
					*task.upload.failures.entry(late).or_default() += 1;
				}
				// Its time limit becomes the alarm.
				self.look_at(&id);
			}
			Action::Stop { worker, .. } => {
				let won = task.is_completed() && task.winners().any(|winner| winner == worker);
				let step = if won { Step::Completed } else { Step::Aborted };
				self.step(&id, worker, step, None, now);
				self.changes.seen.insert(id);
			}
			Action::GiveUp { reason, witnesses, .. } => {
				let witnesses = witnesses.iter().cloned().collect();
				task.given_up = Some(GivenUp { reason: reason.clone(), witnesses, asked: None });
				self.changes.tasks.insert(id);
				self.touch(&id);
			}
			Action::Delegate { .. } => task.sending = Some(Sending::Delegate),
			Action::Abandon { .. } => task.sending = Some(Sending::Abandon),
			Action::Finalize { .. } => task.sending = Some(Sending::Finalize),
			Action::Reopen { .. } => task.sending = Some(Sending::Reopen),
			Action::Refresh { .. } => task.sending = Some(Sending::Refresh),
			Action::Keep { .. } => task.sending = Some(Sending::Keep),
			Action::Compute { .. } | Action::ReportFailure { .. } | Action::Forget { .. } => {}
		}
	}

	/// What was under way has gone well, or not.
	pub fn answered(&mut self, id: &TaskId, well: bool, now: Now) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		task.sending = None;
		let pause = if well {
			task.refusals = 0;
			SETTLE
		} else {
			task.refusals = task.refusals.saturating_add(1);
			1_000u64.checked_shl(task.refusals.min(6)).map_or(MAX_PAUSE, |pause| pause.min(MAX_PAUSE))
		};
		task.not_before = now.chain + pause;
		self.touch(id);
	}

	/// A task that is given up was delegated on chain, or not: then nobody can put its failure there.
	pub fn delegated(&mut self, id: &TaskId, well: bool, now: Now) {
		self.answered(id, true, now);
		let Some(task) = self.tasks.get_mut(id) else { return };
		task.not_before = now.chain;
		let Some(given_up) = &mut task.given_up else { return };
		given_up.asked = Some(now.chain);
		if !well {
			given_up.witnesses.clear();
		}
		let witnesses = given_up.witnesses.iter().cloned();
		self.decided.extend(witnesses.map(|worker| Action::ReportFailure { task: *id, worker }));
		self.touch(id);
	}
}
