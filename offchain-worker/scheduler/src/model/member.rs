//! A worker that joins.

use rlc_primitives::{money::Score, AccountId, Balance, Moment};
use rlc_protocol::worker::{Report, Resources};

use super::Record;

/// A worker that proved its identity.
#[derive(Clone, Debug)]
pub struct Member {
	/// The worker.
	pub account: AccountId,
	/// Its operator, if it showed one.
	pub operator: Option<AccountId>,
	/// Whether the pool's operator vouches for it. If not, it is a stranger.
	pub is_vouched: bool,
	/// What it can do.
	pub resources: Resources,
	/// What it has in hand.
	pub held: Vec<Held>,
	/// Its score on chain.
	pub score: Score,
	/// How its results turned out here, as long as nobody vouched for it.
	pub record: Record,
	/// What its account can stake, in nRLC, beyond what it has staked.
	pub funds: Balance,
}

/// A task that a worker has in hand, as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
	/// The last step.
	pub report: Report,
	/// Until when the delegation is good that it shows, in ms of PoCo time: the scheduler signed that. `None`: it shows none
	/// that the scheduler signed.
	pub delegated_until: Option<Moment>,
}

impl From<Report> for Held {
	fn from(report: Report) -> Self {
		Self { report, delegated_until: None }
	}
}
