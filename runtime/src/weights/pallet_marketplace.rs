//! Weights of `pallet_marketplace`, measured by `make weights`: 8 steps, 4 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_marketplace`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_marketplace::WeightInfo for WeightInfo<T> {
	fn add_category() -> Weight {
		Weight::from_parts(9_114_000, 1489)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `b`: 0 to 8192.
	fn publish_order(b: u32, ) -> Weight {
		Weight::from_parts(155_766_542, 12094)
			.saturating_add(Weight::from_parts(2_716, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn unpublish_order() -> Weight {
		Weight::from_parts(148_353_000, 12094)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// `b`: 0 to 8192.
	fn presign_order(b: u32, ) -> Weight {
		Weight::from_parts(94_490_267, 6012)
			.saturating_add(Weight::from_parts(2_471, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `b`: 0 to 8192.
	fn cancel_order(b: u32, ) -> Weight {
		Weight::from_parts(124_827_036, 12094)
			.saturating_add(Weight::from_parts(3_040, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn remove_expired() -> Weight {
		Weight::from_parts(176_315_000, 12094)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// `b`: 0 to 8192.
	fn match_orders(b: u32, ) -> Weight {
		Weight::from_parts(1_016_921_823, 45406)
			.saturating_add(Weight::from_parts(11_442, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(44))
			.saturating_add(T::DbWeight::get().writes(39))
	}
	/// `b`: 0 to 8192.
	fn sponsor_match_orders(b: u32, ) -> Weight {
		Weight::from_parts(1_025_917_711, 45406)
			.saturating_add(Weight::from_parts(12_451, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(44))
			.saturating_add(T::DbWeight::get().writes(39))
	}
	fn match_published() -> Weight {
		Weight::from_parts(691_328_000, 45406)
			.saturating_add(T::DbWeight::get().reads(41))
			.saturating_add(T::DbWeight::get().writes(37))
	}
	fn authorize_match_published() -> Weight {
		Weight::from_parts(680_431_000, 45406)
			.saturating_add(T::DbWeight::get().reads(41))
	}
	fn forget_order() -> Weight {
		Weight::from_parts(175_224_000, 12094)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
}
