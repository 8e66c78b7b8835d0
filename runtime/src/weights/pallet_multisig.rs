//! Weights of `pallet_multisig`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_multisig`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_multisig::WeightInfo for WeightInfo<T> {
	/// `z`: 0 to 10000.
	fn as_multi_threshold_1(z: u32, ) -> Weight {
		Weight::from_parts(40_709_748, 1489)
			.saturating_add(Weight::from_parts(7_038, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `s`: 2 to 100.
	/// `z`: 0 to 10000.
	fn as_multi_create(s: u32, z: u32, ) -> Weight {
		Weight::from_parts(29_340_253, 6811)
			.saturating_add(Weight::from_parts(281_773, 0).saturating_mul(s.into()))
			.saturating_add(Weight::from_parts(6_986, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `s`: 3 to 100.
	/// `z`: 0 to 10000.
	fn as_multi_approve(s: u32, z: u32, ) -> Weight {
		Weight::from_parts(17_620_381, 6811)
			.saturating_add(Weight::from_parts(256_330, 0).saturating_mul(s.into()))
			.saturating_add(Weight::from_parts(6_897, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `s`: 2 to 100.
	/// `z`: 0 to 10000.
	fn as_multi_complete(s: u32, z: u32, ) -> Weight {
		Weight::from_parts(35_283_600, 6811)
			.saturating_add(Weight::from_parts(367_084, 0).saturating_mul(s.into()))
			.saturating_add(Weight::from_parts(7_144, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `s`: 2 to 100.
	fn approve_as_multi_create(s: u32, ) -> Weight {
		Weight::from_parts(28_230_500, 6811)
			.saturating_add(Weight::from_parts(265_728, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `s`: 2 to 100.
	fn approve_as_multi_approve(s: u32, ) -> Weight {
		Weight::from_parts(16_138_980, 6811)
			.saturating_add(Weight::from_parts(272_624, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `s`: 2 to 100.
	fn cancel_as_multi(s: u32, ) -> Weight {
		Weight::from_parts(27_884_182, 6811)
			.saturating_add(Weight::from_parts(263_033, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `s`: 2 to 100.
	fn poke_deposit(s: u32, ) -> Weight {
		Weight::from_parts(27_865_346, 6811)
			.saturating_add(Weight::from_parts(309_589, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
