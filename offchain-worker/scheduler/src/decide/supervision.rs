//! What a task needs next: a pure function of what is known of it.
//!
//! | stage | what is done |
//! |---|---|
//! | active | workers are found, as many as the trust asks for; the task is given up if no worker can serve it, if those that tried agree that it is hopeless, or if the contribution deadline has passed; it is taken up again if too few say so on chain |
//! | revealing | workers that did not contribute stop; after the first reveal one winner uploads; `finalize` or `reopen` is sent where the chain leaves that to the scheduler, or is late |
//! | completed | one winner uploads; then the winners may drop the result, and the task is removed |
//! | failed | the workers stop, and the task is removed |
//!
//! Workers leave `finalize` to the chain and the scheduler. One sender is enough, and where the chain closes tasks by itself
//! anyone may send it: a winner whose scheduler is gone, too.

use rlc_primitives::{
	consensus,
	task::{Consensus, Stage},
	work::FailureCause,
	AccountId, Moment, Settlement, TaskId,
};

use super::{
	assignment,
	failures::{self, enough, reports_for, Verdict, PATIENCE, TRIES},
	hopeless,
	replication::is_enough,
	uploads, Action,
};
use crate::model::{DealState, GivenUp, Hopeless, Now, State, TaskState, WorkerState};

/// How long after a deadline, in ms, it has surely passed on chain too.
const MARGIN: u64 = 2_000;

/// How long, in ms, to wait for what the chain should have done by itself, or workers should have said on chain.
const WAIT: u64 = 20_000;

/// How long, in ms, until it is looked again whether workers are back whose words count.
const RETURN: u64 = 5_000;

/// How long, in ms, after workers were asked why no worker can serve a task, others are.
const ASK_AGAIN: u64 = 300_000;

/// How long, in ms, after the end of a reveal window the chain has to close or reopen a task by itself: it does so in the
/// next block with idle weight. Later than that blocks are full, and the scheduler does it. The chain is asked before, since
/// a call for what is done already costs a fee.
const LATE: u64 = 2 * WAIT;

/// How long, in ms, after a result was delivered at once, the data of its callback are waited for.
const LATE_DATA: u64 = 5_000;

/// What a task needs.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Next {
	/// What to do now.
	pub actions: Vec<Action>,
	/// Whether one more worker is needed.
	pub needs_worker: bool,
	/// When to look again, in ms, if nothing happens before.
	pub wake: Option<Moment>,
	/// Whether no worker is left that could try.
	pub is_deserted: bool,
}

impl Next {
	fn act(&mut self, action: Action) {
		self.actions.push(action);
	}

	fn wake_at(&mut self, at: Moment) {
		self.wake = Some(self.wake.map_or(at, |earlier| earlier.min(at)));
	}
}

/// A task under supervision, with what its needs depend on.
struct Case<'a> {
	state: &'a State,
	deal: &'a DealState,
	task: &'a TaskState,
	id: TaskId,
	now: Now,
}

/// Returns what this task needs next.
pub fn next(state: &State, id: TaskId, now: Now) -> Next {
	let mut next = Next::default();
	let Some(task) = state.task(&id) else { return next };
	let Some(deal) = state.deal(&task.chain().deal) else { return next };
	let case = Case { state, deal, task, id, now };
	match &task.chain().stage {
		Stage::Active if task.given_up.is_some() => case.give_up(&mut next),
		Stage::Active => case.find_workers(&mut next),
		Stage::Revealing(consensus) => case.conclude(consensus, &mut next),
		Stage::Completed(_) | Stage::Failed(_) => case.clean_up(&mut next),
	}
	next
}

