//! What the pallet's storage holds, and what calls carry. State moves here, in functions that know no `T`.

// SCALE's derives number the variants of an enum with `as`.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::cast_possible_truncation))]

mod history;
mod panel;
mod round;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use rlc_primitives::{
	oracle::{definition::MAX_SEATS, Composite, Definition, Observation, Policy, Seating, Value, ValueKind},
	AccountId, Balance, FeedId, Hash, Moment,
};
use scale_info::TypeInfo;
use sp_core::{ed25519, ConstU32, H256};
use sp_runtime::BoundedVec;

pub use history::{History, Update};
pub use panel::{Candidate, LeaveCause, Member, Panel, Seat};
pub use rlc_primitives::oracle::view::Past;
pub use round::{Outcome, Payer, Report, Round, Sealed};

/// How far ahead of the chain a date may be, in ms.
pub const MAX_AHEAD: Moment = 2_000;

/// How many rounds in a row a seat may miss, or report an outlier in: with the last of them it is lost.
pub const MAX_MISSES: u8 = 3;

/// How many past values are kept of a feed.
pub const MAX_PAST: u32 = 16;

/// The longest address of a reporter, in bytes.
pub const MAX_REPORTER_URL: u32 = 128;

/// Where a reporter shows its observations and evidence.
pub type ReporterUrl = BoundedVec<u8, ConstU32<MAX_REPORTER_URL>>;

/// Observations of a panel, each signed by its seat.
pub type SignedObservations = BoundedVec<SignedObservation, ConstU32<MAX_SEATS>>;

/// What rounds need to know of a definition: a short copy, since a definition may be long.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Terms {
	/// What kind of values there are.
	pub kind: ValueKind,
	/// How many seats the panel has; 0 for a composite feed.
	pub seats: u8,
	/// Whether the panel is open: its reports are sealed.
	pub is_open: bool,
	/// The least bond of a seat, in nRLC.
	pub bond: Balance,
	/// After how many ms the value is due again; 0: never by itself.
	pub heartbeat: Moment,
	/// By how many basis points a value has to differ to be due; 0: it never is for that.
	pub deviation: u32,
	/// How old a value may be, in ms.
	pub max_age: Moment,
	/// How many sources each report is made of at least.
	pub sources: u8,
	/// What a report is paid, in nRLC.
	pub reward: Balance,
	/// How long a round is open, in ms.
	pub window: Moment,
	/// The least number that is accepted.
	pub min: Option<i128>,
	/// The highest number that is accepted.
	pub max: Option<i128>,
	/// By how many basis points a number may differ from the last without being held.
	pub max_jump: Option<u32>,
	/// Whether values are sent to Ethereum.
	pub ethereum: bool,
}

impl Terms {
	/// Returns those of a definition.
	pub fn of(definition: &Definition) -> Self {
		let (is_open, bond) = match &definition.policy {
			Policy::Panel(panel) => (matches!(panel.seating, Seating::Open(_)), panel.bond),
			Policy::Composite(_) => (false, 0),
		};
		Self {
			kind: definition.kind(),
			seats: definition.seats(),
			is_open,
			bond,
			heartbeat: definition.heartbeat,
			deviation: definition.deviation,
			max_age: definition.max_age,
			sources: definition.min_sources,
			reward: definition.reward,
			window: definition.window,
			min: definition.min,
			max: definition.max,
			max_jump: definition.max_jump,
			ethereum: definition.ethereum,
		}
	}

	/// Returns what a round costs at most, in nRLC: a reward for each seat.
	pub fn round_cost(&self) -> Balance {
		self.reward.saturating_mul(self.seats.into())
	}

	/// Returns whether a number is neither too low nor too high. Anything else is accepted.
	pub fn accepts(&self, value: &Value) -> bool {
		value
			.number()
			.is_none_or(|number| self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max))
	}
}

/// A feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Feed {
	/// Who created it, and may close it.
	pub owner: AccountId,
	/// What is held for it, in nRLC.
	pub deposit: Balance,
	/// What rounds need to know of its definition.
	pub terms: Terms,
	/// What it is made of, if it is a composite feed.
	pub composite: Option<Composite>,
	/// How deep feeds of feeds are below it: 0 for a panel's.
	pub depth: u8,
}

/// When an open round ends. Encoded, keys sort by time: the earliest is the first in storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct DueKey {
	/// When, in ms, as big-endian bytes.
	at: [u8; 8],
	/// Whose round.
	pub feed: FeedId,
}

impl DueKey {
	/// Returns the entry of a round that ends at `at`.
	pub fn new(at: Moment, feed: FeedId) -> Self {
		Self { at: at.to_be_bytes(), feed }
	}

	/// Returns when, in ms.
	pub fn at(&self) -> Moment {
		Moment::from_be_bytes(self.at)
	}
}

/// A seat's report for a feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct ReportOf {
	/// The feed.
	pub feed: FeedId,
	/// What the seat saw.
	pub observation: Observation,
	/// Whether it claims that the value deviates, to open a round before the heartbeat. It pays for the round if the value
	/// turns out to have moved less than half of the feed's deviation.
	pub claims: bool,
}

/// A seat's commitment for a feed with an open panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SealOf {
	/// The feed.
	pub feed: FeedId,
	/// What it commits to: see [`sealed`](rlc_primitives::oracle::value::sealed).
	pub seal: Hash,
	/// As of [`ReportOf`].
	pub claims: bool,
}

/// What a seat committed to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct RevealOf {
	/// The feed.
	pub feed: FeedId,
	/// What the seat saw.
	pub observation: Observation,
	/// What hid it.
	pub salt: H256,
}

/// An observation with its seat's signature.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SignedObservation {
	/// Whose it is.
	pub reporter: AccountId,
	/// What it saw.
	pub observation: Observation,
	/// The signature of its key over [the payload](Observation::payload).
	pub signature: ed25519::Signature,
}

/// Signed observations that make a feed's value.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Publication {
	/// The feed.
	pub feed: FeedId,
	/// At least `2f + 1` of the panel.
	pub observations: SignedObservations,
	/// Whether the caller pays the rewards if no value is due.
	pub pays: bool,
}
