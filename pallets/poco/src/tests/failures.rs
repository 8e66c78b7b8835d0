//! `report_failure`: evidence for the scheduler, once for each worker and task.

use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

use crate::{mock::*, Error, Event, FailureCause, FailureReport, Failures, TaskRef};

const CAUSE: FailureCause = FailureCause::AppFailed { code: 137 };

fn report(n: u8, task: TaskRef) -> DispatchResult {
	Poco::report_failure(signed(&worker(n)), task, CAUSE)
}

#[test]
fn delegated_workers_and_contributors_report() {
	test(|| {
		let task = open(deal(9));
		assert_ok!(delegate(task, &[1]));
		assert_ok!(contribute(2, task, 1));
		at(50);
		for n in [1, 2] {
			assert_ok!(report(n, task));
			let told = Event::FailureReported { task: task.id(), worker: worker(n), cause: CAUSE };
			System::assert_last_event(told.into());
		}
		let expected = [1, 2].map(|n| FailureReport { worker: worker(n), cause: CAUSE, at: START + 50 });
		assert_eq!(Failures::<Test>::get(task.id()).into_inner(), expected);
	});
}

#[test]
fn report_changes_nothing_else() {
	test(|| {
		let task = open(deal(1));
		assert_ok!(delegate(task, &[1]));
		assert_ok!(report(1, task));
		assert_ok!(contribute(1, task, 1));
		assert_ok!(reveal(1, task, 1));
		assert_eq!(Failures::<Test>::get(task.id()).len(), 1, "kept until the task is pruned");
	});
}

#[test]
fn one_report_of_each_worker() {
	test(|| {
		let task = open(deal(9));
		assert_ok!(delegate(task, &[1]));
		assert_ok!(report(1, task));
		assert_noop!(report(1, task), Error::<Test>::AlreadyReported);
	});
}

#[test]
fn outsiders_do_not_report() {
	test(|| {
		let task = open(deal(9));
		assert_ok!(delegate(task, &[1]));
		assert_noop!(report(2, task), Error::<Test>::NotDelegated);
		assert_noop!(report(1, nth(task, 1)), Error::<Test>::NotFound);
	});
}

#[test]
fn closed_task_has_no_reports_any_more() {
	test(|| {
		let task = open(deal(9));
		assert_ok!(delegate(task, &[1]));
		assert_ok!(Poco::abandon(signed(&scheduler()), task));
		assert_noop!(report(1, task), Error::<Test>::AlreadyClosed);
	});
}

#[test]
fn reports_are_bounded() {
	test(|| {
		let task = open(deal(u64::MAX));
		for n in 1..=64 {
			assert_ok!(contribute(n, task, n));
			assert_ok!(report(n, task));
		}
		assert_ok!(delegate(task, &[65]));
		assert_noop!(report(65, task), Error::<Test>::TooManyReports);
	});
}
