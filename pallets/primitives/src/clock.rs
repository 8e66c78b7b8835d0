//! The chain's time: chain time, PoCo time, and how PoCo time advances.

mod reading;

use crate::Moment;

pub use reading::ClockReading;

/// The two times of a block, in ms, and how PoCo time advances after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
	/// Chain time: the block's timestamp.
	pub chain: Moment,
	/// PoCo time, in which tasks have their deadlines. Never ahead of chain time.
	pub poco: Moment,
	/// Whether PoCo time stands still.
	pub stands_still: bool,
	/// The most by which PoCo time advances from one block to the next, if there is a limit.
	pub max_gap: Option<Moment>,
}

impl From<Moment> for Clock {
	/// Returns a clock with one time for both, which nothing stops.
	fn from(time: Moment) -> Self {
		Self { chain: time, poco: time, ..Self::default() }
	}
}

impl Clock {
	/// Returns the clock of a block, as its state has it.
	pub fn of(reading: ClockReading, max_gap: Option<Moment>) -> Self {
		let ClockReading { time, at, stands_still } = reading;
		Self { chain: at, poco: time, stands_still, max_gap }
	}

	/// Returns the PoCo time, in ms, of the next block if it is made at `chain`, in ms of chain time.
	pub fn at(&self, chain: Moment) -> Moment {
		let passed = if self.stands_still { 0 } else { chain.saturating_sub(self.chain) };
		self.poco.saturating_add(passed.min(self.max_gap.unwrap_or(Moment::MAX)))
	}

	/// Returns the earliest chain time, in ms, at which a deadline in ms of PoCo time can pass; `None` if it has passed. If
	/// work is stopped, or blocks are late, it passes later.
	pub fn earliest(&self, deadline: Moment) -> Option<Moment> {
		let lag = self.chain.saturating_sub(self.poco);
		(self.poco < deadline).then(|| deadline.saturating_add(lag))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn deadline_passes_later_by_what_poco_time_has_stood_still() {
		assert_eq!(Clock::from(5_000).earliest(6_000), Some(6_000));
		let behind = Clock { poco: 2_000, ..Clock::from(5_000) };
		assert_eq!(behind.earliest(6_000), Some(9_000));
		assert_eq!(behind.earliest(2_001), Some(5_001));
		assert_eq!(behind.earliest(Moment::MAX), Some(Moment::MAX));
	}

	#[test]
	fn deadline_that_has_passed_has_no_earliest_time() {
		let behind = Clock { poco: 2_000, ..Clock::from(5_000) };
		assert_eq!([2_000, 1_999, 0].map(|deadline| behind.earliest(deadline)), [None; 3]);
	}

	#[test]
	fn poco_time_advances_no_faster_than_the_chain_lets_it() {
		let clock = Clock { poco: 2_000, max_gap: Some(60), ..Clock::from(5_000) };
		assert_eq!([4_000, 5_000, 5_059, 5_060, 9_000].map(|now| clock.at(now)), [2_000, 2_000, 2_059, 2_060, 2_060]);
		assert_eq!(Clock { max_gap: None, ..clock }.at(9_000), 6_000);
		assert_eq!(Clock { stands_still: true, ..clock }.at(9_000), 2_000);
	}
}
