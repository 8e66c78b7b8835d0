//! What changed since it was last written down.

use std::collections::{BTreeMap, BTreeSet};

use rlc_primitives::{AccountId, Balance, Moment, TaskId};

use super::{Ending, Mark, Party};

/// A task that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
	/// Who asked for it, and what it ran; nobody, if that is not to blame.
	pub parties: Vec<Party>,
	/// How.
	pub ending: Ending,
	/// What the pool lost, in nRLC.
	pub lost: Balance,
	/// When, in ms.
	pub at: Moment,
}

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
	/// Marks on the records of strangers, and when, in ms.
	pub marks: Vec<(AccountId, Mark, Moment)>,
	/// Strangers that are banned since.
	pub banned: BTreeSet<AccountId>,
}
