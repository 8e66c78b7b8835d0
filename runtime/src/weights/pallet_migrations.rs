//! Weights of `pallet_migrations`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_migrations`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_migrations::WeightInfo for WeightInfo<T> {
	fn onboard_new_mbms() -> Weight {
		Weight::from_parts(8_473_000, 67035)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn progress_mbms_none() -> Weight {
		Weight::from_parts(2_754_000, 67035)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn exec_migration_completed() -> Weight {
		Weight::from_parts(6_199_000, 3561)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn exec_migration_skipped_historic() -> Weight {
		Weight::from_parts(11_137_000, 3731)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	fn exec_migration_advance() -> Weight {
		Weight::from_parts(11_307_000, 3731)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	fn exec_migration_complete() -> Weight {
		Weight::from_parts(13_230_000, 3731)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn exec_migration_fail() -> Weight {
		Weight::from_parts(18_307_000, 3731)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn on_init_loop() -> Weight {
		Weight::from_parts(190_000, 0)
	}
	fn force_set_cursor() -> Weight {
		Weight::from_parts(2_994_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn force_set_active_cursor() -> Weight {
		Weight::from_parts(3_415_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn force_onboard_mbms() -> Weight {
		Weight::from_parts(6_470_000, 67035)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	/// `n`: 0 to 256.
	fn clear_historic(n: u32, ) -> Weight {
		Weight::from_parts(52_583_538, 4129)
			.saturating_add(Weight::from_parts(1_417_948, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2736).saturating_mul(n.into()))
	}
	/// `n`: 0 to 2048.
	fn reset_pallet_migration(n: u32, ) -> Weight {
		Weight::from_parts(1_773_000, 1228)
			.saturating_add(Weight::from_parts(1_736_904, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(n.into()))
	}
}
