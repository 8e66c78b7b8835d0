//! What a task needs next: a pure function of what is known of it.
//!
//! | stage | what is done |
//! |---|---|
//! | active | workers, as many as the trust asks for; given up if it is hopeless, or nobody can contribute any more |
//! | revealing | those who did not contribute stop; once it is revealed one winner uploads; `finalize` or `reopen` where the chain leaves that to the scheduler |
//! | completed | one winner uploads, then everybody forgets it |
//! | failed | everybody forgets it |

use rlc_primitives::{
	consensus,
	task::{Consensus, Stage},
	AccountId, Moment, Settlement, TaskId,
};
use rlc_protocol::worker::Step;

use crate::{
	decide::action::Action,
	decide::assignment,
	decide::failures::{self, ENOUGH, PATIENCE},
	decide::replication::is_enough,
	decide::uploads,
	model::{DealState, Now, State, TaskState},
};

/// How long after a deadline, in ms, it has surely passed on chain too.
const MARGIN: u64 = 2_000;

/// How long, in ms, what the chain should have done by itself, or workers should have said on chain, is waited for.
const WAIT: u64 = 20_000;

/// What a task needs.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Next {
	/// What to do now.
	pub actions: Vec<Action>,
	/// Whether one more worker is needed.
	pub wants_worker: bool,
	/// When to look again, in ms, if nothing happens before.
	pub wake: Option<Moment>,
	/// Whether nobody is left who could try.
	pub deserted: bool,
}

impl Next {
	fn act(&mut self, action: Action) {
		self.actions.push(action);
	}

	fn wake_at(&mut self, at: Moment) {
		self.wake = Some(self.wake.map_or(at, |earlier| earlier.min(at)));
	}
}

/// What this task needs next.
pub fn next(state: &State, id: TaskId, now: Now) -> Next {
	let mut next = Next::default();
	let Some(task) = state.tasks.get(&id) else { return next };
	let Some(deal) = state.deals.get(&task.chain.deal) else { return next };
	match &task.chain.stage {
		Stage::Active if task.given_up.is_some() => give_up(state, deal, task, id, now, &mut next),
		Stage::Active => find_workers(state, deal, task, id, now, &mut next),
		Stage::Revealing(consensus) => conclude(state, deal, task, id, consensus, now, &mut next),
		Stage::Completed(_) | Stage::Failed(_) => clean_up(state, deal, task, id, now, &mut next),
	}
	next
}

/// Whether another extrinsic may be sent, or question asked; if not, wakes up when it may.
fn may_send(task: &TaskState, now: Now, next: &mut Next) -> bool {
	if task.sending.is_some() {
		return false;
	}
	if now.chain < task.not_before {
		next.wake_at(task.not_before);
		return false;
	}
	true
}

fn find_workers(state: &State, deal: &DealState, task: &TaskState, id: TaskId, now: Now, next: &mut Next) {
	let deadline = deal.deal.contribution_deadline();
	if now.chain >= deadline + MARGIN {
		let reason = "nobody can contribute any more: the contribution deadline has passed".into();
		return next.act(Action::GiveUp { task: id, reason, witnesses: Vec::new() });
	}
	next.wake_at(deadline + MARGIN);
	let weight = |worker: &AccountId| state.workers.get(worker).map_or(consensus::weight(0), |known| known.weight());
	let pending =
		task.replicates.iter().filter(|(worker, part)| part.is_pending() && task.chain.contribution(worker).is_none());
	let pending = pending.map(|(worker, _)| weight(worker)).collect::<Vec<_>>();
	let busy = !pending.is_empty();
	if is_enough(&task.chain, deal.deal.trust, pending) {
		// A consensus that the chain does not see: a score has changed since it was asked for.
		if !busy && may_send(task, now, next) {
			next.act(Action::Refresh { task: id });
		}
		return;
	}
	if let Some(verdict) = failures::verdict(task) {
		let deserted = !busy && !assignment::is_anyone_left(state, deal, task);
		let waited = task.deserted.map_or(0, |since| now.local.saturating_sub(since));
		if verdict.operators >= ENOUGH || (deserted && waited >= PATIENCE) {
			return next.act(Action::GiveUp { task: id, reason: verdict.reason, witnesses: verdict.witnesses });
		}
		next.deserted = deserted;
		if deserted {
			next.wake_at(now.chain + PATIENCE.saturating_sub(waited));
		}
	}
	let run_time = assignment::run_time(state, deal).unwrap_or(0);
	next.wants_worker = now.chain.saturating_add(run_time) < deadline;
}

