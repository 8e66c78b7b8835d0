//! Seats are bonded, and bonds outlast what they stand for.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::oracle::{value::seat_payload, Panel, Policy, Seating};
use sp_core::Pair;

use crate::{mock::*, types::MAX_MISSES, Candidates, Error, Panels, Seats};

#[test]
fn seat_is_taken_with_a_bond_an_address_and_a_key_of_one_s_own() {
	test(|| {
		let feed = created(named(4));
		let url = |url: &[u8]| url.to_vec().try_into().unwrap();
		let take = |number: u8, address: &[u8], signer: u8| {
			let proof = key(signer).sign(seat_payload(Genesis::get(), feed, &seat(number)).as_bytes());
			Oracle::take_seat(signed(&seat(number)), feed, BOND, url(address), key(number).public(), proof)
		};
		assert_noop!(take_seat(feed, 0, BOND - 1), Error::<Test>::BondTooLow);
		assert_noop!(take(0, b"ftp://a", 0), Error::<Test>::InvalidReporterUrl);
		assert_noop!(take(0, b"http://", 0), Error::<Test>::InvalidReporterUrl);
		assert_noop!(take(0, b"http://a b", 0), Error::<Test>::InvalidReporterUrl);
		assert_noop!(take(0, b"http://a", 1), Error::<Test>::WrongKeyProof);
		assert_noop!(take_seat(feed, 4, BOND), Error::<Test>::NotNamed);
		assert_noop!(take_seat(Default::default(), 0, BOND), Error::<Test>::UnknownFeed);
		let before = free(&seat(0));
		assert_ok!(take_seat(feed, 0, BOND));
		assert_eq!(before - free(&seat(0)), BOND);
		assert_noop!(take_seat(feed, 0, BOND), Error::<Test>::AlreadySeated);
	});
}

#[test]
fn key_of_another_seat_is_not_taken() {
	test(|| {
		let feed = created(named(4));
		let proof = key(0).sign(seat_payload(Genesis::get(), feed, &seat(0)).as_bytes());
		let copied = Oracle::take_seat(
			signed(&seat(1)),
			feed,
			BOND,
			b"http://a".to_vec().try_into().unwrap(),
			key(0).public(),
			proof,
		);
		assert_noop!(copied, Error::<Test>::WrongKeyProof);
	});
}

#[test]
fn feed_can_ask_for_a_higher_bond() {
	test(|| {
		let mut definition = named(1);
		definition.policy =
			Policy::Panel(Panel { seating: Seating::Named(vec![seat(0)].try_into().unwrap()), bond: 2 * BOND });
		let feed = created(definition);
		assert_noop!(take_seat(feed, 0, 2 * BOND - 1), Error::<Test>::BondTooLow);
		assert_ok!(take_seat(feed, 0, 2 * BOND));
	});
}

#[test]
fn o3_security_is_the_price_of_the_cheapest_seats_that_could_corrupt_it() {
	test(|| {
		let feed = created(named(4));
		for (number, factor) in [(0, 4), (1, 1), (2, 2), (3, 3)] {
			assert_ok!(take_seat(feed, number, factor * BOND));
		}
		Clock::advance(3_000);
		(0..4).for_each(|number| {
			assert_ok!(report(feed, number, 5));
		});
		assert_eq!(read(feed).unwrap().quality.security, 3 * BOND);
		assert_ok!(Oracle::raise_bond(signed(&seat(1)), feed, 9 * BOND));
		next_value(feed, 4, 5);
		assert_eq!(read(feed).unwrap().quality.security, 5 * BOND);
		assert_noop!(Oracle::raise_bond(signed(&seat(1)), feed, 0), Error::<Test>::NothingToPay);
		assert_noop!(Oracle::raise_bond(signed(&seat(9)), feed, 1), Error::<Test>::NotSeated);
	});
}

#[test]
fn bond_is_paid_back_a_week_after_the_seat_was_left() {
	test(|| {
		let before = free(&seat(0));
		let feed = valued(named(1), 5);
		assert_ok!(Oracle::leave_seat(signed(&seat(0)), feed));
		assert_noop!(Oracle::leave_seat(signed(&seat(0)), feed), Error::<Test>::AlreadyLeaving);
		assert_noop!(Oracle::raise_bond(signed(&seat(0)), feed, 1), Error::<Test>::AlreadyLeaving);
		assert_noop!(Oracle::leave_seat(signed(&seat(1)), feed), Error::<Test>::NotSeated);
		assert_noop!(report(feed, 0, 5), Error::<Test>::NotSeated);
		assert_noop!(take_seat(feed, 0, BOND), Error::<Test>::AlreadySeated);
		Clock::advance(NOTICE - 1);
		assert_noop!(Oracle::prune_seat(signed(&STRANGER), feed, seat(0)), Error::<Test>::StillBonded);
		Clock::advance(1);
		assert_ok!(Oracle::prune_seat(signed(&STRANGER), feed, seat(0)));
		assert_eq!(free(&seat(0)), before + REWARD, "with what it earned");
		assert_noop!(Oracle::prune_seat(signed(&STRANGER), feed, seat(0)), Error::<Test>::NotSeated);
	});
}

