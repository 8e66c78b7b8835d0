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
		Weight::from_parts(83_682_226, 11718)
			.saturating_add(Weight::from_parts(4_825_489, 0).saturating_mul(w.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(w.into())))
	}
	/// Not measured yet: `delegate`.
	/// `w`: 1 to 64.
	fn undelegate(w: u32, ) -> Weight {
		Weight::from_parts(83_682_226, 11718)
			.saturating_add(Weight::from_parts(4_825_489, 0).saturating_mul(w.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(w.into())))
	}
	/// `c`: 0 to 63.
	fn contribute(c: u32, ) -> Weight {
		Weight::from_parts(107_170_668, 11718)
			.saturating_add(Weight::from_parts(1_074_055, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// `n`: 1 to 100.
	fn contribute_batch(n: u32, ) -> Weight {
		Weight::from_parts(83_228_265, 6196)
			.saturating_add(Weight::from_parts(35_261_334, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 0 to 63.
	fn check_contribute(c: u32, ) -> Weight {
		Weight::from_parts(106_471_132, 11718)
			.saturating_add(Weight::from_parts(729_981, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(8))
	}
	/// `n`: 1 to 100.
	fn check_contribute_batch(n: u32, ) -> Weight {
		Weight::from_parts(89_329_139, 6196)
			.saturating_add(Weight::from_parts(14_720_499, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// Not measured yet: as long as each other kind.
	fn verify_delegation_ed25519() -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Not measured yet: as long as each other kind.
	fn verify_delegation_sr25519() -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Not measured yet: as long as each other kind.
	fn verify_delegation_ecdsa() -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Not measured yet: as long as each other kind.
	fn verify_delegation_eth() -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Not measured yet: as long as each other kind.
	fn verify_delegation_message() -> Weight {
		Weight::from_parts(57_286_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Not measured yet: `pallet_proxy`'s `proxy`, whose look is the same.
	fn find_proxy() -> Weight {
		Weight::from_parts(15_570_000, 4706)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	/// Not measured yet: one event.
	fn tell_delegated() -> Weight {
		Weight::from_parts(4_000_000, 0)
	}
	/// Not measured yet: as long as each other form.
	fn verify_enclave_full() -> Weight {
		Weight::from_parts(25_448_000, 0)
	}
	/// Not measured yet: as long as each other form.
	fn verify_enclave_compact() -> Weight {
		Weight::from_parts(25_448_000, 0)
	}
	/// `c`: 1 to 64.
	fn reveal(c: u32, ) -> Weight {
		Weight::from_parts(32_967_978, 11718)
			.saturating_add(Weight::from_parts(1_000_244, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `n`: 1 to 100.
	fn reveal_batch(n: u32, ) -> Weight {
		Weight::from_parts(14_564_651, 1493)
			.saturating_add(Weight::from_parts(19_857_905, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 1 to 64.
	fn check_reveal(c: u32, ) -> Weight {
		Weight::from_parts(19_926_408, 11718)
			.saturating_add(Weight::from_parts(276_925, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// `n`: 1 to 100.
	fn check_reveal_batch(n: u32, ) -> Weight {
		Weight::from_parts(20_411_000, 1493)
			.saturating_add(Weight::from_parts(14_668_874, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// Not measured yet: `reveal`, with a failure that is noted.
	/// `c`: 1 to 64.
	fn reveal_failure(c: u32, ) -> Weight {
		Weight::from_parts(42_967_978, 11718)
			.saturating_add(Weight::from_parts(1_000_244, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Not measured yet: `check_reveal`, with a failure that is looked up.
	/// `c`: 1 to 64.
	fn check_reveal_failure(c: u32, ) -> Weight {
		Weight::from_parts(24_926_408, 11718)
			.saturating_add(Weight::from_parts(276_925, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(4))
	}
	/// Not measured yet: a look at the delegates.
	/// `c`: 1 to 64.
	fn check_complete(c: u32, ) -> Weight {
		Weight::from_parts(5_000_000, 6891)
			.saturating_add(Weight::from_parts(50_000, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `c`: 1 to 64.
	fn complete_with_result(c: u32, ) -> Weight {
		Weight::from_parts(31_943_268, 6891)
			.saturating_add(Weight::from_parts(6_792_985, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2531).saturating_mul(c.into()))
	}
	/// Not measured yet: `complete_with_result`.
	/// `c`: 1 to 64.
	fn complete_with_failure(c: u32, ) -> Weight {
		Weight::from_parts(31_943_268, 6891)
			.saturating_add(Weight::from_parts(6_792_985, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2531).saturating_mul(c.into()))
	}
	/// `a`: 1 to 68.
	fn settle(a: u32, ) -> Weight {
		Weight::from_parts(20_629_483, 3593)
			.saturating_add(Weight::from_parts(72_119_497, 0).saturating_mul(a.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(a.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(a.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(a.into()))
	}
	/// `m`: 1 to 600.
	fn settle_again(m: u32, ) -> Weight {
		Weight::from_parts(68_824_357, 6196)
			.saturating_add(Weight::from_parts(2_612_096, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn contribute_and_finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(263_350_645, 16608)
			.saturating_add(Weight::from_parts(2_071_055, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(3_636, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(15))
			.saturating_add(T::DbWeight::get().writes(15))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(c.into())))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn check_contribute_and_finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(21_083_182, 11718)
			.saturating_add(Weight::from_parts(36_137, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(2_210, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(4))
	}
	/// `n`: 1 to 100.
	fn contribute_and_finalize_batch(n: u32, ) -> Weight {
		Weight::from_parts(12_237_420, 1501)
			.saturating_add(Weight::from_parts(31_517_619, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `n`: 1 to 100.
	fn check_contribute_and_finalize_batch(n: u32, ) -> Weight {
		Weight::from_parts(3_354_302, 1493)
			.saturating_add(Weight::from_parts(14_448_288, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn finalize_with_result(c: u32, _d: u32, ) -> Weight {
		Weight::from_parts(308_964_134, 14005)
			.saturating_add(Weight::from_parts(21_981_424, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(14))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// Not measured yet: `finalize_with_result`.
	/// `c`: 1 to 64.
	fn finalize_with_failure(c: u32, ) -> Weight {
		Weight::from_parts(308_964_134, 14005)
			.saturating_add(Weight::from_parts(21_981_424, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(14))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	/// `d`: 0 to 4096.
	fn check_finalize(c: u32, d: u32, ) -> Weight {
		Weight::from_parts(23_648_232, 11718)
			.saturating_add(Weight::from_parts(329_460, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(1_724, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(4))
	}
	/// `c`: 1 to 64.
	fn reopen(c: u32, ) -> Weight {
		Weight::from_parts(40_200_044, 11718)
			.saturating_add(Weight::from_parts(1_132_952, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `c`: 1 to 64.
	fn check_reopen(c: u32, ) -> Weight {
		Weight::from_parts(21_806_235, 11718)
			.saturating_add(Weight::from_parts(417_510, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// `c`: 1 to 64.
	fn claim(c: u32, ) -> Weight {
		Weight::from_parts(141_168_026, 11718)
			.saturating_add(Weight::from_parts(59_527_486, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn abandon(c: u32, ) -> Weight {
		Weight::from_parts(142_701_508, 11718)
			.saturating_add(Weight::from_parts(56_745_060, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// Not measured yet: `abandon`, with reports that are read, a failure that is noted, and the treasury.
	/// `c`: 1 to 64.
	fn release(c: u32, ) -> Weight {
		Weight::from_parts(182_701_508, 11718)
			.saturating_add(Weight::from_parts(56_745_060, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(12))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	fn report_failure() -> Weight {
		Weight::from_parts(104_236_000, 11718)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn check_report_failure() -> Weight {
		Weight::from_parts(37_566_000, 11718)
			.saturating_add(T::DbWeight::get().reads(3))
	}
	/// `n`: 1 to 100.
	fn prune(n: u32, ) -> Weight {
		Weight::from_parts(22_603_560, 3501)
			.saturating_add(Weight::from_parts(76_632_259, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((6_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((8_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 10728).saturating_mul(n.into()))
	}
	/// `d`: 0 to 4096.
	fn deliver(d: u32, ) -> Weight {
		Weight::from_parts(50_390_923, 11718)
			.saturating_add(Weight::from_parts(2_435, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn on_deal_opened() -> Weight {
		Weight::from_parts(2_103_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn due_next() -> Weight {
		Weight::from_parts(12_799_000, 6038)
			.saturating_add(T::DbWeight::get().reads(3))
	}
	fn due_deal() -> Weight {
		Weight::from_parts(11_277_000, 3930)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn due_skip() -> Weight {
		Weight::from_parts(38_678_000, 11718)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `c`: 1 to 64.
	fn due_finalize_with_result(c: u32, ) -> Weight {
		Weight::from_parts(238_248_557, 14005)
			.saturating_add(Weight::from_parts(22_112_130, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(11))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// Not measured yet: `due_finalize_with_result`.
	/// `c`: 1 to 64.
	fn due_finalize_with_failure(c: u32, ) -> Weight {
		Weight::from_parts(238_248_557, 14005)
			.saturating_add(Weight::from_parts(22_112_130, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(11))
			.saturating_add(T::DbWeight::get().writes((5_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	/// `c`: 1 to 64.
	fn due_reopen(c: u32, ) -> Weight {
		Weight::from_parts(29_081_531, 11718)
			.saturating_add(Weight::from_parts(941_684, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `c`: 1 to 64.
	fn due_claim(c: u32, ) -> Weight {
		Weight::from_parts(131_232_867, 11718)
			.saturating_add(Weight::from_parts(60_623_616, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(c.into())))
			.saturating_add(T::DbWeight::get().writes(10))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 2603).saturating_mul(c.into()))
	}
	fn callback_next() -> Weight {
		Weight::from_parts(8_573_000, 7663)
			.saturating_add(T::DbWeight::get().reads(2))
	}
	/// `d`: 0 to 4096.
	fn callback_run(d: u32, ) -> Weight {
		Weight::from_parts(23_937_933, 7663)
			.saturating_add(Weight::from_parts(599, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
