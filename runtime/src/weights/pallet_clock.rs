//! Weights of `pallet_clock`, measured by `make weights`: 12 steps, 6 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_clock`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_clock::WeightInfo for WeightInfo<T> {
	/// Not measured yet: `tick_out_of_pause`.
	fn tick_into_pause() -> Weight {
		Weight::from_parts(30_000_000, 4000)
			.saturating_add(T::DbWeight::get().reads(21))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Not measured yet: two looks at 16 pauses, safe mode and migrations, and two writes.
	fn tick_out_of_pause() -> Weight {
		Weight::from_parts(30_000_000, 4000)
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
