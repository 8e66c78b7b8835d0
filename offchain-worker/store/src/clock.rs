//! Times, in ms since the Unix epoch.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The end of what has no end.
pub(crate) const FOREVER: u64 = u64::MAX;

/// Returns the time now.
pub(crate) fn now_ms() -> u64 {
	ms(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Returns the time so long after another.
pub(crate) fn after(start: u64, duration: Duration) -> u64 {
	start.saturating_add(ms(duration))
}

fn ms(duration: Duration) -> u64 {
	u64::try_from(duration.as_millis()).unwrap_or(FOREVER)
}
