//! Weights of `pallet_proxy`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_proxy`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_proxy::WeightInfo for WeightInfo<T> {
	/// `p`: 1 to 31.
	fn proxy(p: u32, ) -> Weight {
		Weight::from_parts(14_955_814, 4706)
			.saturating_add(Weight::from_parts(19_817, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(2))
	}
	/// `a`: 0 to 31.
	/// `p`: 1 to 31.
	fn proxy_announced(a: u32, p: u32, ) -> Weight {
		Weight::from_parts(38_830_941, 5698)
			.saturating_add(Weight::from_parts(209_525, 0).saturating_mul(a.into()))
			.saturating_add(Weight::from_parts(35_386, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `a`: 0 to 31.
	/// `p`: 1 to 31.
	fn remove_announcement(a: u32, p: u32, ) -> Weight {
		Weight::from_parts(25_385_463, 5698)
			.saturating_add(Weight::from_parts(199_758, 0).saturating_mul(a.into()))
			.saturating_add(Weight::from_parts(6_591, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `a`: 0 to 31.
	/// `p`: 1 to 31.
	fn reject_announcement(a: u32, p: u32, ) -> Weight {
		Weight::from_parts(24_854_254, 5698)
			.saturating_add(Weight::from_parts(200_371, 0).saturating_mul(a.into()))
			.saturating_add(Weight::from_parts(1_960, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `a`: 0 to 31.
	/// `p`: 1 to 31.
	fn announce(a: u32, p: u32, ) -> Weight {
		Weight::from_parts(33_809_087, 5698)
			.saturating_add(Weight::from_parts(189_247, 0).saturating_mul(a.into()))
			.saturating_add(Weight::from_parts(27_853, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `p`: 1 to 31.
	fn add_proxy(p: u32, ) -> Weight {
		Weight::from_parts(23_694_348, 4706)
			.saturating_add(Weight::from_parts(51_255, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `p`: 1 to 31.
	fn remove_proxy(p: u32, ) -> Weight {
		Weight::from_parts(23_723_565, 4706)
			.saturating_add(Weight::from_parts(47_395, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `p`: 1 to 31.
	fn remove_proxies(p: u32, ) -> Weight {
		Weight::from_parts(22_365_944, 4706)
			.saturating_add(Weight::from_parts(1_883_569, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `p`: 1 to 31.
	fn create_pure(p: u32, ) -> Weight {
		Weight::from_parts(29_060_034, 4706)
			.saturating_add(Weight::from_parts(30_559, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `p`: 0 to 30.
	fn kill_pure(p: u32, ) -> Weight {
		Weight::from_parts(25_343_297, 4706)
			.saturating_add(Weight::from_parts(39_894, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn poke_deposit() -> Weight {
		Weight::from_parts(43_786_000, 5698)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
