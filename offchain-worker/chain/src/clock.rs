//! The chain's clock.

use rlc_primitives::Clock;

use crate::{questions, Chain, Error};

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
