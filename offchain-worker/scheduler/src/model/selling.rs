//! Whether the pool sells.

use rlc_primitives::Moment;

/// Whether the pool sells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selling {
	/// Since when its orders are withdrawn, in ms, if the scheduler withdrew them.
	pub withdrawn: Option<Moment>,
	/// When they were last withdrawn or published again, in ms; 0: never.
	pub changed: Moment,
}

impl Selling {
	/// Returns what holds once the orders were withdrawn at this time, in ms.
	pub fn stopped(now: Moment) -> Self {
		Self { withdrawn: Some(now), changed: now }
	}

	/// Returns what holds once they are on sale again from this time on, in ms.
	pub fn resumed(now: Moment) -> Self {
		Self { withdrawn: None, changed: now }
	}
}
