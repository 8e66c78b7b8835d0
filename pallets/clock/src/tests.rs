//! A clock over blocks, with what stops it.

use frame_support::{
	parameter_types,
	traits::{ConstU64, Hooks, OnTimestampSet, Time},
};
use pallet_testing::Clock as ChainClock;
use rlc_primitives::Moment;

use crate::{PausedSince, Reading};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(RuntimeCall, RuntimeEvent, RuntimeError, RuntimeOrigin, RuntimeTask)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Clock = crate;
}

pallet_testing::system!(Test);

const START: Moment = 1_000_000;
const MINUTE: Moment = 60_000;
const HOUR: Moment = 60 * MINUTE;

parameter_types! {
	pub storage Paused: bool = false;
	pub storage Halted: bool = false;
	pub const MaxPause: Moment = 6 * HOUR;
}

impl crate::Config for Test {
	type Paused = Paused;
	type Halted = Halted;
	type MaxPause = MaxPause;
	type LeastGap = ConstU64<2_000>;
	type ChainTime = ChainClock;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Pauses;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Pauses;

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Pauses {
	fn pause() {
		Paused::set(&true);
	}
}

/// Returns a chain whose clock has shown its first block's time.
pub fn clock(max_gap: Option<Moment>) -> sp_io::TestExternalities {
	let genesis = crate::GenesisConfig { max_gap, ..Default::default() };
	let mut chain = pallet_testing::new_chain::<Test>(RuntimeGenesisConfig { clock: genesis, ..Default::default() });
	chain.execute_with(|| block_after(START));
	chain
}

/// Makes a block this many ms after the last, without extrinsics.
fn block_after(gap: Moment) {
	block_with(gap, || {});
}

/// Makes a block in which something happens.
fn block_with(gap: Moment, what: impl FnOnce()) {
	ChainClock::advance(gap);
	Clock::on_timestamp_set(ChainClock::now());
	what();
	Clock::on_finalize(0);
}

fn elapsed() -> Moment {
	Clock::now() - START
}

#[test]
fn clock_runs_with_the_chain() {
	clock(Some(MINUTE)).execute_with(|| {
		(0..10).for_each(|_| block_after(2_000));
		assert_eq!(elapsed(), 20_000);
	});
}

#[test]
fn outage_of_the_chain_hardly_counts() {
	clock(Some(MINUTE)).execute_with(|| {
		block_after(5 * HOUR);
		assert_eq!(elapsed(), MINUTE);
	});
	clock(None).execute_with(|| {
		block_after(5 * HOUR);
		assert_eq!(elapsed(), 5 * HOUR, "blocks on demand");
	});
}

#[test]
fn gap_of_one_block_is_the_least_that_a_genesis_can_have() {
	clock(Some(2_000)).execute_with(|| {
		(0..10).for_each(|_| block_after(2_000));
		assert_eq!(elapsed(), 20_000);
	});
}

#[test]
#[should_panic(expected = "less than the 2000 ms from one block to the next")]
fn genesis_in_which_time_lags_behind_does_not_start() {
	clock(Some(1_999));
}

#[test]
#[should_panic(expected = "less than the 2000 ms from one block to the next")]
fn genesis_in_which_time_stands_still_does_not_start() {
	clock(Some(0));
}

#[test]
fn nothing_counts_while_all_is_stopped() {
	clock(Some(MINUTE)).execute_with(|| {
		block_with(2_000, || Halted::set(&true));
		assert_eq!(elapsed(), 2_000, "until then it could be worked");
		(0..10).for_each(|_| block_after(2_000));
		block_with(2_000, || Halted::set(&false));
		assert_eq!(elapsed(), 2_000);
		block_after(2_000);
		assert_eq!(elapsed(), 4_000);
	});
}

#[test]
fn pause_stops_work_for_six_hours_at_most() {
	clock(Some(MINUTE)).execute_with(|| {
		block_with(2_000, || Paused::set(&true));
		assert!(Clock::is_work_stopped());
		block_after(6 * HOUR - 1);
		assert!(Clock::is_work_stopped());
		block_after(1);
		assert!(!Clock::is_work_stopped());
		let before = elapsed();
		block_after(2_000);
		assert_eq!(elapsed(), before + 2_000);
	});
}

#[test]
fn pause_that_is_over_cannot_be_prolonged_but_a_new_one_can_be_made() {
	clock(Some(MINUTE)).execute_with(|| {
		block_with(2_000, || Paused::set(&true));
		block_after(7 * HOUR);
		assert!(!Clock::is_work_stopped());
		block_after(7 * HOUR);
		assert!(!Clock::is_work_stopped(), "it is paused, and was for too long");
		block_with(2_000, || Paused::set(&false));
		assert!(!PausedSince::<Test>::exists());
		block_with(2_000, || Paused::set(&true));
		assert!(Clock::is_work_stopped());
	});
}

#[test]
fn halt_has_no_bound() {
	clock(Some(MINUTE)).execute_with(|| {
		Halted::set(&true);
		block_after(48 * HOUR);
		assert!(Clock::is_work_stopped() && Reading::<Test>::get().stands_still);
	});
}
