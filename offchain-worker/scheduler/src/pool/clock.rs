//! The time, by the system and by the chain.

use std::time::{SystemTime, UNIX_EPOCH};

use rlc_primitives::Moment;
use tokio::time::Instant;

use crate::model::Now;

/// The time, by the system and by the chain.
pub(super) struct Clock {
	/// The time of the last block, in ms.
	chain: Moment,
	/// When it was seen.
	at: Instant,
}

impl Clock {
	/// How far chain time may be behind the system's, in ms: a chain without blocks has no time of its own.
	const BEHIND: Moment = 10_000;

	/// Returns a clock that has seen no block.
	pub fn new() -> Self {
		Self { chain: 0, at: Instant::now() }
	}

	/// Returns the time.
	pub fn now(&self) -> Now {
		let local = system_time();
		let by_blocks = self.chain + self.at.elapsed().as_millis() as Moment;
		Now { local, chain: by_blocks.max(local.saturating_sub(Self::BEHIND)) }
	}

	/// Sets the chain's time, in ms, by a block that was just seen.
	pub fn set(&mut self, time: Moment) {
		self.chain = time;
		self.at = Instant::now();
	}
}

/// Returns the system's time, in ms since the Unix epoch.
pub(crate) fn system_time() -> Moment {
	SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as Moment)
}
