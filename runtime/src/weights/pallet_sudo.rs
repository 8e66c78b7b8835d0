//! Weights of `pallet_sudo`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_sudo`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_sudo::WeightInfo for WeightInfo<T> {
	fn set_key() -> Weight {
		Weight::from_parts(9_103_000, 1517)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn sudo() -> Weight {
		Weight::from_parts(10_265_000, 1517)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn sudo_as() -> Weight {
		Weight::from_parts(10_215_000, 1517)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn remove_key() -> Weight {
		Weight::from_parts(8_443_000, 1517)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn check_only_sudo_account() -> Weight {
		Weight::from_parts(4_987_000, 1517)
			.saturating_add(T::DbWeight::get().reads(1))
	}
}
