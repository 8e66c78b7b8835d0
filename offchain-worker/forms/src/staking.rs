//! Stakes, and who can be nominated. Parts of the answers of commands.

use rlc_primitives::{Balance, Moment};
use serde::Serialize;

use crate::{Account, Decimal};

/// What an account has at stake, and what the chain asks of stakes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StakeStatus {
	/// The account.
	pub account: Account,
	/// What is at stake, in nRLC.
	pub active: Decimal<Balance>,
	/// All that is bonded, what was unbonded and not withdrawn included, in nRLC.
	pub total: Decimal<Balance>,
	/// What can be withdrawn, in nRLC.
	pub withdrawable: Decimal<Balance>,
	/// What was unbonded and not withdrawn.
	pub unlocking: Vec<Unlocking>,
	/// The part of its nominators' rewards that it keeps, in percent; `null`: it does not validate.
	pub commission: Option<f64>,
	/// Whom it nominates.
	pub nominates: Vec<Account>,
	/// The era that is planned or under way.
	pub era: u32,
	/// How long an era takes, in ms, if no slot is missed.
	pub era_length: Moment,
	/// For how many eras an unbonded stake waits.
	pub wait: u32,
	/// The least stake of an account that nominates, in nRLC.
	pub least_to_nominate: Decimal<Balance>,
	/// The least stake of an account that validates, in nRLC.
	pub least_to_validate: Decimal<Balance>,
	/// The least commission, in percent.
	pub least_commission: f64,
}

/// A part of a stake that was unbonded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unlocking {
	/// How much, in nRLC.
	pub value: Decimal<Balance>,
	/// The era from which on it can be withdrawn.
	pub era: u32,
}

/// A validator that can be nominated, or could be if it admitted new nominators.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
	/// The validator.
	pub account: Account,
	/// The part of its nominators' rewards that it keeps, in percent.
	pub commission: f64,
	/// Whether it admits no new nominators.
	pub blocked: bool,
	/// Its own stake, in nRLC.
	pub stake: Decimal<Balance>,
}
