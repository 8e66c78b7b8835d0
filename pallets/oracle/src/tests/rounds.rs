//! Rounds are opened by those who may, and each ends.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::oracle::{Definition, Observation, RoundFailure, Value, ONE};

use crate::{mock::*, types::ReportOf, Error, Event, Rounds, Values};

fn report_of(feed: rlc_primitives::FeedId, observation: Observation) -> ReportOf {
	ReportOf { feed, observation, claims: false }
}

#[test]
fn last_report_makes_the_value() {
	test(|| {
		let feed = seated(named(4));
		for (number, value) in [(0, 10), (1, 20), (2, 30)] {
			assert_ok!(report(feed, number, value));
		}
		assert_eq!(number(feed), None);
		assert_ok!(report(feed, 3, 40));
		assert_eq!(number(feed), Some(20), "the lower median");
		let quality = read(feed).unwrap().quality;
		assert_eq!((quality.reports, quality.seats, quality.sources), (4, 4, 1));
		assert_eq!(quality.spread_bp, 15_000);
		assert!(!Rounds::<Test>::contains_key(feed));
		assert_eq!((prepaid(feed), earned(feed, 0)), (36 * REWARD, REWARD));
	});
}

#[test]
fn report_is_of_a_seat_for_the_feed_s_kind_and_once() {
	test(|| {
		let feed = seated(named(4));
		assert_noop!(report(Default::default(), 0, 5), Error::<Test>::UnknownFeed);
		assert_noop!(report(feed, 9, 5), Error::<Test>::NotSeated);
		let boolean = Observation { value: Value::Boolean(true), ..seen(5) };
		assert_noop!(report_as(0, report_of(feed, boolean)), Error::<Test>::WrongKind);
		assert_ok!(report(feed, 0, 5));
		assert_noop!(report(feed, 0, 5), Error::<Test>::AlreadyReported);
		assert_noop!(commit(feed, 1, &seen(5)), Error::<Test>::NotSealedFeed);
		let empty = Oracle::report_many(signed(&seat(0)), Default::default());
		assert_noop!(empty, Error::<Test>::EmptyBatch);
	});
}

#[test]
fn o7_dates_are_later_than_the_last_value_s_and_not_of_the_future() {
	test(|| {
		let feed = valued(named(4), 5);
		Clock::advance(HEARTBEAT);
		let at = |date| report_as(0, report_of(feed, seen_at(5, date)));
		assert_noop!(at(now() + 2_001), Error::<Test>::DateInFuture);
		assert_noop!(at(now() - MAX_AGE - 1), Error::<Test>::DateTooOld);
		let last = Values::<Test>::get(feed).unwrap().date;
		assert_noop!(at(last), Error::<Test>::DateNotLater);
		assert_ok!(at(last + 1));
	});
}

#[test]
fn batch_counts_what_is_acceptable() {
	test(|| {
		let (one, other) = (seated(named(1)), seated(named(4)));
		let batch = vec![report_of(other, seen(5)), report_of(one, seen(5)), report_of(one, seen(5))];
		assert_ok!(Oracle::report_many(signed(&seat(0)), batch.try_into().unwrap()));
		assert_eq!(number(one), Some(5));
		let error = Error::<Test>::DateNotLater.into();
		System::assert_has_event(Event::<Test>::ItemRefused { feed: one, who: seat(0), error }.into());
	});
}

#[test]
fn report_that_closes_a_round_weighs_more_than_one_that_does_not() {
	test(|| {
		let feed = seated(named(4));
		let weigh = |number: u8| {
			let batch = vec![report_of(feed, seen(5))].try_into().unwrap();
			Oracle::report_many(signed(&seat(number)), batch).unwrap().actual_weight.unwrap()
		};
		let first = weigh(0);
		assert_eq!((weigh(1), weigh(2)), (first, first));
		assert!(weigh(3).ref_time() > first.ref_time());
	});
}

#[test]
fn value_is_due_again_after_the_heartbeat() {
	test(|| {
		let feed = valued(named(4), 5);
		Clock::advance(HEARTBEAT - 1);
		assert_noop!(report(feed, 0, 5), Error::<Test>::NotDue);
		Clock::advance(1);
		assert_ok!(report(feed, 0, 5));
	});
}

