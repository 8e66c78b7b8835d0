//! How far a vote goes: what the origin of a track sets stays within these bounds.
//!
//! A track passes with little support once its time is nearly over, so no vote on one may switch a protection off. Root
//! may set anything: its referenda need the most support, and it could replace this code. The bounds themselves are those of
//! [`rlc_primitives::governance`], which clients read too; `docs/threat-model.md` lists them.

use frame_support::traits::Contains;
use rlc_primitives::governance::{COMMISSION, REFERENCE_TIME, TREASURY_SHARE};

use crate::{configs::computing::is_within_bounds, RuntimeCall};

/// Every call but those that would set a parameter beyond its bounds, which root alone may make.
pub struct Bounded;

impl Contains<RuntimeCall> for Bounded {
	fn contains(call: &RuntimeCall) -> bool {
		match call {
			RuntimeCall::Parameters(pallet_parameters::Call::set_parameter { key_value }) => {
				is_within_bounds(key_value)
			}
			RuntimeCall::Rlc(pallet_rlc::Call::set_treasury_share { share }) => {
				TREASURY_SHARE.contain(share.deconstruct().into())
			}
			RuntimeCall::Staking(pallet_staking::Call::set_min_commission { new }) => {
				COMMISSION.contain(new.deconstruct().into())
			}
			// Whom a vote can slash, or whose ledger it can write, it can take everything from.
			RuntimeCall::Staking(
				pallet_staking::Call::manual_slash { .. } | pallet_staking::Call::restore_ledger { .. },
			) => false,
			RuntimeCall::Marketplace(pallet_marketplace::Call::add_category { reference_time, .. }) => {
				REFERENCE_TIME.contain((*reference_time).into())
			}
			_ => true,
		}
	}
}
