//! Measures what each block does, in its worst case: a pause has ended, and the clock goes on.

use frame_benchmarking::v2::*;
use frame_support::traits::Hooks;
use frame_system::pallet_prelude::BlockNumberFor;

use crate::*;

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn tick() {
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
