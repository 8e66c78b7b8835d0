//! When tasks would begin and end, from what a scheduler tells. Pure.

use std::collections::BTreeSet;

use rlc_primitives::{Moment, Rules};
use rlc_protocol::requester::{PoolInfo, WorkerInfo};

use crate::{
	demand::Demand,
	table::{counted, span},
};

/// What a slot needs for a run beside the app's own time, in ms: the next task is assigned, and its content fetched. A rough
/// figure, so that runs which take less than 1 ms are not told to take no time.
const BETWEEN_RUNS: Moment = 100;

/// Returns how many workers have to agree on a task of this trust if all are new: then each counts least.
pub(crate) fn workers_needed(trust: u64) -> u64 {
	Rules::LIVE.new_workers(trust).into()
}

/// Returns a pool as if it had only the workers that have what is demanded, with as many slots as tasks fit into.
pub(crate) fn room_for(info: &PoolInfo, workers: &[WorkerInfo], demand: &Demand) -> PoolInfo {
	let mut room = PoolInfo { workers: 0, free_slots: 0, slots: 0, ..info.clone() };
	let (mut vouched, mut voters) = (0, BTreeSet::new());
	for worker in workers {
		let Some(slots) = demand.slots(worker) else { continue };
		room.workers = room.workers.saturating_add(1);
		vouched += u32::from(worker.vouched);
		voters.insert(worker.voter());
		room.free_slots = room.free_slots.saturating_add(worker.free_slots / slots);
		if !worker.draining {
			room.slots = room.slots.saturating_add(u64::from(worker.usable_slots() / slots));
		}
	}
	room.vouched = Some(vouched);
	room.votes = voters.len().try_into().ok();
	room
}

/// Returns why the workers of a pool cannot decide on tasks of this trust, whatever they answer; `None` if they can, or the
/// scheduler is too old to tell.
pub(crate) fn too_few(pool: &PoolInfo, trust: u64) -> Option<String> {
	let votes = pool.votes.unwrap_or(pool.workers);
	if votes == 0 {
		return Some("the workerpool has no worker for them now".into());
	}
	let (needed, least) = (workers_needed(trust), Rules::LIVE.least_contributors(trust));
	if least <= 1 {
		let alone = format!("at trust {trust}, a worker that it vouches for decides alone");
		return (pool.vouched == Some(0)).then(|| format!("the workerpool vouches for no worker now, and {alone}"));
	}
	let new = if needed > u64::from(least) { ", if all are new" } else { "" };
	(u64::from(votes) < needed).then(|| {
		let has = counted(votes.into(), "operator");
		format!("the workerpool has workers of {has} now, and at trust {trust}, those of {needed} have to agree{new}")
	})
}

/// Returns when the tasks would begin, in words.
pub(crate) fn start(info: &PoolInfo, tasks: u64, trust: u64) -> String {
	if let Some(why) = too_few(info, trust) {
		return format!("not yet: {why}");
	}
	let needed = tasks.saturating_mul(workers_needed(trust));
	if info.waiting == 0 && u64::from(info.free_slots) >= needed {
		return "at once".into();
	}
	let (waiting, free) = (counted(info.waiting, "task"), counted(info.free_slots.into(), "free slot"));
	format!("{waiting} ahead of them, {free} now")
}

/// Returns in how many ms all tasks are computed, one run in each slot at a time, if all that is ahead of them takes as
/// long as they do.
///
/// # Errors
///
/// Why that is not known.
pub(crate) fn computed_in(
	info: &PoolInfo,
	run_time: Option<Moment>,
	tasks: u64,
	trust: u64,
) -> Result<Moment, &'static str> {
	let run_time = run_time.ok_or("the pool has not measured a run of the app")?;
	if too_few(info, trust).is_some() {
		return Err("the pool has too few workers for them now");
	}
	if info.slots == 0 {
		return Err("no worker takes tasks now, or the scheduler does not say how many");
	}
	let busy = info.slots.saturating_sub(info.free_slots.into());
	let runs = tasks.saturating_mul(workers_needed(trust)).saturating_add(info.waiting).saturating_add(busy);
	Ok(runs.div_ceil(info.slots).saturating_mul(run_time.saturating_add(BETWEEN_RUNS)))
}

