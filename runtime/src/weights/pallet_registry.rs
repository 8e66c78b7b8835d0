//! Weights of `pallet_registry`, measured by `make weights`: 12 steps, 6 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_registry`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_registry::WeightInfo for WeightInfo<T> {
	fn register_app() -> Weight {
		Weight::from_parts(77_385_000, 6012)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn register_dataset() -> Weight {
		Weight::from_parts(76_824_000, 6012)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn register_workerpool() -> Weight {
		Weight::from_parts(74_901_000, 6012)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn create_group() -> Weight {
		Weight::from_parts(74_210_000, 6012)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `n`: 0 to 100.
	fn add_members(n: u32, ) -> Weight {
		Weight::from_parts(57_909_494, 6012)
			.saturating_add(Weight::from_parts(10_912_470, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2560).saturating_mul(n.into()))
	}
	/// `n`: 0 to 100.
	fn remove_members(n: u32, ) -> Weight {
		Weight::from_parts(50_835_854, 3694)
			.saturating_add(Weight::from_parts(7_537_460, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2560).saturating_mul(n.into()))
	}
	fn transfer_app() -> Weight {
		Weight::from_parts(79_048_000, 6398)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn transfer_dataset() -> Weight {
		Weight::from_parts(78_597_000, 6398)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn transfer_workerpool() -> Weight {
		Weight::from_parts(77_956_000, 6398)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn transfer_group() -> Weight {
		Weight::from_parts(77_566_000, 6398)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn set_policy() -> Weight {
		Weight::from_parts(15_563_000, 3797)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn set_description() -> Weight {
		Weight::from_parts(78_967_000, 6012)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn deregister_app() -> Weight {
		Weight::from_parts(58_477_000, 3923)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn deregister_dataset() -> Weight {
		Weight::from_parts(58_727_000, 3889)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn deregister_workerpool() -> Weight {
		Weight::from_parts(58_266_000, 3797)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn deregister_group() -> Weight {
		Weight::from_parts(59_980_000, 3694)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
