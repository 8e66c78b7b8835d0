//! Time closes rounds.

use frame_support::{assert_ok, traits::Hooks, weights::Weight};
use pallet_testing::Brakes;

use crate::{mock::*, Agenda, Pallet, Rounds};

/// Opens a round in which one of four seats does not report.
fn hanging(seed: u128) -> rlc_primitives::FeedId {
	let definition = rlc_primitives::oracle::Definition { reward: REWARD + seed, ..named(4) };
	let feed = seated(definition);
	(0..3).for_each(|number| {
		assert_ok!(report(feed, number, 5));
	});
	feed
}

#[test]
fn round_that_is_over_is_closed_in_idle_weight() {
	test(|| {
		let feed = hanging(0);
		Clock::advance(WINDOW - 1);
		idle();
		assert!(Rounds::<Test>::contains_key(feed));
		Clock::advance(1);
		idle();
		assert_eq!(number(feed), Some(5));
		assert_eq!(Agenda::<Test>::iter().count(), 0);
	});
}

#[test]
fn idle_work_stops_where_the_weight_ends_and_goes_on_in_the_next_block() {
	test(|| {
		let feeds = [hanging(0), hanging(1), hanging(2)];
		Clock::advance(WINDOW);
		let step = Pallet::<Test>::due_weight();
		let used = Oracle::on_idle(1, step);
		assert!(used.all_lte(step));
		assert_eq!(feeds.map(Rounds::<Test>::contains_key), [false, true, true], "the earliest first");
		Oracle::on_idle(1, step - Weight::from_parts(1, 0));
		assert_eq!(Rounds::<Test>::iter().count(), 2, "no room");
		idle();
		assert_eq!(Agenda::<Test>::iter().count(), 0);
	});
}

#[test]
fn nothing_is_closed_while_closing_is_stopped() {
	test(|| {
		let feed = hanging(0);
		Clock::advance(WINDOW);
		Brakes::stop("close_round");
		idle();
		assert!(Rounds::<Test>::contains_key(feed));
		Brakes::release();
		idle();
		assert!(!Rounds::<Test>::contains_key(feed));
	});
}
