//! How the result of a task comes into the store: one winner is asked, and the next one if it fails.

use rlc_primitives::{AccountId, Moment};

use crate::model::{DealState, State, TaskState, WorkerState};

/// How long a winner has, in ms, however small the result is.
const LEAST_TIME: u64 = 60_000;

/// The slowest upload that is waited for, in bytes per ms.
const LEAST_SPEED: u64 = 50;

/// How long a winner that failed is not asked again, in ms: twice as long after each further failure.
const FIRST_PAUSE: u64 = 1_000;
const LONGEST_PAUSE: u64 = 600_000;

/// How long nobody is asked, in ms, if the store has no room.
const FULL_PAUSE: u64 = 30_000;

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
/// its time pass has failed. Winners keep results for as long as the pool does, so none is given up before: a store that is
/// full, a worker that is away, and a worker that fails have time to recover.
pub fn next(state: &State, deal: &DealState, task: &TaskState, now: Moment) -> Next {
	if task.upload.stored.is_some() {
		return Next::Done;
	}
	let end = deal.deal.final_deadline().saturating_add(state.retention());
	if now >= end || (task.winners().next().is_none() && task.chain().is_closed()) {
		return Next::Done;
	}
	let mut late = None;
	let size = size_of(state, task);
	if let Some((worker, since)) = &task.upload.asked {
		let time = LEAST_TIME.saturating_add(size / LEAST_SPEED);
		let until = since.saturating_add(time);
		if now < until {
			return Next::Wait(until.min(end));
		}
		late = Some((worker, until));
	}
	let rank = |worker: &AccountId| {
		let failures = task.upload.failures.get(worker).copied().unwrap_or_default();
		let failures = match late {
			Some((late, until)) if late == worker => failures.and_one(until),
			_ => failures,
		};
		(failures.last.saturating_add(pause(failures.count)).max(now), failures.count)
	};
	let reachable = task.winners().filter(|worker| state.worker(worker).is_some_and(WorkerState::is_reachable));
	let Some((worker, (at, _))) = reachable.map(|worker| (worker, rank(worker))).min_by_key(|(_, rank)| *rank) else {
		// One that comes back is asked when it joins.
		return Next::Wait(now.saturating_add(LEAST_TIME).min(end));
	};
	if at > now {
		return Next::Wait(at.min(end));
	}
	if !state.room().accepts(&deal.deal.requester, size, task.room()) {
		return Next::Wait(now.saturating_add(FULL_PAUSE).min(end));
	}
	Next::Ask(worker.clone())
}

/// Returns how long a winner that failed this often is not asked again, in ms.
fn pause(failures: u32) -> Moment {
	match failures.checked_sub(1) {
		None => 0,
		Some(more) => (FIRST_PAUSE << more.min(10)).min(LONGEST_PAUSE),
	}
}

/// Returns the least size of the result that a winner reported, in bytes: all of them have the same, and one that claims more
/// would keep the others waiting, for room or for its upload. The store takes none above the pool's limit.
fn size_of(state: &State, task: &TaskState) -> u64 {
	let parts = task.winners().filter_map(|worker| task.replicates.get(worker));
	let least = parts.map(|part| part.output).filter(|size| *size > 0).min();
	least.unwrap_or(0).min(state.max_result())
}

#[cfg(test)]
mod tests;
