//! What the chain tells those who work with it.

use frame_support::assert_ok;
use rlc_primitives::{task::Stage, Deal};

use crate::{
	api::{WorkItem, WorkKind, WorkerView},
	mock::*,
	Delegate, FailureCause,
};

#[test]
fn tasks_are_seen_also_if_nobody_touched_them() {
	test(|| {
		let task = open(Deal { size: 3, ..deal(9) });
		assert_ok!(contribute(1, nth(task, 1), 1));
		assert_ok!(delegate(nth(task, 1), &[2]));
		assert_ok!(Poco::report_failure(signed(&worker(2)), nth(task, 1), FailureCause::TimedOut));
		assert_eq!(Poco::task(task.id()), None);
		let view = Poco::task_of(task.deal, task.index).unwrap();
		assert_eq!((view.id, view.task.stage, view.task.contributions.len()), (task.id(), Stage::Active, 0));
		assert_eq!((view.contribution_deadline, view.final_deadline), (START + 7 * T, START + 10 * T));
		let view = Poco::task(nth(task, 1).id()).unwrap();
		assert_eq!((view.task.contributions.len(), view.delegates.len(), view.failures.len()), (1, 1, 1));
		assert_eq!(Poco::task_of(task.deal, task.index + 3), None);
		assert_eq!(Poco::task_of(Default::default(), 0), None);
	});
}

#[test]
fn tasks_of_a_deal_come_in_pages() {
	test(|| {
		let task = open(Deal { size: 5, ..deal(9) });
		let page = |from, limit| -> Vec<u64> {
			Poco::tasks_of(task.deal, from, limit).iter().map(|view| view.task.index).collect()
		};
		assert_eq!((page(0, 3), page(6, 9), page(8, 9)), (vec![3, 4, 5], vec![6, 7], vec![]));
		assert_eq!(page(u64::MAX, u32::MAX), [] as [u64; 0]);
		assert_eq!(Poco::tasks_of(Default::default(), 0, 9), []);
	});
}

#[test]
fn worker_sees_what_it_has_to_do() {
	test(|| {
		let task = open(deal(1));
		let work = |n| Poco::work_for(worker(n), 10);
		let to_do = |what, deadline| WorkItem { id: task.id(), task, what, deadline, enclave: None };
		assert_eq!(work(1), []);
		assert_ok!(delegate(task, &[1, 2]));
		assert_eq!(work(1), [to_do(WorkKind::Contribute, START + 7 * T)]);
		at(10);
		assert_ok!(contribute(1, task, 1));
		assert_eq!(work(1), [to_do(WorkKind::Reveal, START + 10 + 2 * T)]);
		assert_eq!(work(2), [], "the task has its consensus");
		at(10 + 2 * T);
		assert_eq!(work(1), [], "too late");
		idle();
		assert_eq!((work(1), work(2)), (vec![], vec![to_do(WorkKind::Contribute, START + 7 * T)]));
		at(7 * T);
		assert_eq!(work(2), []);
	});
}

#[test]
fn work_names_the_enclave_and_has_a_limit() {
	test(|| {
		let task = open(Deal { size: 3, ..deal(1) });
		let one = Delegate { worker: worker(1), enclave: Some(enclave_of(1)) };
		let tasks = vec![task, nth(task, 1), nth(task, 2)];
		assert_ok!(Poco::delegate(signed(&scheduler()), tasks.try_into().unwrap(), vec![one].try_into().unwrap()));
		assert_eq!(Poco::work_for(worker(1), 2).len(), 2);
		assert!(Poco::work_for(worker(1), 9).iter().all(|item| item.enclave == Some(enclave_of(1))));
	});
}

#[test]
fn losers_have_nothing_to_reveal() {
	test(|| {
		let task = open(deal(3));
		for (n, result) in [(9, 9), (1, 1), (2, 1), (3, 1)] {
			assert_ok!(contribute(n, task, result));
		}
		assert_eq!(Poco::work_for(worker(9), 9), []);
		assert_eq!(Poco::work_for(worker(1), 9).len(), 1);
	});
}

#[test]
fn worker_s_standing() {
	test(|| {
		set_score(&worker(1), 30);
		let task = open(Deal { size: 2, ..deal(999) });
		assert_ok!(contribute(1, task, 1));
		assert_ok!(delegate(nth(task, 1), &[1]));
		assert_eq!(Poco::worker(worker(1)), WorkerView { score: 30, weight: 9, open: 1 });
		assert_eq!(Poco::worker(STRANGER), WorkerView { score: 0, weight: 2, open: 0 });
	});
}
