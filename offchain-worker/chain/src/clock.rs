//! The chain's clock.

use rlc_primitives::{Clock, Moment};

use crate::{
	questions::{self, ClockReading},
	Chain, Error,
};

/// Returns a clock as the chain stores it.
pub(crate) fn clock_of(reading: ClockReading, max_gap: Option<Moment>) -> Clock {
	let ClockReading { time, at, stands_still } = reading;
	Clock { chain: at, poco: time, stands_still, max_gap }
}

impl Chain {
	/// Returns what time it is: that of the best block.
	///
	/// # Errors
	///
	/// Those of every question.
	pub async fn clock(&self) -> Result<Clock, Error> {
		let (reading, max_gap) = futures::try_join!(self.value(&questions::CLOCK), self.value(&questions::MAX_GAP))?;
		Ok(clock_of(reading.unwrap_or_default(), max_gap))
	}
}
