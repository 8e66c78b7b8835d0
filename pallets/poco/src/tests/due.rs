//! `on_idle`: what fell due is settled by itself, in order, and within the weight that is left.

use frame_support::{assert_ok, traits::Hooks, weights::Weight};
use rlc_primitives::{
	task::{ContributionStatus, Stage},
	Deal, RLC,
};

use crate::{mock::*, DueDeals, Tasks};

#[test]
fn revealed_task_is_finalized_when_the_window_is_over() {
	test(|| {
		let task = agreed(deal(3), 2);
		assert_ok!(reveal(1, task, 1));
		at(2 * T - 1);
		idle();
		assert!(!stored(task).is_closed());
		at(2 * T);
		idle();
		assert!(matches!(stored(task).stage, Stage::Completed(_)));
		assert_eq!((books(&worker(1)), books(&worker(2))), ((RLC + 1_170, 0), (RLC - 300, 0)));
	});
}

#[test]
fn silent_consensus_is_reopened() {
	test(|| {
		let task = agreed(deal(1), 1);
		at(2 * T);
		idle();
		let after = stored(task);
		assert_eq!((after.stage, after.contributions[0].status), (Stage::Active, ContributionStatus::Rejected));
		assert_ok!(contribute(2, task, 1));
		assert_ok!(reveal(2, task, 1));
		assert_eq!((books(&worker(1)), books(&worker(2))), ((RLC - 300, 0), (RLC + 1_170, 0)));
	});
}

#[test]
fn scheduler_s_deals_are_only_claimed() {
	test(|| {
		let task = agreed(manual(3), 2);
		assert_ok!(reveal(1, task, 1));
		at(10 * T - 1);
		idle();
		assert!(!stored(task).is_closed());
		at(10 * T);
		idle();
		assert!(matches!(stored(task).stage, Stage::Failed(_)));
	});
}

#[test]
fn callback_waits_for_data_until_the_final_deadline() {
	test(|| {
		let task = agreed(with_callback(CALLBACK), 1);
		assert_ok!(reveal(1, task, 1));
		at(2 * T);
		idle();
		assert!(matches!(stored(task).stage, Stage::Revealing(_)));
		assert_eq!(DueDeals::<Test>::iter().count(), 1);
		at(10 * T);
		idle();
		assert!(matches!(stored(task).stage, Stage::Failed(_)));
	});
}

#[test]
fn callback_that_nobody_revealed_is_reopened() {
	test(|| {
		let task = agreed(with_callback(CALLBACK), 1);
		at(2 * T);
		idle();
		assert_eq!(stored(task).stage, Stage::Active);
	});
}

#[test]
fn every_open_task_of_an_overdue_deal_is_claimed() {
	test(|| {
		let task = open(Deal { size: 5, ..deal(1) });
		assert_ok!(contribute(1, nth(task, 1), 1));
		assert_ok!(reveal(1, nth(task, 1), 1));
		assert_ok!(Poco::abandon(signed(&scheduler()), nth(task, 3)));
		at(10 * T);
		idle();
		assert_eq!((Tasks::<Test>::iter().count(), Closed::get().len(), DueDeals::<Test>::iter().count()), (5, 5, 0));
		assert_eq!(books(&PAYER), (4 * 1_150, 0));
	});
}

#[test]
fn earliest_comes_first() {
	test(|| {
		let late = open_as(1, Deal { opened: START + 1, ..deal(1) });
		let early = open_as(2, deal(1));
		at(10 * T + 1);
		idle();
		let order: Vec<_> = Closed::get().iter().map(|closed| closed.0).collect();
		assert_eq!(order, [early.deal, late.deal]);
	});
}

#[test]
fn missed_reveal_deadline_does_not_beat_the_final_one() {
	test(|| {
		let task = agreed(deal(3), 2);
		assert_ok!(reveal(1, task, 1));
		at(10 * T);
		idle();
		assert!(matches!(stored(task).stage, Stage::Failed(_)), "as a claim in the same block would have done");
	});
}

#[test]
fn deal_that_was_closed_and_pruned_leaves_the_agenda() {
	test(|| {
		let task = open(deal(1));
		assert_ok!(Poco::abandon(signed(&scheduler()), task));
		at(10 * T + RETENTION);
		assert_ok!(Poco::prune(signed(&STRANGER), vec![task].try_into().unwrap()));
		idle();
		assert_eq!(DueDeals::<Test>::iter().count(), 0);
	});
}

#[test]
fn half_pruned_deal_is_not_claimed_again() {
	test(|| {
		let task = open(Deal { size: 2, ..deal(1) });
		for n in [0, 1] {
			assert_ok!(Poco::abandon(signed(&scheduler()), nth(task, n)));
		}
		at(10 * T + RETENTION);
		assert_ok!(Poco::prune(signed(&STRANGER), vec![task].try_into().unwrap()));
		idle();
		assert_eq!((DueDeals::<Test>::iter().count(), Closed::get().len()), (0, 2));
	});
}

