//! `prune`: closed tasks leave the state, and do not come back.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{traits::Deals, Deal};
use sp_runtime::DispatchResult;

use crate::{mock::*, Deliveries, Error, Event, FailureCause, Failures, TaskRef, Tasks};

fn prune(tasks: &[TaskRef]) -> DispatchResult {
	Poco::prune(signed(&STRANGER), tasks.to_vec().try_into().unwrap())
}

#[test]
fn anyone_prunes_what_is_closed_long_enough() {
	test(|| {
		let task = open(Deal { size: 2, ..deal(1) });
		assert_ok!(delegate(task, &[1]));
		assert_ok!(Poco::report_failure(signed(&worker(1)), task, FailureCause::TimedOut));
		at(10 * T);
		idle();
		at(10 * T + RETENTION - 1);
		assert_noop!(prune(&[task]), Error::<Test>::NotPrunable);
		at(10 * T + RETENTION);
		assert_ok!(prune(&[task, nth(task, 1)]));
		System::assert_last_event(Event::Pruned { task: nth(task, 1).id() }.into());
		assert_eq!(Tasks::<Test>::iter().count() + Failures::<Test>::iter().count(), 0);
		assert!(OpenDeals::deal(&task.deal).is_none());
		assert_noop!(prune(&[task]), Error::<Test>::NotFound);
	});
}

#[test]
fn open_tasks_keep_their_deal() {
	test(|| {
		let task = open(Deal { size: 2, reference_time: 100 * T, ..deal(1) });
		assert_ok!(contribute(1, task, 1));
		assert_ok!(reveal(1, task, 1));
		at(RETENTION);
		assert_noop!(prune(&[task]), Error::<Test>::NotPrunable);
	});
}

#[test]
fn nothing_is_pruned_before_its_final_deadline() {
	test(|| {
		let task = open(Deal { reference_time: 100 * T, ..deal(1) });
		assert_ok!(contribute(1, task, 1));
		assert_ok!(reveal(1, task, 1));
		at(RETENTION);
		assert!(OpenDeals::is_prunable(&task.deal, START + RETENTION));
		assert_noop!(prune(&[task]), Error::<Test>::NotPrunable);
		at(1_000 * T);
		assert_ok!(prune(&[task]));
	});
}

#[test]
fn pruned_task_is_not_one_that_nobody_touched() {
	test(|| {
		let task = open(Deal { size: 2, ..deal(1) });
		at(10 * T);
		idle();
		at(10 * T + RETENTION);
		assert_ok!(prune(&[task]));
		let failed = |call: sp_runtime::DispatchResultWithInfo<_>| call.map(drop).map_err(|refusal| refusal.error);
		assert_noop!(failed(Poco::claim(signed(&STRANGER), task)), Error::<Test>::AlreadyClosed);
		assert_noop!(failed(Poco::abandon(signed(&scheduler()), task)), Error::<Test>::AlreadyClosed);
		assert_noop!(contribute(1, task, 1), Error::<Test>::ContributionTooLate);
		assert_noop!(delegate(task, &[1]), Error::<Test>::ContributionTooLate);
		assert_noop!(prune(&[task]), Error::<Test>::NotFound);
		assert_eq!(Poco::task_of(task.deal, task.index), None);
		assert!(Poco::task_of(task.deal, task.index + 1).is_some());
	});
}

#[test]
fn result_on_its_way_keeps_its_task() {
	test(|| {
		let task = open(with_callback(CALLBACK));
		let answer = rlc_primitives::ResultDigest::of_callback(b"42");
		let proof = signature(SCHEDULER_KEY, &worker(1), task, None);
		let data = Some(b"42".to_vec().try_into().unwrap());
		assert_ok!(Poco::contribute_and_finalize(signed(&worker(1)), task, answer, proof, None, data));
		at(10 * T + RETENTION);
		assert_noop!(prune(&[task]), Error::<Test>::NotPrunable);
		idle();
		assert_ok!(prune(&[task]));
		assert_eq!(Deliveries::<Test>::iter().count(), 0);
	});
}

#[test]
fn batch_names_each_task_once_and_one_at_least() {
	test(|| {
		let task = open(deal(1));
		assert_noop!(prune(&[]), Error::<Test>::EmptyBatch);
		assert_noop!(prune(&[task, task]), Error::<Test>::DuplicateTask);
	});
}
