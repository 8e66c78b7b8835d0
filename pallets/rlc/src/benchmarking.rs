//! Measures the calls, each in its worst case.

use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;
use sp_runtime::Permill;

use crate::{Call, Config, Pallet, TreasuryShare};

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn set_treasury_share() -> Result<(), BenchmarkError> {
		let origin = T::ShareOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let share = Permill::from_percent(33);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, share);

		assert_eq!(TreasuryShare::<T>::get(), share);
		Ok(())
	}

	#[cfg(test)]
	impl_benchmark_test_suite!(Pallet, crate::mock::rlc(), crate::mock::Test);
}
