//! What a vote can do: which calls the origin of each track may make, and which values it may set.
//!
//! The runtime tells nobody before a vote: a call that its origin may not make, or with a value beyond its bounds, fails when
//! it is enacted, after weeks. So the bounds are written here, once, for the runtime that keeps them and for clients that
//! refuse a proposal before it is signed.

use sp_runtime::{Perbill, Permill};

use crate::{
	deal::{MAX_REFERENCE_TIME, MIN_REFERENCE_TIME},
	Balance, Moment, RLC,
};

/// Milliseconds of a minute.
const MINUTE: Moment = 60_000;
/// Milliseconds of a day.
const DAY: Moment = 24 * 60 * MINUTE;

/// What the origin of each track may call, as the track, a pallet, and calls of it. Root may call anything; what is not here
/// is root's alone. The runtime's tests try every call with every origin.
pub const TRACK_CALLS: &[(&str, &str, &[&str])] = &[
	("marketplace_admin", "Parameters", &["set_parameter"]),
	("marketplace_admin", "Marketplace", &["add_category"]),
	("treasury_spender", "Treasury", &["spend_local", "spend", "remove_approval", "void_spend"]),
	("treasury_spender", "Rlc", &["set_treasury_share"]),
	("staking_admin", "Staking", &["set_min_commission", "cancel_deferred_slash", "deprecate_controller_batch"]),
	("whitelisted_caller", "Whitelist", &["dispatch_whitelisted_call", "dispatch_whitelisted_call_with_preimage"]),
	("emergency_admin", "SafeMode", &["force_exit", "force_extend"]),
	("emergency_admin", "TxPause", &["unpause"]),
	("emergency_admin", "Referenda", &["cancel", "kill"]),
];

/// Calls that any origin may make, root and those of all tracks: they check none, or hold calls that are checked themselves.
/// As a pallet, and calls of it.
pub const CALLS_OF_ANY_ORIGIN: &[(&str, &[&str])] = &[
	("System", &["remark", "do_task", "apply_authorized_upgrade"]),
	("Utility", &["batch", "batch_all", "force_batch", "if_else"]),
];

/// Calls that only accounts make, which people take for root's: no referendum can, not even root's. As a pallet, and calls
/// of it. There are more; these are those with RLC, stakes, and votes.
pub const CALLS_OF_ACCOUNTS: &[(&str, &[&str])] = &[
	("Balances", &["transfer_allow_death", "transfer_keep_alive", "transfer_all"]),
	("Staking", &["bond", "bond_extra", "unbond", "withdraw_unbonded", "validate", "nominate", "chill"]),
	("ConvictionVoting", &["vote", "delegate", "undelegate", "unlock"]),
	("Treasury", &["payout"]),
];

/// The values from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
	/// Amounts, in nRLC.
	Amount(Balance, Balance),
	/// Times, in ms.
	Time(Moment, Moment),
	/// Parts of a whole that the chain counts in millionths.
	Permill(Permill, Permill),
	/// Parts of a whole that the chain counts in billionths.
	Perbill(Perbill, Perbill),
}

impl Bounds {
	/// Returns the least value and the greatest, as the chain counts them: in nRLC, ms, millionths, or billionths.
	pub fn ends(&self) -> (u128, u128) {
		match self {
			Self::Amount(least, most) => (*least, *most),
			Self::Time(least, most) => ((*least).into(), (*most).into()),
			Self::Permill(least, most) => (least.deconstruct().into(), most.deconstruct().into()),
			Self::Perbill(least, most) => (least.deconstruct().into(), most.deconstruct().into()),
		}
	}

	/// Returns whether a value is within them, as the chain counts it.
	pub fn contain(&self, value: u128) -> bool {
		let (least, most) = self.ends();
		(least..=most).contains(&value)
	}
}

/// What can be held for each thing that is stored. It pays for storage, so it is never nothing.
pub const ITEM_DEPOSIT: Bounds = Bounds::Amount(RLC / 10_000, RLC);

/// What can be held for each byte of it.
pub const BYTE_DEPOSIT: Bounds = Bounds::Amount(RLC / 1_000_000, RLC / 100);

/// How long a closed deal can stay: long enough to read a result, and short enough that deposits come back.
pub const RETENTION: Bounds = Bounds::Time(DAY, 90 * DAY);

/// What a scheduler can stake at least, for each hour of a category's reference time.
pub const STAKE_RATE: Bounds = Bounds::Amount(RLC / 100, 100 * RLC);

