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
pub(crate) fn fitting(info: &PoolInfo, workers: &[WorkerInfo], demand: &Demand) -> PoolInfo {
	let mut fitting = PoolInfo { workers: 0, free_slots: 0, slots: 0, ..info.clone() };
	let (mut vouched, mut voters) = (0, BTreeSet::new());
	for worker in workers {
		let Some(slots) = demand.slots(worker) else { continue };
		fitting.workers = fitting.workers.saturating_add(1);
		fitting.free_slots = fitting.free_slots.saturating_add(worker.free_slots / slots);
		if !worker.draining {
			vouched += u32::from(worker.vouched);
			voters.insert(worker.voter());
			fitting.slots = fitting.slots.saturating_add(u64::from(worker.usable_slots() / slots));
		}
	}
	// A scheduler that is too old to tell says of no worker that it is vouched for.
	fitting.vouched = info.vouched.map(|_| vouched);
	fitting.votes = info.votes.and(voters.len().try_into().ok());
	fitting
}

/// Returns why the workers of a pool cannot decide on tasks of this trust, whatever they answer; `None` if they can, or the
/// scheduler is too old to tell.
pub(crate) fn too_few(pool: &PoolInfo, trust: u64) -> Option<String> {
	let votes = votes(pool);
	if votes == 0 {
		return Some("the workerpool has no worker for them now".into());
	}
	let least = Rules::LIVE.least_contributors(trust);
	if least <= 1 {
		let alone = format!("at trust {trust}, a worker that it vouches for decides alone");
		return (pool.vouched == Some(0)).then(|| format!("the workerpool vouches for no worker now, and {alone}"));
	}
	(votes < least).then(|| format!("{}, those of {least} must agree", operators(votes, trust)))
}

/// Returns why the workers of a pool cannot decide on tasks of this trust if all are new, since then each counts least; `None`
/// if they can even so.
pub(crate) fn too_few_if_new(pool: &PoolInfo, trust: u64) -> Option<String> {
	let (votes, needed) = (votes(pool), workers_needed(trust));
	(u64::from(votes) < needed)
		.then(|| format!("{}, those of {needed} must agree if all are new", operators(votes, trust)))
}

/// Returns how many votes a pool has on a task, or, if its scheduler is too old to tell, how many it has at most.
fn votes(pool: &PoolInfo) -> u32 {
	pool.votes.unwrap_or(pool.workers)
}

fn operators(votes: u32, trust: u64) -> String {
	format!("the workerpool has workers of {} now; at trust {trust}", counted(votes.into(), "operator"))
}

