//! Weights of `free_calls`, measured by `make weights`: 12 steps, 6 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `free_calls`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> crate::free_calls::WeightInfo for WeightInfo<T> {
	fn free_call() -> Weight {
		Weight::from_parts(9_003_000, 0)
	}
	/// `n`: 1 to 100.
	fn tipped_free_call(n: u32, ) -> Weight {
		Weight::from_parts(218_509_182, 14005)
			.saturating_add(Weight::from_parts(6_629_981, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(Weight::from_parts(0, 2980).saturating_mul(n.into()))
	}
	fn proxied_call() -> Weight {
		Weight::from_parts(12_469_000, 4706)
			.saturating_add(T::DbWeight::get().reads(1))
	}
}
