//! Times, in ms since the Unix epoch.

use std::{
	sync::atomic::{AtomicU64, Ordering},
	time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The end of what has no end.
pub(crate) const FOREVER: u64 = u64::MAX;

/// Returns the time now.
pub(crate) fn now_ms() -> u64 {
	in_ms(SystemTime::now())
}

/// Returns a time of the system in ms.
pub(crate) fn in_ms(time: SystemTime) -> u64 {
	ms(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Returns the time so long after another.
pub(crate) fn after(start: u64, duration: Duration) -> u64 {
	start.saturating_add(ms(duration))
}

/// The machine's clock, and perhaps a second one that the store's owner sets, such as that of a chain.
///
/// Either may be wrong: a machine's clock jumps, a chain is read only as far as its node has come. So contents are kept from
/// the later time on, and end once it is over by both.
pub(crate) struct Clocks {
	/// When something was last written here, by what the machine's clock said then.
	past: u64,
	/// What the second one says; 0 until it is set. `None`: there is none.
	second: Option<AtomicU64>,
}

impl Clocks {
	/// Returns the machine's clock, with a second one or without. `past` stands for the second one until that is known: a
	/// machine that starts after a power cut may have lost the time.
	pub(crate) fn new(has_second: bool, past: u64) -> Self {
		Self { past, second: has_second.then(AtomicU64::default) }
	}

	/// Sets the second one, if there is one.
	pub(crate) fn set_second(&self, now: u64) {
		if let Some(second) = &self.second {
			second.store(now, Ordering::Relaxed);
		}
	}

	/// Returns the time now, by the one that is ahead.
	pub(crate) fn latest(&self) -> u64 {
		// A clock that was ahead once has written down a time to come. With two clocks to ask, that need not be believed.
		let other = self.second().filter(|second| *second > 0).unwrap_or(self.past);
		now_ms().max(other)
	}

	/// Returns the time when the machine's clock says `now`, by the one that is behind.
	pub(crate) fn earliest(&self, now: u64) -> u64 {
		now.min(self.second().unwrap_or(FOREVER))
	}

	fn second(&self) -> Option<u64> {
		self.second.as_ref().map(|second| second.load(Ordering::Relaxed))
	}
}

fn ms(duration: Duration) -> u64 {
	u64::try_from(duration.as_millis()).unwrap_or(FOREVER)
}
