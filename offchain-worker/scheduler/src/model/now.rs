//! The time.

use rlc_primitives::Moment;

/// The time, in ms since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
	/// By this machine: for workers' signs of life. It goes on evenly, whoever sets the clock, but may be far from the others.
	pub local: Moment,
	/// PoCo time: for deadlines.
	pub chain: Moment,
	/// Chain time: for what is decided about money by the hour or the day.
	pub date: Moment,
}
