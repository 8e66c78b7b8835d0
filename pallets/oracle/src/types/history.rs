//! A feed's values: the latest, one that is held, and those before.

// SCALE's derives number the variants of an enum with `as`.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use rlc_primitives::{
	oracle::{aggregate, Quality, RoundFailure, Status, Value},
	Moment,
};
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_runtime::BoundedVec;

use super::{Past, MAX_AHEAD, MAX_PAST};

/// A value, with what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Update {
	/// The number of its round.
	pub round: u64,
	/// When it was observed, in ms.
	pub date: Moment,
	/// The value.
	pub value: Value,
	/// What stands behind it.
	pub quality: Quality,
	/// The quartiles of numbers.
	pub quartiles: Option<(i128, i128)>,
}

/// A feed's values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct History {
	/// How many rounds there were.
	pub rounds: u64,
	/// After which date, in ms, the next value must be: that of the last value, held or not.
	pub date: Moment,
	/// The value.
	pub latest: Option<Update>,
	/// A value that jumped and is not confirmed.
	pub held: Option<Update>,
	/// Why the last round failed, if it did.
	pub failure: Option<RoundFailure>,
	/// The values before, the oldest first.
	pub past: BoundedVec<Past, ConstU32<MAX_PAST>>,
}

impl History {
	/// Returns that of a feed that is created `now`, in ms. Its values have later dates than those that a feed of the same
	/// definition, closed before, could have had.
	pub fn new(now: Moment) -> Self {
		Self { date: now.saturating_add(MAX_AHEAD), ..Self::default() }
	}

	/// Returns whether a value is due `now`, in ms: there is none, or the last is as old as the heartbeat.
	pub fn is_due(&self, heartbeat: Moment, now: Moment) -> bool {
		self.latest.is_none() || (heartbeat > 0 && now >= self.date.saturating_add(heartbeat))
	}

	/// Returns whether a value deviates from the last by what makes it due.
	pub fn deviates(&self, new: &Value, bp: u32) -> bool {
		self.latest.as_ref().is_some_and(|latest| aggregate::deviates(&latest.value, new, bp))
	}

	/// Returns whether some value could: there is one, which is not 0.
	pub fn can_deviate(&self, bp: u32) -> bool {
		bp > 0 && self.latest.as_ref().is_some_and(|latest| latest.value != Value::Number(0))
	}

	/// Returns whether a value has moved by half of that.
	pub fn has_moved(&self, new: &Value, bp: u32) -> bool {
		self.latest.as_ref().is_some_and(|latest| aggregate::deviates_half(&latest.value, new, bp))
	}

	/// Takes in a round's value. One that jumps is held, unless it confirms one that is held: returns whether it became the
	/// latest.
	pub fn take(&mut self, update: Update, max_jump: Option<u32>) -> bool {
		let jumps = |from: &Option<Update>| {
			let bp = max_jump?;
			from.as_ref().map(|from| aggregate::jumps(&from.value, &update.value, bp))
		};
		let confirms = jumps(&self.held) == Some(false);
		self.date = update.date;
		self.failure = None;
		if jumps(&self.latest) == Some(true) && !confirms {
			self.held = Some(update);
			return false;
		}
		self.held = None;
		if let Some(Update { round, date, value, .. }) = self.latest.replace(update) {
			if self.past.is_full() {
				self.past.remove(0);
			}
			// There is room: one was removed if there was none.
			let _ = self.past.try_push(Past { round, date, value });
		}
		true
	}

	/// Returns how good the value is `now`, in ms, if the feed can pay a round or not.
	pub fn status(&self, max_age: Moment, is_funded: bool, now: Moment) -> Status {
		let Some(latest) = &self.latest else { return Status::Empty };
		if self.held.is_some() {
			return Status::Held;
		}
		match self.failure {
			Some(failure @ RoundFailure::OutOfBounds) => Status::Failed(failure),
			_ if now.saturating_sub(latest.date) <= max_age => Status::Fresh,
			_ if !is_funded => Status::Unfunded,
			Some(failure) => Status::Failed(failure),
			None => Status::Stale,
		}
	}
}
