//! Feeds come with a definition and money, and go with their owner's word.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::oracle::{Composite, Policy, Source, ValueKind};

use crate::{mock::*, Callbacks, Definitions, Error, Panels, Rounds, Seats, Values};

fn composite(composite: Composite) -> rlc_primitives::oracle::Definition {
	rlc_primitives::oracle::Definition {
		sources: Default::default(),
		policy: Policy::Composite(composite),
		heartbeat: 0,
		deviation: 0,
		min_sources: 0,
		reward: 0,
		window: 0,
		..named(1)
	}
}

#[test]
fn feed_is_stored_for_a_deposit_and_can_pay_a_round() {
	test(|| {
		let before = free(&OWNER);
		let feed = created(named(4));
		assert_eq!(Definitions::<Test>::get(feed), Some(named(4)));
		assert_eq!(Callbacks::<Test>::get(feed.callback_id()), Some(feed));
		assert_eq!(prepaid(feed), 40 * REWARD);
		assert_eq!(deposits(&OWNER), Oracle::feed_deposit(&named(4)));
		assert_eq!(before - free(&OWNER), deposits(&OWNER) + 40 * REWARD);
	});
}

#[test]
fn definition_is_checked_and_one_feed_has_one() {
	test(|| {
		let invalid = rlc_primitives::oracle::Definition { heartbeat: 1, ..named(4) };
		let create = |definition, prepaid| Oracle::create_feed(signed(&OWNER), Box::new(definition), prepaid);
		assert_noop!(create(invalid, 4 * REWARD), Error::<Test>::InvalidHeartbeat);
		assert_noop!(create(named(3), 4 * REWARD), Error::<Test>::WrongNumberOfSeats);
		assert_noop!(create(named(4), 4 * REWARD - 1), Error::<Test>::PrepaidTooLow);
		assert_ok!(create(named(4), 4 * REWARD));
		assert_noop!(create(named(4), 4 * REWARD), Error::<Test>::AlreadyExists);
	});
}

#[test]
fn composite_feed_is_made_of_numbers_that_exist_three_deep_at_most() {
	test(|| {
		let create = |definition| Oracle::create_feed(signed(&OWNER), Box::new(definition), 0);
		let mut deepest = created(named(4));
		let missing = composite(Composite::Inverse(Default::default()));
		assert_noop!(create(missing), Error::<Test>::WrongLeg);
		let text = Source { kind: ValueKind::String, ..named(1).sources[0].clone() };
		let text = rlc_primitives::oracle::Definition { sources: vec![text].try_into().unwrap(), ..named(1) };
		let text = created(text);
		assert_noop!(create(composite(Composite::Product(deepest, text))), Error::<Test>::WrongLeg);
		for _ in 0..3 {
			let above = composite(Composite::Inverse(deepest));
			deepest = above.feed_id();
			assert_ok!(create(above));
		}
		assert_noop!(create(composite(Composite::Inverse(deepest))), Error::<Test>::TooDeep);
		assert_noop!(Oracle::fund(signed(&READER), deepest, 1), Error::<Test>::NoPanel);
		assert_noop!(Oracle::request(signed(&READER), deepest), Error::<Test>::NoPanel);
		let paid = Oracle::create_feed(signed(&OWNER), Box::new(composite(Composite::Inverse(text))), 1);
		assert_noop!(paid, Error::<Test>::WrongLeg);
	});
}

#[test]
fn anyone_funds_a_feed() {
	test(|| {
		let feed = created(named(4));
		assert_noop!(Oracle::fund(signed(&READER), feed, 0), Error::<Test>::NothingToPay);
		assert_noop!(Oracle::fund(signed(&READER), Default::default(), 1), Error::<Test>::UnknownFeed);
		assert_ok!(Oracle::fund(signed(&READER), feed, 5));
		assert_eq!(prepaid(feed), 40 * REWARD + 5);
	});
}

#[test]
fn owner_closes_a_feed_and_seats_keep_what_they_earned() {
	test(|| {
		let before = free(&OWNER);
		let feed = valued(named(4), 5);
		assert_noop!(Oracle::close_feed(signed(&READER), feed), Error::<Test>::NotOwner);
		assert_noop!(Oracle::close_feed(signed(&OWNER), Default::default()), Error::<Test>::UnknownFeed);
		assert_ok!(Oracle::close_feed(signed(&OWNER), feed));
		assert_eq!(before - free(&OWNER), 4 * REWARD, "the round");
		assert!(!Definitions::<Test>::contains_key(feed) && !Panels::<Test>::contains_key(feed));
		assert_eq!(Seats::<Test>::get(feed, seat(0)).unwrap().earned, REWARD);
		assert_ok!(Oracle::claim(signed(&seat(0)), feed));
		assert_ok!(Oracle::leave_seat(signed(&seat(0)), feed));
		assert_noop!(report(feed, 1, 5), Error::<Test>::UnknownFeed);
	});
}

#[test]
fn open_round_does_not_keep_a_feed_from_closing() {
	test(|| {
		let feed = seated(named(4));
		let before = free(&READER);
		assert_ok!(Oracle::request(signed(&READER), feed));
		assert_ok!(Oracle::close_feed(signed(&OWNER), feed));
		assert_eq!(free(&READER), before);
		assert!(!Rounds::<Test>::contains_key(feed));
	});
}

/// What the panel signed for the feed before it was closed is worth nothing for the same feed, created again.
#[test]
fn o7_feed_that_is_created_again_takes_no_older_value() {
	test(|| {
		let feed = seated(named(1));
		let old = publication(feed, &[(0, 5)], false);
		assert_ok!(Oracle::close_feed(signed(&OWNER), feed));
		assert_ok!(Oracle::leave_seat(signed(&seat(0)), feed));
		Clock::advance(NOTICE);
		assert_ok!(Oracle::prune_seat(signed(&STRANGER), feed, seat(0)));
		created(named(1));
		assert_ok!(take_seat(feed, 0, BOND));
		assert_noop!(publish(old), Error::<Test>::DateTooOld);
		let ahead = publication(feed, &[(0, 5)], false);
		assert_noop!(publish(ahead), Error::<Test>::DateNotLater);
		assert_eq!(Values::<Test>::get(feed).unwrap().date, now() + 2_000);
	});
}
