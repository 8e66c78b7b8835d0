//! How far a vote goes: what the origin of a track sets stays within these bounds.
//!
//! A track passes with little support once its time is nearly over, so no vote on one may switch a protection off. Root
//! may set anything: its referenda need the most support, and it could replace this code. `docs/threat-model.md` lists
//! the bounds.

use frame_support::traits::Contains;
use rlc_primitives::Moment;
use sp_runtime::{Perbill, Permill};

use crate::{configs::computing::is_within_bounds, timing::MINUTE, RuntimeCall};

/// The largest share of the fees that can go to the treasury: validators live on the rest.
pub const MOST_TREASURY_SHARE: Permill = Permill::from_percent(50);

/// The smallest part of its nominators' rewards that a validator can be made to keep. Without any, a validator that works
/// for nothing gets all nominations.
pub const LEAST_COMMISSION: Perbill = Perbill::from_percent(1);

/// The largest such part: if validators kept all of it, nobody would nominate.
pub const MOST_COMMISSION: Perbill = Perbill::from_percent(25);

/// The least reference time of a category that a vote adds, in ms. The least stake of a scheduler is proportional to it,
/// and deadlines are multiples of it, which have to last for some blocks. Test networks have shorter ones, down to a
/// second: in their genesis, or added by root.
pub const LEAST_REFERENCE_TIME: Moment = MINUTE;

/// Every call but those that would set a parameter beyond its bounds, which root alone may make.
pub struct Bounded;

impl Contains<RuntimeCall> for Bounded {
	fn contains(call: &RuntimeCall) -> bool {
		match call {
			RuntimeCall::Parameters(pallet_parameters::Call::set_parameter { key_value }) => {
				is_within_bounds(key_value)
			}
			RuntimeCall::Rlc(pallet_rlc::Call::set_treasury_share { share }) => *share <= MOST_TREASURY_SHARE,
			RuntimeCall::Staking(pallet_staking::Call::set_min_commission { new }) => {
				(LEAST_COMMISSION..=MOST_COMMISSION).contains(new)
			}
			// Whom a vote can slash, or whose ledger it can write, it can take everything from.
			RuntimeCall::Staking(
				pallet_staking::Call::manual_slash { .. } | pallet_staking::Call::restore_ledger { .. },
			) => false,
			RuntimeCall::Marketplace(pallet_marketplace::Call::add_category { reference_time, .. }) => {
				*reference_time >= LEAST_REFERENCE_TIME
			}
			_ => true,
		}
	}
}
