//! What off-chain callers are told.

use frame_support::assert_ok;
use rlc_primitives::oracle::{DefinitionError, Demand, ReadError, Status, Value, ONE};

use crate::{api::MAX_PAGE, mock::*};

#[test]
fn feed_is_shown_with_its_seats_and_its_value() {
	test(|| {
		assert_eq!(Oracle::feed_view(Default::default()), None);
		let feed = valued(named(4), 5);
		let view = Oracle::feed_view(feed).unwrap();
		assert_eq!((view.definition, view.owner, view.prepaid), (named(4), OWNER, 36 * REWARD));
		assert_eq!(view.round_cost, 4 * REWARD);
		assert_eq!(view.reading.map(|reading| reading.status), Ok(Status::Fresh));
		assert_eq!(view.seats.len(), 4);
		let shown = Oracle::seat(feed, seat(2)).unwrap();
		assert_eq!((shown.earned, shown.is_member, shown.leaving), (REWARD, true, None));
		assert_ok!(Oracle::leave_seat(signed(&seat(2)), feed));
		let left = Oracle::seat(feed, seat(2)).unwrap();
		assert_eq!((left.earned, left.is_member, left.leaving), (REWARD, false, Some(now() + NOTICE)));
		assert_eq!(Oracle::seat(feed, STRANGER), None);
	});
}

#[test]
fn feeds_are_listed_page_by_page() {
	test(|| {
		let mut feeds: Vec<_> = [1, 4, 7].into_iter().map(|seats| created(open(seats))).collect();
		feeds.sort_unstable();
		let page = |after, limit| Oracle::feeds(after, limit).into_iter().map(|entry| entry.feed).collect::<Vec<_>>();
		assert_eq!(page(None, MAX_PAGE + 1), feeds);
		assert_eq!((page(None, 2), page(Some(feeds[1]), 2)), (feeds[..2].to_vec(), feeds[2..].to_vec()));
		let oracle_id = named(1).sources[0].oracle_id(Default::default());
		assert!(Oracle::feeds(None, 3).iter().all(|entry| entry.oracle_ids == [oracle_id]), "for search only");
	});
}

#[test]
fn values_are_shown_newest_first() {
	test(|| {
		let feed = valued(named(4), 5);
		next_value(feed, 4, 6);
		let history = Oracle::history(feed).unwrap();
		let values: Vec<_> = history.values.into_iter().map(|past| (past.round, past.value)).collect();
		assert_eq!(values, [(2, Value::Number(6 * ONE)), (1, Value::Number(5 * ONE))]);
		assert_eq!(Oracle::history(Default::default()), None);
		assert!(Oracle::read_feed(feed, Demand::default()).is_ok());
		let many = Demand { min_reports: 5, ..Demand::default() };
		assert_eq!(Oracle::read_feed(feed, many), Err(ReadError::TooFewReports));
	});
}

#[test]
fn open_round_is_shown_with_its_reports() {
	test(|| {
		let feed = seated(named(4));
		assert_eq!(Oracle::round(feed), None);
		assert_ok!(report(feed, 1, 5));
		let round = Oracle::round(feed).unwrap();
		assert_eq!((round.number, round.deadline, round.is_sealing), (1, now() + WINDOW, false));
		assert_eq!(round.reports, [(seat(1), seen(5))]);
		let sealed = seated(open(4));
		assert_ok!(commit(sealed, 0, &seen(5)));
		let round = Oracle::round(sealed).unwrap();
		assert_eq!((round.is_sealing, round.committed), (true, vec![seat(0)]));
	});
}

#[test]
fn definition_is_checked_before_a_fee_is_paid() {
	test(|| {
		let check = Oracle::check(named(4));
		assert_eq!((check.feed, check.error, check.exists), (named(4).feed_id(), None, false));
		assert_eq!((check.round_cost, check.day_cost), (4 * REWARD, 4 * REWARD * 1_440));
		assert_eq!((check.deposit, check.security), (Oracle::feed_deposit(&named(4)), 2 * BOND));
		assert_eq!(Oracle::check(named(3)).error, Some(DefinitionError::WrongNumberOfSeats));
		created(named(4));
		assert!(Oracle::check(named(4)).exists);
	});
}
