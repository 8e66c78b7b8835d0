//! Open panels: those with the highest bonds, who commit before they show.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::oracle::RoundFailure;

use crate::{mock::*, types::SealOf, Error, Panels, Rounds, Values};

/// Has four seats commit to a number and show it.
fn sealed_value(feed: rlc_primitives::FeedId, numbers: [(u8, i128); 4]) {
	for (number, value) in numbers {
		assert_ok!(commit(feed, number, &seen(value)));
	}
	for (number, value) in numbers {
		assert_ok!(reveal(feed, number, seen(value)));
	}
}

fn is_member(feed: rlc_primitives::FeedId, number: u8) -> bool {
	Panels::<Test>::get(feed).unwrap().member(&seat(number)).is_some()
}

#[test]
fn all_commit_then_all_show() {
	test(|| {
		let feed = seated(open(4));
		sealed_value(feed, [(0, 10), (1, 20), (2, 30), (3, 40)]);
		assert_eq!(number(feed), Some(20));
		assert_eq!(earned(feed, 0), REWARD);
		assert!(!Rounds::<Test>::contains_key(feed));
	});
}

#[test]
fn reports_of_an_open_panel_are_sealed() {
	test(|| {
		let feed = seated(open(4));
		assert_noop!(report(feed, 0, 5), Error::<Test>::SealedFeed);
		let published = publish(publication(feed, &[(0, 1), (1, 1), (2, 1)], true));
		assert_noop!(published, Error::<Test>::SealedFeed);
		assert_noop!(reveal(feed, 0, seen(5)), Error::<Test>::NotSeated);
	});
}

#[test]
fn commitment_is_shown_in_the_second_half_and_not_before() {
	test(|| {
		let feed = seated(open(4));
		let observation = seen(5);
		(0..3).for_each(|number| {
			assert_ok!(commit(feed, number, &observation));
		});
		assert_noop!(commit(feed, 0, &observation), Error::<Test>::AlreadyReported);
		assert_noop!(reveal(feed, 0, observation.clone()), Error::<Test>::StillSealing);
		Clock::advance(WINDOW / 2);
		assert_noop!(commit(feed, 3, &observation), Error::<Test>::SealingOver);
		assert_noop!(reveal(feed, 3, observation.clone()), Error::<Test>::WrongSeal);
		assert_noop!(reveal(feed, 0, seen(6)), Error::<Test>::WrongSeal);
		assert_ok!(reveal(feed, 0, observation.clone()));
		assert_noop!(reveal(feed, 0, observation.clone()), Error::<Test>::AlreadyReported);
		(1..3).for_each(|number| {
			assert_ok!(reveal(feed, number, observation.clone()));
		});
		assert_eq!(number(feed), Some(5), "all who committed have shown");
		assert_eq!(earned(feed, 3), 0);
		assert_noop!(reveal(feed, 0, observation), Error::<Test>::NoRound);
	});
}

#[test]
fn copied_commitment_is_worth_nothing() {
	test(|| {
		let feed = seated(open(4));
		let observation = seen(5);
		let seal = seal_of(feed, 0, &observation);
		assert_ok!(commit(feed, 0, &observation));
		let copy = vec![SealOf { feed, seal, claims: false }].try_into().unwrap();
		assert_ok!(Oracle::commit_many(signed(&seat(1)), copy));
		(2..4).for_each(|number| {
			assert_ok!(commit(feed, number, &observation));
		});
		assert_noop!(reveal(feed, 1, observation), Error::<Test>::WrongSeal);
	});
}

#[test]
fn round_in_which_too_few_show_fails_at_its_end() {
	test(|| {
		let feed = seated(open(4));
		let observation = seen(5);
		(0..4).for_each(|number| {
			assert_ok!(commit(feed, number, &observation));
		});
		(0..2).for_each(|number| {
			assert_ok!(reveal(feed, number, observation.clone()));
		});
		Clock::advance(WINDOW);
		assert_noop!(reveal(feed, 2, observation), Error::<Test>::RoundOver);
		idle();
		assert_eq!(Values::<Test>::get(feed).unwrap().failure, Some(RoundFailure::TooFewReports));
		assert_eq!(prepaid(feed), 40 * REWARD);
	});
}

