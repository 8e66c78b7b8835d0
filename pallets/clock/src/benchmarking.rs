//! Measures what each block does, in its two worst cases: a pause begins, or has ended. In both, the clock advances.

use frame_benchmarking::v2::*;
use frame_support::traits::Hooks;
use frame_system::pallet_prelude::BlockNumberFor;

use crate::*;

/// Pauses work for the benchmarks. The runtime knows how.
pub trait BenchmarkHelper {
	/// Pauses one of the calls that tasks need: the one whose pause is looked up last.
	fn pause();
}

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn tick_into_pause() {
		Reading::<T>::put(ClockReading { time: 1, at: 1, stands_still: false });
		PausedSince::<T>::kill();
		T::BenchmarkHelper::pause();

		#[block]
		{
			Pallet::<T>::on_timestamp_set(2);
			Pallet::<T>::on_finalize(BlockNumberFor::<T>::default());
		}

		assert_eq!(Reading::<T>::get(), ClockReading { time: 2, at: 2, stands_still: true });
		assert!(PausedSince::<T>::exists());
	}

	#[benchmark]
	fn tick_out_of_pause() {
		Reading::<T>::put(ClockReading { time: 1, at: 1, stands_still: true });
		PausedSince::<T>::put(1);

		#[block]
		{
			Pallet::<T>::on_timestamp_set(2);
			Pallet::<T>::on_finalize(BlockNumberFor::<T>::default());
		}

		assert_eq!(Reading::<T>::get(), ClockReading { time: 1, at: 2, stands_still: false });
		assert!(!PausedSince::<T>::exists());
	}

	impl_benchmark_test_suite!(Pallet, crate::tests::clock(None), crate::tests::Test);
}
