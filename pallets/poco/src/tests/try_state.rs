//! A broken invariant is seen.

use frame_support::assert_ok;
use rlc_primitives::{task::ContributionStatus, traits::OpenLocks};

use crate::{
	mock::*, AppFault, CallbackEnds, Delegates, Deliveries, DeliveryOutcome, DueDeals, DueKey, DueReveals,
	FailureCause, QueueEnds, TaskFailure, TaskFailures, TaskRef, Tasks, Work,
};

/// Breaks something around a task with two winners and a delegate.
fn broken(breaking: impl FnOnce(TaskRef), seen: &'static str) {
	chain().execute_with(|| {
		let task = open(deal(3));
		assert_ok!(delegate(task, &[9]));
		for n in [1, 2] {
			assert_ok!(contribute(n, task, 1));
		}
		assert_ok!(Poco::do_try_state());
		breaking(task);
		assert_eq!(Poco::do_try_state(), Err(seen.into()));
	});
}

#[test]
fn open_task_without_an_end() {
	let key = DueKey::new(START + 10 * T, open_deal());
	broken(|_| DueDeals::<Test>::remove(key), "I4: an open task is not on the agenda");
	broken(|_| DueDeals::<Test>::insert(key, 4), "I4: an open task is not on the agenda");
	let twice = DueKey::new(START + 11 * T, open_deal());
	broken(|_| DueDeals::<Test>::insert(twice, 0), "a deal is on the agenda twice");
	broken(
		|_| {
			DueDeals::<Test>::remove(key);
			DueDeals::<Test>::insert(twice, 0);
		},
		"I4: a deal is due later than its tasks",
	);
}

fn open_deal() -> rlc_primitives::DealId {
	rlc_primitives::DealId(sp_core::H256::repeat_byte(1))
}

#[test]
fn work_that_is_lost_or_stray() {
	broken(|task| Work::<Test>::remove(worker(1), task.id()), "a contributor does not find its task");
	broken(|task| Work::<Test>::remove(worker(9), task.id()), "a delegate does not find its task");
	broken(
		|task| Work::<Test>::insert(worker(5), task.id(), task),
		"work is neither delegated nor contributed, or both",
	);
	broken(|task| Work::<Test>::insert(worker(5), task.id(), nth(task, 1)), "work is stored under another task's id");
}

#[test]
fn failures_of_tasks_that_did_not_fail() {
	let released = TaskFailure::Released { cause: FailureCause::AppUnavailable };
	let agreed = TaskFailure::Agreed { cause: AppFault::AppFailed, code: 1 };
	for failure in [released, agreed] {
		broken(|task| TaskFailures::<Test>::insert(task.id(), failure), "a task did not fail as is said");
		broken(|task| TaskFailures::<Test>::insert(nth(task, 9).id(), failure), "I7: why a task failed outlived it");
	}
	broken(
		|task| {
			Tasks::<Test>::mutate(task.id(), |stored| {
				stored.as_mut().unwrap().contributions[0].status = ContributionStatus::Excused;
			});
			Work::<Test>::remove(worker(1), task.id());
		},
		"a worker is excused where the app did not fail",
	);
}

#[test]
fn tasks_out_of_place() {
	broken(|task| Tasks::<Test>::insert(nth(task, 9).id(), stored(task)), "a task is stored under another's id");
	broken(|task| Opened::remove(task.deal), "a task's deal is gone");
}

#[test]
fn agenda_out_of_step() {
	let key = |task: TaskRef, at| DueKey::new(START + at, task.id());
	broken(
		|task| DueReveals::<Test>::remove(key(task, 2 * T)),
		"an automatic task's reveal deadline is not on the agenda",
	);
	broken(
		|task| DueReveals::<Test>::insert(key(task, 1), ()),
		"a task is due at another time than its reveal deadline",
	);
	broken(|task| DueReveals::<Test>::insert(key(nth(task, 1), 1), ()), "an unknown task is on the agenda");
}

#[test]
fn queue_out_of_step() {
	let ends = |head, tail| CallbackEnds::<Test>::put(QueueEnds { head, tail });
	broken(|_| ends(1, 0), "the queue ends before it begins");
	broken(|_| ends(0, 4), "more results wait than can");
	broken(|_| ends(0, 1), "results wait outside the queue");
	broken(|task| Deliveries::<Test>::insert(task.id(), DeliveryOutcome::Pending), "a pending result does not wait");
	broken(
		|task| Deliveries::<Test>::insert(task.id(), DeliveryOutcome::Delivered),
		"I7: a result's delivery outlived its task",
	);
}

#[test]
fn empty_items() {
	broken(
		|task| Delegates::<Test>::insert(nth(task, 1).id(), crate::DelegatedList::new()),
		"an empty list of delegates is stored",
	);
	broken(|_| set_score(&worker(7), 0), "a score of 0 is stored");
}

#[test]
fn locks_are_those_of_open_tasks() {
	test(|| {
		let (open, closed) = (agreed(manual(3), 2), open_as(2, deal(1)));
		assert_ok!(contribute(1, closed, 1));
		assert_eq!(Poco::open_locks()[&worker(1)], 600);
		assert_ok!(reveal(1, closed, 1));
		assert_ok!(reveal(1, open, 1));
		assert_eq!((Poco::open_locks()[&worker(1)], Poco::open_locks()[&worker(2)]), (300, 300));
		assert_ok!(reveal(2, open, 1));
		assert_ok!(Poco::finalize(signed(&scheduler()), open, None));
		assert!(Poco::open_locks().is_empty());
	});
}