/// Returns a chain with much to settle: a silent consensus, a revealed one, an untouched deal, results to deliver.
fn busy() -> sp_io::TestExternalities {
	let mut chain = chain();
	chain.execute_with(|| {
		open_as(7, Deal { size: 6, ..deal(1) });
		for n in 1..=3 {
			let task = open_as(n, deal(3));
			for worker in 1..=2 {
				assert_ok!(contribute(worker, task, 1));
			}
			if n > 1 {
				assert_ok!(reveal(1, task, 1));
			}
		}
		let task = open_as(8, with_callback(CALLBACK));
		let (data, answer) = (vec![1; 4_096], rlc_primitives::ResultDigest::of_callback(&[1; 4_096]));
		let proof = signature(SCHEDULER_KEY, &worker(3), task, None);
		let data = Some(data.try_into().unwrap());
		assert_ok!(Poco::contribute_and_finalize(signed(&worker(3)), task, answer, proof, None, data));
	});
	chain
}

#[test]
fn no_block_takes_more_than_is_left_and_all_is_settled_in_the_end() {
	// Below the heaviest step nothing that needs it is begun.
	for limit in (0..250).step_by(7).map(units) {
		busy().execute_with(|| {
			at(2 * T);
			assert!(Poco::on_idle(1, limit).all_lte(limit), "limit {limit}");
			check();
		});
	}
	for limit in (410..1_300).step_by(93).map(units) {
		busy().execute_with(|| {
			for since in [2 * T, 10 * T] {
				at(since);
				for _ in 0..40 {
					assert!(Poco::on_idle(1, limit).all_lte(limit), "limit {limit}");
					check();
				}
			}
			assert_eq!(DueDeals::<Test>::iter().count(), 0, "limit {limit}");
			assert_eq!(Closed::get().len(), 10);
			assert_eq!(Received::get().len(), 1);
		});
	}
}

#[test]
fn time_and_size_both_bound_a_block() {
	busy().execute_with(|| {
		at(10 * T);
		for limit in [Weight::from_parts(u64::MAX, 30), Weight::from_parts(30_000, u64::MAX)] {
			assert!(Poco::on_idle(1, limit).all_lte(limit));
		}
	});
}

#[test]
fn heaviest_step_fits_into_a_block() {
	Poco::integrity_test();
}

#[test]
fn nothing_settles_by_itself_while_it_is_stopped() {
	test(|| {
		let task = agreed(deal(3), 2);
		assert_ok!(reveal(1, task, 1));
		at(2 * T);
		for call in ["reveal", "finalize", "reopen", "claim"] {
			Brakes::stop(call);
			idle();
			assert!(!stored(task).is_closed(), "{call} is stopped");
		}
		Brakes::release();
		idle();
		assert!(stored(task).is_closed());
	});
}

#[test]
fn what_falls_due_together_is_settled_together() {
	test(|| {
		let tasks: Vec<_> = (1..=40).map(|n| open_as(n, deal(3))).collect();
		at(deal(3).final_deadline());
		idle();
		assert!(tasks.iter().all(|task| stored(*task).is_closed()));
		assert_eq!(DueDeals::<Test>::iter().count(), 0);
	});
}

/// Runs `on_idle` as often as given, with so little weight that a few dozen tasks fit.
fn short_of_time(blocks: u32) {
	for _ in 0..blocks {
		Poco::on_idle(1, units(6_000));
	}
}

fn closed(deal: rlc_primitives::DealId) -> usize {
	Closed::get().iter().filter(|closed| closed.0 == deal).count()
}

#[test]
fn deal_of_many_tasks_does_not_keep_others_waiting() {
	test(|| {
		let many = open_as(1, Deal { size: 1_000, ..deal(1) });
		let few: Vec<_> = (2..=5).map(|n| open_as(n, Deal { opened: START + 1, size: 3, ..deal(1) })).collect();
		at(10 * T + 1);
		short_of_time(2);
		assert!(few.iter().all(|task| closed(task.deal) == 3));
		assert!((1..1_000).contains(&closed(many.deal)), "{}", closed(many.deal));
		short_of_time(100);
		assert_eq!((closed(many.deal), DueDeals::<Test>::iter().count()), (1_000, 0));
	});
}

#[test]
fn deals_of_many_tasks_take_turns() {
	test(|| {
		let both = [1, 2].map(|n| open_as(n, Deal { size: 500, ..deal(1) }).deal);
		at(10 * T);
		short_of_time(4);
		let [one, other] = both.map(closed);
		// A turn that a block has no room for goes on as a whole one in the next.
		assert!(one > 0 && one < 500 && one.abs_diff(other) <= 2 * 16, "{one} and {other}");
	});
}

#[test]
fn reveals_are_not_kept_waiting_by_overdue_deals() {
	test(|| {
		open_as(1, Deal { size: 1_000, ..deal(1) });
		let task = open_as(2, Deal { opened: START + 7 * T, ..deal(3) });
		at(8 * T);
		for n in [1, 2] {
			assert_ok!(contribute(n, task, 1));
		}
		assert_ok!(reveal(1, task, 1));
		at(10 * T);
		short_of_time(1);
		assert!(matches!(stored(task).stage, Stage::Completed(_)));
	});
}
