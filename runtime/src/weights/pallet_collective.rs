//! Weights of `pallet_collective`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_collective`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_collective::WeightInfo for WeightInfo<T> {
	/// `m`: 0 to 25.
	/// `n`: 0 to 25.
	/// `p`: 0 to 50.
	fn set_members(m: u32, _n: u32, p: u32, ) -> Weight {
		Weight::from_parts(8_924_000, 18321)
			.saturating_add(Weight::from_parts(2_334_258, 0).saturating_mul(m.into()))
			.saturating_add(Weight::from_parts(4_158_231, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(p.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(p.into())))
			.saturating_add(Weight::from_parts(0, 991).saturating_mul(m.into()))
			.saturating_add(Weight::from_parts(0, 2789).saturating_mul(p.into()))
	}
	/// `b`: 2 to 1024.
	/// `m`: 1 to 25.
	fn execute(b: u32, m: u32, ) -> Weight {
		Weight::from_parts(13_899_520, 1597)
			.saturating_add(Weight::from_parts(1_811, 0).saturating_mul(b.into()))
			.saturating_add(Weight::from_parts(11_564, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(Weight::from_parts(0, 32).saturating_mul(m.into()))
	}
	/// `b`: 2 to 1024.
	/// `m`: 1 to 25.
	fn propose_execute(b: u32, m: u32, ) -> Weight {
		Weight::from_parts(16_026_908, 3577)
			.saturating_add(Weight::from_parts(1_849, 0).saturating_mul(b.into()))
			.saturating_add(Weight::from_parts(17_346, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(Weight::from_parts(0, 32).saturating_mul(m.into()))
	}
	/// `b`: 2 to 1024.
	/// `m`: 2 to 25.
	/// `p`: 1 to 50.
	fn propose_proposed(b: u32, m: u32, p: u32, ) -> Weight {
		Weight::from_parts(22_933_970, 3781)
			.saturating_add(Weight::from_parts(3_531, 0).saturating_mul(b.into()))
			.saturating_add(Weight::from_parts(25_012, 0).saturating_mul(m.into()))
			.saturating_add(Weight::from_parts(290_617, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(Weight::from_parts(0, 32).saturating_mul(m.into()))
			.saturating_add(Weight::from_parts(0, 43).saturating_mul(p.into()))
	}
	/// `m`: 5 to 25.
	fn vote(m: u32, ) -> Weight {
		Weight::from_parts(19_917_999, 4268)
			.saturating_add(Weight::from_parts(15_075, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(Weight::from_parts(0, 64).saturating_mul(m.into()))
	}
	/// `m`: 4 to 25.
	/// `p`: 1 to 50.
	fn close_early_disapproved(m: u32, p: u32, ) -> Weight {
		Weight::from_parts(21_773_462, 3711)
			.saturating_add(Weight::from_parts(18_818, 0).saturating_mul(m.into()))
			.saturating_add(Weight::from_parts(260_456, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(Weight::from_parts(0, 67).saturating_mul(m.into()))
			.saturating_add(Weight::from_parts(0, 42).saturating_mul(p.into()))
	}
	/// `b`: 2 to 1024.
	/// `m`: 4 to 25.
	/// `p`: 1 to 50.
	fn close_early_approved(b: u32, m: u32, p: u32, ) -> Weight {
		Weight::from_parts(35_080_311, 3755)
			.saturating_add(Weight::from_parts(664, 0).saturating_mul(b.into()))
			.saturating_add(Weight::from_parts(9_637, 0).saturating_mul(m.into()))
			.saturating_add(Weight::from_parts(321_024, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(b.into()))
			.saturating_add(Weight::from_parts(0, 66).saturating_mul(m.into()))
			.saturating_add(Weight::from_parts(0, 53).saturating_mul(p.into()))
	}
	/// `m`: 4 to 25.
	/// `p`: 1 to 50.
	fn close_disapproved(m: u32, p: u32, ) -> Weight {
		Weight::from_parts(23_838_482, 3807)
			.saturating_add(Weight::from_parts(16_975, 0).saturating_mul(m.into()))
			.saturating_add(Weight::from_parts(254_269, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(Weight::from_parts(0, 51).saturating_mul(m.into()))
			.saturating_add(Weight::from_parts(0, 42).saturating_mul(p.into()))
	}
	/// `b`: 2 to 1024.
	/// `m`: 4 to 25.
	/// `p`: 1 to 50.
	fn close_approved(b: u32, m: u32, p: u32, ) -> Weight {
		Weight::from_parts(35_058_865, 3775)
			.saturating_add(Weight::from_parts(1_082, 0).saturating_mul(b.into()))
			.saturating_add(Weight::from_parts(36_336, 0).saturating_mul(m.into()))
			.saturating_add(Weight::from_parts(304_403, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(Weight::from_parts(0, 1).saturating_mul(b.into()))
			.saturating_add(Weight::from_parts(0, 66).saturating_mul(m.into()))
			.saturating_add(Weight::from_parts(0, 53).saturating_mul(p.into()))
	}
	/// `p`: 1 to 50.
	fn disapprove_proposal(p: u32, ) -> Weight {
		Weight::from_parts(12_500_597, 1711)
			.saturating_add(Weight::from_parts(188_965, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(Weight::from_parts(0, 32).saturating_mul(p.into()))
	}
	/// `d`: 0 to 1.
	/// `p`: 1 to 50.
	fn kill(d: u32, p: u32, ) -> Weight {
		Weight::from_parts(18_871_562, 4823)
			.saturating_add(Weight::from_parts(245_758, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(Weight::from_parts(0, 46).saturating_mul(d.into()))
			.saturating_add(Weight::from_parts(0, 44).saturating_mul(p.into()))
	}
	fn release_proposal_cost() -> Weight {
		Weight::from_parts(12_239_000, 4341)
			.saturating_add(T::DbWeight::get().reads(2))
	}
}