/// The failures are put on chain, then the task is closed.
fn give_up(state: &State, deal: &DealState, task: &TaskState, id: TaskId, now: Now, next: &mut Next) {
	let Some(given_up) = &task.given_up else { return };
	stop_unfinished(task, id, "the task is given up", next);
	let reachable = |worker: &&AccountId| state.workers.get(*worker).is_some_and(|worker| worker.is_reachable());
	let witnesses = given_up.witnesses.iter().filter(reachable).cloned().collect::<Vec<_>>();
	let in_time = now.chain < deal.deal.contribution_deadline();
	match given_up.asked {
		None if !witnesses.is_empty() && in_time => {
			if may_send(task, now, next) {
				next.act(Action::Delegate { task: id, workers: witnesses });
			}
		}
		Some(since) if !witnesses.is_empty() && now.chain < since + WAIT => next.wake_at(since + WAIT),
		_ => {
			if may_send(task, now, next) {
				next.act(Action::Abandon { task: id });
			}
		}
	}
}

fn conclude(
	state: &State,
	deal: &DealState,
	task: &TaskState,
	id: TaskId,
	consensus: &Consensus,
	now: Now,
	next: &mut Next,
) {
	stop_unfinished(task, id, "others have settled it", next);
	let Consensus { reveal_deadline, winners, reveals, .. } = *consensus;
	let (is_over, is_ours) = (now.chain >= reveal_deadline + MARGIN, deal.deal.settlement == Settlement::Scheduler);
	let can_end = reveals > 0 && (reveals >= winners || is_over);
	let has_callback = deal.deal.callback.is_some();
	if can_end && (is_ours || has_callback) && (!has_callback || task.data.is_some()) {
		if may_send(task, now, next) {
			next.act(Action::Finalize { task: id, data: task.data.clone().filter(|_| has_callback) });
		}
	} else if is_over && reveals == 0 && is_ours {
		if may_send(task, now, next) {
			next.act(Action::Reopen { task: id });
		}
	} else if is_over && now.chain >= reveal_deadline + WAIT {
		// The chain closes or reopens it by itself: an event was missed, or it is late.
		if may_send(task, now, next) {
			next.act(Action::Refresh { task: id });
		}
	} else {
		next.wake_at(if is_over { reveal_deadline + WAIT } else { reveal_deadline + MARGIN });
	}
	if reveals > 0 && !has_callback {
		see_to_upload(state, deal, task, id, now, next);
	}
}

fn clean_up(state: &State, deal: &DealState, task: &TaskState, id: TaskId, now: Now, next: &mut Next) {
	let is_there = match (task.is_completed(), deal.deal.callback.is_some()) {
		(false, _) => true,
		(true, false) => see_to_upload(state, deal, task, id, now, next),
		(true, true) => match (&task.data, task.upload.stored) {
			(Some(data), None) => {
				if may_send(task, now, next) {
					next.act(Action::Keep { task: id, data: data.clone() });
				}
				false
			}
			_ => true,
		},
	};
	stop_unfinished(task, id, "others have settled it", next);
	if !is_there || !task.is_final {
		return;
	}
	for (worker, _) in task.replicates.iter().filter(|(_, part)| part.step >= Step::Contributed && !part.step.is_last())
	{
		next.act(Action::Stop { task: id, worker: worker.clone(), reason: "the task is closed" });
	}
	next.act(Action::Forget { task: id });
}

/// Whether the result is in the store, or never will be.
fn see_to_upload(state: &State, deal: &DealState, task: &TaskState, id: TaskId, now: Now, next: &mut Next) -> bool {
	match uploads::next(state, task, now.chain, deal.deal.final_deadline()) {
		uploads::Next::Ask(worker) => next.act(Action::Upload { task: id, worker }),
		uploads::Next::Wait(until) => next.wake_at(until),
		uploads::Next::Settled => return true,
	}
	false
}

/// Those who did not contribute have nothing to win.
fn stop_unfinished(task: &TaskState, id: TaskId, reason: &'static str, next: &mut Next) {
	for (worker, part) in &task.replicates {
		if part.is_pending() && task.chain.contribution(worker).is_none() {
			next.act(Action::Stop { task: id, worker: worker.clone(), reason });
		}
	}
}

#[cfg(test)]
mod tests;
