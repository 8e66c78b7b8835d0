//! Weights of `pallet_scheduler`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_scheduler`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_scheduler::WeightInfo for WeightInfo<T> {
	fn service_agendas_base() -> Weight {
		Weight::from_parts(5_658_000, 1489)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `s`: 0 to 50.
	fn service_agenda_base(s: u32, ) -> Weight {
		Weight::from_parts(6_441_800, 13928)
			.saturating_add(Weight::from_parts(372_817, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn service_task_base() -> Weight {
		Weight::from_parts(3_285_000, 0)
	}
	/// `s`: 128 to 4194304.
	fn service_task_fetched(s: u32, ) -> Weight {
		Weight::from_parts(17_106_000, 3604)
			.saturating_add(Weight::from_parts(663, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(s.into()))
	}
	fn service_task_named() -> Weight {
		Weight::from_parts(4_306_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn service_task_periodic() -> Weight {
		Weight::from_parts(3_265_000, 0)
	}
	fn execute_dispatch_signed() -> Weight {
		Weight::from_parts(4_607_000, 1489)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	fn execute_dispatch_unsigned() -> Weight {
		Weight::from_parts(2_454_000, 0)
	}
	/// `s`: 0 to 49.
	fn schedule(s: u32, ) -> Weight {
		Weight::from_parts(12_150_993, 13928)
			.saturating_add(Weight::from_parts(403_826, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `s`: 1 to 50.
	fn cancel(s: u32, ) -> Weight {
		Weight::from_parts(15_063_974, 13928)
			.saturating_add(Weight::from_parts(596_406, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `s`: 0 to 49.
	fn schedule_named(s: u32, ) -> Weight {
		Weight::from_parts(16_154_602, 13928)
			.saturating_add(Weight::from_parts(464_706, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `s`: 1 to 50.
	fn cancel_named(s: u32, ) -> Weight {
		Weight::from_parts(17_630_081, 13928)
			.saturating_add(Weight::from_parts(655_961, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `s`: 1 to 50.
	fn schedule_retry(s: u32, ) -> Weight {
		Weight::from_parts(9_529_733, 13928)
			.saturating_add(Weight::from_parts(21_795, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn set_retry() -> Weight {
		Weight::from_parts(25_568_000, 13928)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn set_retry_named() -> Weight {
		Weight::from_parts(30_126_000, 13928)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn cancel_retry() -> Weight {
		Weight::from_parts(23_466_000, 13928)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn cancel_retry_named() -> Weight {
		Weight::from_parts(30_345_000, 13928)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
