//! How the result of a task comes into the store: one winner is asked, and the next one if it fails.

use rlc_primitives::{AccountId, Moment};

use crate::model::{State, TaskState, WorkerState};

/// How long a winner has, in ms, however small the result is.
const LEAST_TIME: u64 = 60_000;

/// The slowest upload that is waited for, in bytes per ms.
const LEAST_SPEED: u64 = 50;

/// How often each winner is asked.
const TRIES: u32 = 3;

/// How long after a task closed, in ms, winners keep results: then there is no winner to ask.
const KEPT: u64 = 3_600_000;

/// What is to be done about a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
	/// Ask this winner.
	Ask(AccountId),
	/// Look again at this time, in ms.
	Wait(Moment),
	/// The result is there, or will never be.
	Done,
}

/// Returns what is to be done about the result of a task that was revealed or completed. A winner that was asked and let
/// its time pass has failed.
pub fn next(state: &State, task: &TaskState, now: Moment, final_deadline: Moment) -> Next {
	if task.upload.stored.is_some() {
		return Next::Done;
	}
	let end = final_deadline.saturating_add(KEPT);
	if now >= end {
		return Next::Done;
	}
	let mut late = None;
	if let Some((worker, since)) = &task.upload.asked {
		let time = LEAST_TIME.saturating_add(size_of(state, task, worker) / LEAST_SPEED);
		let until = since.saturating_add(time);
		if now < until {
			return Next::Wait(until.min(end));
		}
		late = Some(worker);
	}
	let failures =
		|worker: &AccountId| task.upload.failures.get(worker).copied().unwrap_or(0) + u32::from(late == Some(worker));
	let mut hopeful = task.winners().filter(|worker| failures(worker) < TRIES).peekable();
	if hopeful.peek().is_none() && task.chain().is_closed() {
		return Next::Done;
	}
	let reachable = hopeful.filter(|worker| state.worker(worker).is_some_and(WorkerState::is_reachable));
	match reachable.min_by_key(|worker| failures(worker)) {
		Some(worker) => Next::Ask(worker.clone()),
		// One that comes back is asked when it joins.
		None => Next::Wait(now.saturating_add(LEAST_TIME)),
	}
}

/// Returns the size of the result as the worker reported it, in bytes. The store takes none above the pool's limit.
fn size_of(state: &State, task: &TaskState, worker: &AccountId) -> u64 {
	task.replicates.get(worker).map_or(0, |part| part.output.min(state.max_result()))
}

#[cfg(test)]
mod tests;
