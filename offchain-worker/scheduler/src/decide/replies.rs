//! How answers change the state: those to extrinsics and to questions, and those of the store.

use rlc_primitives::{Moment, Task, TaskId};

use super::{failures::TRIES, Action};
use crate::model::{Now, State, TaskState};

/// How long, in ms, after an extrinsic was included, its event is waited for.
const SETTLE: Moment = 10_000;

/// How much PoCo time, in ms, passes before a call is made again that could not be made since work was stopped: PoCo time
/// stands still until work goes on.
const GOES_ON: Moment = 1_000;

/// The longest pause, in ms, after a failure.
const MAX_PAUSE: Moment = 60_000;

/// Returns the pause, in ms, after this many refusals in a row.
fn pause(refusals: u32) -> Moment {
	if refusals == 0 {
		return SETTLE;
	}
	1_000u64.checked_shl(refusals.min(6)).map_or(MAX_PAUSE, |pause| pause.min(MAX_PAUSE))
}

/// Records that what was under way about a task succeeded or failed.
pub fn answered(state: &mut State, id: &TaskId, is_ok: bool, now: Now) {
	let Some(task) = state.task(id) else { return };
	let refusals = if is_ok { 0 } else { task.refusals().saturating_add(1) };
	state.end_sending(id, refusals, now.chain + pause(refusals));
}

/// Records that work was stopped on the chain when something was to be sent about a task. That is not held against the call:
/// it is made again once work goes on.
pub fn stopped(state: &mut State, id: &TaskId, now: Now) {
	let Some(refusals) = state.task(id).map(TaskState::refusals) else { return };
	state.end_sending(id, refusals, now.chain + GOES_ON);
}

/// Records whether a task that is given up was delegated on chain. If it was not, no worker can report its failure there: the
/// delegation is tried again, and in the end others try the task. Returns what its witnesses are told.
pub fn delegated(state: &mut State, id: &TaskId, is_ok: bool, now: Now) -> Vec<Action> {
	let given_up = state.task(id).and_then(|task| task.given_up.as_ref());
	let is_worth_it = given_up.is_some_and(|given_up| given_up.refused + 1 < TRIES);
	if !is_ok && is_worth_it {
		released(state, id, false, now);
		return Vec::new();
	}
	answered(state, id, true, now);
	state.ask_witnesses(id, now);
	if !is_ok {
		let deal = state.task(id).and_then(|task| state.deal(&task.chain().deal));
		// If no worker can serve it, others are asked later.
		if deal.is_some_and(|deal| deal.hopeless.is_none()) {
			state.take_up(id);
		}
		return Vec::new();
	}
	let given_up = state.task(id).and_then(|task| task.given_up.as_ref());
	let witnesses = given_up.into_iter().flat_map(|given_up| given_up.witnesses.iter().cloned());
	witnesses.map(|worker| Action::ReportFailure { task: *id, worker }).collect()
}

/// Records whether a task was released, or whether the chain refused a call that this takes.
pub fn released(state: &mut State, id: &TaskId, is_ok: bool, now: Now) {
	if !is_ok {
		state.refuse_release(id);
	}
	answered(state, id, is_ok, now);
}

/// Records how the chain says that a task stands, and whether its consensus was shown to be a failure of the app. The task
/// had this version when the chain was asked.
pub fn refreshed(state: &mut State, id: &TaskId, version: u64, chain: Option<(Task, bool)>, now: Now) {
	answered(state, id, true, now);
	let Some(task) = state.task(id) else { return };
	if task.version() != version {
		// It has changed since: the chain is asked again, if that still matters.
		state.send_from(id, now.chain);
	} else if let Some((chain, is_failure)) = chain {
		state.replace_task(id, chain, is_failure, now);
	}
}
