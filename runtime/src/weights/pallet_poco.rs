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
		Weight::from_parts(81_570_143, 11718)
			.saturating_add(Weight::from_parts(5_733_529, 0).saturating_mul(w.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(w.into())))
	}
	/// `w`: 1 to 64.
	fn undelegate(w: u32, ) -> Weight {
		Weight::from_parts(82_029_183, 11718)
			.saturating_add(Weight::from_parts(4_649_764, 0).saturating_mul(w.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(w.into())))
	}
	/// `c`: 0 to 63.
	fn contribute(c: u32, ) -> Weight {
		Weight::from_parts(134_854_934, 11718)
			.saturating_add(Weight::from_parts(1_228_984, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// `n`: 1 to 100.
	fn contribute_batch(n: u32, ) -> Weight {
		Weight::from_parts(60_968_900, 6196)
			.saturating_add(Weight::from_parts(44_229_238, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 0 to 63.
	fn check_contribute(c: u32, ) -> Weight {
		Weight::from_parts(156_740_514, 11718)
			.saturating_add(Weight::from_parts(1_030_569, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(7))
	}
	/// `n`: 1 to 100.
	fn check_contribute_batch(n: u32, ) -> Weight {
		Weight::from_parts(153_489_033, 6196)
			.saturating_add(Weight::from_parts(18_515_774, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	fn verify_delegation_ed25519() -> Weight {
		Weight::from_parts(101_151_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn verify_delegation_sr25519() -> Weight {
		Weight::from_parts(106_719_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	fn verify_delegation_ecdsa() -> Weight {
		Weight::from_parts(89_257_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	fn verify_delegation_eth() -> Weight {
		Weight::from_parts(169_679_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	fn verify_delegation_message() -> Weight {
		Weight::from_parts(56_393_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn find_proxy() -> Weight {
		Weight::from_parts(9_465_000, 4706)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn tell_delegated() -> Weight {
		Weight::from_parts(5_267_000, 0)
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	fn verify_enclave_full() -> Weight {
		Weight::from_parts(64_565_000, 0)
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	fn verify_enclave_compact() -> Weight {
		Weight::from_parts(39_540_000, 0)
	}
	/// `c`: 1 to 64.
	fn reveal(c: u32, ) -> Weight {
		Weight::from_parts(42_718_473, 11718)
			.saturating_add(Weight::from_parts(1_076_180, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `n`: 1 to 100.
	fn reveal_batch(n: u32, ) -> Weight {
		Weight::from_parts(19_603_818, 990)
			.saturating_add(Weight::from_parts(25_443_270, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 1 to 64.
	fn check_reveal(c: u32, ) -> Weight {
		Weight::from_parts(67_772_451, 11718)
			.saturating_add(Weight::from_parts(475_495, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// `n`: 1 to 100.
	fn check_reveal_batch(n: u32, ) -> Weight {
		Weight::from_parts(59_446_575, 990)
			.saturating_add(Weight::from_parts(16_359_415, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 1 to 64.
	fn reveal_failure(c: u32, ) -> Weight {
		Weight::from_parts(47_709_568, 11718)
			.saturating_add(Weight::from_parts(1_202_142, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `c`: 1 to 64.
	fn check_reveal_failure(c: u32, ) -> Weight {
		Weight::from_parts(73_497_563, 11718)
			.saturating_add(Weight::from_parts(507_664, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// `c`: 1 to 64.
	fn check_complete(c: u32, ) -> Weight {
		Weight::from_parts(7_789_802, 7403)
			.saturating_add(Weight::from_parts(113_701, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// As of a call that completes one task. Measured alone and scaled, it began 106 µs higher and grew less: below 48 this
	/// books less.
	/// `c`: 1 to 64.
	fn complete_with_result(c: u32, ) -> Weight {
		Weight::from_parts(60_217_802, 3970)
			.saturating_add(Weight::from_parts(10_205_199, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2539).saturating_mul(c.into()))
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	/// `t`: 0 to 99.
	fn complete_again_with_result(t: u32, ) -> Weight {
		Weight::from_parts(306_507_000, 3970)
			.saturating_add(Weight::from_parts(29_350_000, 0).saturating_mul(t.into()))
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(6))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(t.into())))
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	/// `c`: 1 to 64.
	fn complete_with_failure(c: u32, ) -> Weight {
		Weight::from_parts(78_471_000, 3970)
			.saturating_add(Weight::from_parts(5_451_000, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(c.into())))
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	/// `t`: 0 to 99.
	fn complete_again_with_failure(t: u32, ) -> Weight {
		Weight::from_parts(86_326_000, 3970)
			.saturating_add(Weight::from_parts(55_516_000, 0).saturating_mul(t.into()))
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(7))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(t.into())))
	}
	/// `a`: 1 to 68.
	fn settle(a: u32, ) -> Weight {
		Weight::from_parts(64_148_022, 8799)
			.saturating_add(Weight::from_parts(65_438_425, 0).saturating_mul(a.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(a.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(a.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(a.into()))
	}
	/// `m`: 1 to 700.
	fn settle_again(m: u32, ) -> Weight {
		Weight::from_parts(126_431_605, 11402)
			.saturating_add(Weight::from_parts(2_395_035, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(8))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn contribute_and_finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(343_042_676, 16608)
			.saturating_add(Weight::from_parts(2_532_746, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(4_659, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(19))
			.saturating_add(T::DbWeight::get().writes(15))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(c.into())))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn check_contribute_and_finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(68_083_980, 11718)
			.saturating_add(Weight::from_parts(65_633, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(2_860, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	/// `n`: 1 to 100.
	fn contribute_and_finalize_batch(n: u32, ) -> Weight {
		Weight::from_parts(82_536_000, 3923)
			.saturating_add(Weight::from_parts(57_003_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	/// `t`: 0 to 99.
	fn contribute_and_finalize_again(t: u32, ) -> Weight {
		Weight::from_parts(87_878_000, 14651)
			.saturating_add(Weight::from_parts(50_041_000, 0).saturating_mul(t.into()))
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(t.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(t.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(t.into()))
	}
	/// `n`: 1 to 100.
	fn check_contribute_and_finalize_batch(n: u32, ) -> Weight {
		Weight::from_parts(59_258_133, 990)
			.saturating_add(Weight::from_parts(16_016_892, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn finalize_with_result(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(366_224_463, 15673)
			.saturating_add(Weight::from_parts(31_057_417, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(8_009, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(19))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(14))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2616).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn finalize_with_failure(c: u32, ) -> Weight {
		Weight::from_parts(337_930_487, 11718)
			.saturating_add(Weight::from_parts(23_729_881, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(11))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2620).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn check_finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(67_382_442, 11718)
			.saturating_add(Weight::from_parts(546_656, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(3_352, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(4))
	}
	/// `c`: 1 to 64.
	fn reopen(c: u32, ) -> Weight {
		Weight::from_parts(36_159_871, 11718)
			.saturating_add(Weight::from_parts(1_197_641, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `c`: 1 to 64.
	fn check_reopen(c: u32, ) -> Weight {
		Weight::from_parts(68_755_080, 11718)
			.saturating_add(Weight::from_parts(651_921, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(2))
	}
	/// `c`: 1 to 64.
	fn claim(c: u32, ) -> Weight {
		Weight::from_parts(215_806_192, 11718)
			.saturating_add(Weight::from_parts(68_702_006, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(11))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn abandon(c: u32, ) -> Weight {
		Weight::from_parts(218_344_678, 11718)
			.saturating_add(Weight::from_parts(69_916_821, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(11))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn release(c: u32, ) -> Weight {
		Weight::from_parts(217_423_422, 11718)
			.saturating_add(Weight::from_parts(68_922_777, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(11))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	fn report_failure() -> Weight {
		Weight::from_parts(77_306_000, 11718)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn check_report_failure() -> Weight {
		Weight::from_parts(113_590_000, 11718)
			.saturating_add(T::DbWeight::get().reads(4))
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	/// `n`: 1 to 100.
	fn prune(n: u32, ) -> Weight {
		Weight::from_parts(130_531_000, 1493)
			.saturating_add(Weight::from_parts(95_447_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((6_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((9_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// Measured on an Intel Xeon, times 0.79: `verify_delegation_sr25519` took 1.26 times as long there.
	/// `t`: 0 to 99.
	fn prune_again(t: u32, ) -> Weight {
		Weight::from_parts(247_071_000, 12221)
			.saturating_add(Weight::from_parts(26_336_000, 0).saturating_mul(t.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(t.into())))
			.saturating_add(T::DbWeight::get().writes(9))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(t.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(t.into()))
	}
	/// `d`: 0 to 4096.
	fn deliver(d: u32, ) -> Weight {
		Weight::from_parts(56_248_680, 11718)
			.saturating_add(Weight::from_parts(3_426, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn on_deal_opened() -> Weight {
		Weight::from_parts(2_784_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn due_next() -> Weight {
		Weight::from_parts(10_766_000, 6036)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	fn due_deal() -> Weight {
		Weight::from_parts(16_455_000, 3970)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn due_skip() -> Weight {
		Weight::from_parts(44_416_000, 11718)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `c`: 1 to 64.
	fn due_finalize_with_result(c: u32, ) -> Weight {
		Weight::from_parts(354_623_694, 15835)
			.saturating_add(Weight::from_parts(30_917_558, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(11))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2620).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn due_finalize_with_failure(c: u32, ) -> Weight {
		Weight::from_parts(330_953_844, 11718)
			.saturating_add(Weight::from_parts(23_317_124, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(17))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(11))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2620).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn due_reopen(c: u32, ) -> Weight {
		Weight::from_parts(32_393_480, 11718)
			.saturating_add(Weight::from_parts(1_101_079, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `c`: 1 to 64.
	fn due_claim(c: u32, ) -> Weight {
		Weight::from_parts(199_482_024, 11718)
			.saturating_add(Weight::from_parts(66_415_535, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(11))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	fn callback_next() -> Weight {
		Weight::from_parts(11_858_000, 7663)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	/// `d`: 0 to 4096.
	fn callback_run(d: u32, ) -> Weight {
		Weight::from_parts(20_782_760, 7663)
			.saturating_add(Weight::from_parts(460, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
