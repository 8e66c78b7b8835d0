//! What a feed is made of. A definition never changes: the feed's id is its hash.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_runtime::BoundedVec;

use super::{aggregate, Composite};
use crate::{AccountId, Balance, Moment};

/// The longest definition, in bytes of SCALE.
pub const MAX_DEFINITION: u32 = 4_096;

/// The most sources of a feed.
pub const MAX_SOURCES: u32 = 7;

/// The longest URL of a source, in bytes.
pub const MAX_URL: u32 = 1_024;

/// The most headers of a request.
pub const MAX_HEADERS: u32 = 16;

/// The longest name of a header, in bytes.
pub const MAX_HEADER_NAME: u32 = 64;

/// The longest value of a header, in bytes.
pub const MAX_HEADER_VALUE: u32 = 512;

/// The longest body of a request, in bytes.
pub const MAX_BODY: u32 = 2_048;

/// The longest JSONPath, in bytes.
pub const MAX_JSON_PATH: u32 = 256;

/// The longest name of a secret, in bytes.
pub const MAX_SECRET_NAME: u32 = 32;

/// The most seats of a panel: `3f + 1` for `f` = 10.
pub const MAX_SEATS: u32 = 31;

/// A number of basis points that is the whole.
pub const WHOLE_BP: u32 = 10_000;

/// Where a source is: `https://…`.
pub type Url = BoundedVec<u8, ConstU32<MAX_URL>>;

/// The name of a header.
pub type HeaderName = BoundedVec<u8, ConstU32<MAX_HEADER_NAME>>;

/// The value of a header.
pub type HeaderValue = BoundedVec<u8, ConstU32<MAX_HEADER_VALUE>>;

/// A request's headers, sorted by name.
pub type Headers = BoundedVec<Header, ConstU32<MAX_HEADERS>>;

/// A request's body.
pub type Body = BoundedVec<u8, ConstU32<MAX_BODY>>;

/// An RFC 9535 query that selects exactly one scalar.
pub type JsonPath = BoundedVec<u8, ConstU32<MAX_JSON_PATH>>;

/// The name of a secret: `API_KEY` stands for `%API_KEY%` in a request.
pub type SecretName = BoundedVec<u8, ConstU32<MAX_SECRET_NAME>>;

/// The sources of a feed.
pub type Sources = BoundedVec<Source, ConstU32<MAX_SOURCES>>;

/// What an HTTP request does.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Method {
	/// Reads.
	#[default]
	#[codec(index = 0)]
	Get,
	/// Asks with a body.
	#[codec(index = 1)]
	Post,
	/// Stores a body.
	#[codec(index = 2)]
	Put,
	/// Removes.
	#[codec(index = 3)]
	Delete,
}

impl Method {
	/// Returns its name in HTTP.
	pub fn name(self) -> &'static str {
		match self {
			Self::Get => "GET",
			Self::Post => "POST",
			Self::Put => "PUT",
			Self::Delete => "DELETE",
		}
	}
}

/// A header of a request.
#[derive(
	Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Header {
	/// What it is called.
	pub name: HeaderName,
	/// What it says.
	pub value: HeaderValue,
}

/// What kind of values a feed has.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum ValueKind {
	/// True or false.
	#[codec(index = 0)]
	Boolean,
	/// A number with 18 decimals.
	#[default]
	#[codec(index = 1)]
	Number,
	/// A text.
	#[codec(index = 2)]
	String,
}

impl ValueKind {
	/// Returns its name in iExec's parameters.
	pub fn name(self) -> &'static str {
		match self {
			Self::Boolean => "boolean",
			Self::Number => "number",
			Self::String => "string",
		}
	}
}

/// Where a value is found: a request, and a place in the answer to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Source {
	/// Where the request goes.
	pub url: Url,
	/// What it does.
	pub method: Method,
	/// Its headers, sorted by name.
	pub headers: Headers,
	/// Its body; empty for none.
	pub body: Body,
	/// Where the value is in the answer.
	pub path: JsonPath,
	/// What kind of value that is: the same in all sources of a feed.
	pub kind: ValueKind,
	/// The name of the secret that the request needs, which stands once in its URL or its headers, between `%`. Each
	/// reporter has a secret of its own under this name.
	pub secret: Option<SecretName>,
}

/// Who sits on a panel.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Seating {
	/// These accounts, if each takes its seat.
	#[codec(index = 0)]
	Named(BoundedVec<AccountId, ConstU32<MAX_SEATS>>),
	/// As many accounts, those with the highest bonds. They change with the session, and reports are sealed.
	#[codec(index = 1)]
	Open(u8),
}

/// Accounts that report what the sources say.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Panel {
	/// Who they are.
	pub seating: Seating,
	/// The least bond of a seat, in nRLC. No seat has less than the chain's own least bond.
	pub bond: Balance,
}

impl Panel {
	/// Returns how many seats there are: `3f + 1`.
	pub fn seats(&self) -> u8 {
		match &self.seating {
			Seating::Named(accounts) => u8::try_from(accounts.len()).unwrap_or(u8::MAX),
			Seating::Open(seats) => *seats,
		}
	}
}

/// How a feed gets its values. Index 1 is for feeds that tasks compute.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Policy {
	/// From a panel.
	#[codec(index = 0)]
	Panel(Panel),
	/// From other feeds, when it is read.
	#[codec(index = 2)]
	Composite(Composite),
}

/// A feed. [`check`](Self::check) says whether it can be one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Definition {
	/// Where values are found. A composite feed has none.
	pub sources: Sources,
	/// How values come about.
	pub policy: Policy,
	/// After this many ms, the value is due again. 0: only when it deviates, or is asked for.
	pub heartbeat: Moment,
	/// By how many basis points of the last value a new one has to differ to be due before the heartbeat. 0: never.
	pub deviation: u32,
	/// How old a value may be, in ms.
	pub max_age: Moment,
	/// How many sources have to agree to be read for a report.
	pub min_sources: u8,
	/// What each report is paid, in nRLC.
	pub reward: Balance,
	/// How long a round is open, in ms.
	pub window: Moment,
	/// The least number that is accepted.
	pub min: Option<i128>,
	/// The highest number that is accepted.
	pub max: Option<i128>,
	/// By how many basis points a number may differ from the last; one that differs more is held until the next round
	/// confirms it.
	pub max_jump: Option<u32>,
	/// Whether new values are sent to Ethereum.
	pub ethereum: bool,
}

impl Definition {
	/// Returns what kind of values the feed has.
	pub fn kind(&self) -> ValueKind {
		self.sources.first().map_or(ValueKind::Number, |source| source.kind)
	}

	/// Returns how many seats its panel has; 0 without a panel.
	pub fn seats(&self) -> u8 {
		match &self.policy {
			Policy::Panel(panel) => panel.seats(),
			Policy::Composite(_) => 0,
		}
	}

	/// Returns what a round costs at most, in nRLC: a reward for each seat.
	pub fn round_cost(&self) -> Balance {
		self.reward.saturating_mul(self.seats().into())
	}

	/// Returns how many seats may be bad: `f` of `3f + 1`.
	pub fn faults(&self) -> u8 {
		aggregate::faults(self.seats())
	}
}
