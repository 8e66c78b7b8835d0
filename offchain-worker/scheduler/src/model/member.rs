//! A worker that joins.

use rlc_primitives::{money::Score, AccountId};
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
	pub held: Vec<Report>,
	/// Its score on chain.
	pub score: Score,
	/// How its results turned out here, as long as nobody vouched for it.
	pub record: Record,
}
