//! Weights of `pallet_vesting`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_vesting`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_vesting::WeightInfo for WeightInfo<T> {
	/// `l`: 0 to 49.
	/// `s`: 1 to 28.
	fn vest_locked(l: u32, s: u32, ) -> Weight {
		Weight::from_parts(32_918_093, 4764)
			.saturating_add(Weight::from_parts(80_254, 0).saturating_mul(l.into()))
			.saturating_add(Weight::from_parts(220_347, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `l`: 0 to 49.
	/// `s`: 1 to 28.
	fn vest_unlocked(l: u32, s: u32, ) -> Weight {
		Weight::from_parts(33_315_326, 4764)
			.saturating_add(Weight::from_parts(47_226, 0).saturating_mul(l.into()))
			.saturating_add(Weight::from_parts(103_617, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `l`: 0 to 49.
	/// `s`: 1 to 28.
	fn vest_other_locked(l: u32, s: u32, ) -> Weight {
		Weight::from_parts(32_465_861, 4764)
			.saturating_add(Weight::from_parts(44_861, 0).saturating_mul(l.into()))
			.saturating_add(Weight::from_parts(79_754, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `l`: 0 to 49.
	/// `s`: 1 to 28.
	fn vest_other_unlocked(l: u32, s: u32, ) -> Weight {
		Weight::from_parts(33_945_003, 4764)
			.saturating_add(Weight::from_parts(43_433, 0).saturating_mul(l.into()))
			.saturating_add(Weight::from_parts(76_988, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `l`: 0 to 49.
	/// `s`: 0 to 27.
	fn vested_transfer(l: u32, s: u32, ) -> Weight {
		Weight::from_parts(79_048_043, 4764)
			.saturating_add(Weight::from_parts(62_801, 0).saturating_mul(l.into()))
			.saturating_add(Weight::from_parts(130_030, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `l`: 0 to 49.
	/// `s`: 0 to 27.
	fn force_vested_transfer(l: u32, s: u32, ) -> Weight {
		Weight::from_parts(84_073_169, 6196)
			.saturating_add(Weight::from_parts(57_875, 0).saturating_mul(l.into()))
			.saturating_add(Weight::from_parts(164_911, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// `l`: 0 to 49.
	/// `s`: 2 to 28.
	fn not_unlocking_merge_schedules(l: u32, s: u32, ) -> Weight {
		Weight::from_parts(31_287_483, 4764)
			.saturating_add(Weight::from_parts(58_895, 0).saturating_mul(l.into()))
			.saturating_add(Weight::from_parts(109_259, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `l`: 0 to 49.
	/// `s`: 2 to 28.
	fn unlocking_merge_schedules(l: u32, s: u32, ) -> Weight {
		Weight::from_parts(33_734_364, 4764)
			.saturating_add(Weight::from_parts(69_888, 0).saturating_mul(l.into()))
			.saturating_add(Weight::from_parts(125_812, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `l`: 0 to 49.
	/// `s`: 2 to 28.
	fn force_remove_vesting_schedule(l: u32, s: u32, ) -> Weight {
		Weight::from_parts(37_952_214, 4764)
			.saturating_add(Weight::from_parts(74_724, 0).saturating_mul(l.into()))
			.saturating_add(Weight::from_parts(142_974, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
