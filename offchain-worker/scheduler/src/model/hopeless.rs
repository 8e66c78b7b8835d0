//! Why no worker can serve a deal, as its params show.

use std::fmt;

use rlc_primitives::work::FailureCause;
use rlc_protocol::params::Unservable;

/// Why no worker can serve a deal, as its params show before anything is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hopeless {
	/// No worker serves such params, whatever machine it has.
	Params(Unservable),
	/// Its tasks need more than any of the pool's workers has had lately.
	Needs,
}

impl Hopeless {
	/// Returns what workers report on chain: something outside of the task, for which it can be released.
	pub fn cause(&self) -> FailureCause {
		match self {
			Self::Params(unservable) => unservable.cause(),
			Self::Needs => FailureCause::InvalidParams,
		}
	}
}

impl fmt::Display for Hopeless {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Params(unservable) => write!(f, "no worker can serve it: {unservable}"),
			Self::Needs => f.write_str("it needs more than any worker of the pool has had lately"),
		}
	}
}