#[test]
fn seat_claims_a_deviation_that_others_confirm() {
	test(|| {
		let feed = valued(named(4), 1_000);
		Clock::advance(5_000);
		let before = (prepaid(feed), free(&seat(0)));
		assert_noop!(report(feed, 0, 1_010), Error::<Test>::NotDue);
		assert_noop!(claim_deviation(feed, 0, 1_009), Error::<Test>::NotDue);
		assert_ok!(claim_deviation(feed, 0, 1_010));
		assert_eq!(before.1 - free(&seat(0)), 4 * REWARD, "put down");
		(1..4).for_each(|number| {
			assert_ok!(report(feed, number, 1_005));
		});
		assert_eq!(number(feed), Some(1_005), "half of it is enough");
		assert_eq!((before.0 - prepaid(feed), free(&seat(0))), (4 * REWARD, before.1));
	});
}

#[test]
fn seat_that_claims_a_deviation_in_vain_pays_for_the_round() {
	test(|| {
		let feed = valued(named(4), 1_000);
		Clock::advance(5_000);
		let before = (prepaid(feed), free(&seat(0)));
		assert_ok!(claim_deviation(feed, 0, 2_000));
		(1..4).for_each(|number| {
			assert_ok!(report(feed, number, 1_004));
		});
		assert_eq!(prepaid(feed), before.0);
		assert_eq!(before.1 - free(&seat(0)), 4 * REWARD, "four seats are within the fences of four");
	});
}

/// Otherwise a feed that rests at 0 would pay for rounds without end.
#[test]
fn nothing_deviates_from_zero() {
	test(|| {
		let feed = valued(named(4), 0);
		Clock::advance(5_000);
		assert_noop!(claim_deviation(feed, 0, 1_000), Error::<Test>::NotDue);
		assert_noop!(publish(publication(feed, &[(0, 9), (1, 9), (2, 9)], false)), Error::<Test>::NotDue);
		assert_ok!(Oracle::request(signed(&READER), feed));
	});
}

#[test]
fn round_is_asked_for_and_paid_by_who_asks() {
	test(|| {
		let feed = valued(named(4), 5);
		Clock::advance(5_000);
		let before = (prepaid(feed), free(&READER));
		assert_noop!(Oracle::request(signed(&READER), Default::default()), Error::<Test>::UnknownFeed);
		assert_ok!(Oracle::request(signed(&READER), feed));
		assert_noop!(Oracle::request(signed(&READER), feed), Error::<Test>::RoundOpen);
		(0..4).for_each(|number| {
			assert_ok!(report(feed, number, 6));
		});
		assert_eq!(number(feed), Some(6));
		assert_eq!((prepaid(feed), before.1 - free(&READER)), (before.0, 4 * REWARD));
	});
}

#[test]
fn o5_failed_round_costs_its_payer_nothing_and_its_cause_stays() {
	test(|| {
		let feed = valued(named(4), 5);
		Clock::advance(5_000);
		let before = (prepaid(feed), free(&READER), Values::<Test>::get(feed).unwrap().latest);
		assert_ok!(Oracle::request(signed(&READER), feed));
		(0..2).for_each(|number| {
			assert_ok!(report(feed, number, 6));
		});
		assert_noop!(Oracle::close_round(signed(&STRANGER), feed), Error::<Test>::RoundNotOver);
		Clock::advance(WINDOW);
		assert_noop!(report(feed, 2, 6), Error::<Test>::RoundOver);
		assert_ok!(Oracle::close_round(signed(&STRANGER), feed));
		assert_noop!(Oracle::close_round(signed(&STRANGER), feed), Error::<Test>::NoRound);
		let history = Values::<Test>::get(feed).unwrap();
		assert_eq!((prepaid(feed), free(&READER), history.latest), before);
		assert_eq!(history.failure, Some(RoundFailure::TooFewReports));
		let misses = crate::Panels::<Test>::get(feed).unwrap().members.iter().map(|one| one.misses).max();
		assert_eq!(misses, Some(0), "nobody loses a seat by rounds that nobody pays");
	});
}

#[test]
fn o5_claimant_of_a_failed_round_has_its_money_back() {
	test(|| {
		let feed = valued(named(4), 1_000);
		Clock::advance(5_000);
		let before = (prepaid(feed), free(&seat(0)));
		assert_ok!(claim_deviation(feed, 0, 2_000));
		Clock::advance(WINDOW);
		idle();
		assert_eq!((prepaid(feed), free(&seat(0))), before);
	});
}