/// Returns when all tasks are closed, in words: as expected, and at the latest.
pub(crate) fn ending(expected: Result<Moment, &str>, latest: Moment) -> String {
	let limit = span(latest);
	match expected {
		Ok(time) if time < latest => {
			format!("expected about {} and a few blocks (at most {limit}, else the money comes back)", span(time))
		}
		Ok(time) => format!("expected about {}, too late: after {limit} the money comes back", span(time)),
		Err(why) => format!("within {limit}, else the money comes back; the expected time is not known: {why}"),
	}
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use rlc_primitives::AccountId;
	use rlc_protocol::{requester::WorkerRecord, version::PROTOCOL, worker::Resources, Account, Needs};

	pub(crate) fn info(workers: u32, free_slots: u32, waiting: u64) -> PoolInfo {
		PoolInfo {
			workerpool: Default::default(),
			genesis: Default::default(),
			scheduler: Account(AccountId::new([1; 32])),
			version: String::new(),
			protocol: PROTOCOL,
			workers,
			vouched: Some(workers),
			votes: Some(workers),
			free_slots,
			slots: 6,
			waiting,
			running: 0,
			room: None,
			homeless: 0,
		}
	}

	#[test]
	fn trust_needs_as_many_new_workers_as_the_consensus() {
		assert_eq!([0, 1, 2, 3, 5, 9].map(workers_needed), [1, 1, 2, 2, 3, 4]);
		assert_eq!(workers_needed(u64::MAX), 64);
	}

	#[test]
	fn start_depends_on_the_queue() {
		assert_eq!(start(&info(3, 6, 0), 2, 5), "at once");
		assert!(start(&info(3, 5, 0), 2, 5).starts_with("0 tasks ahead"));
		assert!(start(&info(3, 6, 9), 2, 5).starts_with("9 tasks ahead"));
		assert!(start(&info(2, 6, 0), 2, 5).contains("workers of 2 operators now"));
	}

	#[test]
	fn pool_whose_workers_cannot_agree_is_told_from_one_whose_can() {
		let voting = |votes, vouched| PoolInfo { votes: Some(votes), vouched: Some(vouched), ..info(9, 9, 0) };
		let told = |pool: &PoolInfo, trust| too_few(pool, trust).unwrap_or_default();
		let one = "the workerpool has workers of 1 operator now, and at trust 3, those of 2 have to agree";
		assert_eq!([told(&voting(1, 9), 3), told(&voting(2, 9), 3)], [one, ""]);
		assert!(told(&voting(2, 2), 5).ends_with("those of 3 have to agree, if all are new"));
		assert_eq!(told(&voting(1, 1), 1), "", "it decides alone");
		assert!(told(&voting(1, 0), 1).contains("vouches for no worker now"));
		assert!(told(&info(0, 0, 0), 1).contains("has no worker"));
		let old = PoolInfo { votes: None, vouched: None, ..info(9, 9, 0) };
		assert_eq!([1, 3, 100].map(|trust| told(&old, trust)), ["", "", ""], "it does not tell");
	}

	#[test]
	fn workers_of_an_operator_and_strangers_have_one_vote() {
		let account = |n| Account(AccountId::new([n; 32]));
		let record = |proven| WorkerRecord { validated: 0, refuted: 0, lost: 0, proven, away_until: None };
		let worker = |n, operator: Option<u8>, proven: Option<bool>| WorkerInfo {
			account: account(n),
			operator: operator.map(account),
			vouched: proven.is_none(),
			alive: true,
			draining: false,
			record: proven.map(record),
			usable_slots: None,
			resources: Resources { slots: 1, wasm: true, ..Resources::default() },
			free_slots: 1,
			running: 0,
			seen: 0,
		};
		let votes = |workers: &[WorkerInfo]| {
			let room = room_for(&info(9, 9, 0), workers, &Demand::default());
			(room.votes, room.vouched)
		};
		assert_eq!(votes(&[worker(1, Some(8), None), worker(2, Some(8), None)]), (Some(1), Some(2)));
		assert_eq!(votes(&[worker(1, Some(8), None), worker(2, None, None)]), (Some(2), Some(2)));
		let strangers = [worker(1, Some(7), Some(false)), worker(2, Some(8), Some(false))];
		assert_eq!(votes(&strangers), (Some(1), Some(0)), "whatever operators they show");
		assert_eq!(votes(&[worker(1, Some(8), Some(true)), worker(2, Some(8), Some(true))]), (Some(2), Some(0)));
	}

	#[test]
	fn only_workers_that_have_what_a_task_needs_are_counted() {
		let worker = |slots, memory, alive| WorkerInfo {
			account: Account(AccountId::new([1; 32])),
			operator: None,
			vouched: true,
			alive,
			draining: false,
			record: None,
			usable_slots: None,
			resources: Resources { slots, memory, wasm: true, ..Resources::default() },
			free_slots: slots - 1,
			running: 1,
			seen: 0,
		};
		let workers = [worker(4, 8, true), worker(8, 8, true), worker(8, 3, true), worker(8, 8, false)];
		let demand = Demand { needs: Needs { memory: 4, ..Needs::default() }, ..Demand::default() };
		let room = room_for(&info(3, 17, 0), &workers, &demand);
		assert_eq!((room.workers, room.slots, room.free_slots), (2, 4, 2), "each task takes half a worker");
	}

	#[test]
	fn end_is_expected_from_queue_and_run_time() {
		let time = |info: &PoolInfo, tasks| computed_in(info, Some(1_000), tasks, 5);
		assert_eq!(time(&info(3, 6, 0), 2), Ok(1_100), "six runs, six slots");
		assert_eq!(time(&info(3, 5, 0), 2), Ok(2_200), "one has to wait for what runs now");
		assert_eq!(time(&info(3, 0, 30), 2), Ok(7_700), "six run, 30 wait, six come");
		let many = computed_in(&info(3, 6, 0), Some(0), 1_000_000, 5);
		assert!(many.is_ok_and(|time| time > 3_600_000), "no run takes no time");
		assert!(time(&info(2, 6, 0), 2).is_err(), "three workers are needed");
		assert!(time(&PoolInfo { slots: 0, ..info(3, 0, 0) }, 2).is_err());
		assert!(computed_in(&info(3, 6, 0), None, 2, 5).is_err(), "nothing was measured");
		assert!(ending(Ok(2), 2).contains("too late"));
	}
}
