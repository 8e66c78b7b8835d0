//! Weights of `pallet_utility`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_utility`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_utility::WeightInfo for WeightInfo<T> {
	/// `c`: 0 to 1000.
	fn batch(c: u32, ) -> Weight {
		Weight::from_parts(10_220_573, 1489)
			.saturating_add(Weight::from_parts(3_691_979, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn as_derivative() -> Weight {
		Weight::from_parts(7_051_000, 1489)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// `c`: 0 to 1000.
	fn batch_all(c: u32, ) -> Weight {
		Weight::from_parts(5_534_742, 1489)
			.saturating_add(Weight::from_parts(3_958_366, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn dispatch_as() -> Weight {
		Weight::from_parts(6_931_000, 0)
	}
	/// `c`: 0 to 1000.
	fn force_batch(c: u32, ) -> Weight {
		Weight::from_parts(7_869_490, 1489)
			.saturating_add(Weight::from_parts(3_624_495, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn dispatch_as_fallible() -> Weight {
		Weight::from_parts(6_740_000, 0)
	}
	fn if_else() -> Weight {
		Weight::from_parts(10_806_000, 1489)
			.saturating_add(T::DbWeight::get().reads(1))
	}
}
