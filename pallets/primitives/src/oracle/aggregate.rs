//! From many reports to one value.
//!
//! Of `n = 3f + 1` seats, `f` may be bad. A value needs `2f + 1` reports, of which `f + 1` are honest: so the lower median
//! of numbers lies within the range of honest reports, whichever `2f + 1` are there, and a text that `2f + 1` report is that
//! of an honest majority. With `f + 1` bad seats both are lost.

use alloc::vec::Vec;

use sp_core::U256;

use super::{
	definition::{MAX_SEATS, WHOLE_BP},
	reading::RoundFailure,
	Value,
};
use crate::{Balance, Moment};

/// How far apart the dates of reports that make a value may be, in ms.
pub const MAX_DATE_SPAN: Moment = 5_000;

/// Within this part of the median, a hundredth, a report is never an outlier.
const TOLERANCE: u128 = 100;

/// Returns how many of a panel's seats may be bad: `f` of `3f + 1`.
pub fn faults(seats: u8) -> u8 {
	seats.saturating_sub(1) / 3
}

/// Returns how many reports a panel's value needs: `2f + 1` of `3f + 1`.
pub fn quorum(seats: u8) -> u8 {
	faults(seats).saturating_mul(2).saturating_add(1)
}

/// Returns whether a panel can have this many seats: `3f + 1`, at most [`MAX_SEATS`].
pub fn is_panel(seats: u8) -> bool {
	u32::from(seats) <= MAX_SEATS && seats % 3 == 1
}

/// Returns what it costs to corrupt a panel, in nRLC: the `f + 1` smallest of its bonds.
pub fn security(seats: u8, mut bonds: Vec<Balance>) -> Balance {
	bonds.sort_unstable();
	let enough = usize::from(faults(seats)).saturating_add(1);
	bonds.into_iter().take(enough).fold(0, Balance::saturating_add)
}

/// The middle of some numbers, and the middles of their halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quartiles {
	/// A quarter is not above it.
	pub low: i128,
	/// The lower median.
	pub median: i128,
	/// A quarter is not below it.
	pub high: i128,
}

impl Quartiles {
	/// Returns those of some numbers; `None` of none.
	pub fn of(mut numbers: Vec<i128>) -> Option<Self> {
		numbers.sort_unstable();
		let last = numbers.len().checked_sub(1)?;
		let quarter = last / 4;
		let at = |index: usize| numbers.get(index).copied();
		Some(Self { low: at(quarter)?, median: at(last / 2)?, high: at(last.saturating_sub(quarter))? })
	}

	/// Returns how far apart the halves' middles are, in basis points of the median; `u32::MAX` if they differ and the median
	/// is 0.
	pub fn spread_bp(&self) -> u32 {
		let (spread, median) = (self.high.abs_diff(self.low), self.median.unsigned_abs());
		if spread == 0 {
			return 0;
		}
		let parts = U256::from(spread).saturating_mul(WHOLE_BP.into()).checked_div(median.into());
		parts.and_then(|parts| u32::try_from(parts).ok()).unwrap_or(u32::MAX)
	}

	/// Returns whether a report is too far from the others: from the median by more than one and a half times the distance
	/// of the quartiles, and by more than a hundredth of the median. Source: Tukey, "Exploratory Data Analysis", 1977.
	///
	/// `f` bad seats cannot make an honest report an outlier that is as close to the median as most honest ones: they widen
	/// the quartiles, or leave them among the honest.
	pub fn is_outlier(&self, number: i128) -> bool {
		let distance = U256::from(number.abs_diff(self.median));
		let width = U256::from(self.high.abs_diff(self.low));
		let far = distance.saturating_mul(2u8.into()) > width.saturating_mul(3u8.into());
		far && distance.saturating_mul(TOLERANCE.into()) > U256::from(self.median.unsigned_abs())
	}
}

