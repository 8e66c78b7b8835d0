//! Weights of `pallet_staking`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_staking`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_staking::WeightInfo for WeightInfo<T> {
	fn bond() -> Weight {
		Weight::from_parts(73_711_000, 4556)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn bond_extra() -> Weight {
		Weight::from_parts(125_558_000, 8877)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn unbond() -> Weight {
		Weight::from_parts(101_482_000, 8877)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// `s`: 0 to 100.
	fn withdraw_unbonded_update(s: u32, ) -> Weight {
		Weight::from_parts(68_830_862, 4556)
			.saturating_add(Weight::from_parts(14_159, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `s`: 0 to 100.
	fn withdraw_unbonded_kill(s: u32, ) -> Weight {
		Weight::from_parts(115_542_246, 6248)
			.saturating_add(Weight::from_parts(1_499_041, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(12))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 4).saturating_mul(s.into()))
	}
	fn validate() -> Weight {
		Weight::from_parts(58_207_000, 4556)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// `k`: 1 to 128.
	fn kick(k: u32, ) -> Weight {
		Weight::from_parts(33_592_991, 4556)
			.saturating_add(Weight::from_parts(6_871_235, 0).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(k.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(k.into())))
			.saturating_add(Weight::from_parts(0, 3033).saturating_mul(k.into()))
	}
	/// `n`: 1 to 16.
	fn nominate(n: u32, ) -> Weight {
		Weight::from_parts(69_465_040, 6248)
			.saturating_add(Weight::from_parts(4_135_986, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(6))
			.saturating_add(Weight::from_parts(0, 2520).saturating_mul(n.into()))
	}
	fn chill() -> Weight {
		Weight::from_parts(62_113_000, 6248)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	fn set_payee() -> Weight {
		Weight::from_parts(22_203_000, 4556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn update_payee() -> Weight {
		Weight::from_parts(26_160_000, 4556)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn set_controller() -> Weight {
		Weight::from_parts(26_149_000, 8122)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn set_validator_count() -> Weight {
		Weight::from_parts(2_664_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn force_no_eras() -> Weight {
		Weight::from_parts(5_148_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn force_new_era() -> Weight {
		Weight::from_parts(5_178_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn force_new_era_always() -> Weight {
		Weight::from_parts(5_097_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `v`: 0 to 100.
	fn set_invulnerables(v: u32, ) -> Weight {
		Weight::from_parts(3_102_042, 0)
			.saturating_add(Weight::from_parts(7_431, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `u`: 0 to 100.
	fn deprecate_controller_batch(u: u32, ) -> Weight {
		Weight::from_parts(512_538, 990)
			.saturating_add(Weight::from_parts(21_642_129, 0).saturating_mul(u.into()))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(u.into())))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(u.into())))
			.saturating_add(Weight::from_parts(0, 7132).saturating_mul(u.into()))
	}
	/// `s`: 0 to 100.
	fn force_unstake(s: u32, ) -> Weight {
		Weight::from_parts(112_605_022, 6248)
			.saturating_add(Weight::from_parts(1_524_419, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(13))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 4).saturating_mul(s.into()))
	}
	/// `s`: 1 to 1000.
	fn cancel_deferred_slash(s: u32, ) -> Weight {
		Weight::from_parts(568_135_827, 70091)
			.saturating_add(Weight::from_parts(3_181_436, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `n`: 0 to 64.
	fn payout_stakers_alive_staked(n: u32, ) -> Weight {
		Weight::from_parts(229_567_797, 10344)
			.saturating_add(Weight::from_parts(84_656_556, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(15))
			.saturating_add(T::DbWeight::get().reads((6_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 3566).saturating_mul(n.into()))
	}
	/// `l`: 1 to 32.
	fn rebond(l: u32, ) -> Weight {
		Weight::from_parts(80_088_482, 8877)
			.saturating_add(Weight::from_parts(33_395, 0).saturating_mul(l.into()))
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// `s`: 1 to 100.
	fn reap_stash(s: u32, ) -> Weight {
		Weight::from_parts(123_586_450, 6248)
			.saturating_add(Weight::from_parts(1_519_956, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(12))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 4).saturating_mul(s.into()))
	}
	/// `v`: 1 to 10.
	/// `n`: 0 to 100.
	fn new_era(v: u32, n: u32, ) -> Weight {
		Weight::from_parts(438_368_000, 121169)
			.saturating_add(Weight::from_parts(34_271_486, 0).saturating_mul(v.into()))
			.saturating_add(Weight::from_parts(20_502_198, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(53))
			.saturating_add(T::DbWeight::get().reads((5_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(8))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 3566).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 3566).saturating_mul(v.into()))
	}
	/// `v`: 50 to 100.
	/// `n`: 500 to 1000.
	fn get_npos_voters(v: u32, n: u32, ) -> Weight {
		Weight::from_parts(12_017_315_000, 121169)
			.saturating_add(Weight::from_parts(16_783_137, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(48))
			.saturating_add(T::DbWeight::get().reads((5_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(Weight::from_parts(0, 3566).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 3566).saturating_mul(v.into()))
	}
	/// Measured alone: 6 steps, 4 repetitions.
	/// `v`: 50 to 100.
	fn get_npos_targets(v: u32, ) -> Weight {
		Weight::from_parts(333_611_452, 3510)
			.saturating_add(Weight::from_parts(8_539_532, 0).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(v.into())))
			.saturating_add(Weight::from_parts(0, 2526).saturating_mul(v.into()))
	}
	fn set_staking_configs_all_set() -> Weight {
		Weight::from_parts(4_537_000, 0)
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn set_staking_configs_all_remove() -> Weight {
		Weight::from_parts(4_236_000, 0)
			.saturating_add(T::DbWeight::get().writes(7))
	}
	fn chill_other() -> Weight {
		Weight::from_parts(77_346_000, 6248)
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	fn force_apply_min_commission() -> Weight {
		Weight::from_parts(12_930_000, 3510)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn set_min_commission() -> Weight {
		Weight::from_parts(2_764_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn restore_ledger() -> Weight {
		Weight::from_parts(46_870_000, 4556)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn migrate_currency() -> Weight {
		Weight::from_parts(94_001_000, 4764)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn manual_slash() -> Weight {
		Weight::from_parts(3_927_538_000, 232780)
			.saturating_add(T::DbWeight::get().reads(531))
			.saturating_add(T::DbWeight::get().writes(391))
	}
}
