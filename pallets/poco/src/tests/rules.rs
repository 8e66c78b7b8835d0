//! What live networks do otherwise than iExec's contracts: dealing with oneself does not pay.

use frame_support::assert_ok;
use rlc_primitives::{task::Stage, Deal, Moment, Rules, Settlement, RLC};

use crate::{mock::*, Scores};

/// A day, in ms.
const DAY: Moment = 24 * 60 * 60 * 1_000;

/// Runs a test under the rules of live networks.
fn live(run: impl FnOnce()) {
	test(|| {
		ChainRules::live();
		run();
	});
}

/// Returns a deal whose workers share 10 RLC.
fn dear(trust: u64) -> Deal {
	let mut deal = Deal { scheduler_ratio: 0, worker_stake: RLC / 2, ..deal(trust) };
	deal.workerpool.price = 10 * RLC;
	deal
}

#[test]
fn stake_of_a_failed_scheduler_cannot_be_collected_by_staged_success() {
	live(|| {
		let failed = open_as(1, deal(1));
		assert_ok!(Poco::abandon(signed(&scheduler()), failed));
		assert_eq!((Treasury::get(), Kitty::get()), (300, 0));
		assert_eq!(books(&PAYER), (1_150, 0), "who asked gets its own back, and nothing more");
	});
}

#[test]
fn kitty_of_earlier_days_is_no_longer_paid_out() {
	test(|| {
		let failed = open_as(1, deal(1));
		assert_ok!(Poco::abandon(signed(&scheduler()), failed));
		assert_eq!(Kitty::get(), 300);
		ChainRules::live();
		let before = books(&scheduler()).0;
		let task = open_as(2, Deal { scheduler_ratio: 0, ..deal(1) });
		assert_ok!(contribute(1, task, 1));
		assert_ok!(reveal(1, task, 1));
		assert_eq!((books(&scheduler()).0 - before, Kitty::get()), (300, 300), "its own stake");
	});
}

#[test]
fn stake_of_an_outvoted_worker_is_nobodys_gain() {
	live(|| {
		let task = open(dear(2));
		for (n, result) in [(3, 2), (1, 1), (2, 1)] {
			assert_ok!(contribute(n, task, result));
		}
		for n in [1, 2] {
			assert_ok!(reveal(n, task, 1));
		}
		let price = Rules::LIVE.score_price;
		assert_eq!(books(&worker(3)), (RLC - RLC / 2, 0));
		assert_eq!(Treasury::get(), RLC / 2 + 2 * price);
		assert!([1, 2].iter().all(|n| books(&worker(*n)) == (RLC + 5 * RLC - price, 0)));
	});
}

#[test]
fn trusted_worker_cannot_decide_alone() {
	live(|| {
		set_score(&worker(1), 3_003);
		let task = open(deal(100));
		assert_ok!(contribute(1, task, 1));
		assert_eq!(stored(task).stage, Stage::Active);
		assert_ok!(contribute(2, task, 1));
		assert!(stored(task).consensus().is_some());
	});
}

#[test]
fn worker_gains_eight_points_a_day() {
	live(|| {
		for n in 1..=10 {
			let task = open_as(n, dear(2));
			for worker in [1, 2] {
				assert_ok!(contribute(worker, task, 1));
			}
			for worker in [1, 2] {
				assert_ok!(reveal(worker, task, 1));
			}
		}
		assert_eq!(score(&worker(1)), 8);
		assert_eq!(Treasury::get(), 2 * 8 * Rules::LIVE.score_price, "points that are not gained are not paid for");
		let task = open_as(11, Deal { opened: START + DAY, ..dear(2) });
		at(DAY);
		for n in [1, 2] {
			assert_ok!(contribute(n, task, 1));
		}
		for n in [1, 2] {
			assert_ok!(reveal(n, task, 1));
		}
		assert_eq!(score(&worker(1)), 9);
	});
}

#[test]
fn free_work_gains_no_points() {
	live(|| {
		let mut free = deal(2);
		free.workerpool.price = 0;
		let task = open(free);
		for n in [1, 2] {
			assert_ok!(contribute(n, task, 1));
		}
		for n in [1, 2] {
			assert_ok!(reveal(n, task, 1));
		}
		assert_eq!(Scores::<Test>::iter().count(), 0);
	});
}

#[test]
fn chain_that_comes_late_still_pays_who_revealed() {
	live(|| {
		let task = agreed(deal(3), 2);
		assert_ok!(reveal(1, task, 1));
		at(10 * T);
		idle();
		assert!(matches!(stored(task).stage, Stage::Completed(_)));
	});
}

#[test]
fn scheduler_that_never_finalizes_is_claimed_from_after_the_grace() {
	live(|| {
		let task = agreed(Deal { settlement: Settlement::Scheduler, ..deal(3) }, 2);
		assert_ok!(reveal(1, task, 1));
		at(12 * T - 1);
		idle();
		assert!(!stored(task).is_closed());
		at(12 * T);
		idle();
		assert!(matches!(stored(task).stage, Stage::Failed(_)));
	});
}
