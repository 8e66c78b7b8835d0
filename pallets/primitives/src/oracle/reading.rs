//! A value with its quality, and what a reader demands of it.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::Value;
use crate::{Balance, Moment};

/// Why a round gave no value. It cost its payer nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum RoundFailure {
	/// Fewer than `2f + 1` seats reported.
	#[codec(index = 0)]
	TooFewReports,
	/// Fewer than `2f + 1` reports have dates within five seconds of each other.
	#[codec(index = 1)]
	DatesDiffer,
	/// Fewer than `2f + 1` reports say the same.
	#[codec(index = 2)]
	ValuesDiffer,
	/// The number is below the feed's least or above its highest.
	#[codec(index = 3)]
	OutOfBounds,
}

/// How good a feed's value is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Status {
	/// It is within the feed's own limits.
	#[codec(index = 0)]
	Fresh,
	/// It is older than the feed's maximum age.
	#[codec(index = 1)]
	Stale,
	/// The last round's value jumped, and no other has confirmed it.
	#[codec(index = 2)]
	Held,
	/// A report for it is disputed.
	#[codec(index = 3)]
	Disputed,
	/// The last round failed, and the value is old; or the panel agreed on a number that the feed does not accept.
	#[codec(index = 4)]
	Failed(RoundFailure),
	/// The value is old, and the feed cannot pay a round.
	#[codec(index = 5)]
	Unfunded,
	/// There has been no value.
	#[codec(index = 6)]
	Empty,
}

impl Status {
	/// Returns why a value of this status is not read.
	pub fn refusal(self) -> Option<ReadError> {
		match self {
			Self::Fresh => None,
			Self::Stale => Some(ReadError::Stale),
			Self::Held => Some(ReadError::Held),
			Self::Disputed => Some(ReadError::Disputed),
			Self::Failed(_) => Some(ReadError::Failed),
			Self::Unfunded => Some(ReadError::Unfunded),
			Self::Empty => Some(ReadError::Empty),
		}
	}
}

/// What stands behind a value.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Quality {
	/// How many reports it is made of.
	pub reports: u8,
	/// How many seats the panel has.
	pub seats: u8,
	/// How many sources each report is made of, at least.
	pub sources: u8,
	/// How far apart the reports' quartiles are, in basis points of the value; `u32::MAX` for more than fits.
	pub spread_bp: u32,
	/// How much older than the value the oldest of its reports is, in ms.
	pub source_age: u32,
	/// What it costs to corrupt the panel, in nRLC: the `f + 1` smallest bonds.
	pub security: Balance,
}

impl Quality {
	/// Returns the quality of a value that is made of two: the worst of both, and spreads add up.
	#[must_use]
	pub fn with(self, other: Self) -> Self {
		Self {
			reports: self.reports.min(other.reports),
			seats: self.seats.min(other.seats),
			sources: self.sources.min(other.sources),
			spread_bp: self.spread_bp.saturating_add(other.spread_bp),
			source_age: self.source_age.max(other.source_age),
			security: self.security.min(other.security),
		}
	}
}

/// A value with its quality.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Reading {
	/// The value.
	pub value: Value,
	/// When it was observed, in ms of Unix time. It rises from value to value.
	pub date: Moment,
	/// The number of its round. A composite feed's is the sum of its feeds'.
	pub round: u64,
	/// What stands behind it.
	pub quality: Quality,
	/// How good it is now.
	pub status: Status,
}

/// What a reader demands of a value, beyond the feed's own limits. By default nothing.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Demand {
	/// How old it may be, in ms.
	pub max_age: Option<Moment>,
	/// How many reports it is made of at least.
	pub min_reports: u8,
	/// How many sources each report is made of at least.
	pub min_sources: u8,
	/// How far apart the reports may be, in basis points.
	pub max_spread_bp: Option<u32>,
	/// What it costs to corrupt it at least, in nRLC.
	pub min_security: Balance,
}

