//! Weights of `pallet_preimage`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_preimage`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_preimage::WeightInfo for WeightInfo<T> {
	/// `s`: 0 to 4194304.
	fn note_preimage(s: u32, ) -> Weight {
		Weight::from_parts(38_593_224, 3676)
			.saturating_add(Weight::from_parts(1_791, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `s`: 0 to 4194304.
	fn note_requested_preimage(s: u32, ) -> Weight {
		Weight::from_parts(2_377_696, 3556)
			.saturating_add(Weight::from_parts(1_835, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `s`: 0 to 4194304.
	fn note_no_deposit_preimage(s: u32, ) -> Weight {
		Weight::from_parts(21_004_666, 3556)
			.saturating_add(Weight::from_parts(1_802, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn unnote_preimage() -> Weight {
		Weight::from_parts(97_597_000, 3676)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn unnote_no_deposit_preimage() -> Weight {
		Weight::from_parts(50_866_000, 3556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn request_preimage() -> Weight {
		Weight::from_parts(50_116_000, 3556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn request_no_deposit_preimage() -> Weight {
		Weight::from_parts(32_950_000, 3556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn request_unnoted_preimage() -> Weight {
		Weight::from_parts(35_513_000, 3556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn request_requested_preimage() -> Weight {
		Weight::from_parts(12_920_000, 3556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn unrequest_preimage() -> Weight {
		Weight::from_parts(49_795_000, 3556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn unrequest_unnoted_preimage() -> Weight {
		Weight::from_parts(14_011_000, 3556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn unrequest_multi_referenced_preimage() -> Weight {
		Weight::from_parts(12_849_000, 3556)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `n`: 1 to 1024.
	fn ensure_updated(n: u32, ) -> Weight {
		Weight::from_parts(63_536_000, 990)
			.saturating_add(Weight::from_parts(64_368_356, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((4_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2686).saturating_mul(n.into()))
	}
}
