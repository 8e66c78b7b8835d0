//! Weights of `pallet_beefy_mmr`, measured by `make weights`: 10 steps, 4 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_beefy_mmr`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_beefy_mmr::WeightInfo for WeightInfo<T> {
	/// `n`: 2 to 512.
	fn n_leafs_proof_is_optimal(n: u32, ) -> Weight {
		Weight::from_parts(1_525_150, 0)
			.saturating_add(Weight::from_parts(3_137, 0).saturating_mul(n.into()))
	}
	fn extract_validation_context() -> Weight {
		Weight::from_parts(6_610_000, 3509)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn read_peak() -> Weight {
		Weight::from_parts(5_348_000, 3505)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `n`: 2 to 512.
	fn n_items_proof_is_non_canonical(n: u32, ) -> Weight {
		Weight::from_parts(27_477_128, 1517)
			.saturating_add(Weight::from_parts(1_116_213, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2))
	}
}
