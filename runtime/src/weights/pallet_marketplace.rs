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
	/// Not measured yet: `publish_request`.
	fn publish_app() -> Weight {
		Weight::from_parts(208_504_738, 12094)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Not measured yet: `publish_request`.
	fn publish_dataset() -> Weight {
		Weight::from_parts(208_504_738, 12094)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Not measured yet: `publish_request`.
	fn publish_workerpool() -> Weight {
		Weight::from_parts(208_504_738, 12094)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// `b`: 0 to 8192.
	fn publish_request(b: u32, ) -> Weight {
		Weight::from_parts(208_504_738, 12094)
			.saturating_add(Weight::from_parts(3_027, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(11))
	}
	/// Not measured yet: `unpublish_request`.
	fn unpublish_app() -> Weight {
		Weight::from_parts(148_103_000, 12094)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Not measured yet: `unpublish_request`.
	fn unpublish_dataset() -> Weight {
		Weight::from_parts(148_103_000, 12094)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Not measured yet: `unpublish_request`.
	fn unpublish_workerpool() -> Weight {
		Weight::from_parts(148_103_000, 12094)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn unpublish_request() -> Weight {
		Weight::from_parts(148_103_000, 12094)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Not measured yet: `presign_request`.
	fn presign_app() -> Weight {
		Weight::from_parts(144_728_622, 6362)
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Not measured yet: `presign_request`.
	fn presign_dataset() -> Weight {
		Weight::from_parts(144_728_622, 6362)
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Not measured yet: `presign_request`.
	fn presign_workerpool() -> Weight {
		Weight::from_parts(144_728_622, 6362)
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// `b`: 0 to 8192.
	fn presign_request(b: u32, ) -> Weight {
		Weight::from_parts(144_728_622, 6362)
			.saturating_add(Weight::from_parts(2_551, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Not measured yet: `cancel_request`.
	fn cancel_app() -> Weight {
		Weight::from_parts(139_772_560, 12094)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Not measured yet: `cancel_request`.
	fn cancel_dataset() -> Weight {
		Weight::from_parts(139_772_560, 12094)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Not measured yet: `cancel_request`.
	fn cancel_workerpool() -> Weight {
		Weight::from_parts(139_772_560, 12094)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// `b`: 0 to 8192.
	fn cancel_request(b: u32, ) -> Weight {
		Weight::from_parts(139_772_560, 12094)
			.saturating_add(Weight::from_parts(2_762, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	/// Not measured yet: `remove_expired_request`.
	fn remove_expired_app() -> Weight {
		Weight::from_parts(179_900_000, 12094)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// Not measured yet: `remove_expired_request`.
	fn remove_expired_dataset() -> Weight {
		Weight::from_parts(179_900_000, 12094)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// Not measured yet: `remove_expired_request`.
	fn remove_expired_workerpool() -> Weight {
		Weight::from_parts(179_900_000, 12094)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn remove_expired_request() -> Weight {
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
	fn match_published_signed() -> Weight {
		Weight::from_parts(699_430_000, 45406)
			.saturating_add(T::DbWeight::get().reads(43))
			.saturating_add(T::DbWeight::get().writes(39))
	}
	/// Not measured yet: `match_published_signed`.
	fn match_published_unattended() -> Weight {
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
	fn prune_pool_record() -> Weight {
		Weight::from_parts(25_000_000, 4000)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Not measured yet: two reads and a write.
	fn prune_app_record() -> Weight {
		Weight::from_parts(25_000_000, 4000)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Not measured yet: two records, read and written, beside what is read of the deal and the registry.
	fn record_completed() -> Weight {
		Weight::from_parts(40_000_000, 8000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Not measured yet: two records, read and written, beside what is read of the deal and the registry.
	fn record_timed_out() -> Weight {
		Weight::from_parts(40_000_000, 8000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Not measured yet: two records, read and written, beside what is read of the deal and the registry.
	fn record_released() -> Weight {
		Weight::from_parts(40_000_000, 8000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Not measured yet: two records, read and written, beside what is read of the deal and the registry.
	fn record_agreed_failure() -> Weight {
		Weight::from_parts(40_000_000, 8000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Not measured yet: two records, read and written, beside what is read of the deal and the registry.
	fn record_of_sold_pool() -> Weight {
		Weight::from_parts(40_000_000, 8000)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Not measured yet: as long as each other kind.
	/// `b`: 0 to 8192.
	fn verify_ed25519(_b: u32, ) -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Not measured yet: as long as each other kind.
	/// `b`: 0 to 8192.
	fn verify_sr25519(_b: u32, ) -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Not measured yet: as long as each other kind.
	/// `b`: 0 to 8192.
	fn verify_ecdsa(_b: u32, ) -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Not measured yet: as long as each other kind.
	/// `b`: 0 to 8192.
	fn verify_eth(_b: u32, ) -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Not measured yet: as long as each other kind.
	/// `b`: 0 to 8192.
	fn verify_eip712(_b: u32, ) -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
}
