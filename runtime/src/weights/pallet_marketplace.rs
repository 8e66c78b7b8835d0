//! Weights of `pallet_marketplace`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_marketplace`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_marketplace::WeightInfo for WeightInfo<T> {
	fn add_category() -> Weight {
		Weight::from_parts(13_059_000, 1489)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn publish_app() -> Weight {
		Weight::from_parts(318_575_000, 12128)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(13))
	}
	fn publish_dataset() -> Weight {
		Weight::from_parts(318_926_000, 12128)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(13))
	}
	fn publish_workerpool() -> Weight {
		Weight::from_parts(422_440_000, 12128)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(13))
	}
	/// `b`: 0 to 8192.
	fn publish_request(b: u32, ) -> Weight {
		Weight::from_parts(215_692_284, 12128)
			.saturating_add(Weight::from_parts(4_132, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn unpublish_app() -> Weight {
		Weight::from_parts(195_411_000, 12128)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn unpublish_dataset() -> Weight {
		Weight::from_parts(195_632_000, 12128)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn unpublish_workerpool() -> Weight {
		Weight::from_parts(233_818_000, 12128)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn unpublish_request() -> Weight {
		Weight::from_parts(196_733_000, 12128)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn presign_app() -> Weight {
		Weight::from_parts(186_688_000, 6398)
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn presign_dataset() -> Weight {
		Weight::from_parts(191_345_000, 6398)
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn presign_workerpool() -> Weight {
		Weight::from_parts(199_528_000, 6398)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// `b`: 0 to 8192.
	fn presign_request(b: u32, ) -> Weight {
		Weight::from_parts(128_751_670, 6012)
			.saturating_add(Weight::from_parts(3_492, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn cancel_app() -> Weight {
		Weight::from_parts(180_509_000, 12128)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	fn cancel_dataset() -> Weight {
		Weight::from_parts(191_996_000, 12128)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	fn cancel_workerpool() -> Weight {
		Weight::from_parts(232_437_000, 12128)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(10))
	}
	/// `b`: 0 to 8192.
	fn cancel_request(b: u32, ) -> Weight {
		Weight::from_parts(179_876_311, 12128)
			.saturating_add(Weight::from_parts(4_084, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn remove_expired_app() -> Weight {
		Weight::from_parts(197_905_000, 12128)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn remove_expired_dataset() -> Weight {
		Weight::from_parts(198_996_000, 12128)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn remove_expired_workerpool() -> Weight {
		Weight::from_parts(237_294_000, 12128)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn remove_expired_request() -> Weight {
		Weight::from_parts(234_850_000, 12128)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// `b`: 0 to 8192.
	fn match_orders(b: u32, ) -> Weight {
		Weight::from_parts(1_533_568_458, 45542)
			.saturating_add(Weight::from_parts(14_106, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(57))
			.saturating_add(T::DbWeight::get().writes(51))
	}
	/// `b`: 0 to 8192.
	fn sponsor_match_orders(b: u32, ) -> Weight {
		Weight::from_parts(1_513_660_464, 45542)
			.saturating_add(Weight::from_parts(15_512, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(57))
			.saturating_add(T::DbWeight::get().writes(51))
	}
	/// 0.908 of the time of `match_orders`: so the sponsored ones compared on an Intel Xeon.
	/// `b`: 0 to 8192.
	fn match_new_orders(b: u32, ) -> Weight {
		Weight::from_parts(1_392_480_000, 45542)
			.saturating_add(Weight::from_parts(14_106, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(45))
			.saturating_add(T::DbWeight::get().writes(20))
	}
	/// 0.908 of the time of `sponsor_match_orders`: so the sponsored ones compared on an Intel Xeon.
	/// `b`: 0 to 8192.
	fn sponsor_match_new_orders(b: u32, ) -> Weight {
		Weight::from_parts(1_374_404_000, 45542)
			.saturating_add(Weight::from_parts(15_512, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(44))
			.saturating_add(T::DbWeight::get().writes(19))
	}
	fn match_published_signed() -> Weight {
		Weight::from_parts(1_072_758_000, 45542)
			.saturating_add(T::DbWeight::get().reads(56))
			.saturating_add(T::DbWeight::get().writes(51))
	}
	fn match_published_unattended() -> Weight {
		Weight::from_parts(1_135_902_000, 45542)
			.saturating_add(T::DbWeight::get().reads(55))
			.saturating_add(T::DbWeight::get().writes(51))
	}
	fn authorize_match_published() -> Weight {
		Weight::from_parts(1_169_823_000, 45542)
			.saturating_add(T::DbWeight::get().reads(57))
	}
	/// `b`: 0 to 8192.
	fn verify_ed25519(b: u32, ) -> Weight {
		Weight::from_parts(117_612_843, 3509)
			.saturating_add(Weight::from_parts(4_068, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `b`: 0 to 8192.
	fn verify_sr25519(b: u32, ) -> Weight {
		Weight::from_parts(110_400_130, 3509)
			.saturating_add(Weight::from_parts(8_823, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// As measured in the middle of `b` on an Intel Xeon, times 0.79; what `b` adds is of short signatures.
	/// `b`: 0 to 8192.
	fn verify_ecdsa(b: u32, ) -> Weight {
		Weight::from_parts(163_624_000, 3509)
			.saturating_add(Weight::from_parts(2_672, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// As measured in the middle of `b` on an Intel Xeon, times 0.79; what `b` adds is of short signatures.
	/// `b`: 0 to 8192.
	fn verify_eth(b: u32, ) -> Weight {
		Weight::from_parts(258_300_000, 3509)
			.saturating_add(Weight::from_parts(11_930, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// As measured in the middle of `b` on an Intel Xeon, times 0.79; what `b` adds is of short signatures.
	/// `b`: 0 to 8192.
	fn verify_eip712(b: u32, ) -> Weight {
		Weight::from_parts(176_000_000, 3593)
			.saturating_add(Weight::from_parts(2_659, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn prune_order() -> Weight {
		Weight::from_parts(210_233_000, 12128)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(9))
	}
	fn remove_unfunded() -> Weight {
		Weight::from_parts(329_271_000, 12128)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	fn prune_pool_record() -> Weight {
		Weight::from_parts(64_376_000, 3797)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn prune_app_record() -> Weight {
		Weight::from_parts(45_128_000, 3923)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn record_completed() -> Weight {
		Weight::from_parts(52_117_000, 3970)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn record_timed_out() -> Weight {
		Weight::from_parts(53_370_000, 3970)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn record_released() -> Weight {
		Weight::from_parts(52_568_000, 3970)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn record_agreed_failure() -> Weight {
		Weight::from_parts(65_407_000, 3970)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn record_of_sold_pool() -> Weight {
		Weight::from_parts(52_298_000, 3970)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	/// `n`: 1 to 100.
	fn record_again(n: u32, ) -> Weight {
		Weight::from_parts(21_694_000, 3970)
			.saturating_add(Weight::from_parts(29_541_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
