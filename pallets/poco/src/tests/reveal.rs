//! `reveal`: winners show their result; the last one closes automatic tasks.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{
	task::{Commitment, ContributionStatus, Stage},
	ResultSeal,
};

use crate::{mock::*, ContributionOf, Error, Event, Work};

#[test]
fn reveal_is_stored_and_leaves_the_work_list() {
	test(|| {
		let task = agreed(deal(3), 2);
		assert_ok!(reveal(1, task, 1));
		let after = stored(task);
		assert_eq!(after.contribution(&worker(1)).unwrap().status, ContributionStatus::Proved);
		let consensus = *after.consensus().unwrap();
		assert_eq!((consensus.reveals, consensus.digest), (1, Some(digest(1))));
		assert!(!Work::<Test>::contains_key(worker(1), task.id()));
		System::assert_last_event(Event::Revealed { task: task.id(), worker: worker(1), digest: digest(1) }.into());
	});
}

#[test]
fn schedulers_close_their_own_tasks() {
	test(|| {
		let task = agreed(manual(1), 1);
		assert_ok!(reveal(1, task, 1));
		assert!(matches!(stored(task).stage, Stage::Revealing(_)));
	});
}

#[test]
fn callback_waits_for_its_data() {
	test(|| {
		let task = agreed(with_callback(CALLBACK), 1);
		assert_ok!(reveal(1, task, 1));
		assert!(matches!(stored(task).stage, Stage::Revealing(_)));
	});
}

#[test]
fn late_reveal_is_refused() {
	test(|| {
		let task = agreed(deal(3), 2);
		at(2 * T - 1);
		assert_ok!(reveal(1, task, 1));
		at(2 * T);
		assert_noop!(reveal(2, task, 1), Error::<Test>::RevealTooLate);
	});
}

#[test]
fn last_consensus_can_be_revealed_and_closed_before_the_final_deadline() {
	test(|| {
		let task = open(deal(1));
		at(7 * T - 1);
		assert_ok!(contribute(1, task, 1));
		at(9 * T - 2);
		assert_ok!(reveal(1, task, 1));
		assert!(stored(task).is_closed());
	});
}

#[test]
fn only_winners_reveal_and_once() {
	test(|| {
		let task = open(deal(3));
		assert_noop!(reveal(1, task, 1), Error::<Test>::NotRevealing);
		for (n, result) in [(9, 9), (1, 1), (2, 1), (3, 1)] {
			assert_ok!(contribute(n, task, result));
		}
		assert_noop!(reveal(4, task, 1), Error::<Test>::NotContributor);
		assert_noop!(reveal(9, task, 9), Error::<Test>::NotWinner);
		assert_noop!(reveal(1, task, 9), Error::<Test>::WrongDigest);
		assert_ok!(reveal(1, task, 1));
		assert_noop!(reveal(1, task, 1), Error::<Test>::NotOpen);
	});
}

#[test]
fn copied_commitment_cannot_be_revealed() {
	test(|| {
		let task = open(deal(3));
		assert_ok!(contribute(1, task, 1));
		let mut copy = contribution(2, task, 1);
		copy.commitment = commitment(&worker(1), task, digest(1));
		assert_ok!(submit(2, copy));
		assert_noop!(reveal(2, task, 1), Error::<Test>::WrongSeal);

		let task = open_as(2, deal(1));
		let one = contribution(1, task, 1);
		let commitment = Commitment { seal: ResultSeal::default(), ..one.commitment };
		assert_ok!(submit(1, ContributionOf { commitment, ..one }));
		assert_noop!(reveal(1, task, 1), Error::<Test>::WrongSeal);
	});
}

#[test]
fn closed_task_is_not_revealed() {
	test(|| {
		let task = agreed(deal(1), 1);
		assert_ok!(reveal(1, task, 1));
		assert_noop!(reveal(1, task, 1), Error::<Test>::NotRevealing);
		assert_noop!(reveal(1, nth(task, 1), 1), Error::<Test>::NotFound);
	});
}