/// Why a feed is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum ReadError {
	/// The feed is unknown, or a composite feed is made of one that is closed.
	#[codec(index = 0)]
	UnknownFeed,
	/// There has been no value.
	#[codec(index = 1)]
	Empty,
	/// The value is older than the feed's maximum age.
	#[codec(index = 2)]
	Stale,
	/// The last value jumped, and no other has confirmed it.
	#[codec(index = 3)]
	Held,
	/// A report for the value is disputed.
	#[codec(index = 4)]
	Disputed,
	/// The last round failed.
	#[codec(index = 5)]
	Failed,
	/// The value is old, and the feed cannot pay a round.
	#[codec(index = 6)]
	Unfunded,
	/// The value is older than the reader accepts.
	#[codec(index = 7)]
	TooOld,
	/// The value is made of fewer reports than the reader accepts.
	#[codec(index = 8)]
	TooFewReports,
	/// The reports are made of fewer sources than the reader accepts.
	#[codec(index = 9)]
	TooFewSources,
	/// The reports are farther apart than the reader accepts.
	#[codec(index = 10)]
	SpreadTooWide,
	/// Corrupting the value costs less than the reader accepts.
	#[codec(index = 11)]
	SecurityTooLow,
	/// A composite feed's value cannot be computed: a division by 0, or a number that is too large.
	#[codec(index = 12)]
	NotComputable,
	/// A composite feed's number is below the feed's least or above its highest.
	#[codec(index = 13)]
	OutOfBounds,
}

impl Demand {
	/// Checks that a value is fresh, and as good as this at `now`, in ms.
	///
	/// # Errors
	///
	/// The first thing that is not.
	pub fn check(&self, reading: &Reading, now: Moment) -> Result<(), ReadError> {
		let ensure = |met: bool, error| if met { Ok(()) } else { Err(error) };
		let Quality { reports, sources, spread_bp, security, .. } = reading.quality;
		if let Some(refusal) = reading.status.refusal() {
			return Err(refusal);
		}
		let age = now.saturating_sub(reading.date);
		ensure(self.max_age.is_none_or(|most| age <= most), ReadError::TooOld)?;
		ensure(reports >= self.min_reports, ReadError::TooFewReports)?;
		ensure(sources >= self.min_sources, ReadError::TooFewSources)?;
		ensure(self.max_spread_bp.is_none_or(|most| spread_bp <= most), ReadError::SpreadTooWide)?;
		ensure(security >= self.min_security, ReadError::SecurityTooLow)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const GOOD: Quality = Quality { reports: 3, seats: 4, sources: 2, spread_bp: 50, source_age: 1_000, security: 200 };

	fn reading(status: Status) -> Reading {
		Reading { value: Value::Number(1), date: 10_000, round: 1, quality: GOOD, status }
	}

	fn check(demand: Demand) -> Result<(), ReadError> {
		demand.check(&reading(Status::Fresh), 15_000)
	}

	#[test]
	fn o1_what_a_reader_demands_is_met_or_named() {
		let met =
			Demand { max_age: Some(5_000), min_reports: 3, min_sources: 2, max_spread_bp: Some(50), min_security: 200 };
		assert_eq!((check(met), check(Demand::default())), (Ok(()), Ok(())));
		for (demand, error) in [
			(Demand { max_age: Some(4_999), ..met }, ReadError::TooOld),
			(Demand { min_reports: 4, ..met }, ReadError::TooFewReports),
			(Demand { min_sources: 3, ..met }, ReadError::TooFewSources),
			(Demand { max_spread_bp: Some(49), ..met }, ReadError::SpreadTooWide),
			(Demand { min_security: 201, ..met }, ReadError::SecurityTooLow),
		] {
			assert_eq!(check(demand), Err(error));
		}
	}

	#[test]
	fn o1_value_that_is_not_fresh_is_read_by_nobody() {
		for (status, error) in [
			(Status::Stale, ReadError::Stale),
			(Status::Held, ReadError::Held),
			(Status::Disputed, ReadError::Disputed),
			(Status::Failed(RoundFailure::OutOfBounds), ReadError::Failed),
			(Status::Unfunded, ReadError::Unfunded),
			(Status::Empty, ReadError::Empty),
		] {
			assert_eq!(Demand::default().check(&reading(status), 10_000), Err(error));
		}
	}

	#[test]
	fn two_values_are_as_good_as_the_worse() {
		let other = Quality { reports: 1, seats: 1, sources: 7, spread_bp: u32::MAX, source_age: 0, security: 100 };
		let both = GOOD.with(other);
		assert_eq!(
			both,
			Quality { reports: 1, seats: 1, sources: 2, spread_bp: u32::MAX, source_age: 1_000, security: 100 }
		);
	}
}
