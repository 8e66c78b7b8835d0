//! Time: the chain's, the machine's, and how long to wait before something is tried again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand::Rng;
use rlc_primitives::Moment;
use tokio::time::Instant;

/// The first wait after a failure; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The chain's time between blocks: it goes on as the machine's does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
	time: Moment,
	at: Instant,
}

impl Clock {
	/// The chain says that it is `time`, in ms.
	pub fn new(time: Moment) -> Self {
		Self { time, at: Instant::now() }
	}

	/// The chain's time now, in ms.
	pub fn now(&self) -> Moment {
		self.time.saturating_add(millis(self.at.elapsed()))
	}
}

/// The machine's time, in ms since the Unix epoch.
pub(crate) fn machine_time() -> u64 {
	millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// A duration in ms.
pub(crate) fn millis(duration: Duration) -> u64 {
	duration.as_millis().try_into().unwrap_or(u64::MAX)
}

/// How long to wait after so many failures in a row, with up to a quarter by chance, so that many workers do not come at
/// once.
pub(crate) fn backoff(attempts: u32) -> Duration {
	let doubled = FIRST_WAIT.saturating_mul(1 << attempts.saturating_sub(1).min(10));
	let wait = doubled.min(LONGEST_WAIT);
	wait + wait.mul_f64(rand::thread_rng().gen_range(0.0..0.25))
}

/// Sleep until then, or for ever.
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
	fn waits_grow_to_a_limit() {
		assert!((500..=625).contains(&millis(backoff(1))));
		assert!((1_000..=1_250).contains(&millis(backoff(2))));
		for attempts in [7, 40, u32::MAX] {
			assert!((30_000..=37_500).contains(&millis(backoff(attempts))));
		}
	}

	#[test]
	fn chain_time_goes_on_between_blocks() {
		let clock = Clock::new(1_000);
		std::thread::sleep(Duration::from_millis(5));
		assert!(clock.now() >= 1_005);
	}
}