#[test]
fn seat_that_is_not_left_is_not_pruned() {
	test(|| {
		let feed = seated(named(1));
		Clock::advance(2 * NOTICE);
		assert_noop!(Oracle::prune_seat(signed(&STRANGER), feed, seat(0)), Error::<Test>::StillBonded);
	});
}

#[test]
fn o3_two_values_under_one_date_cost_the_bond() {
	test(|| {
		let feed = valued(named(4), 5);
		let (one, other) = (signed_by(feed, 0, seen(5)), signed_by(feed, 0, seen(6)));
		let before = (free(&READER), free(&seat(0)));
		assert_ok!(Oracle::prove_equivocation(signed(&READER), feed, Box::new(one), Box::new(other)));
		assert_eq!(free(&READER) - before.0, BOND / 2);
		assert_eq!(free(&TREASURY), BOND / 2);
		assert_eq!(free(&seat(0)) - before.1, REWARD, "what it earned");
		assert!(!Seats::<Test>::contains_key(feed, seat(0)));
		assert!(Panels::<Test>::get(feed).unwrap().member(&seat(0)).is_none());
	});
}

#[test]
fn o3_seat_that_left_is_convicted_until_its_bond_is_paid_back() {
	test(|| {
		let feed = seated(named(4));
		let (one, other) = (signed_by(feed, 0, seen(5)), signed_by(feed, 0, seen(6)));
		assert_ok!(Oracle::leave_seat(signed(&seat(0)), feed));
		assert_ok!(Oracle::close_feed(signed(&OWNER), feed));
		Clock::advance(NOTICE - 1);
		assert_ok!(Oracle::prove_equivocation(signed(&READER), feed, Box::new(one), Box::new(other)));
	});
}

#[test]
fn what_is_not_two_values_under_one_date_convicts_nobody() {
	test(|| {
		let feed = seated(named(4));
		let prove = |one, other| Oracle::prove_equivocation(signed(&READER), feed, Box::new(one), Box::new(other));
		let one = || signed_by(feed, 0, seen(5));
		assert_noop!(prove(one(), one()), Error::<Test>::NotEquivocal);
		assert_noop!(prove(one(), signed_by(feed, 0, seen_at(6, now() + 1))), Error::<Test>::NotEquivocal);
		assert_noop!(prove(one(), signed_by(feed, 1, seen(6))), Error::<Test>::NotEquivocal);
		let elsewhere = signed_by(Default::default(), 0, seen(6));
		assert_noop!(prove(one(), elsewhere.clone()), Error::<Test>::WrongSignature);
		assert_noop!(prove(elsewhere, one()), Error::<Test>::WrongSignature);
		let nobody = signed_by(feed, 9, seen(5));
		assert_noop!(prove(nobody.clone(), nobody), Error::<Test>::NotSeated);
	});
}

#[test]
fn seat_is_lost_after_three_misses_in_a_row() {
	test(|| {
		let feed = seated(named(4));
		let miss = || {
			(0..3).for_each(|number| {
				assert_ok!(report(feed, number, 5));
			});
			Clock::advance(WINDOW);
			idle();
			Clock::advance(HEARTBEAT);
		};
		(1..MAX_MISSES).for_each(|_| miss());
		(0..4).for_each(|number| {
			assert_ok!(report(feed, number, 5));
		});
		Clock::advance(HEARTBEAT);
		assert_eq!(earned(feed, 3), REWARD, "a miss costs the reward");
		(1..MAX_MISSES).for_each(|_| miss());
		assert!(Panels::<Test>::get(feed).unwrap().member(&seat(3)).is_some());
		miss();
		assert!(Panels::<Test>::get(feed).unwrap().member(&seat(3)).is_none());
		let lost = Seats::<Test>::get(feed, seat(3)).unwrap();
		assert_eq!((lost.earned, lost.leaving.is_some()), (REWARD, true));
	});
}

#[test]
fn outliers_are_unpaid_and_count_as_misses() {
	test(|| {
		let feed = seated(named(7));
		for _ in 0..MAX_MISSES {
			(0..6).for_each(|number| {
				assert_ok!(report(feed, number, 100));
			});
			assert_ok!(report(feed, 6, 200));
			Clock::advance(HEARTBEAT);
		}
		assert_eq!((earned(feed, 0), earned(feed, 6)), (3 * REWARD, 0));
		assert!(Panels::<Test>::get(feed).unwrap().member(&seat(6)).is_none());
	});
}

#[test]
fn full_list_of_candidates_makes_room_for_a_higher_bond_only() {
	test(|| {
		let feed = created(open(4));
		assert_ok!(take_seat(feed, 0, 2 * BOND));
		(1..31).for_each(|number| {
			assert_ok!(take_seat(feed, number, BOND));
		});
		assert_noop!(take_seat(feed, 31, BOND), Error::<Test>::Outbid);
		assert_ok!(take_seat(feed, 31, BOND + 1));
		assert_eq!(Candidates::<Test>::get(feed).len(), 31);
		assert!(Seats::<Test>::get(feed, seat(30)).unwrap().leaving.is_some(), "the last of the lowest");
		assert!(Seats::<Test>::get(feed, seat(1)).unwrap().leaving.is_none());
	});
}