/// Returns when the tasks would begin, in words.
pub(crate) fn start(info: &PoolInfo, tasks: u64, trust: u64) -> String {
	if let Some(why) = too_few(info, trust) {
		return format!("not yet: {why}");
	}
	let needed = tasks.saturating_mul(workers_needed(trust));
	let doubt = too_few_if_new(info, trust).map(|why| format!(", but {why}")).unwrap_or_default();
	if info.waiting == 0 && u64::from(info.free_slots) >= needed {
		return format!("at once{doubt}");
	}
	let (waiting, free) = (counted(info.waiting, "task"), counted(info.free_slots.into(), "free slot"));
	format!("{waiting} ahead of them, {free} now{doubt}")
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
			format!("expected about {} and a few blocks (at most {limit}, else the price comes back)", span(time))
		}
		Ok(time) => format!("expected about {}, too late: after {limit} the price comes back", span(time)),
		Err(why) => format!("within {limit}, else the price comes back; the expected time is not known: {why}"),
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
		let told = start(&info(2, 6, 0), 2, 5);
		assert!(told.starts_with("at once, but") && told.ends_with("those of 3 must agree if all are new"), "{told}");
		let told = start(&info(1, 6, 0), 2, 5);
		assert!(told.starts_with("not yet: ") && told.ends_with("those of 2 must agree"), "{told}");
	}

	#[test]
	fn pool_whose_workers_cannot_agree_is_told_from_one_whose_can() {
		let voting = |votes, vouched| PoolInfo { votes: Some(votes), vouched: Some(vouched), ..info(9, 9, 0) };
		let told = |pool: &PoolInfo, trust| too_few(pool, trust).unwrap_or_default();
		let one = "the workerpool has workers of 1 operator now; at trust 3, those of 2 must agree";
		assert_eq!([told(&voting(1, 9), 3), told(&voting(2, 9), 3)], [one, ""]);
		assert_eq!(told(&voting(2, 2), 5), "", "two with a score decide");
		let perhaps = |votes, trust| too_few_if_new(&voting(votes, 9), trust).is_some();
		assert_eq!([perhaps(2, 5), perhaps(3, 5), perhaps(2, 3), perhaps(1, 1)], [true, false, false, false]);
		assert_eq!(told(&voting(1, 1), 1), "", "it decides alone");
		assert!(told(&voting(1, 0), 1).contains("vouches for no worker now"));
		assert!(told(&info(0, 0, 0), 1).contains("has no worker"));
		let old = PoolInfo { votes: None, vouched: None, ..info(9, 9, 0) };
		assert_eq!([1, 3, 100].map(|trust| told(&old, trust)), ["", "", ""], "it does not tell");
		let demand = Demand { needs: Needs { memory: 4, ..Needs::default() }, ..Demand::default() };
		let worker = WorkerInfo { vouched: false, ..worker(4, 8, true) };
		let pool = fitting(&old, &[worker.clone(), worker], &demand);
		assert_eq!([1, 3].map(|trust| told(&pool, trust)), ["", ""], "nor of its workers");
	}

	/// Returns a worker that computes one task.
	fn worker(slots: u32, memory: u64, alive: bool) -> WorkerInfo {
		WorkerInfo {
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
		}
	}

	#[test]
	fn workers_of_an_operator_and_strangers_have_one_vote() {
		let account = |n| Account(AccountId::new([n; 32]));
		let record = |proven| WorkerRecord { validated: 0, refuted: 0, lost: 0, proven, away_until: None };
		let worker = |n, operator: Option<u8>, proven: Option<bool>| WorkerInfo {
			account: account(n),
			operator: operator.map(account),
			vouched: proven.is_none(),
			record: proven.map(record),
			..worker(1, 0, true)
		};
		let votes = |workers: &[WorkerInfo]| {
			let pool = fitting(&info(9, 9, 0), workers, &Demand::default());
			(pool.votes, pool.vouched)
		};
		assert_eq!(votes(&[worker(1, Some(8), None), worker(2, Some(8), None)]), (Some(1), Some(2)));
		assert_eq!(votes(&[worker(1, Some(8), None), worker(2, None, None)]), (Some(2), Some(2)));
		let strangers = [worker(1, Some(7), Some(false)), worker(2, Some(8), Some(false))];
		assert_eq!(votes(&strangers), (Some(1), Some(0)), "whatever operators they show");
		assert_eq!(votes(&[worker(1, Some(8), Some(true)), worker(2, Some(8), Some(true))]), (Some(2), Some(0)));
		let draining = WorkerInfo { draining: true, ..worker(2, Some(7), None) };
		assert_eq!(votes(&[worker(1, Some(8), None), draining]), (Some(1), Some(1)), "it takes no tasks");
	}

	#[test]
	fn only_workers_that_have_what_a_task_needs_are_counted() {
		let workers = [worker(4, 8, true), worker(8, 8, true), worker(8, 3, true), worker(8, 8, false)];
		let demand = Demand { needs: Needs { memory: 4, ..Needs::default() }, ..Demand::default() };
		let pool = fitting(&info(3, 17, 0), &workers, &demand);
		assert_eq!((pool.workers, pool.slots, pool.free_slots), (2, 4, 2), "each task takes half a worker");
	}

	#[test]
	fn end_is_expected_from_queue_and_run_time() {
		let time = |info: &PoolInfo, tasks| computed_in(info, Some(1_000), tasks, 5);
		assert_eq!(time(&info(3, 6, 0), 2), Ok(1_100), "six runs, six slots");
		assert_eq!(time(&info(3, 5, 0), 2), Ok(2_200), "one has to wait for what runs now");
		assert_eq!(time(&info(3, 0, 30), 2), Ok(7_700), "six run, 30 wait, six come");
		let many = computed_in(&info(3, 6, 0), Some(0), 1_000_000, 5);
		assert!(many.is_ok_and(|time| time > 3_600_000), "no run takes no time");
		assert!(time(&info(1, 6, 0), 2).is_err(), "two workers are needed at least");
		assert_eq!(time(&info(2, 6, 0), 2), Ok(1_100), "as if all were new");
		assert!(time(&PoolInfo { slots: 0, ..info(3, 0, 0) }, 2).is_err());
		assert!(computed_in(&info(3, 6, 0), None, 2, 5).is_err(), "nothing was measured");
		assert!(ending(Ok(2), 2).contains("too late"));
	}
}