/// What reports agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
	/// The value.
	pub value: Value,
	/// The quartiles of numbers.
	pub quartiles: Option<Quartiles>,
}

impl Agreed {
	/// Returns what the reports of a panel agree on: the lower median of numbers, or what `2f + 1` say.
	///
	/// # Errors
	///
	/// [`RoundFailure::TooFewReports`], [`RoundFailure::ValuesDiffer`].
	pub fn of(values: &[&Value], seats: u8) -> Result<Self, RoundFailure> {
		let quorum = usize::from(quorum(seats));
		if values.len() < quorum {
			return Err(RoundFailure::TooFewReports);
		}
		let numbers: Vec<_> = values.iter().filter_map(|value| value.number()).collect();
		if numbers.len() == values.len() {
			let quartiles = Quartiles::of(numbers).ok_or(RoundFailure::TooFewReports)?;
			return Ok(Self { value: Value::Number(quartiles.median), quartiles: Some(quartiles) });
		}
		let supporters = |value: &Value| values.iter().filter(|other| **other == value).count();
		let agreed = values.iter().find(|value| supporters(value) >= quorum).ok_or(RoundFailure::ValuesDiffer)?;
		Ok(Self { value: (*agreed).clone(), quartiles: None })
	}

	/// Returns whether a report is not paid: it is too far from the others, or says something else.
	pub fn is_outlier(&self, value: &Value) -> bool {
		match (self.quartiles, value) {
			(Some(quartiles), Value::Number(number)) => quartiles.is_outlier(*number),
			_ => *value != self.value,
		}
	}
}

/// Returns the lower median of dates; `None` of none.
pub fn median_date(mut dates: Vec<Moment>) -> Option<Moment> {
	dates.sort_unstable();
	dates.get(dates.len().checked_sub(1)? / 2).copied()
}

/// Returns from which date on the most dates lie within [`MAX_DATE_SPAN`], the latest such date if there are several; `None`
/// of no dates.
///
/// If `2f + 1` honest seats report within the span, it holds at least as many reports, of which `f + 1` are honest: bad ones
/// cannot keep a round from closing by a date of their own.
pub fn busiest_span(mut dates: Vec<Moment>) -> Option<Moment> {
	dates.sort_unstable();
	let within = |first: &Moment| {
		let end = first.saturating_add(MAX_DATE_SPAN);
		dates.iter().filter(|date| (*first..=end).contains(*date)).count()
	};
	dates.iter().max_by_key(|first| within(first)).copied()
}

/// Returns whether a value differs from the last by this many basis points of it at least. Texts and booleans differ or do
/// not. Never if `bp` is 0, and never from the number 0: nothing is a part of it, and a round at each flicker around it would
/// empty the feed's purse.
pub fn deviates(last: &Value, new: &Value, bp: u32) -> bool {
	match (last, new) {
		(Value::Number(0), Value::Number(_)) => false,
		(Value::Number(last), Value::Number(new)) => bp > 0 && part(*last, *new) >= of_last(*last, bp),
		_ => bp > 0 && last != new,
	}
}

/// Returns whether a value differs from the last by half as much as [`deviates`] asks for, at least.
pub fn deviates_half(last: &Value, new: &Value, bp: u32) -> bool {
	deviates(last, new, bp.div_ceil(2))
}

/// Returns whether a number differs from the last by more than this many basis points of it. Each number other than 0 is a
/// jump from 0.
pub fn jumps(last: &Value, new: &Value, bp: u32) -> bool {
	match (last, new) {
		(Value::Number(last), Value::Number(new)) => part(*last, *new) > of_last(*last, bp),
		_ => false,
	}
}

fn part(last: i128, new: i128) -> U256 {
	U256::from(new.abs_diff(last)).saturating_mul(WHOLE_BP.into())
}

fn of_last(last: i128, bp: u32) -> U256 {
	U256::from(last.unsigned_abs()).saturating_mul(bp.into())
}

#[cfg(test)]
mod tests;