/// The least reference time of a category that a vote adds, in ms. The least stake of a scheduler is proportional to it,
/// and deadlines are multiples of it, which have to last for some blocks. Test networks have shorter ones, down to a
/// second: in their genesis, or added by root.
pub const LEAST_REFERENCE_TIME: Moment = MINUTE;

/// The reference time of a category that a vote adds.
pub const REFERENCE_TIME: Bounds = Bounds::Time(LEAST_REFERENCE_TIME, MAX_REFERENCE_TIME);

/// The largest share of the fees that can go to the treasury: validators live on the rest.
pub const MOST_TREASURY_SHARE: Permill = Permill::from_percent(50);

/// The treasury's share of the fees.
pub const TREASURY_SHARE: Bounds = Bounds::Permill(Permill::zero(), MOST_TREASURY_SHARE);

/// The smallest part of its nominators' rewards that a validator can be made to keep. Without any, a validator that works
/// for nothing gets all nominations.
pub const LEAST_COMMISSION: Perbill = Perbill::from_percent(1);

/// The largest such part: if validators kept all of it, nobody would nominate.
pub const MOST_COMMISSION: Perbill = Perbill::from_percent(25);

/// The least commission of validators.
pub const COMMISSION: Bounds = Bounds::Perbill(LEAST_COMMISSION, MOST_COMMISSION);

/// The most that one referendum spends, in nRLC, so that no single vote can empty the treasury. Root spends no more either.
pub const MOST_SPEND: Balance = 1_000_000 * RLC;

/// What one referendum spends.
pub const SPEND: Bounds = Bounds::Amount(0, MOST_SPEND);

/// All parameters, each with what a vote on a track can set it to; root may set anything. As the group, the parameter, and
/// its bounds.
pub const PARAMETERS: &[(&str, &str, Bounds)] = &[
	("Marketplace", "ItemDeposit", ITEM_DEPOSIT),
	("Marketplace", "ByteDeposit", BYTE_DEPOSIT),
	("Marketplace", "Retention", RETENTION),
	("Marketplace", "StakeRate", STAKE_RATE),
];

/// Arguments of calls that have bounds if the call is made by a track's origin. As a pallet, a call, its argument, and the
/// bounds.
pub const ARGUMENTS: &[(&str, &str, &str, Bounds)] = &[
	("Rlc", "set_treasury_share", "share", TREASURY_SHARE),
	("Staking", "set_min_commission", "new", COMMISSION),
	("Marketplace", "add_category", "reference_time", REFERENCE_TIME),
	("Treasury", "spend_local", "amount", SPEND),
	("Treasury", "spend", "amount", SPEND),
];

/// Arguments of calls that have bounds even if root makes the call.
pub const ARGUMENTS_OF_ROOT: &[(&str, &str, &str, Bounds)] = &[
	("Marketplace", "add_category", "reference_time", Bounds::Time(MIN_REFERENCE_TIME, MAX_REFERENCE_TIME)),
	("Treasury", "spend_local", "amount", SPEND),
	("Treasury", "spend", "amount", SPEND),
];

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn bounds_include_both_ends_and_nothing_beyond() {
		let arguments = ARGUMENTS.iter().chain(ARGUMENTS_OF_ROOT).map(|(.., bounds)| bounds);
		for bounds in PARAMETERS.iter().map(|(.., bounds)| bounds).chain(arguments) {
			let (least, most) = bounds.ends();
			assert!(least < most, "{bounds:?}");
			assert!(bounds.contain(least) && bounds.contain(most), "{bounds:?}");
			assert!(!bounds.contain(most + 1), "{bounds:?}");
			assert!(least == 0 || !bounds.contain(least - 1), "{bounds:?}");
		}
	}

	#[test]
	fn parts_of_a_whole_are_counted_as_the_chain_counts_them() {
		assert_eq!(TREASURY_SHARE.ends(), (0, 500_000));
		assert_eq!(COMMISSION.ends(), (10_000_000, 250_000_000));
	}

	#[test]
	fn root_s_bounds_are_no_narrower_than_those_of_a_track() {
		for (pallet, call, argument, bounds) in ARGUMENTS_OF_ROOT {
			let tracks = ARGUMENTS.iter().find(|one| (one.0, one.1, one.2) == (*pallet, *call, *argument));
			let (least, most) = tracks.expect("a track has bounds where root has").3.ends();
			assert!(bounds.contain(least) && bounds.contain(most), "{pallet}.{call}");
		}
	}
}
