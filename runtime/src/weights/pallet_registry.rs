//! Weights of `pallet_registry`, measured by `make weights`: 12 steps, 6 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_registry`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_registry::WeightInfo for WeightInfo<T> {
	fn register_app() -> Weight {
		Weight::from_parts(77_446_000, 6012)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn register_dataset() -> Weight {
		Weight::from_parts(77_135_000, 6012)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn register_workerpool() -> Weight {
		Weight::from_parts(76_724_000, 6012)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn create_group() -> Weight {
		Weight::from_parts(74_861_000, 6012)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `n`: 0 to 100.
	fn add_members(n: u32, ) -> Weight {
		Weight::from_parts(57_086_729, 6012)
			.saturating_add(Weight::from_parts(10_899_876, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2560).saturating_mul(n.into()))
	}
	/// `n`: 0 to 100.
	fn remove_members(n: u32, ) -> Weight {
		Weight::from_parts(48_667_530, 3694)
			.saturating_add(Weight::from_parts(7_674_397, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2560).saturating_mul(n.into()))
	}
	fn transfer_app() -> Weight {
		Weight::from_parts(78_707_000, 6398)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn transfer_dataset() -> Weight {
		Weight::from_parts(78_146_000, 6398)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn transfer_workerpool() -> Weight {
		Weight::from_parts(77_275_000, 6398)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn transfer_group() -> Weight {
		Weight::from_parts(77_246_000, 6398)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn set_policy() -> Weight {
		Weight::from_parts(15_904_000, 3797)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Not measured yet: `deregister_app`, with another event.
	fn set_description() -> Weight {
		Weight::from_parts(50_000_000, 3923)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn deregister_app() -> Weight {
		Weight::from_parts(58_947_000, 3923)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn deregister_dataset() -> Weight {
		Weight::from_parts(58_758_000, 3889)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn deregister_workerpool() -> Weight {
		Weight::from_parts(58_337_000, 3797)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn deregister_group() -> Weight {
		Weight::from_parts(60_600_000, 3694)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
