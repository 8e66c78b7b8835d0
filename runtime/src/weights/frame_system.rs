//! Weights of `frame_system`, measured by `make weights`: 10 steps, 4 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `frame_system`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> frame_system::WeightInfo for WeightInfo<T> {
	/// `b`: 0 to 4456448.
	fn remark(b: u32, ) -> Weight {
		Weight::from_parts(2_594_000, 0)
			.saturating_add(Weight::from_parts(306, 0).saturating_mul(b.into()))
	}
	/// `b`: 0 to 4456448.
	fn remark_with_event(b: u32, ) -> Weight {
		Weight::from_parts(5_749_000, 0)
			.saturating_add(Weight::from_parts(4_015, 0).saturating_mul(b.into()))
	}
	fn set_heap_pages() -> Weight {
		Weight::from_parts(4_506_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn set_code() -> Weight {
		Weight::from_parts(148_751_702_000, 67035)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `i`: 0 to 1000.
	fn set_storage(i: u32, ) -> Weight {
		Weight::from_parts(2_664_000, 0)
			.saturating_add(Weight::from_parts(875_982, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(i.into())))
	}
	/// `i`: 0 to 1000.
	fn kill_storage(i: u32, ) -> Weight {
		Weight::from_parts(2_674_000, 0)
			.saturating_add(Weight::from_parts(595_489, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(i.into())))
	}
	/// `p`: 0 to 1000.
	fn kill_prefix(p: u32, ) -> Weight {
		Weight::from_parts(4_467_000, 77)
			.saturating_add(Weight::from_parts(1_192_661, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(p.into())))
			.saturating_add(Weight::from_parts(0, 70).saturating_mul(p.into()))
	}
	fn authorize_upgrade() -> Weight {
		Weight::from_parts(22_644_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn apply_authorized_upgrade() -> Weight {
		Weight::from_parts(103_038_501_000, 67035)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
