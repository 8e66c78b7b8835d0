//! Which parts of deals come into memory, which deals are over, and which parts are left to other instances.

use std::collections::BTreeSet;

use rlc_primitives::{AccountId, DealId, TaskId};

use super::{assignment::has_candidate, hopeless, membership::resume, Action};
use crate::model::{Now, State, TaskState, WorkerState};

/// The most tasks in memory: parts of deals wait beyond.
const MAX_TASKS: usize = 100_000;

/// A deal with fewer waiting tasks gets another part.
const FEW: usize = 250;

/// How long a task waits, in ms, before its part is left to instances that may have a worker for it.
const WAITED: u64 = 3_000;

/// Returns the deals of which another part is to be taken into memory: those that have few tasks waiting.
pub fn to_adopt(state: &State) -> Vec<DealId> {
	if !has_place(state) {
		return Vec::new();
	}
	let deals =
		state.deals().iter().filter(|(id, deal)| !deal.adopting && !deal.exhausted && state.queue().len_of(id) < FEW);
	deals.map(|(id, _)| *id).collect()
}

/// Returns whether more tasks may come into memory. Tasks whose results are in no store may wait for long, so they do not count
/// unless there are as many of them as others may be.
fn has_place(state: &State) -> bool {
	let tasks = state.tasks().len();
	tasks < MAX_TASKS || (tasks < 2 * MAX_TASKS && tasks - state.count_homeless() < MAX_TASKS)
}

/// Returns the deals whose tasks all seem to be done.
pub fn idle(state: &State) -> Vec<DealId> {
	let deals = state.deals().iter().filter(|(_, deal)| deal.exhausted && deal.parts.is_empty());
	deals.map(|(id, _)| *id).collect()
}

/// Takes a task into memory. Returns what workers are told that have it in hand.
pub fn adopt(state: &mut State, id: TaskId, task: TaskState, now: Now) -> Vec<Action> {
	let held = state.insert_task(id, task, now);
	let stopped = held.into_iter().filter(|(worker, held)| !resume(state, worker, held, now));
	let stop = |worker: AccountId| Action::Stop { task: id, worker, reason: "it is not wanted any more" };
	stopped.map(|(worker, _)| stop(worker)).collect()
}

/// Passes over a task for which nothing is left to do, and which is not in memory: workers that have it in hand stop.
pub fn dismiss(state: &mut State, id: TaskId) -> Vec<Action> {
	let stop = |worker: AccountId| Action::Stop { task: id, worker, reason: "the task is over" };
	state.take_strays(&id).map(stop).collect()
}

/// Returns the parts that have a task for which no worker of this instance is left, though it has waited: none to compute
/// it, or too few to say that no worker can.
pub fn to_leave(state: &State, now: Now) -> BTreeSet<(DealId, u64)> {
	let mut parts = BTreeSet::new();
	for task in state.tasks().values() {
		let Some(deal) = state.deal(&task.chain().deal) else { continue };
		let has_waited = match task.replicates.values().map(|part| part.since).max() {
			Some(since) => since + WAITED < now.local,
			None => deal.deal.opened + WAITED < now.chain,
		};
		let is_deserted = match &deal.hopeless {
			Some(hopeless) => hopeless::lacks_witnesses(state, deal, task, hopeless),
			None => task.is_queued() && !has_candidate(state, deal, task, now, WorkerState::is_here),
		};
		if has_waited && is_deserted {
			parts.insert((task.chain().deal, deal.part_of(task.chain().index)));
		}
	}
	parts
}

/// Returns the tasks of a part, if nothing about them is under way.
pub fn leavable_tasks(state: &State, id: DealId, part: u64) -> Option<Vec<TaskId>> {
	let deal = state.deal(&id)?;
	let of_part = state
		.tasks()
		.iter()
		.filter(|(_, task)| task.chain().deal == id && deal.part_of(task.chain().index) == part && !task.is_sending());
	let tasks = of_part.map(|(id, _)| *id).collect::<Vec<_>>();
	(tasks.len() as u64 == deal.parts.get(&part).copied().unwrap_or(0)).then_some(tasks)
}
