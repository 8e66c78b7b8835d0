//! What changed since it was last written down.

use std::collections::{BTreeMap, BTreeSet};

use rlc_primitives::{AccountId, Balance, TaskId};

/// What changed and is to be written down, or told to those who watch it.
#[derive(Debug, Default)]
pub struct Changes {
	/// Parts of workers in tasks.
	pub replicates: BTreeSet<(TaskId, AccountId)>,
	/// Tasks with a new result, new callback data, or a new reason for being given up.
	pub tasks: BTreeSet<TaskId>,
	/// Tasks that look different to requesters.
	pub visible: BTreeSet<TaskId>,
	/// What requesters paid the pool for results that came into the store, in nRLC.
	pub paid: BTreeMap<AccountId, Balance>,
	/// Workers that joined.
	pub arrived: BTreeSet<AccountId>,
	/// Workers that were lost.
	pub departed: BTreeSet<AccountId>,
	/// Workers whose machines were seen.
	pub machines: BTreeSet<AccountId>,
	/// Tasks that ended.
	pub ended: Vec<Ended>,
}
