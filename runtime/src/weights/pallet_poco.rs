//! Weights of `pallet_poco`, measured by `make weights`: 8 steps, 4 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_poco`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_poco::WeightInfo for WeightInfo<T> {
	/// `w`: 1 to 64.
	fn delegate(w: u32, ) -> Weight {
		Weight::from_parts(24_130_863, 11718)
			.saturating_add(Weight::from_parts(4_743_404, 0).saturating_mul(w.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(w.into())))
	}
	/// `c`: 0 to 63.
	fn contribute(c: u32, ) -> Weight {
		Weight::from_parts(103_679_206, 11718)
			.saturating_add(Weight::from_parts(602_064, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// `n`: 1 to 100.
	fn contribute_many(n: u32, ) -> Weight {
		Weight::from_parts(79_780_610, 6196)
			.saturating_add(Weight::from_parts(27_169_223, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 0 to 63.
	fn check_contribute(c: u32, ) -> Weight {
		Weight::from_parts(90_205_790, 11718)
			.saturating_add(Weight::from_parts(453_122, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(8))
	}
	fn check_contribute_many(n: u32, ) -> Weight {
		Self::contribute_many(n)
	}
	fn settle(a: u32, m: u32, ) -> Weight {
		Self::complete(a).saturating_add(Self::verify_enclave().saturating_mul(m.into()))
	}
	fn contribute_and_finalize_many(n: u32, ) -> Weight {
		Self::contribute_many(n)
	}
	fn check_contribute_and_finalize_many(n: u32, ) -> Weight {
		Self::contribute_many(n)
	}
	fn verify_delegation() -> Weight {
		Weight::from_parts(56_004_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn verify_enclave() -> Weight {
		Weight::from_parts(25_078_000, 0)
	}
	/// `c`: 1 to 64.
	fn reveal(c: u32, ) -> Weight {
		Weight::from_parts(33_205_722, 11718)
			.saturating_add(Weight::from_parts(488_356, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `n`: 1 to 100.
	fn reveal_many(n: u32, ) -> Weight {
		Weight::from_parts(11_848_030, 1493)
			.saturating_add(Weight::from_parts(19_870_248, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 1 to 64.
	fn check_reveal(c: u32, ) -> Weight {
		Weight::from_parts(19_926_604, 11718)
			.saturating_add(Weight::from_parts(238_406, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// `c`: 1 to 64.
	fn complete(c: u32, ) -> Weight {
		Weight::from_parts(198_090_490, 14005)
			.saturating_add(Weight::from_parts(58_937_164, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(12))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn contribute_and_finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(265_630_579, 16608)
			.saturating_add(Weight::from_parts(2_041_541, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(3_354, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(15))
			.saturating_add(T::DbWeight::get().writes(15))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(c.into())))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn check_contribute_and_finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(18_071_292, 11718)
			.saturating_add(Weight::from_parts(36_798, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(2_209, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(197_808_412, 14005)
			.saturating_add(Weight::from_parts(59_816_921, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(6_520, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(14))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn check_finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(22_870_595, 11718)
			.saturating_add(Weight::from_parts(183_444, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(2_250, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(4))
	}
	/// `c`: 1 to 64.
	fn reopen(c: u32, ) -> Weight {
		Weight::from_parts(29_731_605, 11718)
			.saturating_add(Weight::from_parts(565_504, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `c`: 1 to 64.
	fn check_reopen(c: u32, ) -> Weight {
		Weight::from_parts(18_097_293, 11718)
			.saturating_add(Weight::from_parts(292_326, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// `c`: 1 to 64.
	fn claim(c: u32, ) -> Weight {
		Weight::from_parts(116_456_652, 11718)
			.saturating_add(Weight::from_parts(56_421_156, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn abandon(c: u32, ) -> Weight {
		Weight::from_parts(131_866_630, 11718)
			.saturating_add(Weight::from_parts(62_264_833, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	fn report_failure() -> Weight {
		Weight::from_parts(70_415_000, 11718)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn check_report_failure() -> Weight {
		Weight::from_parts(47_732_000, 11718)
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// `n`: 1 to 100.
	fn prune(n: u32, ) -> Weight {
		Weight::from_parts(190_365_929, 3501)
			.saturating_add(Weight::from_parts(36_359_917, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((6_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `d`: 0 to 4096.
	fn deliver(d: u32, ) -> Weight {
		Weight::from_parts(54_655_113, 11718)
			.saturating_add(Weight::from_parts(2_119, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn on_deal_opened() -> Weight {
		Weight::from_parts(2_213_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn due_next() -> Weight {
		Weight::from_parts(9_395_000, 6038)
			.saturating_add(T::DbWeight::get().reads(3))
	}
	fn due_deal() -> Weight {
		Weight::from_parts(11_077_000, 3930)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn due_skip() -> Weight {
		Weight::from_parts(27_461_000, 11718)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `c`: 1 to 64.
	fn due_finalize(c: u32, ) -> Weight {
		Weight::from_parts(213_316_687, 14005)
			.saturating_add(Weight::from_parts(57_956_773, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(12))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn due_reopen(c: u32, ) -> Weight {
		Weight::from_parts(24_392_738, 11718)
			.saturating_add(Weight::from_parts(545_059, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `c`: 1 to 64.
	fn due_claim(c: u32, ) -> Weight {
		Weight::from_parts(108_209_723, 11718)
			.saturating_add(Weight::from_parts(52_437_749, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	fn callback_next() -> Weight {
		Weight::from_parts(8_283_000, 7663)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	/// `d`: 0 to 4096.
	fn callback_run(d: u32, ) -> Weight {
		Weight::from_parts(15_427_241, 7663)
			.saturating_add(Weight::from_parts(394, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
