//! Weights of `free_calls`, written by hand until `make weights` measures them.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `free_calls`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> crate::free_calls::WeightInfo for WeightInfo<T> {
	/// Not measured yet: two looks at what free calls have taken, and a priority.
	fn free_call() -> Weight {
		Weight::from_parts(10_000_000, 0)
	}
	/// Not measured yet: `charge_transaction_payment` twice, and a look at each deal.
	/// `n`: 1 to 100.
	fn tipped_free_call(n: u32, ) -> Weight {
		Weight::from_parts(180_000_000, 8799)
			.saturating_add(Weight::from_parts(5_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(Weight::from_parts(0, 3501).saturating_mul(n.into()))
	}
	/// Not measured yet: `pallet_proxy`'s `proxy`, and a look at each pause.
	fn proxied_call() -> Weight {
		Weight::from_parts(55_570_000, 4706)
			.saturating_add(T::DbWeight::get().reads(1))
	}
}
