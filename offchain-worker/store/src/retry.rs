//! How often, and after which time, what failed is tried again.

use std::time::Duration;

/// How many times in a row something may fail without any progress.
const MAX_FAILURES: u32 = 6;
/// The wait after the first failure; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Counts failures in a row.
#[derive(Default)]
pub(crate) struct Retries(u32);

impl Retries {
	/// There was progress.
	pub(crate) fn reset(&mut self) {
		self.0 = 0;
	}

	/// Something failed: how long to wait before the next try, or `None` if it is enough.
	pub(crate) fn failed(&mut self) -> Option<Duration> {
		self.0 += 1;
		let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(self.0 - 1)).min(LONGEST_WAIT);
		(self.0 < MAX_FAILURES).then_some(wait)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn waits_grow_and_end() {
		let mut retries = Retries::default();
		let waits: Vec<_> = std::iter::from_fn(|| retries.failed()).map(|wait| wait.as_millis()).collect();
		assert_eq!(waits, [200, 400, 800, 1_600, 3_200]);
		retries.reset();
		assert_eq!(retries.failed(), Some(FIRST_WAIT));
	}
}
