//! The hand of the clock: PoCo time as the chain stores it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::Moment;

/// PoCo time, and when it was read.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ClockReading {
	/// PoCo time, in ms.
	pub time: Moment,
	/// The chain time at which that was PoCo time, in ms; 0 before the first block.
	pub at: Moment,
	/// Whether the clock stands still: work was stopped at the end of the last block.
	pub stands_still: bool,
}

impl ClockReading {
	/// Advances the clock to the chain time `now`, by `max_gap` ms at most.
	pub fn advance(&mut self, now: Moment, max_gap: Option<Moment>) {
		let passed = now.saturating_sub(self.at);
		if self.at == 0 {
			self.time = now;
		} else if !self.stands_still {
			self.time = self.time.saturating_add(passed.min(max_gap.unwrap_or(Moment::MAX)));
		}
		self.at = now;
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const MINUTE: Moment = 60_000;

	fn reading(time: Moment, at: Moment, stands_still: bool) -> ClockReading {
		ClockReading { time, at, stands_still }
	}

	#[test]
	fn clock_begins_with_chain_time() {
		let mut clock = ClockReading::default();
		clock.advance(1_700_000_000_000, Some(MINUTE));
		assert_eq!(clock, reading(1_700_000_000_000, 1_700_000_000_000, false));
	}

	#[test]
	fn time_passes_as_on_the_chain() {
		let mut clock = reading(500, 1_000, false);
		clock.advance(3_000, Some(MINUTE));
		assert_eq!(clock, reading(2_500, 3_000, false));
	}

	#[test]
	fn gap_between_blocks_counts_up_to_its_bound() {
		let mut clock = reading(500, 1_000, false);
		clock.advance(1_000 + 10 * MINUTE, Some(MINUTE));
		assert_eq!(clock, reading(500 + MINUTE, 1_000 + 10 * MINUTE, false));
		clock.advance(1_000 + 20 * MINUTE, None);
		assert_eq!(clock.time, 500 + 11 * MINUTE, "no bound");
	}

	#[test]
	fn clock_that_stands_still_loses_the_time() {
		let mut clock = reading(500, 1_000, true);
		clock.advance(9_000, Some(MINUTE));
		assert_eq!(clock, reading(500, 9_000, true));
		clock.stands_still = false;
		clock.advance(10_000, Some(MINUTE));
		assert_eq!(clock.time, 1_500);
	}

	#[test]
	fn time_never_runs_backward() {
		let mut clock = reading(500, 1_000, false);
		clock.advance(900, None);
		assert_eq!(clock.time, 500);
	}
}
