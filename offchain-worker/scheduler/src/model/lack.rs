//! What keeps tasks waiting though workers that could run them take tasks.

use std::fmt;

/// What all workers lack that could run a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
	/// Nobody vouches for them, and one worker decides alone.
	Vouching,
	/// Their accounts do not have the stake.
	Stake,
}

impl fmt::Display for Lack {
	fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
		out.write_str(match self {
			Self::Vouching => "a worker that the pool vouches for: at this trust, one worker decides alone",
			Self::Stake => "a worker whose account has the stake for another task",
		})
	}
}
