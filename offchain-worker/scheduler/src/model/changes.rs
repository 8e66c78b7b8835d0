//! What changed since it was last written down.

use std::collections::BTreeSet;

use rlc_primitives::{AccountId, TaskId};

/// What changed and is to be written down, or told to those who watch it.
#[derive(Debug, Default)]
pub struct Changes {
	/// Parts of workers in tasks.
	pub replicates: BTreeSet<(TaskId, AccountId)>,
	/// Tasks with a new result, new callback data, or a new reason for being given up.
	pub tasks: BTreeSet<TaskId>,
	/// Tasks that look different to requesters.
	pub visible: BTreeSet<TaskId>,
	/// Workers that joined.
	pub arrived: BTreeSet<AccountId>,
	/// Workers that were lost.
	pub departed: BTreeSet<AccountId>,
}
