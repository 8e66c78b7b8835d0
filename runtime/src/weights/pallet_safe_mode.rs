//! Weights of `pallet_safe_mode`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_safe_mode`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_safe_mode::WeightInfo for WeightInfo<T> {
	fn on_initialize_noop() -> Weight {
		Weight::from_parts(2_353_000, 1489)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn on_initialize_exit() -> Weight {
		Weight::from_parts(6_290_000, 1489)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn enter() -> Weight {
		Weight::from_parts(0, 0)
	}
	fn force_enter() -> Weight {
		Weight::from_parts(10_445_000, 1509)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn extend() -> Weight {
		Weight::from_parts(0, 0)
	}
	fn force_extend() -> Weight {
		Weight::from_parts(11_297_000, 1509)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn force_exit() -> Weight {
		Weight::from_parts(7_751_000, 1489)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn release_deposit() -> Weight {
		Weight::from_parts(50_296_000, 3676)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn force_release_deposit() -> Weight {
		Weight::from_parts(44_587_000, 3676)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn force_slash_deposit() -> Weight {
		Weight::from_parts(33_220_000, 3676)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