#[test]
fn commitments_are_due_claimed_or_asked_for() {
	test(|| {
		let feed = seated(open(4));
		sealed_value(feed, [(0, 10), (1, 10), (2, 10), (3, 10)]);
		Clock::advance(5_000);
		assert_noop!(commit(feed, 0, &seen(20)), Error::<Test>::NotDue);
		let seal = seal_of(feed, 0, &seen(20));
		let claim = vec![SealOf { feed, seal, claims: true }].try_into().unwrap();
		let before = free(&seat(0));
		assert_ok!(Oracle::commit_many(signed(&seat(0)), claim));
		assert_eq!(before - free(&seat(0)), 4 * REWARD);
		(1..4).for_each(|number| {
			assert_ok!(commit(feed, number, &seen(10)));
		});
		assert_ok!(reveal(feed, 0, seen(20)));
		(1..4).for_each(|number| {
			assert_ok!(reveal(feed, number, seen(10)));
		});
		assert_eq!(before - free(&seat(0)), 4 * REWARD, "it claimed in vain");
	});
}

#[test]
fn open_panel_without_enough_candidates_makes_no_round() {
	test(|| {
		let feed = created(open(4));
		(0..3).for_each(|number| {
			assert_ok!(take_seat(feed, number, BOND));
		});
		Clock::advance(3_000);
		assert_noop!(commit(feed, 0, &seen(5)), Error::<Test>::PanelNotFull);
		assert_noop!(Oracle::request(signed(&READER), feed), Error::<Test>::PanelNotFull);
		assert_ok!(take_seat(feed, 3, BOND));
		assert_ok!(Oracle::request(signed(&READER), feed));
	});
}

#[test]
fn highest_bonds_sit_from_the_next_session_on() {
	test(|| {
		let feed = seated(open(4));
		sealed_value(feed, [(0, 10), (1, 10), (2, 10), (3, 10)]);
		assert_ok!(take_seat(feed, 4, 2 * BOND));
		Clock::advance(HEARTBEAT);
		assert_noop!(commit(feed, 4, &seen(5)), Error::<Test>::NotSeated);
		Session::set(&2);
		assert_ok!(commit(feed, 4, &seen(5)));
		assert!(is_member(feed, 0) && !is_member(feed, 3), "of equals, the later one goes");
		assert_eq!((earned(feed, 3), earned(feed, 0)), (REWARD, REWARD), "and keeps what it earned");
	});
}

/// The panel of a session that is over decides nothing.
#[test]
fn panel_that_was_not_elected_in_this_session_opens_no_round() {
	test(|| {
		let feed = seated(open(4));
		sealed_value(feed, [(0, 10), (1, 10), (2, 10), (3, 10)]);
		(0..3).for_each(|number| {
			assert_ok!(Oracle::leave_seat(signed(&seat(number)), feed));
		});
		Session::set(&2);
		Clock::advance(HEARTBEAT);
		assert_noop!(commit(feed, 3, &seen(5)), Error::<Test>::PanelNotFull);
	});
}

/// Whoever outbids all candidates at once has the next panel, not this one.
#[test]
fn outbid_member_sits_until_the_next_election() {
	test(|| {
		let feed = seated(open(4));
		assert_ok!(commit(feed, 0, &seen(5)));
		(4..35).for_each(|number| {
			assert_ok!(take_seat(feed, number, 2 * BOND));
		});
		(0..4).for_each(|number| assert!(is_member(feed, number)));
		(1..4).for_each(|number| {
			assert_ok!(commit(feed, number, &seen(5)));
		});
		(0..4).for_each(|number| {
			assert_ok!(reveal(feed, number, seen(5)));
		});
		assert_eq!(number(feed), Some(5));
		Session::set(&2);
		Clock::advance(HEARTBEAT);
		assert_noop!(commit(feed, 0, &seen(5)), Error::<Test>::NotSeated);
		assert_ok!(commit(feed, 4, &seen(5)));
		assert_eq!(earned(feed, 0), REWARD);
	});
}
