//! Measures the calls and the steps of the hooks, each in its worst case.
//!
//! Feeds have texts, the longest values, of which reports are compared with one another; their histories are full. Panels
//! have all seats. A round that closes costs ten seats of thirty-one their places. What opens a round, and what joins one,
//! are measured apart; weights take the maximum.

mod helper;
mod scene;

use alloc::{boxed::Box, vec::Vec};

use frame_benchmarking::v2::*;
use frame_support::{traits::Get, weights::WeightMeter};
use frame_system::RawOrigin;
use rlc_primitives::{
	oracle::{aggregate::quorum, definition::MAX_SEATS, Demand},
	traits::Feeds as _,
	FeedId,
};
use sp_runtime::BoundedVec;

use crate::{
	types::{Payer, ReportOf, RevealOf, SealOf},
	*,
};
pub use helper::BenchmarkHelper;
use scene::*;

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn create_panel_feed() {
		start::<T>();
		let definition = longest();
		let feed = definition.feed_id();

		#[extrinsic_call]
		create_feed(RawOrigin::Signed(me()), Box::new(definition), PREPAID);

		assert!(Feeds::<T>::contains_key(feed));
	}

	#[benchmark]
	fn create_composite_feed() {
		start::<T>();
		let definition = deepest::<T>();
		let feed = definition.feed_id();

		#[extrinsic_call]
		create_feed(RawOrigin::Signed(me()), Box::new(definition), 0);

		assert!(Feeds::<T>::contains_key(feed));
	}

	#[benchmark]
	fn close_feed() {
		start::<T>();
		let feed = Scene::open(0).put::<T>();
		put_round::<T>(feed, Payer::Requester(nth(0)), 31);

		#[extrinsic_call]
		_(RawOrigin::Signed(me()), feed);

		assert!(!Feeds::<T>::contains_key(feed));
	}

	#[benchmark]
	fn fund() {
		start::<T>();
		let feed = Scene::open(0).put::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(me()), feed, 1);

		assert_eq!(Panels::<T>::get(feed).map(|panel| panel.prepaid), Some(PREPAID + 1));
	}

	#[benchmark]
	fn take_named_seat() {
		start::<T>();
		let feed = Scene { members: MAX_SEATS - 1, ..Scene::named(0) }.put::<T>();
		let who = nth(MAX_SEATS - 1);
		let (key, proof) = seat_proof::<T>(feed, &who);

		#[extrinsic_call]
		take_seat(RawOrigin::Signed(who.clone()), feed, BOND, url(), key, proof);

		assert!(Seats::<T>::contains_key(feed, who));
	}

	#[benchmark]
	fn take_open_seat() {
		start::<T>();
		let feed = Scene::open(0).put::<T>();
		let (key, proof) = seat_proof::<T>(feed, &me());

		#[extrinsic_call]
		take_seat(RawOrigin::Signed(me()), feed, 2 * BOND, url(), key, proof);

		assert!(Seats::<T>::contains_key(feed, me()));
	}

	#[benchmark]
	fn raise_bond() {
		start::<T>();
		let feed = Scene::open(0).put::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(nth(0)), feed, 1);

		assert_eq!(Seats::<T>::get(feed, nth(0)).map(|seat| seat.bond), Some(BOND + 1));
	}

	#[benchmark]
	fn leave_seat() {
		start::<T>();
		let feed = Scene::open(0).put::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(nth(0)), feed);

		assert!(Seats::<T>::get(feed, nth(0)).is_some_and(|seat| seat.leaving.is_some()));
	}

	#[benchmark]
	fn request() {
		start::<T>();
		let feed = Scene::open(0).put::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(me()), feed);

		assert!(Rounds::<T>::contains_key(feed));
	}

	#[benchmark]
	fn elect() -> Result<(), BenchmarkError> {
		start::<T>();
		let feed = Scene::open(0).put::<T>();
		replace_candidates::<T>(feed);
		let mut loaded = Pallet::<T>::load(&feed)?;

		#[block]
		{
			assert!(Pallet::<T>::elect(&feed, &loaded.terms, &mut loaded.panel).is_ok_and(|elected| elected));
		}

		assert!(loaded.panel.member(&nth(0)).is_none());
		Ok(())
	}

	#[benchmark]
	fn report_joining(n: Linear<1, { T::MaxBatch::get() }>) {
		start::<T>();
		let batch = (0..n).map(|n| report_in(joined::<T>(n, 29), 30, false)).collect::<Vec<_>>();

		#[extrinsic_call]
		report_many(RawOrigin::Signed(nth(30)), BoundedVec::truncate_from(batch));

		assert_eq!(Rounds::<T>::iter().filter(|(_, round)| round.reports.len() == 30).count() as u32, n);
	}

	#[benchmark]
	fn report_opening(n: Linear<1, { T::MaxBatch::get() }>) {
		start::<T>();
		let batch = (0..n).map(|n| report_in(Scene::named(n).put::<T>(), 30, true)).collect::<Vec<_>>();

		#[extrinsic_call]
		report_many(RawOrigin::Signed(nth(30)), BoundedVec::truncate_from(batch));

		assert_eq!(Rounds::<T>::iter().count() as u32, n);
	}

	#[benchmark]
	fn report_and_close() {
		start::<T>();
		let batch: Vec<ReportOf> = Vec::from([report_in(joined::<T>(0, 30), 30, false)]);

		#[extrinsic_call]
		report_many(RawOrigin::Signed(nth(30)), BoundedVec::truncate_from(batch));

		assert_eq!(Rounds::<T>::iter().count(), 0);
	}

	#[benchmark]
	fn publish_each(n: Linear<1, { T::MaxBatch::get() }>) {
		start::<T>();
		let keys = keys(1);
		let batch = (0..n).map(|n| publication::<T>(Scene::named(n).of_seats(1), &keys)).collect::<Vec<_>>();

		#[extrinsic_call]
		publish_many(RawOrigin::Signed(me()), BoundedVec::truncate_from(batch));

		assert_eq!(Values::<T>::iter_values().filter(|history| history.rounds > ROUNDS).count() as u32, n);
	}

	#[benchmark]
	fn publish_faults(f: Linear<0, 10>) {
		start::<T>();
		let seats = 3 * f + 1;
		let keys = keys(u32::from(quorum(seats as u8)));
		let batch = Vec::from([publication::<T>(Scene::named(0).of_seats(seats), &keys)]);

		#[extrinsic_call]
		publish_many(RawOrigin::Signed(me()), BoundedVec::truncate_from(batch));

		assert!(Values::<T>::iter_values().all(|history| history.rounds > ROUNDS));
	}

	#[benchmark]
	fn commit_joining(n: Linear<1, { T::MaxBatch::get() }>) {
		start::<T>();
		let batch = (0..n).map(|n| seal_in(sealing::<T>(n, 30, 0), false)).collect::<Vec<_>>();

		#[extrinsic_call]
		commit_many(RawOrigin::Signed(nth(30)), BoundedVec::truncate_from(batch));

		assert_eq!(Rounds::<T>::iter().filter(|(_, round)| round.seals.is_full()).count() as u32, n);
	}

	#[benchmark]
	fn commit_opening(n: Linear<1, { T::MaxBatch::get() }>) {
		start::<T>();
		let batch: Vec<SealOf> = (0..n).map(|n| seal_in(Scene::open(n).put::<T>(), true)).collect();

		#[extrinsic_call]
		commit_many(RawOrigin::Signed(nth(30)), BoundedVec::truncate_from(batch));

		assert_eq!(Rounds::<T>::iter().count() as u32, n);
	}

	#[benchmark]
	fn reveal_many(n: Linear<1, { T::MaxBatch::get() }>) {
		start::<T>();
		let batch: Vec<RevealOf> = (0..n).map(|n| reveal_in(sealing::<T>(n, 31, 29))).collect();

		#[extrinsic_call]
		_(RawOrigin::Signed(nth(30)), BoundedVec::truncate_from(batch));

		assert_eq!(Rounds::<T>::iter().filter(|(_, round)| round.reports.len() == 30).count() as u32, n);
	}

	#[benchmark]
	fn reveal_and_close() {
		start::<T>();
		let batch = Vec::from([reveal_in(sealing::<T>(0, 31, 30))]);

		#[extrinsic_call]
		reveal_many(RawOrigin::Signed(nth(30)), BoundedVec::truncate_from(batch));

		assert_eq!(Rounds::<T>::iter().count(), 0);
	}

	#[benchmark]
	fn close_round() {
		start::<T>();
		let feed = Scene::open(0).put::<T>();
		put_round::<T>(feed, Payer::Claimant(nth(30)), 31);
		T::BenchmarkHelper::set_time(NOW + WINDOW);

		#[extrinsic_call]
		_(RawOrigin::Signed(me()), feed);

		assert_eq!(Panels::<T>::get(feed).map(|panel| panel.members.len()), Some(21));
	}

	#[benchmark]
	fn claim() {
		start::<T>();
		let feed = Scene::open(0).put::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(nth(30)), feed);

		assert_eq!(Panels::<T>::get(feed).and_then(|mut panel| panel.take_earned(&nth(30))), Some(0));
	}

	#[benchmark]
	fn prove_equivocation() {
		start::<T>();
		let feed = Scene::open(0).put::<T>();
		let (one, other) = equivocation::<T>(feed);

		#[extrinsic_call]
		_(RawOrigin::Signed(me()), feed, Box::new(one), Box::new(other));

		assert!(!Seats::<T>::contains_key(feed, nth(0)));
	}

	#[benchmark]
	fn prune_seat() {
		start::<T>();
		let feed = Scene::open(0).put::<T>();
		Seats::<T>::mutate(feed, nth(0), |seat| {
			if let Some(seat) = seat {
				seat.leaving = Some(NOW);
			}
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(me()), feed, nth(0));

		assert!(!Seats::<T>::contains_key(feed, nth(0)));
	}

	/// With a round on the agenda that is not over.
	#[benchmark]
	fn due_next() {
		start::<T>();
		let feed = Scene::open(0).put::<T>();
		put_round::<T>(feed, Payer::Feed, 31);

		#[block]
		{
			Pallet::<T>::run_due(&mut WeightMeter::new());
		}

		assert!(Rounds::<T>::contains_key(feed));
	}

	#[benchmark]
	fn read() {
		start::<T>();
		let feed: FeedId = put_deepest::<T>();
		let reading;

		#[block]
		{
			reading = Pallet::<T>::read(&feed, &Demand::default());
		}

		assert!(reading.is_ok());
	}

	#[cfg(test)]
	impl_benchmark_test_suite!(Pallet, crate::mock::with_keystore(), crate::mock::Test);
}
