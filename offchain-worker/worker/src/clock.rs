//! Time: the chain's, the machine's, and how long to wait before something is tried again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rlc_primitives::Moment;
use rlc_service::Backoff;
use tokio::time::Instant;

/// The longest wait before something is tried again.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The waits before something is tried again, for as long as it takes.
pub(crate) const BACKOFF: Backoff = Backoff::new(Duration::from_millis(500), LONGEST_WAIT);

/// PoCo time between blocks: it goes on as the machine's does, as far as the chain lets it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
	block: rlc_chain::Clock,
	at: Instant,
}

impl Clock {
	/// Returns a clock that goes on from a block that was made now.
	pub fn new(block: rlc_chain::Clock) -> Self {
		Self { block, at: Instant::now() }
	}

	/// Returns PoCo time, in ms, as a block would say that was made now.
	pub fn now(&self) -> Moment {
		self.block.at(self.block.chain.saturating_add(millis(self.at.elapsed())))
	}

	/// Returns whether PoCo time stands still, since work is stopped on the chain.
	pub fn stands_still(&self) -> bool {
		self.block.stands_still
	}
}

/// Returns the machine's time, in ms since the Unix epoch.
pub(crate) fn machine_time() -> u64 {
	millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Returns a duration in ms.
pub(crate) fn millis(duration: Duration) -> u64 {
	duration.as_millis().try_into().unwrap_or(u64::MAX)
}

/// Sleeps until then, or forever.
pub(crate) async fn sleep_until(at: Option<Instant>) {
	match at {
		Some(at) => tokio::time::sleep_until(at).await,
		None => std::future::pending().await,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn machine_s_clock_decides_nothing() {
		let hour = 3_600_000;
		for chain in [machine_time() - hour, machine_time() + hour] {
			let clock = Clock::new(chain.into());
			assert!((chain..chain + hour / 2).contains(&clock.now()));
		}
	}

	#[test]
	fn chain_time_goes_on_between_blocks() {
		let clock = Clock::new(1_000.into());
		std::thread::sleep(Duration::from_millis(5));
		assert!(clock.now() >= 1_005);
	}
}
