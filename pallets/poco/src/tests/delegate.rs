//! `delegate`: the scheduler, and nobody else, makes workers eligible, for batches of tasks.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{AccountId, Deal};
use sp_runtime::{traits::BadOrigin, BoundedVec, DispatchResult};

use crate::{mock::*, Delegate, DelegateList, Delegates, Error, Event, FailureCause, Failures, TaskRef, Work};

fn call(who: &AccountId, tasks: &[TaskRef], workers: &[Delegate]) -> DispatchResult {
	let (tasks, workers) = (tasks.to_vec().try_into().unwrap(), workers.to_vec().try_into().unwrap());
	crate::Pallet::<Test>::delegate(signed(who), tasks, workers)
}

/// Returns who may contribute to a task.
fn delegates(task: TaskRef) -> Vec<Delegate> {
	Delegates::<Test>::get(task.id()).into_iter().map(|one| one.delegate).collect()
}

fn undelegate(who: &AccountId, tasks: &[TaskRef], workers: &[u8]) -> DispatchResult {
	let workers: Vec<_> = workers.iter().map(|n| worker(*n)).collect();
	crate::Pallet::<Test>::undelegate(signed(who), tasks.to_vec().try_into().unwrap(), workers.try_into().unwrap())
}

fn anywhere(n: u8) -> Delegate {
	Delegate { worker: worker(n), enclave: None }
}

#[test]
fn each_worker_can_work_on_each_task() {
	test(|| {
		let task = open(Deal { size: 2, ..deal(3) });
		assert_ok!(call(&scheduler(), &[task, nth(task, 1)], &[anywhere(1), anywhere(2)]));
		assert_eq!(events().len(), 4);
		for place in [task, nth(task, 1)] {
			assert_eq!(delegates(place), [anywhere(1), anywhere(2)]);
			assert_eq!(Work::<Test>::get(worker(2), place.id()), Some(place));
		}
	});
}

#[test]
fn tasks_of_many_deals_can_be_delegated_at_once() {
	test(|| {
		let (one, two) = (open_as(1, deal(1)), open_as(2, deal(1)));
		assert_ok!(call(&scheduler(), &[one, two], &[anywhere(1)]));
		assert_eq!(events().len(), 2);
	});
}

#[test]
fn who_is_eligible_or_contributed_is_passed_over() {
	test(|| {
		let task = open(deal(9));
		assert_ok!(contribute(1, task, 1));
		assert_ok!(delegate(task, &[2]));
		let before = events().len();
		assert_ok!(delegate(task, &[1, 2, 3, 3]));
		assert_eq!(events()[before..], [Event::Delegated { task: task.id(), worker: worker(3) }]);
		assert_eq!(delegates(task), [anywhere(2), anywhere(3)]);
	});
}

#[test]
fn enclave_is_changed_when_the_worker_had_time_and_lifted_at_once() {
	test(|| {
		let task = open(deal(1));
		let inside = |n| Delegate { enclave: Some(enclave_of(n)), ..anywhere(1) };
		let change = |to: Delegate| call(&scheduler(), &[task], &[to]);
		assert_ok!(delegate(task, &[1]));
		at(T - 1);
		assert_noop!(change(inside(1)), Error::<Test>::UndelegatedTooEarly);
		at(T);
		assert_ok!(change(inside(1)));
		assert_eq!(delegates(task), [inside(1)]);
		assert_noop!(change(inside(2)), Error::<Test>::UndelegatedTooEarly);
		assert_ok!(change(anywhere(1)));
		assert_eq!(delegates(task), [anywhere(1)]);
		assert_noop!(change(inside(2)), Error::<Test>::UndelegatedTooEarly);
		assert_eq!(events().len(), 3);
	});
}

#[test]
fn strangers_cannot_delegate() {
	test(|| {
		let task = open(deal(1));
		for who in [&STRANGER, &PAYER, &worker(1)] {
			assert_noop!(call(who, &[task], &[anywhere(1)]), Error::<Test>::NotScheduler);
		}
		let nobody = || {
			crate::Pallet::<Test>::delegate(
				RuntimeOrigin::root(),
				BoundedVec::truncate_from(vec![task]),
				DelegateList::new(),
			)
		};
		assert_noop!(nobody(), BadOrigin);
	});
}

#[test]
fn foreign_task_spoils_the_batch() {
	test(|| {
		let mut foreign = deal(1);
		foreign.workerpool.owner = STRANGER;
		let (mine, foreign) = (open_as(1, deal(1)), open_as(2, foreign));
		assert_noop!(call(&scheduler(), &[mine, foreign], &[anywhere(1)]), Error::<Test>::NotScheduler);
	});
}

#[test]
fn tasks_that_do_not_exist_are_refused() {
	test(|| {
		let task = open(deal(1));
		for missing in [nth(task, 1), TaskRef { index: 2, ..task }, TaskRef { deal: Default::default(), ..task }] {
			assert_noop!(call(&scheduler(), &[missing], &[anywhere(1)]), Error::<Test>::NotFound);
		}
	});
}

