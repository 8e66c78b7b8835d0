//! Whether the pool sells.

use std::fmt;

use rlc_primitives::Moment;

/// Whether the pool sells, as far as that is remembered. Times are in ms of chain time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selling {
	/// Since when its orders are withdrawn, if too much stake was lost.
	pub withdrawn: Option<Moment>,
	/// Since when its operator has it paused, if that is so.
	pub paused: Option<Moment>,
	/// When stakes that were lost last began to count; 0: they always have.
	pub changed: Moment,
}

impl Selling {
	/// Returns what holds once too much stake was lost.
	pub fn stopped(self, now: Moment) -> Self {
		Self { withdrawn: Some(now), changed: now, ..self }
	}

	/// Returns what holds once the operator has paused it.
	pub fn paused(self, now: Moment) -> Self {
		Self { paused: self.paused.or(Some(now)), ..self }
	}

	/// Returns what holds once stakes that were lost no longer count.
	pub fn recovered(self, now: Moment) -> Self {
		Self { withdrawn: None, changed: now, ..self }
	}

	/// Returns what holds once the operator wants it to sell, whatever was.
	pub fn resumed(now: Moment) -> Self {
		Self { withdrawn: None, paused: None, changed: now }
	}
}

/// Why the pool has nothing on sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
	/// Too much stake was lost.
	Losses,
	/// The operator paused it.
	Paused,
	/// No worker takes tasks for which the pool vouches: whoever buys may want what others may not compute.
	NoWorkers,
	/// The store has no room for results.
	StoreFull,
	/// The scheduler stops.
	Stopping,
}

impl fmt::Display for Halt {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Losses => "too much stake was lost within a day",
			Self::Paused => "its operator paused it",
			Self::NoWorkers => "no worker takes tasks that the pool vouches for",
			Self::StoreFull => "the store is full",
			Self::Stopping => "the scheduler stops",
		})
	}
}
