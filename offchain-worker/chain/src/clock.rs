//! What time it is on the chain.

use rlc_primitives::Moment;

use crate::{
	questions::{self, ClockReading},
	Chain, Error,
};

/// The two times of a block, in ms, and how the second goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
	/// Chain time: the block's timestamp.
	pub chain: Moment,
	/// PoCo time, which deadlines of tasks are in. Never ahead of chain time.
	pub poco: Moment,
	/// Whether PoCo time stands still.
	pub stands_still: bool,
	/// By how much PoCo time goes on at most from one block to the next, if there is a limit.
	pub max_gap: Option<Moment>,
}

impl From<Moment> for Clock {
	/// Returns a clock of which both times are the same, and which nothing stops.
	fn from(time: Moment) -> Self {
		Self { chain: time, poco: time, ..Self::default() }
	}
}

impl Clock {
	/// Returns a clock as the chain stores it.
	pub(crate) fn of(reading: ClockReading, max_gap: Option<Moment>) -> Self {
		let ClockReading { time, at, stands_still } = reading;
		Self { chain: at, poco: time, stands_still, max_gap }
	}

	/// Returns the PoCo time, in ms, of the next block if it is made at `chain`, in ms of chain time.
	pub fn at(&self, chain: Moment) -> Moment {
		let passed = if self.stands_still { 0 } else { chain.saturating_sub(self.chain) };
		self.poco.saturating_add(passed.min(self.max_gap.unwrap_or(Moment::MAX)))
	}

	/// Returns the earliest chain time, in ms, at which a deadline in ms of PoCo time passes. It passes later if work is
	/// stopped before, or blocks are late.
	pub fn earliest(&self, deadline: Moment) -> Moment {
		deadline.saturating_add(self.chain.saturating_sub(self.poco))
	}
}

impl Chain {
	/// Returns what time it is: that of the best block.
	///
	/// # Errors
	///
	/// Those of every question.
	pub async fn clock(&self) -> Result<Clock, Error> {
		let (reading, max_gap) = futures::try_join!(self.value(&questions::CLOCK), self.value(&questions::MAX_GAP))?;
		Ok(Clock::of(reading.unwrap_or_default(), max_gap))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn deadline_passes_later_by_what_poco_time_has_stood_still() {
		assert_eq!(Clock::from(5_000).earliest(6_000), 6_000);
		assert_eq!(Clock { poco: 2_000, ..Clock::from(5_000) }.earliest(6_000), 9_000);
		assert_eq!(Clock { poco: 2_000, ..Clock::from(5_000) }.earliest(Moment::MAX), Moment::MAX);
	}

	#[test]
	fn poco_time_goes_on_as_the_chain_lets_it() {
		let clock = Clock { poco: 2_000, max_gap: Some(60), ..Clock::from(5_000) };
		assert_eq!([4_000, 5_000, 5_059, 5_060, 9_000].map(|now| clock.at(now)), [2_000, 2_000, 2_059, 2_060, 2_060]);
		assert_eq!(Clock { max_gap: None, ..clock }.at(9_000), 6_000);
		assert_eq!(Clock { stands_still: true, ..clock }.at(9_000), 2_000);
	}
}