#[test]
fn o8_feed_opens_no_round_that_it_cannot_pay() {
	test(|| {
		let feed = seated(named(4));
		(0..10).for_each(|_| next_value(feed, 4, 5));
		Clock::advance(HEARTBEAT);
		assert_eq!(prepaid(feed), 0);
		assert_noop!(report(feed, 0, 5), Error::<Test>::Unfunded);
		assert_eq!(earned(feed, 0), 10 * REWARD);
		assert_ok!(Oracle::claim(signed(&seat(0)), feed));
		assert_noop!(Oracle::claim(signed(&seat(0)), feed), Error::<Test>::NothingToClaim);
		assert_ok!(Oracle::fund(signed(&READER), feed, 4 * REWARD));
		assert_ok!(report(feed, 0, 5));
	});
}

#[test]
fn panel_without_a_quorum_opens_no_round() {
	test(|| {
		let feed = created(named(4));
		(0..2).for_each(|number| {
			assert_ok!(take_seat(feed, number, BOND));
		});
		Clock::advance(3_000);
		assert_noop!(report(feed, 0, 5), Error::<Test>::PanelNotFull);
		assert_noop!(Oracle::request(signed(&READER), feed), Error::<Test>::PanelNotFull);
		assert_ok!(take_seat(feed, 2, BOND));
		(0..3).for_each(|number| {
			assert_ok!(report(feed, number, 5));
		});
		assert_eq!(number(feed), Some(5), "all who sit have reported");
	});
}

#[test]
fn report_of_a_seat_that_left_does_not_count() {
	test(|| {
		let feed = seated(named(4));
		(0..3).for_each(|number| {
			assert_ok!(report(feed, number, 5));
		});
		assert_ok!(Oracle::leave_seat(signed(&seat(0)), feed));
		Clock::advance(WINDOW);
		assert_ok!(Oracle::close_round(signed(&STRANGER), feed));
		assert_eq!(Values::<Test>::get(feed).unwrap().failure, Some(RoundFailure::TooFewReports));
	});
}

/// A seat cannot keep the others from a value by a date of its own.
#[test]
fn o6_date_far_from_the_others_is_left_out() {
	test(|| {
		let feed = seated(named(4));
		Clock::advance(20_000);
		assert_ok!(report_as(0, report_of(feed, seen_at(9, now() - 15_000))));
		(1..4).for_each(|number| {
			assert_ok!(report(feed, number, 5));
		});
		let reading = read(feed).unwrap();
		assert_eq!((reading.value, reading.date), (Value::Number(5 * ONE), now()));
		assert_eq!((reading.quality.reports, earned(feed, 0)), (3, 0));
	});
}

#[test]
fn o6_bad_seat_does_not_move_the_value_out_of_the_honest_range() {
	test(|| {
		let feed = seated(named(4));
		for (number, value) in [(0, 1_000_000), (1, 20), (2, 21), (3, 22)] {
			assert_ok!(report(feed, number, value));
		}
		assert_eq!(number(feed), Some(21));
	});
}

#[test]
fn texts_that_differ_make_no_value() {
	test(|| {
		let text = Definition {
			sources: vec![rlc_primitives::oracle::Source {
				kind: rlc_primitives::oracle::ValueKind::String,
				..named(4).sources[0].clone()
			}]
			.try_into()
			.unwrap(),
			..named(4)
		};
		let feed = seated(text);
		let say = |number: u8, text: &[u8]| {
			let value = Value::Text(text.to_vec().try_into().unwrap());
			report_as(number, report_of(feed, Observation { value, ..seen(0) }))
		};
		assert_noop!(say(0, &[0xFF]), Error::<Test>::WrongKind);
		for (number, text) in [(0, b"yes"), (1, b"yes"), (2, b"nay"), (3, b"nay")] {
			assert_ok!(say(number, text));
		}
		assert_eq!(Values::<Test>::get(feed).unwrap().failure, Some(RoundFailure::ValuesDiffer));
		for (number, text) in [(0, b"yes"), (1, b"yes"), (2, b"yes"), (3, b"nay")] {
			assert_ok!(say(number, text));
		}
		assert_eq!(read(feed).unwrap().value, Value::Text(b"yes".to_vec().try_into().unwrap()));
		assert_eq!(earned(feed, 3), 0);
	});
}
