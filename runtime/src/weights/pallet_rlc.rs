//! Weights of `pallet_rlc`, measured by `make weights`: 12 steps, 6 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_rlc`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_rlc::WeightInfo for WeightInfo<T> {
	fn set_treasury_share() -> Weight {
		Weight::from_parts(6_559_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn prune() -> Weight {
		Weight::from_parts(22_133_000, 3593)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn update_inactive() -> Weight {
		Weight::from_parts(14_572_000, 6196)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
