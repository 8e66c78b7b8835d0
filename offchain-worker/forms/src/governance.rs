//! Referenda, and what votes on them lock. Parts of the answers of commands.

use rlc_primitives::{Balance, BlockNumber, Hash};
use serde::Serialize;
use serde_json::Value;

use crate::{Account, Decimal};

/// A referendum: what it would do, and how far it is. What a node has discarded is `null`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Referendum {
	/// Its index.
	pub index: u32,
	/// How far it is: `unpaid`, `preparing`, `queued`, `deciding`, `confirming`, `due`, `enacted`, `failed`, `approved`,
	/// `rejected`, `canceled`, `timedOut`, or `killed`.
	pub stage: String,
	/// The block at which that changes by itself, or did.
	pub changes_at: Option<BlockNumber>,
	/// Why the call failed.
	pub failure: Option<String>,
	/// Its track.
	pub track: Option<String>,
	/// Its call, with the names of the runtime.
	pub call: Option<Value>,
	/// The BLAKE2b-256 hash of the encoded call.
	pub hash: Option<Hash>,
	/// The block in which it was submitted.
	pub submitted: Option<BlockNumber>,
	/// Votes for it, in nRLC times their convictions.
	pub ayes: Option<Decimal<Balance>>,
	/// Votes against it, in nRLC times their convictions.
	pub nays: Option<Decimal<Balance>>,
	/// What is behind it, in nRLC.
	pub support: Option<Decimal<Balance>>,
	/// Which part of the votes are ayes, from 0 to 1.
	pub approval: Option<f64>,
	/// Which part of all RLC that can vote is behind it, from 0 to 1.
	pub supported: Option<f64>,
	/// Which part of the votes it needs now; `null` once it has ended.
	pub needed_approval: Option<f64>,
	/// Which part of all RLC that can vote it needs now.
	pub needed_support: Option<f64>,
	/// What is held for its submission.
	pub submission_deposit: Option<HeldDeposit>,
	/// What is held for its decision.
	pub decision_deposit: Option<HeldDeposit>,
	/// The best block, when this was seen.
	pub now: BlockNumber,
}

/// What is held of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldDeposit {
	/// Whose it is.
	pub account: Account,
	/// How much, in nRLC.
	pub amount: Decimal<Balance>,
}

/// A referendum in a list. Of one to which nothing more happens, only index, stage, and block are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReferendumBrief {
	/// Its index.
	pub index: u32,
	/// How far it is.
	pub stage: String,
	/// The block at which that changes by itself, or did.
	pub changes_at: Option<BlockNumber>,
	/// Its track.
	pub track: Option<String>,
	/// Votes for it, in nRLC times their convictions.
	pub ayes: Option<Decimal<Balance>>,
	/// Votes against it, in nRLC times their convictions.
	pub nays: Option<Decimal<Balance>>,
	/// Pallet and name of its call.
	pub call: Option<String>,
}

/// What the votes of an account lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VoteLocks {
	/// The account.
	pub account: Account,
	/// The best block, when this was seen.
	pub now: BlockNumber,
	/// The locks, which overlap.
	pub locks: Vec<VoteLock>,
}

/// What a vote locks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VoteLock {
	/// The referendum; `null`: of votes that were removed, or delegated.
	pub referendum: Option<u32>,
	/// The track.
	pub track: String,
	/// Which way the vote goes: `aye`, `nay`, `abstain`, or `split`; `null` where it is not known.
	pub side: Option<&'static str>,
	/// How convinced an aye or a nay is, from 0 to 6; `null` for other votes.
	pub conviction: Option<u8>,
	/// What a split vote gives to the ayes, in nRLC; `null` for an aye or a nay.
	pub ayes: Option<Decimal<Balance>>,
	/// What it gives to the nays.
	pub nays: Option<Decimal<Balance>>,
	/// What abstains.
	pub abstains: Option<Decimal<Balance>>,
	/// How much, in nRLC.
	pub amount: Decimal<Balance>,
	/// When it can be unlocked: `now`, `later`, `atTheEnd` of the referendum, or once `undelegated`.
	pub free: String,
	/// The block from which it can be unlocked, if that is later.
	pub free_at: Option<BlockNumber>,
}
