//! `release`: an input of a task is missing, or its app does not end, and workers reported it.

use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult};
use rlc_primitives::{task::Stage, AccountId, Deal, RLC};

use crate::{
	mock::*, AgreedFailure, AppFault, ContributionOf, Error, Event, FailureCause, TaskFailure, TaskFailures, TaskRef,
	Work,
};

const GONE: FailureCause = FailureCause::DatasetUnavailable;

fn report(n: u8, task: TaskRef, cause: FailureCause) -> DispatchResult {
	Poco::report_failure(signed(&worker(n)), task, cause)
}

fn release(who: &AccountId, task: TaskRef, cause: FailureCause) -> DispatchResult {
	Poco::release(signed(who), task, cause).map(drop).map_err(|refusal| refusal.error)
}

/// Opens `deal`, delegates its task to the workers 1 to 3, two of whom report.
fn reported(deal: Deal, cause: FailureCause) -> TaskRef {
	ChainRules::live();
	let task = open(deal);
	assert_ok!(delegate(task, &[1, 2, 3]));
	for n in [1, 2] {
		assert_ok!(report(n, task, cause));
	}
	task
}

#[test]
fn everything_is_unlocked_and_nobody_is_paid() {
	test(|| {
		let task = reported(Deal { charge: 70, ..deal(3) }, GONE);
		assert_ok!(contribute(4, task, 1));
		assert_ok!(release(&scheduler(), task, GONE));
		assert_eq!(stored(task).stage, Stage::Failed(None));
		assert_eq!((books(&PAYER), books(&scheduler()), books(&worker(4))), ((1_150, 0), (300, 0), (RLC, 0)));
		assert_eq!((Treasury::get(), Allowance::get()), (0, 0));
		let failure = TaskFailure::Released { cause: GONE };
		assert_eq!((FailedBy::get(), TaskFailures::<Test>::get(task.id())), (vec![failure], Some(failure)));
		assert_eq!(Work::<Test>::iter().count(), 0);
		let closed = Event::TaskClosed { task: task.id(), deal: task.deal, outcome: None };
		let told: Vec<_> = events().into_iter().rev().take(2).collect();
		assert_eq!(told, [closed, Event::TaskFailed { task: task.id(), failure }]);
	});
}

#[test]
fn as_many_reports_of_one_cause_are_needed_as_workers() {
	test(|| {
		let task = reported(deal(5), GONE);
		assert_ok!(report(3, task, FailureCause::InputUnavailable { file: 1 }));
		assert_noop!(release(&scheduler(), task, GONE), Error::<Test>::TooFewReports);
		let other = FailureCause::InputUnavailable { file: 2 };
		assert_noop!(release(&scheduler(), task, other), Error::<Test>::TooFewReports);
		assert_ok!(delegate(task, &[4]));
		assert_ok!(report(4, task, GONE));
		assert_ok!(release(&scheduler(), task, GONE));
	});
}

#[test]
fn only_causes_from_outside_release() {
	test(|| {
		let causes = [
			FailureCause::AppFailed { code: 1 },
			FailureCause::EnclaveFailed,
			FailureCause::InvalidResult,
			FailureCause::ResultNotStored,
		];
		for (n, cause) in (1..).zip(causes) {
			ChainRules::live();
			let task = open_as(n, deal(3));
			assert_ok!(delegate(task, &[1, 2]));
			assert_ok!(report(1, task, cause));
			assert_ok!(report(2, task, cause));
			assert_noop!(release(&scheduler(), task, cause), Error::<Test>::NotFromOutside);
		}
	});
}

/// It is nobody's fault, so neither the pool nor the worker that committed to something loses its stake.
#[test]
fn task_whose_runs_clocks_ended_is_released() {
	test(|| {
		let task = reported(Deal { charge: 70, ..deal(3) }, FailureCause::TimedOut);
		assert_ok!(contribute(4, task, 1));
		assert_ok!(release(&scheduler(), task, FailureCause::TimedOut));
		assert_eq!(stored(task).stage, Stage::Failed(None));
		assert_eq!((books(&PAYER), books(&scheduler()), books(&worker(4))), ((1_150, 0), (300, 0), (RLC, 0)));
		assert_eq!((Treasury::get(), Allowance::get()), (0, 0), "the attempt is not paid");
		let failure = TaskFailure::Released { cause: FailureCause::TimedOut };
		assert_eq!((FailedBy::get(), TaskFailures::<Test>::get(task.id())), (vec![failure], Some(failure)));
	});
}

/// The same holds for any other cause from outside.
#[test]
fn one_report_releases_where_one_worker_decides() {
	test(|| {
		ChainRules::live();
		let task = open(deal(1));
		assert_noop!(report(1, task, FailureCause::TimedOut), Error::<Test>::NotDelegated);
		assert_ok!(delegate(task, &[1, 2]));
		assert_noop!(release(&scheduler(), task, FailureCause::TimedOut), Error::<Test>::TooFewReports);
		assert_ok!(report(1, task, FailureCause::TimedOut));
		assert_ok!(release(&scheduler(), task, FailureCause::TimedOut));
		assert_eq!(books(&scheduler()), (300, 0));
	});
}

#[test]
fn failure_that_workers_agree_on_is_not_released_whatever_others_report() {
	test(|| {
		let task = reported(deal(2), FailureCause::TimedOut);
		let failure = AgreedFailure { cause: AppFault::TimedOut, code: 0, trace: Default::default() };
		for n in [4, 5] {
			let commitment = commitment(&worker(n), task, failure.digest(&task.id()));
			assert_ok!(submit(n, ContributionOf { commitment, ..contribution(n, task, 0) }));
		}
		assert_noop!(release(&scheduler(), task, FailureCause::TimedOut), Error::<Test>::NotActive);
	});
}

#[test]
fn release_is_the_schedulers_and_in_time() {
	test(|| {
		let task = reported(deal(3), GONE);
		assert_noop!(release(&worker(1), task, GONE), Error::<Test>::NotScheduler);
		assert_noop!(release(&scheduler(), nth(task, 1), GONE), Error::<Test>::NotFound);
		let unsigned = || Poco::release(RuntimeOrigin::none(), task, GONE);
		assert_noop!(unsigned(), sp_runtime::DispatchError::BadOrigin);
		at(10 * T);
		assert_noop!(release(&scheduler(), task, GONE), Error::<Test>::FinalTooLate);
		assert_ok!(Poco::claim(signed(&STRANGER), task));
		assert_noop!(release(&scheduler(), task, GONE), Error::<Test>::AlreadyClosed);
	});
}

#[test]
fn workers_that_agree_are_not_released() {
	test(|| {
		let task = reported(deal(2), GONE);
		for n in [1, 2] {
			assert_ok!(contribute(n, task, 1));
		}
		assert_noop!(release(&scheduler(), task, GONE), Error::<Test>::NotActive);
		assert_ok!(reveal(1, task, 1));
		assert_noop!(release(&scheduler(), task, GONE), Error::<Test>::NotActive);
	});
}

#[test]
fn cause_of_a_release_is_forgotten_with_its_task() {
	test(|| {
		let task = reported(deal(3), GONE);
		assert_ok!(release(&scheduler(), task, GONE));
		at(40 * T);
		assert_ok!(Poco::prune(signed(&STRANGER), vec![task].try_into().unwrap()));
		assert!(!TaskFailures::<Test>::contains_key(task.id()));
	});
}
