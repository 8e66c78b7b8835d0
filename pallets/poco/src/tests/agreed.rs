//! `reveal_failure`: workers agree on how the app failed, and the task ends without a result.

use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult};
use rlc_primitives::{
	task::{ContributionStatus, Stage},
	Deal,
};
use sp_core::H256;

use crate::{
	mock::*, AgreedFailure, AppFault, CallbackData, DueReveals, Error, Event, Failures, TaskFailure, TaskFailures,
	TaskRef, Work,
};

fn exit(code: u32) -> AgreedFailure {
	AgreedFailure { cause: AppFault::AppFailed, code, trace: H256::repeat_byte(5) }
}

fn agreed_on(code: u32) -> TaskFailure {
	TaskFailure::Agreed { cause: AppFault::AppFailed, code }
}

/// Commits a worker to a failure.
fn commit(n: u8, task: TaskRef, failure: AgreedFailure) -> DispatchResult {
	let one = contribution(n, task, 0);
	submit(n, crate::ContributionOf { commitment: commitment(&worker(n), task, failure.digest(&task.id())), ..one })
}

fn show(n: u8, task: TaskRef, failure: AgreedFailure) -> DispatchResult {
	Poco::reveal_failure(signed(&worker(n)), task, failure).map(drop).map_err(|refusal| refusal.error)
}

/// Opens `deal`, and has the workers 1 and 2 agree on exit code 1.
fn failing(deal: Deal) -> TaskRef {
	failing_as(1, deal)
}

fn failing_as(n: u8, deal: Deal) -> TaskRef {
	let task = open_as(n, deal);
	for n in [1, 2] {
		assert_ok!(commit(n, task, exit(1)));
	}
	assert!(stored(task).consensus().is_some());
	task
}

#[test]
fn agreed_failure_ends_by_its_last_reveal() {
	test(|| {
		let task = failing(deal(3));
		assert_ok!(show(1, task, exit(1)));
		assert_eq!(TaskFailures::<Test>::get(task.id()), Some(agreed_on(1)), "known before the end");
		assert_eq!(Poco::task(task.id()).unwrap().failure, Some(agreed_on(1)));
		assert!(!Work::<Test>::contains_key(worker(1), task.id()));
		assert_ok!(show(2, task, exit(1)));
		assert!(matches!(stored(task).stage, Stage::Failed(Some(_))));
		let id = task.id();
		let digest = exit(1).digest(&id);
		let told: Vec<_> = events().into_iter().rev().take(4).rev().collect();
		assert_eq!(
			told,
			[
				Event::Revealed { task: id, worker: worker(2), digest },
				Event::FailureRevealed { task: id, worker: worker(2), cause: AppFault::AppFailed, code: 1 },
				Event::TaskFailed { task: id, failure: agreed_on(1) },
				Event::TaskClosed { task: id, deal: task.deal, outcome: None },
			]
		);
		assert_eq!((FailedBy::get(), Closed::get().len()), (vec![agreed_on(1)], 1));
		assert_eq!(DueReveals::<Test>::iter().count(), 0);
	});
}

#[test]
fn pool_loses_nothing_by_an_app_that_fails() {
	test(|| {
		ChainRules::live();
		let task = failing(deal(3));
		for n in [1, 2] {
			assert_ok!(show(n, task, exit(1)));
		}
		assert_eq!(books(&PAYER), (1_150, 0), "without an allowance, the price goes back");
		assert_eq!(books(&scheduler()), (300, 0));
		assert!([1, 2].iter().all(|n| books(&worker(*n)) == (rlc_primitives::RLC, 0)));
		assert_eq!((Treasury::get(), Kitty::get()), (0, 0));
		assert!([1, 2].iter().all(|n| score(&worker(*n)) == 0), "no points");
	});
}

#[test]
fn attempt_is_paid_out_of_the_allowance() {
	test(|| {
		Allowance::set(1_000);
		Kitty::set(700);
		let task = failing(deal(3));
		for n in [1, 2] {
			assert_ok!(show(n, task, exit(1)));
		}
		// A fifth of 1,000: a tenth of that is the scheduler's.
		assert_eq!(books(&PAYER), (950, 0));
		assert_eq!(books(&scheduler()), (320, 0));
		assert!([1, 2].iter().all(|n| books(&worker(*n)) == (rlc_primitives::RLC + 90, 0)));
		assert_eq!((books(&APP_OWNER), books(&DATASET_OWNER)), ((0, 0), (0, 0)));
		assert_eq!(Allowance::get(), 800);
		assert_eq!(Kitty::get(), 700, "nothing comes from the kitty");
	});
}

#[test]
fn attempts_of_one_batch_share_the_allowance() {
	test(|| {
		Allowance::set(300);
		let tasks: Vec<_> = (1..=2).map(|n| failing_as(n, deal(3))).collect();
		for task in &tasks {
			assert_ok!(show(1, *task, exit(1)));
		}
		let reveals: Vec<_> = tasks.iter().map(|task| (*task, exit(1).digest(&task.id()))).collect();
		assert_ok!(Poco::reveal_batch(signed(&worker(2)), reveals.try_into().unwrap()));
		assert!(tasks.iter().all(|task| stored(*task).is_closed()));
		assert_eq!((books(&PAYER), Allowance::get()), ((2 * 1_150 - 200 - 100, 0), 0));
	});
}

