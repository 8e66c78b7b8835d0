//! Weights of `pallet_clock`, measured by `make weights`: 12 steps, 6 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_clock`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_clock::WeightInfo for WeightInfo<T> {
	fn tick_into_pause() -> Weight {
		Weight::from_parts(98_386_000, 67035)
			.saturating_add(T::DbWeight::get().reads(22))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn tick_out_of_pause() -> Weight {
		Weight::from_parts(93_409_000, 67035)
			.saturating_add(T::DbWeight::get().reads(21))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