#[test]
fn only_tasks_that_accept_contributions_are_delegated() {
	test(|| {
		let task = agreed(deal(1), 1);
		assert_noop!(delegate(task, &[2]), Error::<Test>::NotActive);
		let late = open_as(2, deal(1));
		at(7 * T - 1);
		assert_ok!(delegate(late, &[2]));
		at(7 * T);
		assert_noop!(delegate(late, &[3]), Error::<Test>::ContributionTooLate);
	});
}

#[test]
fn batch_names_each_task_once_and_one_at_least() {
	test(|| {
		let task = open(deal(1));
		assert_noop!(call(&scheduler(), &[], &[anywhere(1)]), Error::<Test>::EmptyBatch);
		assert_noop!(call(&scheduler(), &[task, task], &[anywhere(1)]), Error::<Test>::DuplicateTask);
	});
}

#[test]
fn no_more_workers_than_can_contribute() {
	test(|| {
		let task = open(deal(1));
		let all: Vec<u8> = (1..=64).collect();
		assert_ok!(delegate(task, &all));
		assert_noop!(delegate(task, &[65]), Error::<Test>::TooManyDelegates);
		assert_ok!(delegate(task, &[64]));
	});
}

#[test]
fn worker_that_does_not_come_makes_room_for_another() {
	test(|| {
		let task = open(deal(3));
		assert_ok!(delegate(task, &(1..=64).collect::<Vec<_>>()));
		assert_noop!(delegate(task, &[65]), Error::<Test>::TooManyDelegates);
		at(T);
		assert_ok!(undelegate(&scheduler(), &[task], &[1, 2, 99]));
		let gone = |n| Event::Undelegated { task: task.id(), worker: worker(n) };
		assert_eq!(events()[64..], [gone(1), gone(2)], "and nothing of the one that was not delegated");
		assert_eq!((delegates(task).len(), Work::<Test>::contains_key(worker(1), task.id())), (62, false));
		assert_noop!(contribute_on_chain(1, task), Error::<Test>::NotDelegated);
		assert_ok!(delegate(task, &[65]));
	});
}

#[test]
fn nobody_is_sent_away_with_the_work() {
	test(|| {
		let task = open(deal(3));
		assert_ok!(delegate(task, &[1]));
		at(T / 2);
		assert_ok!(delegate(task, &[2]));
		at(T);
		assert_noop!(undelegate(&scheduler(), &[task], &[1, 2]), Error::<Test>::UndelegatedTooEarly);
		assert_ok!(undelegate(&scheduler(), &[task], &[1]));
		at(T + T / 2);
		assert_ok!(undelegate(&scheduler(), &[task], &[2]));
		assert!(!Delegates::<Test>::contains_key(task.id()));
	});
}

#[test]
fn contribution_stays_whatever_its_scheduler_takes_back() {
	test(|| {
		let task = open(deal(3));
		assert_ok!(delegate(task, &[1]));
		assert_ok!(contribute_on_chain(1, task));
		at(T);
		assert_ok!(undelegate(&scheduler(), &[task], &[1]));
		assert!(stored(task).contribution(&worker(1)).is_some() && Work::<Test>::contains_key(worker(1), task.id()));
	});
}

#[test]
fn report_stays_whatever_its_scheduler_takes_back() {
	test(|| {
		let task = open(deal(3));
		assert_ok!(delegate(task, &[1]));
		assert_ok!(Poco::report_failure(signed(&worker(1)), task, FailureCause::DatasetUnavailable));
		at(T);
		assert_ok!(undelegate(&scheduler(), &[task], &[1]));
		assert_eq!(Failures::<Test>::get(task.id()).len(), 1);
		assert_ok!(delegate(task, &[1]));
		let again = Poco::report_failure(signed(&worker(1)), task, FailureCause::DatasetUnavailable);
		assert_noop!(again, Error::<Test>::AlreadyReported);
	});
}

#[test]
fn only_the_scheduler_takes_back() {
	test(|| {
		let task = open(deal(3));
		assert_ok!(delegate(task, &[1]));
		at(T);
		assert_noop!(undelegate(&worker(1), &[task], &[1]), Error::<Test>::NotScheduler);
		assert_noop!(undelegate(&scheduler(), &[], &[1]), Error::<Test>::EmptyBatch);
		assert_noop!(undelegate(&scheduler(), &[task, task], &[1]), Error::<Test>::DuplicateTask);
	});
}

fn contribute_on_chain(
	n: u8,
	task: TaskRef,
) -> sp_runtime::DispatchResultWithInfo<frame_support::dispatch::PostDispatchInfo> {
	let who = worker(n);
	Poco::contribute(signed(&who), task, commitment(&who, task, digest(1)), crate::DelegationProof::OnChain, None)
}
