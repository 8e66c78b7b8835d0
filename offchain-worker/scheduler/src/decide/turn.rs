//! Everything that is to be done now: each judgment is recorded before the next one is asked.

use std::collections::BTreeSet;

use rlc_primitives::{AccountId, DealId, TaskId};
use rlc_protocol::worker::Step;

use super::{
	assignment::{choose, expiry, Choice, NoWorker},
	failures, supervision, Action,
};
use crate::model::{End, Now, Sending, State};

/// How often decisions that lead to new ones are followed at once.
const ROUNDS: usize = 8;

/// A deal's tasks that are tried before the next deal's are.
const TRIED: usize = 64;

/// The most tasks that are assigned at once: instructions go out in between.
const MAX_ASSIGNED: usize = 2_000;

/// Decides what to do about all that changed and about what is due. What it decided is recorded as done.
pub fn decide(state: &mut State, now: Now) -> Vec<Action> {
	state.ring_alarms(now);
	let mut actions = Vec::new();
	for _ in 0..ROUNDS {
		for id in state.take_dirty() {
			actions.extend(supervise(state, id, now));
		}
		actions.extend(assign(state, now));
		if !state.has_dirty() {
			break;
		}
	}
	actions
}

/// Puts deals with a near contribution deadline first.
pub fn expedite_urgent(state: &mut State, now: Now) {
	let urgent = state.deals().iter().filter(|(_, deal)| deal.is_urgent(now)).map(|(id, _)| *id).collect::<Vec<_>>();
	urgent.iter().for_each(|deal| state.expedite(deal));
}

/// Decides what a task needs.
fn supervise(state: &mut State, id: TaskId, now: Now) -> Vec<Action> {
	let next = supervision::next(state, id, now);
	let Some(task) = state.task(&id) else { return Vec::new() };
	if next.needs_worker && !task.is_queued() {
		// A task that was worked on has waited already. But if it used up all of the category's time, others come first.
		let has_waited = !task.replicates.is_empty() && !failures::has_timed_out(task);
		let end = if has_waited { End::Front } else { End::Back };
		state.wait(&id, end, now);
	} else if !next.needs_worker {
		state.stop_waiting(&id);
	}
	state.set_wake(&id, next.wake);
	state.set_deserted(&id, next.is_deserted, now);
	for action in &next.actions {
		record(state, action, now);
	}
	next.actions
}

/// Records an action about a task as done.
fn record(state: &mut State, action: &Action, now: Now) {
	match action {
		Action::Upload { task, worker } => state.ask_for_upload(task, worker, now),
		Action::Stop { task, worker, .. } => {
			state.step(task, worker, last_step(state, task, worker), None, now);
			state.show(task);
		}
		Action::GiveUp { task, reason, cause, witnesses } => state.give_up(task, reason, *cause, witnesses),
		Action::TakeUp { task } => state.take_up(task),
		Action::Delegate { task, .. } => state.set_sending(task, Sending::Delegate),
		Action::Release { task, .. } => state.set_sending(task, Sending::Release),
		Action::Abandon { task } => state.set_sending(task, Sending::Abandon),
		Action::Finalize { task, .. } => state.set_sending(task, Sending::Finalize),
		Action::Reopen { task } => state.set_sending(task, Sending::Reopen),
		Action::Refresh { task } => state.set_sending(task, Sending::Refresh),
		Action::Store { task, .. } => state.set_sending(task, Sending::Store),
		Action::Compute { .. } | Action::ReportFailure { .. } | Action::Remove { .. } => {}
	}
}

/// Returns the last step of a worker that is told to stop: a winner has completed the task.
fn last_step(state: &State, id: &TaskId, worker: &AccountId) -> Step {
	let is_winner = |task: &crate::model::TaskState| task.is_completed() && task.winners().any(|one| one == worker);
	if state.task(id).is_some_and(is_winner) {
		Step::Completed
	} else {
		Step::Aborted
	}
}

/// Assigns waiting tasks to workers, deal by deal in turn.
fn assign(state: &mut State, now: Now) -> Vec<Action> {
	let mut assigned = Vec::new();
	let mut reserved = BTreeSet::new();
	state.room_mut().forget_short();
	state.forget_lacks();
	while assigned.len() < MAX_ASSIGNED && !state.ready().is_empty() {
		let Some(deal) = state.queue().next() else { break };
		match assign_one_of(state, &deal, &reserved, now) {
			Ok(action) => assigned.push(action),
			Err(awaited) => {
				reserved.extend(awaited);
				state.park_deal(&deal);
			}
		}
	}
	state.unpark_deals();
	assigned
}

/// Assigns one of the deal's tasks to a worker.
///
/// # Errors
///
/// If none can be assigned now: the worker that they wait for, if they take several slots.
fn assign_one_of(
	state: &mut State,
	deal_id: &DealId,
	reserved: &BTreeSet<AccountId>,
	now: Now,
) -> Result<Action, Option<AccountId>> {
	let mut awaited = None;
	for _ in 0..state.queue().len_of(deal_id).min(TRIED) {
		let Some(id) = state.queue().first(deal_id) else { break };
		let (Some(deal), Some(task)) = (state.deal(deal_id), state.task(&id)) else {
			state.requeue_first(deal_id, End::Back, now);
			continue;
		};
		if !state.has_room(deal, task) {
			// There would be no room for its result. As far as is known, results of all tasks of a deal have the same size.
			state.room_mut().note_short(*deal_id);
			return Err(awaited);
		}
		match choose(state, deal, task, reserved, now) {
			Ok(Choice { worker, slots }) => {
				let expiry = expiry(&deal.deal, now);
				state.assign(&id, &worker, slots, expiry, now);
				if needs_another_worker(state, id, now) {
					state.wait(&id, End::Front, now);
				}
				return Ok(Action::Compute { task: id, worker });
			}
			// It stays in line: its deal, if this is its only task, would else lose its turn each time it waits.
			Err(NoWorker::Busy(worker)) => return Err(awaited.or(worker)),
			Err(NoWorker::Absent) => {
				state.requeue_first(deal_id, End::Front, now);
				return Err(awaited);
			}
			Err(NoWorker::Lacking(lack)) => {
				state.note_lack(*deal_id, lack);
				state.requeue_first(deal_id, End::Front, now);
				return Err(awaited);
			}
			Err(NoWorker::Taken(worker)) => {
				if worker.is_some() {
					// As above.
					state.rotate(deal_id);
				} else {
					state.requeue_first(deal_id, End::Back, now);
				}
				awaited = awaited.or(worker);
			}
		}
	}
	Err(awaited)
}

/// Returns whether a task that was just assigned to a worker needs one more.
fn needs_another_worker(state: &State, id: TaskId, now: Now) -> bool {
	supervision::next(state, id, now).needs_worker
}
