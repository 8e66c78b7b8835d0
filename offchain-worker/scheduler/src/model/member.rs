//! A worker that joins.

use rlc_primitives::{money::Score, AccountId};
use rlc_protocol::worker::{Report, Resources};

/// A worker that proved its identity.
#[derive(Clone, Debug)]
pub struct Member {
	/// The worker.
	pub account: AccountId,
	/// Its operator, if it showed one.
	pub operator: Option<AccountId>,
	/// What it can do.
	pub resources: Resources,
	/// What it has in hand.
	pub held: Vec<Report>,
	/// Its score on chain.
	pub score: Score,
}
