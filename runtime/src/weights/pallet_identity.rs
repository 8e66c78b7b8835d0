//! Weights of `pallet_identity`, measured by `make weights`: 10 steps, 5 repetitions, AMD EPYC.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens, unused_imports, missing_docs, clippy::all)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of `pallet_identity`.
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_identity::WeightInfo for WeightInfo<T> {
	/// `r`: 1 to 19.
	fn add_registrar(r: u32, ) -> Weight {
		Weight::from_parts(8_698_644, 2626)
			.saturating_add(Weight::from_parts(73_687, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `r`: 1 to 20.
	fn remove_registrar(r: u32, ) -> Weight {
		Weight::from_parts(8_329_240, 2626)
			.saturating_add(Weight::from_parts(62_585, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `r`: 1 to 20.
	fn set_identity(r: u32, ) -> Weight {
		Weight::from_parts(38_943_964, 5290)
			.saturating_add(Weight::from_parts(154_264, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `s`: 0 to 100.
	fn set_subs_new(s: u32, ) -> Weight {
		Weight::from_parts(21_352_701, 6723)
			.saturating_add(Weight::from_parts(4_327_760, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(s.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(s.into())))
			.saturating_add(Weight::from_parts(0, 2589).saturating_mul(s.into()))
	}
	/// `p`: 0 to 100.
	fn set_subs_old(p: u32, ) -> Weight {
		Weight::from_parts(21_450_585, 6723)
			.saturating_add(Weight::from_parts(1_659_420, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(p.into())))
	}
	/// `r`: 1 to 20.
	/// `s`: 0 to 100.
	fn clear_identity(r: u32, s: u32, ) -> Weight {
		Weight::from_parts(35_702_150, 6723)
			.saturating_add(Weight::from_parts(139_467, 0).saturating_mul(r.into()))
			.saturating_add(Weight::from_parts(1_630_361, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(s.into())))
	}
	/// `r`: 1 to 20.
	fn request_judgement(r: u32, ) -> Weight {
		Weight::from_parts(41_616_805, 5290)
			.saturating_add(Weight::from_parts(86_500, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `r`: 1 to 20.
	fn cancel_request(r: u32, ) -> Weight {
		Weight::from_parts(38_899_804, 5290)
			.saturating_add(Weight::from_parts(51_672, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `r`: 1 to 19.
	fn set_fee(r: u32, ) -> Weight {
		Weight::from_parts(6_204_178, 2626)
			.saturating_add(Weight::from_parts(57_436, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `r`: 1 to 19.
	fn set_account_id(r: u32, ) -> Weight {
		Weight::from_parts(6_181_844, 2626)
			.saturating_add(Weight::from_parts(62_175, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `r`: 1 to 19.
	fn set_fields(r: u32, ) -> Weight {
		Weight::from_parts(6_186_108, 2626)
			.saturating_add(Weight::from_parts(58_753, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `r`: 1 to 19.
	fn provide_judgement(r: u32, ) -> Weight {
		Weight::from_parts(37_308_407, 5290)
			.saturating_add(Weight::from_parts(85_339, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `r`: 1 to 20.
	/// `s`: 0 to 100.
	fn kill_identity(r: u32, s: u32, ) -> Weight {
		Weight::from_parts(52_475_201, 6723)
			.saturating_add(Weight::from_parts(154_505, 0).saturating_mul(r.into()))
			.saturating_add(Weight::from_parts(1_625_069, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(s.into())))
	}
	/// `s`: 0 to 99.
	fn add_sub(s: u32, ) -> Weight {
		Weight::from_parts(30_449_751, 6723)
			.saturating_add(Weight::from_parts(75_647, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `s`: 1 to 100.
	fn rename_sub(s: u32, ) -> Weight {
		Weight::from_parts(16_540_940, 5290)
			.saturating_add(Weight::from_parts(32_256, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `s`: 1 to 100.
	fn remove_sub(s: u32, ) -> Weight {
		Weight::from_parts(34_059_806, 6723)
			.saturating_add(Weight::from_parts(63_677, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// `s`: 0 to 99.
	fn quit_sub(s: u32, ) -> Weight {
		Weight::from_parts(25_105_403, 6723)
			.saturating_add(Weight::from_parts(69_635, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn add_username_authority() -> Weight {
		Weight::from_parts(6_399_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn remove_username_authority() -> Weight {
		Weight::from_parts(9_073_000, 3517)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// `p`: 0 to 1.
	fn set_username_for(_p: u32, ) -> Weight {
		Weight::from_parts(76_702_624, 3593)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn accept_username() -> Weight {
		Weight::from_parts(19_930_000, 3567)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `p`: 0 to 1.
	fn remove_expired_approval(_p: u32, ) -> Weight {
		Weight::from_parts(28_623_031, 3593)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn set_primary_username() -> Weight {
		Weight::from_parts(11_878_000, 3563)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn unbind_username() -> Weight {
		Weight::from_parts(19_609_000, 3563)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn remove_username() -> Weight {
		Weight::from_parts(20_661_000, 3563)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// `p`: 0 to 1.
	fn kill_username(_p: u32, ) -> Weight {
		Weight::from_parts(51_171_922, 6196)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn migration_v2_authority_step() -> Weight {
		Weight::from_parts(7_922_000, 6087)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn migration_v2_username_step() -> Weight {
		Weight::from_parts(7_992_000, 6099)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn migration_v2_identity_step() -> Weight {
		Weight::from_parts(23_025_000, 9590)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn migration_v2_pending_username_step() -> Weight {
		Weight::from_parts(6_820_000, 6144)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn migration_v2_cleanup_authority_step() -> Weight {
		Weight::from_parts(10_276_000, 6044)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn migration_v2_cleanup_username_step() -> Weight {
		Weight::from_parts(9_134_000, 6136)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
