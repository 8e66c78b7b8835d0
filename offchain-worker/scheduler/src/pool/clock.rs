//! The time, by the system and by the chain.
//!
//! Between blocks, PoCo time is what the next block would say if it were made now: deadlines that stand still, because
//! the chain does or work is stopped, do not pass here either.

use std::time::{SystemTime, UNIX_EPOCH};

use rlc_primitives::Moment;
use tokio::time::Instant;

use crate::model::Now;

/// The time, by the system and by the chain.
pub(super) struct Clock {
	/// The times of the last block.
	block: rlc_chain::Clock,
	/// When it was seen.
	at: Instant,
}

impl Clock {
	/// How far chain time may be behind the system's, in ms: a chain without blocks has no time of its own.
	const BEHIND: Moment = 10_000;

	/// Returns a clock that has seen no block.
	pub fn new() -> Self {
		Self { block: rlc_chain::Clock::default(), at: Instant::now() }
	}

	/// Returns the time.
	pub fn now(&self) -> Now {
		let local = system_time();
		let by_blocks = self.block.chain + self.at.elapsed().as_millis() as Moment;
		Now { local, chain: self.block.at(by_blocks.max(local.saturating_sub(Self::BEHIND))) }
	}

	/// Sets the chain's time by a block that was just seen.
	pub fn set(&mut self, block: rlc_chain::Clock) {
		self.block = block;
		self.at = Instant::now();
	}
}

/// Returns the system's time, in ms since the Unix epoch.
pub(crate) fn system_time() -> Moment {
	SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as Moment)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn deadlines_do_not_pass_while_poco_time_stands_still() {
		let mut clock = Clock::new();
		let hour = 3_600_000;
		let block = rlc_chain::Clock::from(system_time() - hour);
		clock.set(block);
		assert!(
			clock.now().chain > block.poco + hour / 2,
			"a chain that makes no blocks until there is something to do"
		);
		clock.set(rlc_chain::Clock { max_gap: Some(60_000), ..block });
		assert_eq!(clock.now().chain, block.poco + 60_000, "a chain that was stopped");
		clock.set(rlc_chain::Clock { stands_still: true, ..block });
		assert_eq!(clock.now().chain, block.poco, "work that is paused");
		let behind = rlc_chain::Clock { poco: 1_000, max_gap: Some(60_000), ..rlc_chain::Clock::from(system_time()) };
		clock.set(behind);
		assert!((1_000..2_000).contains(&clock.now().chain), "time that was lost before stays lost");
	}
}
