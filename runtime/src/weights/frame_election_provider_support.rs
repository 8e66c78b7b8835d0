//! Weights of `frame_election_provider_support`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `frame_election_provider_support`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> frame_election_provider_support::WeightInfo for WeightInfo<T> {
	/// `v`: 1000 to 2000.
	/// `t`: 500 to 1000.
	/// `d`: 5 to 16.
	fn phragmen(v: u32, _t: u32, d: u32, ) -> Weight {
		Weight::from_parts(5_739_278_000, 0)
			.saturating_add(Weight::from_parts(4_662_679, 0).saturating_mul(v.into()))
			.saturating_add(Weight::from_parts(1_014_334_164, 0).saturating_mul(d.into()))
	}
	/// `v`: 1000 to 2000.
	/// `t`: 500 to 1000.
	/// `d`: 5 to 16.
	fn phragmms(v: u32, _t: u32, d: u32, ) -> Weight {
		Weight::from_parts(4_049_341_000, 0)
			.saturating_add(Weight::from_parts(3_997_994, 0).saturating_mul(v.into()))
			.saturating_add(Weight::from_parts(1_006_129_845, 0).saturating_mul(d.into()))
	}
}
