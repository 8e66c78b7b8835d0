//! Whole lives of tasks: their events, their money, and what they leave behind.

use frame_support::assert_ok;
use rlc_primitives::{task::Stage, RLC};

use crate::{mock::*, Delegates, DueDeals, Event, Scores, Work};

#[test]
fn automatic_task_of_two_workers_closes_with_the_last_reveal() {
	test(|| {
		let task = open(deal(3));
		assert_ok!(delegate(task, &[1, 2]));
		assert_ok!(contribute(1, task, 1));
		at(500);
		assert_ok!(contribute(2, task, 1));
		assert_ok!(reveal(1, task, 1));
		assert!(matches!(stored(task).stage, Stage::Revealing(_)));
		assert_ok!(reveal(2, task, 1));

		assert!(matches!(stored(task).stage, Stage::Completed(_)));
		assert_eq!(Closed::get(), [(task.deal, task.id(), Some(digest(1)))]);
		let [one, two] = [worker(1), worker(2)];
		let (id, result) = (task.id(), commitment(&one, task, digest(1)).result);
		assert_eq!(
			events(),
			[
				Event::Delegated { task: id, worker: one.clone() },
				Event::Delegated { task: id, worker: two.clone() },
				Event::Delegated { task: id, worker: one.clone() },
				Event::Contributed { task: id, worker: one.clone(), result },
				Event::Delegated { task: id, worker: two.clone() },
				Event::Contributed { task: id, worker: two.clone(), result },
				Event::ConsensusReached { task: id, result, winners: 2, reveal_deadline: START + 500 + 2 * T },
				Event::Revealed { task: id, worker: one.clone(), digest: digest(1) },
				Event::Revealed { task: id, worker: two.clone(), digest: digest(1) },
				Event::TaskClosed { task: id, deal: task.deal, outcome: Some(digest(1)) },
			]
		);
		// Of 1,000 nRLC the workers share 900.
		for who in [&one, &two] {
			assert_eq!((books(who), score(who)), ((RLC + 450, 0), 1));
		}
		assert_eq!((books(&PAYER), books(&APP_OWNER), books(&DATASET_OWNER)), ((0, 0), (100, 0), (50, 0)));
		assert_eq!(books(&scheduler()), (300 + 100, 0));
	});
}

#[test]
fn nothing_but_the_task_and_the_deals_deadline_is_left() {
	test(|| {
		let task = open(deal(3));
		assert_ok!(delegate(task, &[1, 2, 3, 4]));
		for n in [1, 2] {
			assert_ok!(contribute(n, task, 1));
		}
		for n in [1, 2] {
			assert_ok!(reveal(n, task, 1));
		}
		assert_eq!(Work::<Test>::iter().count() + Delegates::<Test>::iter().count(), 0);
		assert_eq!(DueDeals::<Test>::iter().count(), 1);
	});
}

#[test]
fn wrong_and_silent_workers_pay_the_right_ones() {
	test(|| {
		// Worker 1 is wrong; 2 and 3 agree, and with worker 4, whose word counts more, reach a trust of 3.
		set_score(&worker(1), 5);
		set_score(&worker(4), 12);
		let task = open(deal(3));
		for (n, result) in [(1, 9), (2, 1), (3, 1), (4, 1)] {
			assert_ok!(contribute(n, task, result));
		}
		assert_ok!(reveal(2, task, 1));
		assert_ok!(reveal(4, task, 1));
		assert!(matches!(stored(task).stage, Stage::Revealing(_)), "worker 3 has yet to reveal");
		at(2 * T);
		idle();

		// R = 1,000 + 2 · 300, W = 1,440, shared as log2(2) and log2(3): equally.
		assert!(matches!(stored(task).stage, Stage::Completed(_)));
		assert_eq!((books(&worker(2)), books(&worker(4))), ((RLC + 720, 0), (RLC + 720, 0)));
		assert_eq!((books(&worker(1)), books(&worker(3))), ((RLC - 300, 0), (RLC - 300, 0)));
		assert_eq!(books(&scheduler()), (300 + 160, 0));
		let scores: Vec<_> = (1..=4).map(|n| score(&worker(n))).collect();
		assert_eq!(scores, [3, 1, 0, 13]);
	});
}

#[test]
fn one_worker_alone_gains_no_score() {
	test(|| {
		let task = agreed(deal(1), 1);
		assert_ok!(reveal(1, task, 1));
		assert_eq!((books(&worker(1)), score(&worker(1))), ((RLC + 900, 0), 0));
	});
}

#[test]
fn score_that_falls_to_nothing_is_removed() {
	test(|| {
		set_score(&worker(1), 1);
		let task = open(deal(3));
		for (n, result) in [(1, 9), (2, 1), (3, 1), (4, 1)] {
			assert_ok!(contribute(n, task, result));
		}
		for n in [2, 3, 4] {
			assert_ok!(reveal(n, task, 1));
		}
		assert!(!Scores::<Test>::contains_key(worker(1)));
	});
}

#[test]
fn kitty_of_failed_tasks_goes_to_schedulers_that_succeed() {
	test(|| {
		open_as(2, deal(1));
		at(10 * T);
		idle();
		assert_eq!(Kitty::get(), 300);
		at(0);
		let task = agreed(deal(1), 1);
		assert_ok!(reveal(1, task, 1));
		assert_eq!((Kitty::get(), books(&scheduler())), (0, (300 + 300 + 100, 0)));
	});
}

#[test]
fn whoever_locked_pays_whoever_asked() {
	test(|| {
		// D5: a sponsor paid, so a sponsor is charged and given back to.
		let task = agreed(rlc_primitives::Deal { requester: STRANGER, ..deal(1) }, 1);
		assert_ok!(reveal(1, task, 1));
		assert_eq!((books(&PAYER), books(&STRANGER)), ((0, 0), (0, 0)));
		open_as(2, rlc_primitives::Deal { requester: STRANGER, ..deal(1) });
		at(10 * T);
		idle();
		assert_eq!((books(&PAYER), books(&STRANGER)), ((1_150, 0), (0, 0)));
	});
}

#[test]
fn free_tasks_move_no_money() {
	test(|| {
		let mut free = deal(1);
		(free.app.price, free.workerpool.price, free.worker_stake, free.dataset) = (0, 0, 0, None);
		free.pool_stake = 0;
		let task = agreed(free, 1);
		assert_ok!(reveal(1, task, 1));
		assert_eq!((books(&worker(1)), books(&PAYER), books(&scheduler())), ((RLC, 0), (0, 0), (0, 0)));
	});
}
