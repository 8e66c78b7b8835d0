//! Weights of `pallet_marketplace`, measured by `make weights`: 12 steps, 6 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_marketplace`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_marketplace::WeightInfo for WeightInfo<T> {
	fn add_category() -> Weight {
		Weight::from_parts(9_465_000, 1489)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `b`: 0 to 8192.
	fn publish_order(b: u32, ) -> Weight {
		Weight::from_parts(208_504_738, 12094)
			.saturating_add(Weight::from_parts(3_027, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	fn unpublish_order() -> Weight {
		Weight::from_parts(148_103_000, 12094)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// `b`: 0 to 8192.
	fn presign_order(b: u32, ) -> Weight {
		Weight::from_parts(144_728_622, 6362)
			.saturating_add(Weight::from_parts(2_551, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// `b`: 0 to 8192.
	fn cancel_order(b: u32, ) -> Weight {
		Weight::from_parts(139_772_560, 12094)
			.saturating_add(Weight::from_parts(2_762, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn remove_expired() -> Weight {
		Weight::from_parts(179_900_000, 12094)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// `b`: 0 to 8192.
	fn match_orders(b: u32, ) -> Weight {
		Weight::from_parts(1_015_915_227, 45406)
			.saturating_add(Weight::from_parts(12_093, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(44))
			.saturating_add(T::DbWeight::get().writes(39))
	}
	/// `b`: 0 to 8192.
	fn sponsor_match_orders(b: u32, ) -> Weight {
		Weight::from_parts(1_044_346_975, 45406)
			.saturating_add(Weight::from_parts(12_817, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(44))
			.saturating_add(T::DbWeight::get().writes(39))
	}
	fn match_published() -> Weight {
		Weight::from_parts(699_430_000, 45406)
			.saturating_add(T::DbWeight::get().reads(43))
			.saturating_add(T::DbWeight::get().writes(39))
	}
	fn authorize_match_published() -> Weight {
		Weight::from_parts(697_848_000, 45406)
			.saturating_add(T::DbWeight::get().reads(43))
	}
	fn prune_order() -> Weight {
		Weight::from_parts(180_371_000, 12094)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// Not measured yet: `prune_order`, with another account that is paid.
	fn remove_unfunded() -> Weight {
		Weight::from_parts(240_000_000, 12094)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(9))
	}
	/// Not measured yet: two reads and a write.
	fn prune_record() -> Weight {
		Weight::from_parts(25_000_000, 4000)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Not measured yet: two records, read and written, beside what is read of the deal and the registry.
	fn record_task() -> Weight {
		Weight::from_parts(40_000_000, 8000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `b`: 0 to 8192.
	fn verify_ed25519(_b: u32, ) -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `b`: 0 to 8192.
	fn verify_sr25519(_b: u32, ) -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `b`: 0 to 8192.
	fn verify_ecdsa(_b: u32, ) -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `b`: 0 to 8192.
	fn verify_eth(_b: u32, ) -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `b`: 0 to 8192.
	fn verify_eip712(_b: u32, ) -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
}
