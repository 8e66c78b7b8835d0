//! Weights of `pallet_whitelist`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_whitelist`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_whitelist::WeightInfo for WeightInfo<T> {
	fn whitelist_call() -> Weight {
		Weight::from_parts(17_707_000, 3556)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn remove_whitelisted_call() -> Weight {
		Weight::from_parts(17_977_000, 3556)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `n`: 1 to 10000.
	fn defer_dispatch(n: u32, ) -> Weight {
		Weight::from_parts(16_868_238, 3509)
			.saturating_add(Weight::from_parts(1_642, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn remove_deferred_dispatch() -> Weight {
		Weight::from_parts(12_169_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `n`: 1 to 4194294.
	fn dispatch_whitelisted_call(n: u32, ) -> Weight {
		Weight::from_parts(36_154_000, 3777)
			.saturating_add(Weight::from_parts(747, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(n.into()))
	}
	/// `n`: 1 to 10000.
	fn dispatch_whitelisted_call_with_preimage(n: u32, ) -> Weight {
		Weight::from_parts(28_774_527, 3556)
			.saturating_add(Weight::from_parts(1_590, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