/// E1: whatever a coalition of payer, pool and workers stages, attempts pay no more than the charges that it paid.
#[test]
fn attempts_never_pay_more_than_completed_tasks_were_charged() {
	test(|| {
		ChainRules::live();
		let (mut charged, mut paid) = (0, 0);
		for round in 0..20u8 {
			let done = open_as(100 + round, Deal { charge: 30, ..deal(1) });
			assert_ok!(contribute(9, done, 1));
			assert_ok!(reveal(9, done, 1));
			charged += 30;
			let before = books(&PAYER).0;
			let task = open_as(1 + round, deal(3));
			for n in [1, 2] {
				assert_ok!(commit(n, task, exit(1)));
			}
			for n in [1, 2] {
				assert_ok!(show(n, task, exit(1)));
			}
			paid += before + 1_150 - books(&PAYER).0;
			assert!(paid <= charged, "{paid} of {charged}");
		}
		assert_eq!(paid, charged, "and no less where prices allow it");
	});
}

#[test]
fn attempt_of_trust_1_is_not_paid() {
	test(|| {
		Allowance::set(1_000);
		let task = open(deal(1));
		assert_ok!(commit(1, task, exit(1)));
		assert_ok!(show(1, task, exit(1)));
		assert!(stored(task).is_closed());
		assert_eq!((books(&PAYER), books(&scheduler()), Allowance::get()), ((1_150, 0), (300, 0), 1_000));
	});
}

#[test]
fn failure_that_does_not_match_its_digest_is_refused() {
	test(|| {
		let task = failing(deal(3));
		let wrong = [
			exit(2),
			AgreedFailure { cause: AppFault::TimedOut, ..exit(1) },
			AgreedFailure { trace: H256::zero(), ..exit(1) },
		];
		for failure in wrong {
			assert_noop!(show(1, task, failure), Error::<Test>::WrongFailure);
		}
		assert_ok!(show(1, task, exit(1)));
		assert_noop!(show(1, task, exit(1)), Error::<Test>::NotOpen);
		assert_noop!(show(9, task, exit(1)), Error::<Test>::NotContributor);
		assert_noop!(show(1, nth(task, 1), exit(1)), Error::<Test>::NotFound);
		at(2 * T);
		assert_noop!(show(2, task, exit(1)), Error::<Test>::RevealTooLate);
		let unsigned = || Poco::reveal_failure(RuntimeOrigin::none(), task, exit(1));
		assert_noop!(unsigned(), sp_runtime::DispatchError::BadOrigin);
	});
}

#[test]
fn result_is_not_revealed_as_a_failure() {
	test(|| {
		let task = agreed(deal(3), 2);
		assert_noop!(show(1, task, exit(1)), Error::<Test>::WrongFailure);
		let early = open_as(2, deal(9));
		assert_ok!(commit(1, early, exit(1)));
		assert_noop!(show(1, early, exit(1)), Error::<Test>::NotRevealing);
	});
}

#[test]
fn copied_commitment_to_a_failure_cannot_be_revealed() {
	test(|| {
		let task = open(deal(3));
		assert_ok!(commit(1, task, exit(1)));
		let copy = crate::ContributionOf {
			commitment: commitment(&worker(1), task, exit(1).digest(&task.id())),
			..contribution(2, task, 0)
		};
		assert_ok!(submit(2, copy));
		assert_ok!(show(1, task, exit(1)));
		assert_noop!(show(2, task, exit(1)), Error::<Test>::WrongSeal);
	});
}

#[test]
fn commitment_to_a_result_is_seized_and_one_to_another_failure_is_not() {
	test(|| {
		ChainRules::live();
		let task = open(deal(3));
		assert_ok!(contribute(3, task, 1));
		assert_ok!(commit(4, task, exit(7)));
		for n in [1, 2, 5, 6] {
			assert_ok!(commit(n, task, exit(1)));
			if stored(task).consensus().is_some() {
				break;
			}
		}
		assert_noop!(show(4, task, exit(7)), Error::<Test>::NotWinner);
		let winners: Vec<_> =
			[1, 2, 5, 6].into_iter().filter(|n| stored(task).contribution(&worker(*n)).is_some()).collect();
		for n in &winners {
			assert_ok!(show(*n, task, exit(1)));
		}
		assert!(!stored(task).is_closed(), "others have until the end of the window");
		assert_ok!(show(4, task, exit(7)));
		assert_eq!(stored(task).contribution(&worker(4)).unwrap().status, ContributionStatus::Excused);
		assert_eq!(TaskFailures::<Test>::get(task.id()), Some(agreed_on(1)), "the consensus stays what it is");
		assert_noop!(show(4, task, exit(7)), Error::<Test>::NotOpen);
		assert!(!Work::<Test>::contains_key(worker(4), task.id()));
		check();
		at(2 * T);
		idle();
		assert!(matches!(stored(task).stage, Stage::Failed(Some(_))));
		assert_eq!(books(&worker(3)), (rlc_primitives::RLC - 300, 0));
		assert_eq!(Treasury::get(), 300, "nobody gains it");
		assert!(winners.iter().chain([&4]).all(|n| books(&worker(*n)) == (rlc_primitives::RLC, 0)));
		assert_eq!(score(&worker(3)), 0);
	});
}

