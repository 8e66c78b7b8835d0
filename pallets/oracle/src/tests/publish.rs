//! Signed observations become a value in one call.

use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, types::Publication, Error, Event, Rounds, Values};

const THREE: [(u8, i128); 3] = [(0, 10), (1, 20), (2, 30)];

#[test]
fn signatures_of_a_quorum_make_a_value_at_once() {
	test(|| {
		let feed = seated(named(4));
		let before = free(&READER);
		assert_ok!(publish(publication(feed, &THREE, false)));
		assert_eq!(number(feed), Some(20));
		assert_eq!((free(&READER), prepaid(feed)), (before, 37 * REWARD), "it was due");
		assert_eq!((earned(feed, 0), earned(feed, 3)), (REWARD, 0));
		let misses = crate::Panels::<Test>::get(feed).unwrap().member(&seat(3)).unwrap().misses;
		assert_eq!(misses, 0, "who is left out by the publisher has missed nothing");
	});
}

#[test]
fn what_is_wrong_with_a_publication_has_its_own_error() {
	test(|| {
		let feed = seated(named(4));
		let with = |change: &dyn Fn(&mut Publication)| {
			let mut changed = publication(feed, &THREE, false);
			change(&mut changed);
			publish(changed)
		};
		assert_noop!(publish(publication(feed, &THREE[..2], false)), Error::<Test>::TooFewObservations);
		let twice = publication(feed, &[(0, 1), (0, 1), (1, 1)], false);
		assert_noop!(publish(twice), Error::<Test>::DuplicateObservation);
		let foreign = publication(feed, &[(0, 1), (1, 1), (9, 1)], false);
		assert_noop!(publish(foreign), Error::<Test>::NotSeated);
		let other_feed = with(&|one| one.observations[0] = signed_by(Default::default(), 0, seen(10)));
		assert_noop!(other_feed, Error::<Test>::WrongSignature);
		let other_key = with(&|one| one.observations[0].signature = signed_by(feed, 1, seen(10)).signature);
		assert_noop!(other_key, Error::<Test>::WrongSignature);
		let changed = with(&|one| one.observations[0].observation = seen(11));
		assert_noop!(changed, Error::<Test>::WrongSignature);
		let future = with(&|one| one.observations[0] = signed_by(feed, 0, seen_at(10, now() + 2_001)));
		assert_noop!(future, Error::<Test>::DateInFuture);
		Clock::advance(10_000);
		let apart = with(&|one| one.observations[0] = signed_by(feed, 0, seen_at(10, now() - 5_001)));
		assert_noop!(apart, Error::<Test>::DatesDiffer);
	});
}

#[test]
fn o7_publication_is_used_once() {
	test(|| {
		let feed = seated(named(4));
		let publication = publication(feed, &THREE, true);
		assert_ok!(publish(publication.clone()));
		assert_noop!(publish(publication), Error::<Test>::DateNotLater);
	});
}

#[test]
fn value_that_is_not_due_is_paid_by_who_publishes_it_if_he_wants_to() {
	test(|| {
		let feed = valued(named(4), 1_000);
		Clock::advance(5_000);
		let near = |pays| publication(feed, &[(0, 1_001), (1, 1_001), (2, 1_001)], pays);
		let before = (prepaid(feed), free(&READER));
		assert_noop!(publish(near(false)), Error::<Test>::NotDue);
		assert_ok!(publish(near(true)));
		assert_eq!((prepaid(feed), before.1 - free(&READER)), (before.0, 3 * REWARD));
	});
}

#[test]
fn value_that_deviates_is_paid_by_the_feed() {
	test(|| {
		let feed = valued(named(4), 1_000);
		Clock::advance(5_000);
		let before = (prepaid(feed), free(&READER));
		assert_ok!(publish(publication(feed, &[(0, 1_010), (1, 1_010), (2, 1_010)], true)));
		assert_eq!((before.0 - prepaid(feed), free(&READER)), (3 * REWARD, before.1));
	});
}

/// Nobody keeps a feed from being published by rounds that he opens in vain.
#[test]
fn newer_observations_close_an_open_round_at_its_payer_s_expense() {
	test(|| {
		let feed = valued(named(4), 1_000);
		Clock::advance(5_000);
		let older = publication(feed, &THREE, true);
		Clock::advance(1_000);
		let before = (free(&STRANGER), free(&READER));
		assert_ok!(Oracle::request(signed(&STRANGER), feed));
		assert_noop!(publish(older), Error::<Test>::PredatesRound);
		assert_ok!(publish(publication(feed, &THREE, true)));
		assert!(!Rounds::<Test>::contains_key(feed));
		assert_eq!(number(feed), Some(20));
		assert_eq!((before.0 - free(&STRANGER), before.1 - free(&READER)), (3 * REWARD, 0));
	});
}

#[test]
fn publications_of_many_feeds_count_one_by_one() {
	test(|| {
		let (one, other) = (seated(named(1)), seated(named(4)));
		let batch = vec![publication(one, &[(0, 7)], false), publication(other, &[(0, 7)], false)];
		assert_ok!(Oracle::publish_many(signed(&READER), batch.try_into().unwrap()));
		assert_eq!((number(one), number(other)), (Some(7), None));
		let error = Error::<Test>::TooFewObservations.into();
		System::assert_has_event(Event::<Test>::ItemRefused { feed: other, who: READER, error }.into());
		let empty = Oracle::publish_many(signed(&READER), Default::default());
		assert_noop!(empty, Error::<Test>::EmptyBatch);
	});
}

#[test]
fn publishing_weighs_by_signatures() {
	test(|| {
		let one = publication(Default::default(), &[(0, 1)], false);
		let three = publication(Default::default(), &THREE, false);
		let weigh = |what: &[Publication]| Oracle::publish_weight(what).ref_time();
		assert!(weigh(&[three]) > weigh(&[one]));
	});
}

#[test]
fn round_numbers_rise_with_each_publication() {
	test(|| {
		let feed = valued(named(4), 5);
		Clock::advance(HEARTBEAT);
		assert_ok!(publish(publication(feed, &THREE, false)));
		let history = Values::<Test>::get(feed).unwrap();
		assert_eq!((history.rounds, history.latest.unwrap().round), (2, 2));
	});
}
