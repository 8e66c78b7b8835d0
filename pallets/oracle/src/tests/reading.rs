//! A reader gets a value that is as good as it demands, or the reason why not.

use frame_support::assert_ok;
use rlc_primitives::{
	oracle::{Composite, Definition, Demand, Policy, ReadError, Status, Value, ONE},
	traits::Feeds as _,
	FeedId,
};

use crate::mock::*;

/// Has a composite feed created.
fn composed(composite: Composite, change: impl FnOnce(&mut Definition)) -> FeedId {
	let mut definition = Definition {
		sources: Default::default(),
		policy: Policy::Composite(composite),
		heartbeat: 0,
		deviation: 0,
		min_sources: 0,
		reward: 0,
		window: 0,
		..named(1)
	};
	change(&mut definition);
	created(definition)
}

/// Returns feeds of one and of four seats, with these numbers, which have the same date.
fn two(one: i128, other: i128) -> (FeedId, FeedId) {
	let feeds = (seated(named(1)), seated(named(4)));
	assert_ok!(report(feeds.0, 0, one));
	(0..4).for_each(|number| {
		assert_ok!(report(feeds.1, number, other));
	});
	feeds
}

#[test]
fn o1_feed_without_a_value_is_not_read() {
	test(|| {
		assert_eq!(read(FeedId::default()), Err(ReadError::UnknownFeed));
		let feed = seated(named(4));
		assert_eq!(read(feed), Err(ReadError::Empty));
	});
}

#[test]
fn o1_old_value_is_not_read_whatever_the_reader_accepts() {
	test(|| {
		let feed = valued(named(4), 5);
		Clock::advance(MAX_AGE);
		let lenient = Demand { max_age: Some(2 * MAX_AGE), ..Demand::default() };
		assert!(Oracle::read(&feed, &lenient).is_ok());
		Clock::advance(1);
		assert_eq!(Oracle::read(&feed, &lenient), Err(ReadError::Stale));
		assert_eq!(Oracle::reading(&feed).unwrap().status, Status::Stale, "who shows it says so");
	});
}

#[test]
fn o1_value_of_a_feed_that_cannot_pay_says_so_when_it_is_old() {
	test(|| {
		let feed = seated(named(4));
		(0..10).for_each(|_| next_value(feed, 4, 5));
		assert_eq!(read(feed).map(|reading| reading.status), Ok(Status::Fresh));
		Clock::advance(MAX_AGE + 1);
		assert_eq!(read(feed), Err(ReadError::Unfunded));
	});
}

#[test]
fn o1_reader_can_ask_for_more_than_the_feed_promises() {
	test(|| {
		let feed = valued(named(4), 5);
		let demand = |demand: Demand| Oracle::read(&feed, &demand).map(|_| ());
		assert_eq!(demand(Demand { min_security: 2 * BOND, min_reports: 4, ..Demand::default() }), Ok(()));
		let secure = Demand { min_security: 2 * BOND + 1, ..Demand::default() };
		assert_eq!(demand(secure), Err(ReadError::SecurityTooLow));
		let many = Demand { min_reports: 5, ..Demand::default() };
		assert_eq!(demand(many), Err(ReadError::TooFewReports));
	});
}

#[test]
fn o2_composite_value_is_as_good_as_the_worst_of_its_feeds() {
	test(|| {
		let (one, other) = two(6, 3);
		let product = composed(Composite::Product(one, other), |_| ());
		let quotient = composed(Composite::Quotient(one, other), |_| ());
		let reading = read(product).unwrap();
		assert_eq!((reading.value, reading.round), (Value::Number(18 * ONE), 2));
		assert_eq!((reading.quality.reports, reading.quality.seats), (1, 1));
		assert_eq!(reading.quality.security, BOND);
		assert_eq!(number(quotient), Some(2));
		Clock::advance(HEARTBEAT);
		assert_ok!(report(one, 0, 6));
		assert_eq!(read(product).unwrap().date, now() - HEARTBEAT, "the oldest date");
	});
}

#[test]
fn composite_feeds_are_read_three_deep() {
	test(|| {
		let (one, other) = two(2, 4);
		let product = composed(Composite::Product(one, other), |_| ());
		let inverse = composed(Composite::Inverse(product), |_| ());
		let deepest = composed(Composite::Product(inverse, product), |_| ());
		assert_eq!(number(deepest), Some(1));
	});
}

#[test]
fn o1_composite_of_a_value_that_is_not_read_is_not_read() {
	test(|| {
		let (one, other) = two(6, 0);
		let product = composed(Composite::Product(one, other), |_| ());
		let quotient = composed(Composite::Quotient(one, other), |_| ());
		let bounded = composed(Composite::Product(one, other), |feed| feed.min = Some(1));
		let short = composed(Composite::Product(one, other), |feed| feed.max_age = 1_000);
		assert_eq!(number(product), Some(0));
		assert_eq!(read(quotient), Err(ReadError::NotComputable));
		assert_eq!(read(bounded), Err(ReadError::OutOfBounds));
		Clock::advance(1_001);
		assert_eq!(read(short), Err(ReadError::Stale));
		Clock::advance(MAX_AGE);
		assert_eq!(read(product), Err(ReadError::Stale));
		assert_ok!(Oracle::close_feed(signed(&OWNER), one));
		assert_eq!(read(product), Err(ReadError::UnknownFeed));
	});
}
