//! `contribute`: what is locked, when consensus is reached, and each refusal.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{
	task::{Contribution, ContributionStatus, Stage},
	RLC,
};
use sp_core::U256;
use sp_runtime::{traits::BadOrigin, DispatchError};

use crate::{mock::*, DueKey, DueReveals, Error, Event, TaskRef, Tasks, Work};

#[test]
fn contribution_locks_the_stake_and_is_stored() {
	test(|| {
		let task = open(deal(9));
		assert!(!Tasks::<Test>::contains_key(task.id()), "D1: nothing to initialize, nothing stored");
		assert_ok!(contribute(1, task, 1));
		assert_eq!(books(&worker(1)), (RLC - 300, 300));
		let expected = Contribution {
			worker: worker(1),
			commitment: commitment(&worker(1), task, digest(1)),
			weight: 2,
			status: ContributionStatus::Contributed,
		};
		assert_eq!(stored(task).contributions.into_inner(), [expected]);
		assert_eq!(Work::<Test>::get(worker(1), task.id()), Some(task));
		let result = commitment(&worker(1), task, digest(1)).result;
		assert!(events().contains(&Event::Contributed { task: task.id(), worker: worker(1), result }));
	});
}

#[test]
fn score_counts() {
	test(|| {
		set_score(&worker(1), 30);
		let task = open(deal(9));
		assert_ok!(contribute(1, task, 1));
		let stored = stored(task);
		assert_eq!((stored.contributions[0].weight, stored.total), (9, U256::from(10)));
		assert!(matches!(stored.stage, Stage::Revealing(_)), "9 · 9 > 10 · 8");
	});
}

#[test]
fn reveal_deadline_of_a_consensus_is_on_the_agenda_of_automatic_deals() {
	test(|| {
		for (n, deal) in [(1, deal(1)), (2, manual(1))] {
			at(100);
			let task = open_as(n, deal);
			assert_ok!(contribute(1, task, 1));
			let key = DueKey::new(START + 100 + 2 * T, task.id());
			assert_eq!(DueReveals::<Test>::contains_key(key), n == 1);
		}
	});
}

#[test]
fn contributions_end_at_the_contribution_deadline() {
	test(|| {
		let task = open(deal(9));
		at(7 * T - 1);
		assert_ok!(contribute(1, task, 1));
		at(7 * T);
		assert_noop!(contribute(2, task, 1), Error::<Test>::ContributionTooLate);
	});
}

#[test]
fn worker_contributes_once() {
	test(|| {
		let task = open(deal(9));
		assert_ok!(contribute(1, task, 1));
		assert_noop!(contribute(1, task, 2), Error::<Test>::AlreadyContributed);
	});
}

#[test]
fn task_with_a_consensus_or_a_result_takes_no_more() {
	test(|| {
		let task = agreed(deal(1), 1);
		assert_noop!(contribute(2, task, 1), Error::<Test>::NotActive);
		assert_ok!(reveal(1, task, 1));
		assert_noop!(contribute(2, task, 1), Error::<Test>::NotActive);
	});
}

#[test]
fn unknown_tasks_are_refused() {
	test(|| {
		let task = open(deal(9));
		for missing in [nth(task, 1), TaskRef { index: 2, ..task }, TaskRef { deal: Default::default(), ..task }] {
			assert_noop!(contribute(1, missing, 1), Error::<Test>::NotFound);
		}
	});
}

#[test]
fn stake_must_be_there() {
	test(|| {
		let task = open(deal(9));
		Free::insert(worker(1), 299);
		assert_noop!(contribute(1, task, 1), DispatchError::Other("too little"));
		Free::insert(worker(1), 300);
		assert_ok!(contribute(1, task, 1));
	});
}

#[test]
fn weights_above_256_bits_are_refused() {
	test(|| {
		// Agreement is consensus long before it weighs so much; it takes a total of many who disagree, times the trust.
		let task = open(deal(u64::MAX));
		let mut stored = rlc_primitives::Task::new(task.deal, task.index);
		stored.total = U256::MAX;
		Tasks::<Test>::insert(task.id(), stored);
		assert_noop!(contribute(1, task, 1), Error::<Test>::ConsensusOverflow);
		Tasks::<Test>::remove(task.id());
	});
}

#[test]
fn nobody_contributes_unsigned() {
	test(|| {
		let one = contribution(1, open(deal(1)), 1);
		let call = || {
			Poco::contribute(RuntimeOrigin::none(), one.task, one.commitment, one.authorization, one.enclave_signature)
		};
		assert_noop!(call().map(drop).map_err(|refusal| refusal.error), BadOrigin);
	});
}
