//! Weights of `pallet_marketplace`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_marketplace`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_marketplace::WeightInfo for WeightInfo<T> {
	fn add_category() -> Weight {
		Weight::from_parts(13_280_000, 1489)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn publish_app() -> Weight {
		Weight::from_parts(312_696_000, 12128)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(13))
	}
	fn publish_dataset() -> Weight {
		Weight::from_parts(316_742_000, 12128)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(13))
	}
	fn publish_workerpool() -> Weight {
		Weight::from_parts(428_078_000, 12128)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(13))
	}
	/// `b`: 0 to 8192.
	fn publish_request(b: u32, ) -> Weight {
		Weight::from_parts(215_053_282, 12128)
			.saturating_add(Weight::from_parts(4_284, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn unpublish_app() -> Weight {
		Weight::from_parts(196_683_000, 12128)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn unpublish_dataset() -> Weight {
		Weight::from_parts(193_488_000, 12128)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn unpublish_workerpool() -> Weight {
		Weight::from_parts(229_693_000, 12128)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn unpublish_request() -> Weight {
		Weight::from_parts(193_729_000, 12128)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn presign_app() -> Weight {
		Weight::from_parts(184_445_000, 6398)
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn presign_dataset() -> Weight {
		Weight::from_parts(185_737_000, 6398)
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn presign_workerpool() -> Weight {
		Weight::from_parts(194_249_000, 6398)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// `b`: 0 to 8192.
	fn presign_request(b: u32, ) -> Weight {
		Weight::from_parts(126_380_206, 6012)
			.saturating_add(Weight::from_parts(3_611, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn cancel_app() -> Weight {
		Weight::from_parts(185_827_000, 12128)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	fn cancel_dataset() -> Weight {
		Weight::from_parts(185_877_000, 12128)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	fn cancel_workerpool() -> Weight {
		Weight::from_parts(218_756_000, 12128)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	/// `b`: 0 to 8192.
	fn cancel_request(b: u32, ) -> Weight {
		Weight::from_parts(170_378_354, 12128)
			.saturating_add(Weight::from_parts(4_258, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn remove_expired_app() -> Weight {
		Weight::from_parts(196_563_000, 12128)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn remove_expired_dataset() -> Weight {
		Weight::from_parts(191_586_000, 12128)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn remove_expired_workerpool() -> Weight {
		Weight::from_parts(231_164_000, 12128)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn remove_expired_request() -> Weight {
		Weight::from_parts(228_400_000, 12128)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// Not measured yet: the write of the deal's entry in its workerpool's list.
	/// `b`: 0 to 8192.
	fn match_orders(b: u32, ) -> Weight {
		Weight::from_parts(1_015_915_227, 45406)
			.saturating_add(Weight::from_parts(12_093, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(44))
			.saturating_add(T::DbWeight::get().writes(40))
	}
	/// Not measured yet: the write of the deal's entry in its workerpool's list.
	/// `b`: 0 to 8192.
	fn sponsor_match_orders(b: u32, ) -> Weight {
		Weight::from_parts(1_044_346_975, 45406)
			.saturating_add(Weight::from_parts(12_817, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(44))
			.saturating_add(T::DbWeight::get().writes(40))
	}
	/// Not measured yet: the write of the deal's entry in its workerpool's list.
	fn match_published_signed() -> Weight {
		Weight::from_parts(699_430_000, 45406)
			.saturating_add(T::DbWeight::get().reads(43))
			.saturating_add(T::DbWeight::get().writes(40))
	}
	fn match_published_unattended() -> Weight {
		Weight::from_parts(699_430_000, 45406)
			.saturating_add(T::DbWeight::get().reads(43))
			.saturating_add(T::DbWeight::get().writes(40))
	}
	fn authorize_match_published() -> Weight {
		Weight::from_parts(1_105_057_000, 45542)
			.saturating_add(T::DbWeight::get().reads(57))
	}
	/// `b`: 0 to 8192.
	fn verify_ed25519(b: u32, ) -> Weight {
		Weight::from_parts(102_184_732, 3509)
			.saturating_add(Weight::from_parts(4_053, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `b`: 0 to 8192.
	fn verify_sr25519(b: u32, ) -> Weight {
		Weight::from_parts(107_664_622, 3509)
			.saturating_add(Weight::from_parts(8_811, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `b`: 0 to 8192.
	fn verify_ecdsa(b: u32, ) -> Weight {
		Weight::from_parts(96_563_683, 3509)
			.saturating_add(Weight::from_parts(2_404, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `b`: 0 to 8192.
	fn verify_eth(b: u32, ) -> Weight {
		Weight::from_parts(169_503_990, 3509)
			.saturating_add(Weight::from_parts(11_645, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `b`: 0 to 8192.
	fn verify_eip712(b: u32, ) -> Weight {
		Weight::from_parts(95_112_920, 3593)
			.saturating_add(Weight::from_parts(2_487, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn prune_order() -> Weight {
		Weight::from_parts(199_407_000, 12128)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(9))
	}
	fn remove_unfunded() -> Weight {
		Weight::from_parts(321_730_000, 12128)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn prune_pool_record() -> Weight {
		Weight::from_parts(62_823_000, 3797)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn prune_app_record() -> Weight {
		Weight::from_parts(44_817_000, 3923)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn record_completed() -> Weight {
		Weight::from_parts(49_554_000, 3970)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn record_timed_out() -> Weight {
		Weight::from_parts(50_134_000, 3970)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn record_released() -> Weight {
		Weight::from_parts(50_345_000, 3970)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn record_agreed_failure() -> Weight {
		Weight::from_parts(61_792_000, 3970)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn record_of_sold_pool() -> Weight {
		Weight::from_parts(50_124_000, 3970)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
