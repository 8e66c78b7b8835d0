//! The time.

use rlc_primitives::Moment;

/// The time, in ms since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
	/// By this machine: for workers' signs of life.
	pub local: Moment,
	/// By the chain: for deadlines.
	pub chain: Moment,
}
