//! Weights of `frame_system_extensions`, measured by `make weights`: 10 steps, 4 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `frame_system_extensions`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> frame_system::ExtensionsWeightInfo for WeightInfo<T> {
	fn check_genesis() -> Weight {
		Weight::from_parts(1_923_000, 0)
	}
	fn check_mortality_mortal_transaction() -> Weight {
		Weight::from_parts(4_006_000, 0)
	}
	fn check_mortality_immortal_transaction() -> Weight {
		Weight::from_parts(4_026_000, 0)
	}
	fn check_non_zero_sender() -> Weight {
		Weight::from_parts(581_000, 0)
	}
	fn check_nonce() -> Weight {
		Weight::from_parts(8_383_000, 3593)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn check_spec_version() -> Weight {
		Weight::from_parts(460_000, 0)
	}
	fn check_tx_version() -> Weight {
		Weight::from_parts(460_000, 0)
	}
	fn check_weight() -> Weight {
		Weight::from_parts(4_286_000, 0)
	}
	fn weight_reclaim() -> Weight {
		Weight::from_parts(2_554_000, 0)
	}
}