#[test]
fn last_dissenter_that_shows_its_failure_closes_the_task() {
	test(|| {
		let task = open(deal(3));
		assert_ok!(commit(4, task, exit(7)));
		let mut n = 0;
		while stored(task).consensus().is_none() {
			n += 1;
			assert_ok!(commit(n, task, exit(1)));
		}
		for n in 1..=n {
			assert_ok!(show(n, task, exit(1)));
		}
		assert!(!stored(task).is_closed());
		assert_ok!(show(4, task, exit(7)));
		assert!(stored(task).is_closed());
		assert_eq!(FailedBy::get(), [agreed_on(1)]);
	});
}

#[test]
fn one_winner_proves_that_the_digest_is_a_failures() {
	test(|| {
		let task = failing(deal(3));
		let digest = exit(1).digest(&task.id());
		assert_ok!(show(1, task, exit(1)));
		// Passes it off as a result.
		assert_ok!(Poco::reveal(signed(&worker(2)), task, digest));
		assert!(matches!(stored(task).stage, Stage::Failed(Some(_))));
		assert_eq!(FailedBy::get(), [agreed_on(1)]);
	});
}

#[test]
fn end_of_the_window_closes_a_failure_that_some_revealed() {
	test(|| {
		ChainRules::live();
		let task = failing(Deal { callback: Some(CALLBACK), ..deal(3) });
		assert_ok!(show(1, task, exit(1)));
		at(2 * T);
		idle();
		assert!(matches!(stored(task).stage, Stage::Failed(Some(_))));
		assert_eq!(books(&worker(1)), (rlc_primitives::RLC, 0));
		assert_eq!(books(&worker(2)), (rlc_primitives::RLC - 300, 0), "it did not reveal");
		assert!(Received::get().is_empty(), "no callback");
	});
}

#[test]
fn failure_that_nobody_reveals_is_reopened() {
	test(|| {
		let task = failing(deal(3));
		at(2 * T);
		idle();
		assert_eq!(stored(task).stage, Stage::Active);
		assert!(!TaskFailures::<Test>::contains_key(task.id()));
	});
}

#[test]
fn failure_has_no_data_for_a_callback() {
	test(|| {
		let task = failing(Deal { callback: Some(CALLBACK), ..manual(3) });
		for n in [1, 2] {
			assert_ok!(show(n, task, exit(1)));
		}
		assert!(!stored(task).is_closed(), "its scheduler closes it");
		let finalize = |who, data: Option<CallbackData>| {
			Poco::finalize(signed(&who), task, data).map(drop).map_err(|refusal| refusal.error)
		};
		let data = CallbackData::truncate_from(vec![1]);
		assert_noop!(finalize(scheduler(), Some(data)), Error::<Test>::UnexpectedCallbackData);
		assert_noop!(finalize(STRANGER, None), Error::<Test>::NotScheduler);
		assert_ok!(finalize(scheduler(), None));
		assert_eq!(FailedBy::get(), [agreed_on(1)]);
	});
}

#[test]
fn failure_that_its_scheduler_never_closes_is_claimed_from_it() {
	test(|| {
		ChainRules::live();
		let task = failing(manual(3));
		assert_ok!(show(1, task, exit(1)));
		at(12 * T);
		idle();
		assert!(matches!(stored(task).stage, Stage::Failed(Some(_))));
		assert_eq!((Treasury::get(), FailedBy::get()), (300, vec![]));
		assert!(!TaskFailures::<Test>::contains_key(task.id()));
	});
}

#[test]
fn failure_is_forgotten_with_its_task() {
	test(|| {
		let task = failing(deal(3));
		for n in [1, 2] {
			assert_ok!(show(n, task, exit(1)));
		}
		at(40 * T);
		assert_ok!(Poco::prune(signed(&STRANGER), vec![task].try_into().unwrap()));
		assert!(!TaskFailures::<Test>::contains_key(task.id()));
		assert_eq!(Failures::<Test>::iter().count(), 0);
	});
}

#[test]
fn failure_shares_its_tag_and_its_budget_with_a_reveal() {
	test(|| {
		ChainRules::live();
		let task = failing(deal(3));
		let call = |failure| crate::Call::<Test>::reveal_failure { task, failure };
		let free = Poco::free_call(&call(exit(1)), &worker(1)).expect("free");
		assert!(Poco::free_call(&call(exit(2)), &worker(1)).is_none(), "refused, so not free");
		let plain = crate::Call::<Test>::reveal { task, digest: exit(1).digest(&task.id()) };
		assert_eq!(Poco::free_call(&plain, &worker(1)).map(|free| free.provides), Some(free.provides));
		Brakes::stop("reveal_failure");
		assert!(Poco::free_call(&call(exit(1)), &worker(1)).is_none(), "stopped, so not free");
	});
}
