//! `claim` and `abandon`: tasks fail, and all but the scheduler's stake is given back.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{task::Stage, AccountId, Deal, RLC};
use sp_runtime::DispatchResult;

use crate::{mock::*, Delegates, DueReveals, Error, Event, TaskRef, Work};

fn claim(who: &AccountId, task: TaskRef) -> DispatchResult {
	Poco::claim(signed(who), task).map(drop).map_err(|refusal| refusal.error)
}

fn abandon(who: &AccountId, task: TaskRef) -> DispatchResult {
	Poco::abandon(signed(who), task).map(drop).map_err(|refusal| refusal.error)
}

#[test]
fn anyone_claims_an_overdue_task() {
	test(|| {
		set_score(&worker(1), 5);
		let task = open(deal(9));
		assert_ok!(delegate(task, &[1, 2]));
		assert_ok!(contribute(1, task, 1));
		at(10 * T - 1);
		assert_noop!(claim(&STRANGER, task), Error::<Test>::ClaimTooEarly);
		at(10 * T);
		assert_ok!(claim(&STRANGER, task));
		System::assert_last_event(Event::TaskClosed { task: task.id(), deal: task.deal, outcome: None }.into());
		assert_eq!(stored(task).stage, Stage::Failed(None));
		assert_eq!((books(&PAYER), books(&worker(1))), ((1_150, 0), (RLC, 0)));
		assert_eq!((books(&scheduler()), Kitty::get()), ((0, 0), 300));
		assert_eq!(score(&worker(1)), 5);
		assert_eq!(Work::<Test>::iter().count() + Delegates::<Test>::iter().count(), 0);
		assert_eq!(Closed::get(), [(task.deal, task.id(), None)]);
	});
}

#[test]
fn worker_that_withholds_a_consensus_loses_its_stake_with_the_task() {
	test(|| {
		ChainRules::live();
		let task = open(manual(3));
		assert_ok!(contribute(4, task, 2));
		(1..=3).for_each(|n| contribute(n, task, 1).unwrap());
		at(10 * T);
		assert_ok!(claim(&STRANGER, task));
		assert_eq!([1, 2, 3].map(|n| books(&worker(n))), [(RLC - 300, 0); 3]);
		assert_eq!(books(&worker(4)), (RLC, 0), "it kept nobody from a result");
		assert_eq!((books(&PAYER), books(&scheduler()), Kitty::get()), ((1_150, 0), (0, 0), 0));
	});
}

#[test]
fn untouched_task_can_be_claimed() {
	test(|| {
		let task = open(deal(9));
		at(10 * T);
		assert_ok!(claim(&STRANGER, task));
		assert_eq!(books(&PAYER), (1_150, 0));
	});
}

#[test]
fn even_those_who_revealed_only_get_their_stake_back() {
	test(|| {
		let task = agreed(manual(3), 2);
		assert_ok!(reveal(1, task, 1));
		at(10 * T);
		assert_ok!(claim(&STRANGER, task));
		assert!(matches!(stored(task).stage, Stage::Failed(Some(_))));
		assert_eq!((books(&worker(1)), books(&worker(2))), ((RLC, 0), (RLC, 0)));
	});
}

#[test]
fn task_fails_once() {
	test(|| {
		let task = open(Deal { size: 2, ..deal(9) });
		at(10 * T);
		assert_ok!(claim(&STRANGER, task));
		assert_noop!(claim(&STRANGER, task), Error::<Test>::AlreadyClosed);
		assert_noop!(abandon(&scheduler(), task), Error::<Test>::AlreadyClosed);
		assert_noop!(claim(&STRANGER, nth(task, 2)), Error::<Test>::NotFound);
		assert_noop!(abandon(&scheduler(), nth(task, 2)), Error::<Test>::NotFound);
	});
}

#[test]
fn scheduler_abandons_early_with_the_money_of_a_claim() {
	test(|| {
		let task = agreed(deal(3), 1);
		assert_noop!(abandon(&STRANGER, task), Error::<Test>::NotScheduler);
		assert_ok!(abandon(&scheduler(), task));
		assert_eq!((books(&PAYER), books(&worker(1)), Kitty::get()), ((1_150, 0), (RLC, 0), 300));
	});
}

#[test]
fn abandoned_consensus_leaves_the_agenda() {
	test(|| {
		let task = agreed(deal(1), 1);
		assert_eq!(DueReveals::<Test>::iter().count(), 1);
		assert_ok!(abandon(&scheduler(), task));
		assert_eq!(DueReveals::<Test>::iter().count(), 0);
	});
}

#[test]
fn who_revealed_is_not_abandoned() {
	test(|| {
		let task = agreed(manual(3), 2);
		assert_ok!(reveal(1, task, 1));
		assert_noop!(abandon(&scheduler(), task), Error::<Test>::AlreadyRevealed);
		at(10 * T);
		assert_ok!(abandon(&scheduler(), task));
	});
}
