//! What a value is, and what its feed accepts.

use frame_support::assert_ok;
use proptest::prelude::*;
use rlc_primitives::oracle::{Definition, ReadError, RoundFailure, ONE};

use crate::{mock::*, types::ReportOf, Event, Values};

#[test]
fn number_out_of_bounds_is_not_taken_and_the_last_is_not_read() {
	test(|| {
		let feed = valued(Definition { min: Some(10 * ONE), ..named(4) }, 10);
		let before = prepaid(feed);
		next_value(feed, 4, 9);
		assert_eq!(Values::<Test>::get(feed).unwrap().failure, Some(RoundFailure::OutOfBounds));
		assert_eq!(read(feed), Err(ReadError::Failed), "the panel agrees that the last value is wrong");
		assert_eq!(prepaid(feed), before);
		next_value(feed, 4, 11);
		assert_eq!(number(feed), Some(11));
	});
}

#[test]
fn jump_is_held_and_read_by_nobody_until_it_is_confirmed() {
	test(|| {
		let feed = valued(Definition { max_jump: Some(2_000), ..named(4) }, 100);
		next_value(feed, 4, 170_000_000);
		assert_eq!(read(feed), Err(ReadError::Held));
		let held = Values::<Test>::get(feed).unwrap().held.unwrap();
		System::assert_has_event(Event::<Test>::ValueHeld { feed, update: held }.into());
		next_value(feed, 4, 101);
		assert_eq!(number(feed), Some(101));
		next_value(feed, 4, 200);
		next_value(feed, 4, 201);
		assert_eq!(number(feed), Some(201));
	});
}

#[test]
fn o2_quality_is_part_of_what_is_sent_with_each_value() {
	test(|| {
		let feed = valued(Definition { ethereum: true, max_jump: Some(2_000), ..named(4) }, 100);
		next_value(feed, 4, 1_000);
		next_value(feed, 4, 1_001);
		assert_eq!(Sent::get(), [(feed, 1), (feed, 3)], "what is held stays here");
		let silent = valued(named(1), 100);
		assert!(Sent::get().iter().all(|(feed, _)| *feed != silent));
	});
}

#[test]
fn o4_each_report_names_its_evidence() {
	test(|| {
		let feed = seated(named(4));
		let observation = seen(5);
		assert_ok!(report(feed, 0, 5));
		let told = Event::<Test>::Reported { feed, round: 1, reporter: seat(0), observation };
		System::assert_has_event(told.into());
	});
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

	/// O7 and O8, whatever is reported, published and asked for, in any order and with any dates.
	#[test]
	fn o7_o8_values_rise_and_nothing_is_promised_twice(
		steps in prop::collection::vec((0u8..6, 0u8..4, 0u64..80_000, 90i128..110), 1..60),
	) {
		test(|| {
			let feed = seated(Definition { max_jump: Some(1_000), ..named(4) });
			let mut last = 0;
			for (what, seat, time, value) in steps {
				let observation = seen_at(value, now() + 2_000 - time.min(now()));
				let report = ReportOf { feed, observation, claims: time % 2 == 0 };
				// Each may be refused: what it left behind is checked.
				let _ = match what {
					0 | 1 => report_as(seat, report),
					2 => publish(publication(feed, &[(0, value), (1, value), (seat.max(2), value + 1)], time % 2 == 0)),
					3 => Oracle::request(signed(&READER), feed),
					4 => Oracle::claim(signed(&crate::mock::seat(seat)), feed),
					_ => {
						Clock::advance(time);
						idle();
						Ok(())
					}
				};
				check_invariants();
				let date = Values::<Test>::get(feed).unwrap().date;
				assert!(date >= last && date <= now() + 2_000);
				last = date;
			}
		});
	}
}
