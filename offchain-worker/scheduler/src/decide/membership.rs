//! Which workers go on with what they have in hand, and which are lost.

use std::collections::BTreeSet;

use rlc_primitives::{task::Stage, AccountId, Moment, TaskId};
use rlc_protocol::worker::{Session, Step, MISSED_HEARTBEATS};

use super::assignment::may_try;
use crate::model::{Held, Member, Now, Presence, Replicate, State, WorkerState};

/// How long, in ms, a worker that was there before the scheduler started has to come back.
const RETURN: Moment = 10_000;

/// How long after a delegation expired, in ms, it has surely expired on chain too.
const MARGIN: Moment = 2_000;

/// How long, in ms, a worker may make no progress beyond the time that a run may take: it fetches, packs, and waits for
/// the chain.
const ALLOWANCE: Moment = 60_000;

/// Records that a worker joined. Returns the tasks in its hand that it shall drop.
pub fn join(state: &mut State, member: Member, session: Session, now: Now) -> Vec<TaskId> {
	let account = member.account.clone();
	let held = state.join(member, session, now);
	let dropped = held.into_iter().filter(|held| !resume(state, &account, held, now));
	dropped.map(|held| held.report.task).collect()
}

/// Records that a worker that is here has this task in hand. Returns whether it shall keep it.
pub(super) fn resume(state: &mut State, account: &AccountId, held: &Held, now: Now) -> bool {
	let Held { report, delegated_until } = held;
	let id = report.task;
	if state.task(&id).is_none() || state.worker(account).is_none() {
		return true;
	}
	state.withdraw_upload(&id, account);
	if report.step.is_last() {
		state.report(account, report.clone(), now);
		return true;
	}
	let is_kept = may_go_on(state, account, held, now);
	if is_kept {
		state.resume(&id, account, report.step, *delegated_until, now);
	}
	is_kept
}

/// Returns whether a worker shall go on with a task that it has in hand. Its word is not enough: it has a part in the task, as
/// the chain or the database knows, or it shows the scheduler's own delegation. Anybody could hold up tasks else, by saying
/// that they are about to be contributed to.
fn may_go_on(state: &State, account: &AccountId, Held { report, delegated_until }: &Held, now: Now) -> bool {
	let (Some(task), Some(worker)) = (state.task(&report.task), state.worker(account)) else { return true };
	if task.has_contribution(account) {
		return true;
	}
	if task.chain().stage != Stage::Active || task.given_up.is_some() {
		return false;
	}
	match task.replicates.get(account) {
		// It could not contribute, however far it has come.
		Some(part) if part.has_expired(now.chain) => false,
		Some(part) if !part.is_written_off() => !part.step.is_last(),
		None if delegated_until.is_none_or(|expiry| expiry <= now.chain) => false,
		_ => (task.is_queued() || report.step >= Step::Computed) && may_try(task, account, worker, now),
	}
}

/// Returns the workers that were silent for too long. `heartbeat` is how often workers give a sign of life, in ms.
pub fn silent(state: &State, heartbeat: Moment, now: Now) -> Vec<AccountId> {
	let limit = heartbeat * Moment::from(MISSED_HEARTBEATS);
	let is_silent = |worker: &WorkerState| match worker.presence {
		Presence::Here(_) => worker.seen + limit < now.local,
		Presence::Away(since) => since + limit.max(RETURN) < now.local,
		Presence::Elsewhere | Presence::Lost => false,
	};
	let silent = state.workers().iter().filter(|(_, worker)| is_silent(worker));
	silent.map(|(account, _)| account.clone()).collect()
}

/// Takes tasks from workers that live, but make no progress with them for longer than a run may take, or whose delegations
/// have expired. Returns these workers.
pub fn lose_stalled(state: &mut State, now: Now) -> BTreeSet<AccountId> {
	let stalled = stalled(state, now);
	for (id, account) in &stalled {
		state.stall(id, account, now);
	}
	stalled.into_iter().map(|(_, account)| account).collect()
}

/// Returns the tasks with which workers that are here make no progress, or have taken too long.
fn stalled(state: &State, now: Now) -> Vec<(TaskId, AccountId)> {
	let here = state.workers().iter().filter(|(_, worker)| worker.is_here());
	let of = |(account, worker): (&AccountId, _)| {
		let tasks = stalled_tasks(state, account, worker, now);
		let account = account.clone();
		tasks.into_iter().map(move |id| (id, account.clone()))
	};
	here.flat_map(of).collect()
}

/// Returns the tasks with which a worker makes no progress, or has taken too long. One that it has not begun waits its
/// turn, as long as the worker makes progress with others: then any step of any task counts, and the longest run that
/// it may be busy with.
fn stalled_tasks(state: &State, account: &AccountId, worker: &WorkerState, now: Now) -> Vec<TaskId> {
	let pending = worker.tasks.iter().filter_map(|id| {
		let task = state.task(id).filter(|task| !task.has_contribution(account))?;
		let part = task.replicates.get(account).filter(|part| part.is_pending())?;
		Some((*id, part, state.deal(&task.chain().deal)?.deal.reference_time))
	});
	let pending = pending.collect::<Vec<_>>();
	let longest = pending.iter().map(|(_, _, time)| *time).max().unwrap_or(0);
	let is_stalled = |part: &Replicate, time: Moment| {
		let (since, time) =
			if part.step > Step::Started { (part.since, time) } else { (part.since.max(worker.progress), longest) };
		since.saturating_add(time).saturating_add(ALLOWANCE) < now.local
			|| part.has_expired(now.chain.saturating_sub(MARGIN))
	};
	let stalled = pending.into_iter().filter(|(_, part, time)| is_stalled(part, *time));
	stalled.map(|(id, ..)| id).collect()
}

#[cfg(test)]
mod tests;
