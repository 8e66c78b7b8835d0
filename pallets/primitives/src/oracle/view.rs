//! What a node answers about feeds.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::ed25519;

use super::{Definition, DefinitionError, Observation, ReadError, Reading, RoundFailure, Value, ValueKind};
use crate::{AccountId, Balance, CallbackId, FeedId, Hash, Moment};

/// The most feeds of one answer.
pub const MAX_PAGE: u32 = 100;

/// A value that a feed had.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Past {
	/// The number of its round.
	pub round: u64,
	/// When it was observed, in ms.
	pub date: Moment,
	/// The value.
	pub value: Value,
}

/// A seat.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct SeatView {
	/// Whose it is.
	pub account: AccountId,
	/// What its observations are signed with.
	pub key: ed25519::Public,
	/// Where its reporter is reached.
	pub url: Vec<u8>,
	/// Its bond, in nRLC.
	pub bond: Balance,
	/// Whether it sits on the panel.
	pub is_member: bool,
	/// In how many rounds in a row it was missing, or an outlier.
	pub misses: u8,
	/// Rewards that it has not claimed, in nRLC.
	pub earned: Balance,
	/// From when on its bond can be paid back, in ms, if it is leaving.
	pub leaving: Option<Moment>,
}

/// A feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct FeedView {
	/// What it is made of.
	pub definition: Definition,
	/// Who created it, and may close it.
	pub owner: AccountId,
	/// What is held for it, in nRLC.
	pub deposit: Balance,
	/// What it can pay for rounds, in nRLC.
	pub prepaid: Balance,
	/// What a round costs at most, in nRLC.
	pub round_cost: Balance,
	/// Its seats, those that are leaving too.
	pub seats: Vec<SeatView>,
	/// Its value, whatever its status; or why there is none.
	pub reading: Result<Reading, ReadError>,
}

/// A feed in a list.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct FeedEntry {
	/// The feed.
	pub feed: FeedId,
	/// Who created it.
	pub owner: AccountId,
	/// What kind of values it has.
	pub kind: ValueKind,
	/// What iExec's oracle factory calls its sources, without a dataset.
	pub oracle_ids: Vec<Hash>,
	/// Its value, whatever its status; or why there is none.
	pub reading: Result<Reading, ReadError>,
}

/// A feed's values.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct HistoryView {
	/// How many rounds there were.
	pub rounds: u64,
	/// Its values, the newest first.
	pub values: Vec<Past>,
	/// A value that jumped and is not confirmed.
	pub held: Option<Past>,
	/// Why the last round failed, if it did.
	pub failure: Option<RoundFailure>,
}

/// An open round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct RoundView {
	/// Its number.
	pub number: u64,
	/// When it was opened, in ms.
	pub opened: Moment,
	/// When it ends, in ms.
	pub deadline: Moment,
	/// Whether seats commit, and do not show yet.
	pub is_sealing: bool,
	/// Who has committed, if the panel is open.
	pub committed: Vec<AccountId>,
	/// What was reported, and by whom.
	pub reports: Vec<(AccountId, Observation)>,
}

/// What becomes of a definition if it is made a feed now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CheckView {
	/// The feed's id.
	pub feed: FeedId,
	/// The feed as a receiver of results.
	pub callback: CallbackId,
	/// What iExec's oracle factory calls its sources, without a dataset.
	pub oracle_ids: Vec<Hash>,
	/// What is wrong with it, if anything is.
	pub error: Option<DefinitionError>,
	/// Whether there is such a feed.
	pub exists: bool,
	/// What would be held for it, in nRLC.
	pub deposit: Balance,
	/// What a round costs at most, in nRLC: so much has to be prepaid.
	pub round_cost: Balance,
	/// What its heartbeat costs a day at most, in nRLC.
	pub day_cost: Balance,
	/// The least that it costs to corrupt its panel, in nRLC.
	pub security: Balance,
}