impl Case<'_> {
	/// Returns whether another extrinsic may be sent, or question asked; if not, wakes up when it may.
	fn may_send(&self, next: &mut Next) -> bool {
		if self.task.is_sending() {
			return false;
		}
		if self.now.chain < self.task.not_before() {
			next.wake_at(self.task.not_before());
			return false;
		}
		true
	}

	/// Sends it, if something may be sent now.
	fn send(&self, action: Action, next: &mut Next) {
		if self.may_send(next) {
			next.act(action);
		}
	}

	fn find_workers(&self, next: &mut Next) {
		let Self { state, deal, task, id, now } = *self;
		let deadline = deal.deal.contribution_deadline();
		if now.chain >= deadline + MARGIN {
			let reason = "no worker can contribute any more: the contribution deadline has passed".into();
			return next.act(Action::GiveUp { task: id, reason, cause: None, witnesses: Vec::new() });
		}
		next.wake_at(deadline + MARGIN);
		if let Some(hopeless) = deal.hopeless.as_ref().filter(|_| task.chain().contributions.is_empty()) {
			return self.refuse(hopeless, next);
		}
		let verdict = failures::verdict(task, |worker| self.is_reachable(worker));
		if verdict != failures::verdict(task, |_| true) {
			next.wake_at(now.chain + RETURN);
		}
		if let Some(verdict) = verdict.as_ref().filter(|verdict| verdict.can_release(deal.deal.trust)) {
			let last_call = deadline.saturating_sub(failures::notice(deal.deal.reference_time));
			if now.chain >= last_call {
				return next.act(self.end_by(verdict));
			}
			next.wake_at(last_call);
		}
		let pending = self.pending_weights();
		let is_busy = !pending.is_empty();
		if is_enough(task.chain(), deal.deal.trust, pending) {
			// A consensus that the chain does not see: a score has changed since it was asked for.
			if !is_busy {
				self.send(Action::Refresh { task: id }, next);
			}
			return;
		}
		if let Some(verdict) = verdict {
			let is_deserted = !is_busy && !assignment::has_candidate(state, deal, task, now, WorkerState::is_reachable);
			let waited = task.deserted_since().map_or(0, |since| now.local.saturating_sub(since));
			let is_clear = verdict.voters >= enough(task.silences) && !failures::is_doubtful(task);
			let can_end = is_clear || (is_deserted && waited >= PATIENCE);
			if can_end && verdict.can_release(deal.deal.trust) {
				return next.act(self.end_by(&verdict));
			}
			next.is_deserted = is_deserted;
			if is_deserted && waited < PATIENCE {
				next.wake_at(now.chain + PATIENCE.saturating_sub(waited));
			}
		}
		let run_time = state.run_time_in(deal).unwrap_or(0);
		next.needs_worker = now.chain.saturating_add(run_time) < deadline;
	}

	/// Returns the decision to give a task up on the word of these workers. There are a few more of them than a release needs,
	/// in case some stay silent, but not many, since reports beyond that number cost their workers a fee.
	fn end_by(&self, verdict: &Verdict) -> Action {
		let most = enough(self.task.silences).max(reports_for(self.deal.deal.trust) as usize);
		let witnesses = verdict.witnesses.iter().take(most).cloned().collect();
		Action::GiveUp { task: self.id, reason: verdict.reason.clone(), cause: Some(verdict.cause), witnesses }
	}

	/// Returns whether instructions get to a worker.
	fn is_reachable(&self, worker: &AccountId) -> bool {
		self.state.worker(worker).is_some_and(WorkerState::is_reachable)
	}

	/// Gives up a task that no worker can serve, once enough are here to say so on chain. Until then it waits: nothing is lost
	/// before the deadline.
	fn refuse(&self, hopeless: &Hopeless, next: &mut Next) {
		let Self { state, deal, task, id, now } = *self;
		let needed = hopeless::witnesses_needed(deal, task, hopeless);
		let witnesses = hopeless::witnesses(state, deal, task, hopeless, needed);
		if witnesses.len() < needed {
			return next.wake_at(now.chain + WAIT);
		}
		let reason = hopeless.to_string();
		next.act(Action::GiveUp { task: id, reason, cause: Some(hopeless.cause()), witnesses });
	}

	/// Returns the weights of the workers that have yet to contribute.
	fn pending_weights(&self) -> Vec<u64> {
		let weight =
			|worker: &AccountId| self.state.worker(worker).map_or(consensus::weight(0), |known| known.weight());
		let parts = self.task.replicates.iter();
		let pending = parts.filter(|(worker, part)| part.is_pending() && !self.task.has_contribution(worker));
		pending.map(|(worker, _)| weight(worker)).collect()
	}

	/// Puts the failures on chain, then closes the task. If too few are put there, and there is time, others try.
	fn give_up(&self, next: &mut Next) {
		let Some(given_up) = &self.task.given_up else { return };
		self.stop_unfinished("the task is given up", next);
		let Some(cause) = given_up.cause else { return self.send(Action::Abandon { task: self.id }, next) };
		let is_in_time = self.now.chain < self.deal.deal.contribution_deadline();
		let missing = self.reports_missing(cause);
		if missing == 0 {
			return self.send(self.end_of(given_up, cause, is_in_time), next);
		}
		let workers = given_up.witnesses.iter().filter(|worker| self.is_reachable(worker)).cloned().collect::<Vec<_>>();
		match given_up.asked {
			None if is_in_time && workers.len() >= missing => {
				self.send(Action::Delegate { task: self.id, workers }, next);
			}
			Some(since) if given_up.witnesses.len() >= missing && self.now.chain < since + WAIT => {
				next.wake_at(since + WAIT);
			}
			// To end it sooner than it has to be would save no stake.
			_ if is_in_time => self.seek_others(given_up, next),
			_ => self.send(Action::Abandon { task: self.id }, next),
		}
	}

	/// Returns how many workers have yet to report the cause on chain, so that the task can be released.
	fn reports_missing(&self, cause: FailureCause) -> usize {
		let missing = reports_for(self.deal.deal.trust).saturating_sub(self.task.reports_of(cause));
		missing.try_into().unwrap_or(usize::MAX)
	}

	/// Returns how a task ends for which enough workers said on chain why it cannot be computed. A release that the chain
	/// keeps refusing is given up too, unless no worker could serve the task anyway, and there is time.
	fn end_of(&self, given_up: &GivenUp, cause: FailureCause, is_in_time: bool) -> Action {
		let task = self.id;
		if given_up.refused < TRIES || (is_in_time && self.deal.hopeless.is_some()) {
			Action::Release { task, cause }
		} else {
			Action::Abandon { task }
		}
	}

	/// Has others try a task, since too few of its witnesses said on chain why they cannot; or, if no worker can serve it,
	/// has others say so.
	fn seek_others(&self, given_up: &GivenUp, next: &mut Next) {
		match &self.deal.hopeless {
			Some(hopeless) => self.ask_others(hopeless, given_up, next),
			None => self.send(Action::TakeUp { task: self.id }, next),
		}
	}

	/// Asks other workers why no worker can serve a task, some time after those that were asked have not said it.
	fn ask_others(&self, hopeless: &Hopeless, given_up: &GivenUp, next: &mut Next) {
		next.wake_at(self.deal.deal.contribution_deadline() + MARGIN);
		let again = given_up.asked.map_or(0, |asked| asked + ASK_AGAIN);
		if self.now.chain < again {
			return next.wake_at(again);
		}
		self.refuse(hopeless, next);
	}

	fn conclude(&self, consensus: &Consensus, next: &mut Next) {
		let Self { deal, task, id, now, .. } = *self;
		self.stop_unfinished("other workers agreed on a result", next);
		let Consensus { reveal_deadline, winners, reveals, .. } = *consensus;
		let is_over = now.chain >= reveal_deadline + MARGIN;
		let is_late = now.chain >= reveal_deadline + LATE;
		let closes_itself = deal.deal.settlement == Settlement::Automatic && !is_late;
		let can_end = reveals > 0 && (reveals >= winners || is_over);
		// A failure has no data, and no file.
		let has_callback = deal.deal.callback.is_some() && !task.is_failure;
		if can_end && (!closes_itself || has_callback) && (!has_callback || task.data.is_some()) {
			let data = task.data.clone().filter(|_| has_callback);
			self.send(Action::Finalize { task: id, data }, next);
		} else if is_over && reveals == 0 && !closes_itself {
			self.send(Action::Reopen { task: id }, next);
		} else if is_over && now.chain >= reveal_deadline + WAIT {
			// The chain closes or reopens it by itself: an event was missed, or it is late.
			self.send(Action::Refresh { task: id }, next);
		} else {
			next.wake_at(if is_over { reveal_deadline + WAIT } else { reveal_deadline + MARGIN });
		}
		if reveals > 0 && !has_callback && !task.is_failure {
			self.see_to_upload(next);
		}
	}

	fn clean_up(&self, next: &mut Next) {
		let is_done = if !self.task.is_completed() {
			true
		} else if self.deal.deal.callback.is_some() {
			self.see_to_data(next)
		} else {
			self.see_to_upload(next)
		};
		self.stop_unfinished("the task is closed", next);
		if !is_done || !self.task.is_final() {
			return;
		}
		let parts = self.task.replicates.iter();
		for (worker, _) in parts.filter(|(_, part)| !part.is_pending() && !part.step.is_last()) {
			next.act(Action::Stop { task: self.id, worker: worker.clone(), reason: "the task is closed" });
		}
		next.act(Action::Remove { task: self.id });
	}

	/// Sees to it that the result comes into the store. Returns whether it is there, or never will be.
	fn see_to_upload(&self, next: &mut Next) -> bool {
		match uploads::next(self.state, self.deal, self.task, self.now.chain) {
			uploads::Next::Ask(worker) => next.act(Action::Upload { task: self.id, worker }),
			uploads::Next::Wait(until) => next.wake_at(until),
			uploads::Next::Done => return true,
		}
		false
	}

	/// Sees to it that the data of the callback come into the store. Returns whether they are there, or never will be.
	fn see_to_data(&self, next: &mut Next) -> bool {
		if self.task.upload.stored.is_some() {
			return true;
		}
		let Some(data) = &self.task.data else { return self.had_time_to_bring(next) };
		self.send(Action::Store { task: self.id, data: data.clone() }, next);
		false
	}

	/// Returns whether the winners had time to bring the data: one that delivers a result at once may see its block earlier
	/// than the scheduler, which takes no data before.
	fn had_time_to_bring(&self, next: &mut Next) -> bool {
		let parts = self.task.winners().filter_map(|winner| self.task.replicates.get(winner));
		let until = parts.map(|part| part.since.saturating_add(LATE_DATA)).max().unwrap_or(0);
		let left = until.saturating_sub(self.now.local);
		if left > 0 {
			next.wake_at(self.now.chain.saturating_add(left));
		}
		left == 0
	}

	/// Stops the workers that did not contribute: they have nothing to win.
	fn stop_unfinished(&self, reason: &'static str, next: &mut Next) {
		for (worker, part) in &self.task.replicates {
			if part.is_pending() && !self.task.has_contribution(worker) {
				next.act(Action::Stop { task: self.id, worker: worker.clone(), reason });
			}
		}
	}
}

#[cfg(test)]
mod tests;
