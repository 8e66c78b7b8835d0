//! Weights of `pallet_poco`, measured by `make weights`: 12 steps, 6 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_poco`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_poco::WeightInfo for WeightInfo<T> {
	/// `w`: 1 to 64.
	fn delegate(w: u32, ) -> Weight {
		Weight::from_parts(81_835_183, 11718)
			.saturating_add(Weight::from_parts(5_668_767, 0).saturating_mul(w.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(w.into())))
	}
	/// `w`: 1 to 64.
	fn undelegate(w: u32, ) -> Weight {
		Weight::from_parts(88_993_125, 11718)
			.saturating_add(Weight::from_parts(4_733_368, 0).saturating_mul(w.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(w.into())))
	}
	/// `c`: 0 to 63.
	fn contribute(c: u32, ) -> Weight {
		Weight::from_parts(137_475_264, 11718)
			.saturating_add(Weight::from_parts(1_365_816, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// `n`: 1 to 100.
	fn contribute_batch(n: u32, ) -> Weight {
		Weight::from_parts(56_235_691, 6196)
			.saturating_add(Weight::from_parts(43_802_742, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 0 to 63.
	fn check_contribute(c: u32, ) -> Weight {
		Weight::from_parts(151_866_265, 11718)
			.saturating_add(Weight::from_parts(916_320, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(7))
	}
	/// `n`: 1 to 100.
	fn check_contribute_batch(n: u32, ) -> Weight {
		Weight::from_parts(136_573_904, 6196)
			.saturating_add(Weight::from_parts(17_794_283, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	fn verify_delegation_ed25519() -> Weight {
		Weight::from_parts(100_820_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn verify_delegation_sr25519() -> Weight {
		Weight::from_parts(99_358_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn verify_delegation_ecdsa() -> Weight {
		Weight::from_parts(73_299_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn verify_delegation_eth() -> Weight {
		Weight::from_parts(132_487_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn verify_delegation_message() -> Weight {
		Weight::from_parts(44_306_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn find_proxy() -> Weight {
		Weight::from_parts(9_545_000, 4706)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn tell_delegated() -> Weight {
		Weight::from_parts(5_298_000, 0)
	}
	fn verify_enclave_full() -> Weight {
		Weight::from_parts(31_396_000, 0)
	}
	fn verify_enclave_compact() -> Weight {
		Weight::from_parts(31_367_000, 0)
	}
	/// `c`: 1 to 64.
	fn reveal(c: u32, ) -> Weight {
		Weight::from_parts(40_852_190, 11718)
			.saturating_add(Weight::from_parts(1_012_474, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `n`: 1 to 100.
	fn reveal_batch(n: u32, ) -> Weight {
		Weight::from_parts(22_745_651, 990)
			.saturating_add(Weight::from_parts(24_813_087, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 1 to 64.
	fn check_reveal(c: u32, ) -> Weight {
		Weight::from_parts(69_308_128, 11718)
			.saturating_add(Weight::from_parts(478_164, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// `n`: 1 to 100.
	fn check_reveal_batch(n: u32, ) -> Weight {
		Weight::from_parts(57_879_320, 990)
			.saturating_add(Weight::from_parts(15_974_594, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 1 to 64.
	fn reveal_failure(c: u32, ) -> Weight {
		Weight::from_parts(44_857_792, 11718)
			.saturating_add(Weight::from_parts(1_066_062, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `c`: 1 to 64.
	fn check_reveal_failure(c: u32, ) -> Weight {
		Weight::from_parts(72_618_012, 11718)
			.saturating_add(Weight::from_parts(373_264, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// `c`: 1 to 64.
	fn check_complete(c: u32, ) -> Weight {
		Weight::from_parts(8_071_345, 7403)
			.saturating_add(Weight::from_parts(101_917, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `c`: 1 to 64.
	fn complete_with_result(c: u32, ) -> Weight {
		Weight::from_parts(51_949_746, 3970)
			.saturating_add(Weight::from_parts(10_041_541, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2539).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn complete_with_failure(c: u32, ) -> Weight {
		Weight::from_parts(68_995_170, 3970)
			.saturating_add(Weight::from_parts(5_117_232, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(c.into())))
	}
	/// `a`: 1 to 68.
	fn settle(a: u32, ) -> Weight {
		Weight::from_parts(73_395_264, 8799)
			.saturating_add(Weight::from_parts(64_291_851, 0).saturating_mul(a.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(a.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(a.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(a.into()))
	}
	/// `m`: 1 to 700.
	fn settle_again(m: u32, ) -> Weight {
		Weight::from_parts(126_607_599, 11402)
			.saturating_add(Weight::from_parts(2_311_375, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn contribute_and_finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(341_192_520, 16608)
			.saturating_add(Weight::from_parts(2_485_090, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(4_286, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(19))
			.saturating_add(T::DbWeight::get().writes(14))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(c.into())))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn check_contribute_and_finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(68_080_602, 11718)
			.saturating_add(Weight::from_parts(66_532, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(2_705, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// `n`: 1 to 100.
	fn contribute_and_finalize_batch(n: u32, ) -> Weight {
		Weight::from_parts(16_923_295, 3923)
			.saturating_add(Weight::from_parts(49_716_957, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `n`: 1 to 100.
	fn check_contribute_and_finalize_batch(n: u32, ) -> Weight {
		Weight::from_parts(51_992_890, 990)
			.saturating_add(Weight::from_parts(16_070_214, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn finalize_with_result(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(364_374_663, 15673)
			.saturating_add(Weight::from_parts(30_472_180, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(6_637, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(19))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(13))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2616).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn finalize_with_failure(c: u32, ) -> Weight {
		Weight::from_parts(316_070_093, 11718)
			.saturating_add(Weight::from_parts(25_827_852, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2620).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn check_finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(70_810_351, 11718)
			.saturating_add(Weight::from_parts(510_903, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(3_026, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(4))
	}
	/// `c`: 1 to 64.
	fn reopen(c: u32, ) -> Weight {
		Weight::from_parts(36_168_153, 11718)
			.saturating_add(Weight::from_parts(1_244_575, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `c`: 1 to 64.
	fn check_reopen(c: u32, ) -> Weight {
		Weight::from_parts(69_181_828, 11718)
			.saturating_add(Weight::from_parts(621_919, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(2))
	}
	/// `c`: 1 to 64.
	fn claim(c: u32, ) -> Weight {
		Weight::from_parts(221_709_514, 11718)
			.saturating_add(Weight::from_parts(68_748_581, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn abandon(c: u32, ) -> Weight {
		Weight::from_parts(199_392_878, 11718)
			.saturating_add(Weight::from_parts(68_942_183, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn release(c: u32, ) -> Weight {
		Weight::from_parts(216_520_127, 11718)
			.saturating_add(Weight::from_parts(69_494_866, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	fn report_failure() -> Weight {
		Weight::from_parts(72_629_000, 11718)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn check_report_failure() -> Weight {
		Weight::from_parts(101_090_000, 11718)
			.saturating_add(T::DbWeight::get().reads(4))
	}
	/// `n`: 1 to 100.
	fn prune(n: u32, ) -> Weight {
		Weight::from_parts(110_064_000, 1493)
			.saturating_add(Weight::from_parts(86_452_366, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((6_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((9_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `d`: 0 to 4096.
	fn deliver(d: u32, ) -> Weight {
		Weight::from_parts(53_414_761, 11718)
			.saturating_add(Weight::from_parts(3_790, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn on_deal_opened() -> Weight {
		Weight::from_parts(2_794_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn due_next() -> Weight {
		Weight::from_parts(10_826_000, 6036)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	fn due_deal() -> Weight {
		Weight::from_parts(16_565_000, 3970)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn due_skip() -> Weight {
		Weight::from_parts(44_025_000, 11718)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `c`: 1 to 64.
	fn due_finalize_with_result(c: u32, ) -> Weight {
		Weight::from_parts(351_872_350, 15835)
			.saturating_add(Weight::from_parts(30_132_387, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2620).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn due_finalize_with_failure(c: u32, ) -> Weight {
		Weight::from_parts(321_291_382, 11718)
			.saturating_add(Weight::from_parts(23_186_756, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2620).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn due_reopen(c: u32, ) -> Weight {
		Weight::from_parts(32_056_700, 11718)
			.saturating_add(Weight::from_parts(1_005_857, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `c`: 1 to 64.
	fn due_claim(c: u32, ) -> Weight {
		Weight::from_parts(195_755_712, 11718)
			.saturating_add(Weight::from_parts(66_037_332, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	fn callback_next() -> Weight {
		Weight::from_parts(11_978_000, 7663)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	/// `d`: 0 to 4096.
	fn callback_run(d: u32, ) -> Weight {
		Weight::from_parts(21_093_367, 7663)
			.saturating_add(Weight::from_parts(486, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
