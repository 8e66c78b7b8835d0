//! How many workers a task needs: exactly as many as its trust asks for.
//!
//! The chain's own formula ([`rlc_primitives::consensus`]) says whether the workers that were chosen would reach a
//! consensus if they all agreed with the leading result. If not, one more is chosen. So a worker that disagrees, fails
//! or is lost is replaced, and no worker computes in vain. However much a worker's word counts, two are chosen at least
//! where the trust is above 1; an operator counts as one.

use rlc_primitives::{
	consensus,
	observed::groups,
	task::{Contribution, ContributionStatus, Task, MAX_CONTRIBUTORS},
	Rules,
};
use sp_core::U256;

/// Returns whether the contributions to a task, and workers with these weights that have yet to contribute, are enough.
pub fn is_enough(task: &Task, trust: u64, pending: impl IntoIterator<Item = u64>) -> bool {
	let (mut leading, mut agreeing) = leader(task);
	let mut total = task.total;
	let mut count = task.contributions.len();
	for weight in pending {
		count += 1;
		agreeing += 1;
		let Ok(after) = consensus::raise(leading, weight) else { return true };
		total = total.saturating_sub(leading).saturating_add(after);
		leading = after;
	}
	let are_several = agreeing >= Rules::LIVE.least_contributors(trust) as usize;
	count >= MAX_CONTRIBUTORS as usize || (are_several && reaches(leading, total, trust))
}

/// Returns the value of the group that is worth most, and how many contributions it has.
fn leader(task: &Task) -> (U256, usize) {
	let Some((result, value)) = groups(task).into_iter().max_by_key(|(_, value)| *value) else {
		return (U256::zero(), 0);
	};
	let open = |one: &&Contribution| one.status == ContributionStatus::Contributed && one.commitment.result == result;
	(value, task.contributions.iter().filter(open).count())
}

/// Returns whether a group is a consensus. The chain refuses what would overflow: then more workers do not help.
fn reaches(group: U256, total: U256, trust: u64) -> bool {
	consensus::is_reached(group, total, trust).unwrap_or(true)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::model::{lot, Record, WorkerState, PROVEN};
	use rlc_primitives::{AccountId, DealId, ObservedTask, ResultHash, TaskEvent};
	use sp_core::H256;

	/// Returns how many workers with this score are chosen for a task to which new workers contributed these results.
	fn chosen(trust: u64, score: u64, results: &[u8]) -> usize {
		let mut task = ObservedTask::new(Task::new(DealId::default(), 0));
		for (worker, result) in (0..).zip(results) {
			let worker = AccountId::new([worker; 32]);
			let result = ResultHash(H256::repeat_byte(*result));
			task.apply(&TaskEvent::Contributed { worker, result }, |_| consensus::weight(0));
		}
		(0..).find(|n| is_enough(task.task(), trust, vec![consensus::weight(score); *n])).unwrap()
	}

	#[test]
	fn trust_5_with_new_workers_delegates_3() {
		assert_eq!(chosen(5, 0, &[]), 3);
	}

	#[test]
	fn trust_asks_for_as_many_as_the_formula_says() {
		for (trust, workers) in [(0, 1), (1, 1), (2, 2), (3, 2), (4, 2), (5, 3), (8, 3), (9, 4), (100, 7)] {
			assert_eq!(chosen(trust, 0, &[]), workers, "trust {trust}");
		}
	}

	#[test]
	fn workers_with_a_score_are_fewer() {
		assert_eq!(chosen(100, 300, &[]), 2, "99² > 99, and 99 is not");
		assert_eq!(chosen(50, 300, &[]), 2, "99 > 49 holds, but no worker decides alone");
	}

	#[test]
	fn more_are_chosen_when_results_disagree() {
		assert_eq!(chosen(5, 0, &[1, 1, 1]), 0, "all agree");
		assert_eq!(chosen(5, 0, &[1, 1]), 1, "one is to come");
		// 2ⁿ · 5 > (2ⁿ + 2 + 1) · 4 holds from n = 4 on.
		assert_eq!(chosen(5, 0, &[1, 1, 2]), 2);
		assert_eq!(chosen(3, 0, &[1, 2]), 2);
	}

	/// Returns a worker that nobody vouches for, after so many validated results.
	fn stranger(n: u8, validated: u64, score: u64) -> WorkerState {
		let mut worker = WorkerState::unknown(AccountId::new([n; 32]), 0);
		worker.record = Record { validated, ..Record::default() };
		worker.lot = lot(H256::repeat_byte(9), H256::repeat_byte(n));
		worker.score = score;
		worker
	}

	/// Returns the weights of the votes that strangers have on a task: their own, and the one that all others share, which counts
	/// as much as the best of them could wish.
	fn votes(strangers: &[WorkerState], task: &Task) -> Vec<u64> {
		let (own, shared): (Vec<_>, Vec<_>) = strangers.iter().partition(|one| one.has_vote(&task.id()));
		let own = own.into_iter().map(WorkerState::weight);
		own.chain(shared.into_iter().map(WorkerState::weight).max()).collect()
	}

	#[test]
	fn strangers_that_are_not_proven_are_never_enough() {
		for index in 0..100 {
			let task = Task::new(DealId::default(), index);
			for (validated, score) in [(0, 0), (1, 300), (PROVEN - 1, u64::MAX)] {
				let strangers = (0..=255).map(|n| stranger(n, validated, score)).collect::<Vec<_>>();
				let votes = votes(&strangers, &task);
				for trust in [2, 3, 10, 100] {
					assert!(!is_enough(&task, trust, votes.iter().copied()), "trust {trust} after {validated}");
				}
			}
		}
	}

	#[test]
	fn proven_strangers_are_checked_now_and_then_but_never_less_than_trust_asks_for() {
		let tasks = (0..10_000).map(|index| Task::new(DealId::default(), index)).collect::<Vec<_>>();
		let strangers = [1, 2].map(|n| stranger(n, PROVEN, 0));
		let is_alone_enough = |task: &&Task| is_enough(task, 2, votes(&strangers, task));
		let checked = tasks.iter().filter(|task| !is_alone_enough(task)).count();
		// Both share the vote on 1 task in 400; then two workers have one vote.
		assert!((5..=60).contains(&checked), "{checked}");
		let one = |task: &&Task| is_enough(task, 2, votes(&strangers[..1], task));
		assert!(!tasks.iter().any(|task| one(&task)), "one alone never is");
	}

	#[test]
	fn never_more_than_a_task_can_have() {
		assert_eq!(chosen(u64::MAX, 0, &[]), 64);
	}
}
