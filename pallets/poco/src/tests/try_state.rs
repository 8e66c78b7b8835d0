//! A broken invariant is seen.

use frame_support::assert_ok;
use rlc_primitives::traits::OpenLocks;

use crate::{
	mock::*, CallbackEnds, Delegates, Deliveries, DeliveryOutcome, Due, DueItem, DueKey, QueueEnds, Scores, TaskRef,
	Tasks, Work,
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
	let key = DueKey::new(START + 10 * T, DueItem::Deal(open_deal()));
	broken(|_| Due::<Test>::remove(key), "I4: an open task is not on the agenda");
	broken(|_| Due::<Test>::insert(key, 4), "I4: an open task is not on the agenda");
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
fn tasks_out_of_place() {
	broken(|task| Tasks::<Test>::insert(nth(task, 9).id(), stored(task)), "a task is stored under another's id");
	broken(|task| Opened::remove(task.deal), "a task's deal is gone");
}

#[test]
fn agenda_out_of_step() {
	let key = |task: TaskRef, at| DueKey::new(START + at, DueItem::Task(task.id()));
	broken(|task| Due::<Test>::remove(key(task, 2 * T)), "an automatic task's reveal deadline is not on the agenda");
	broken(|task| Due::<Test>::insert(key(task, 1), 0), "a task is due at another time than its reveal deadline");
	broken(|task| Due::<Test>::insert(key(nth(task, 1), 1), 0), "an unknown task is on the agenda");
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
		|task| Delegates::<Test>::insert(nth(task, 1).id(), crate::DelegateList::new()),
		"an empty list of delegates is stored",
	);
	broken(|_| Scores::<Test>::insert(worker(7), 0), "a score of 0 is stored");
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
