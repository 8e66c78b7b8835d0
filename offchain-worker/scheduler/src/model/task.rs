//! A task: what the chain says of it, and who works on it.

use std::collections::{BTreeMap, BTreeSet};

use rlc_primitives::{
	task::{ContributionStatus, Stage},
	work::{FailureCause, TaskFailure, TaskRef, MAX_CALLBACK_DATA},
	AccountId, Contribution, Moment, ObservedTask, ResultDigest, ResultHash, Task, TaskEvent,
};

use super::Replicate;

/// What is under way about a task, and answered later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
	/// `finalize`
	Finalize,
	/// `reopen`
	Reopen,
	/// `delegate`, so that failures can be put on chain.
	Delegate,
	/// `release`
	Release,
	/// `abandon`
	Abandon,
	/// A question to the chain, how it stands.
	Refresh,
	/// The data of its callback are put into the store.
	Store,
}

/// How often a winner did not get the result into the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UploadFailures {
	/// How often.
	pub count: u32,
	/// When it was last, in ms.
	pub last: Moment,
}

impl UploadFailures {
	/// Returns these with one more, at this time, in ms.
	pub fn and_one(self, now: Moment) -> Self {
		Self { count: self.count.saturating_add(1), last: now }
	}
}

/// What is done to have the result in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upload {
	/// The winner that was asked, and when, in ms.
	pub asked: Option<(AccountId, Moment)>,
	/// How often each winner failed.
	pub failures: BTreeMap<AccountId, UploadFailures>,
	/// Size of the result, in bytes, once the store has it.
	pub stored: Option<u64>,
}

impl Upload {
	/// Records that a winner did not get the result into the store.
	pub fn fail(&mut self, worker: &AccountId, now: Moment) {
		let failures = self.failures.entry(worker.clone()).or_default();
		*failures = failures.and_one(now);
	}

	/// Returns whether this worker was asked and has not answered.
	pub fn is_asked_of(&self, worker: &AccountId) -> bool {
		self.asked.as_ref().is_some_and(|(asked, _)| asked == worker)
	}
}

/// Why and how far a task was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
	/// Why, for people.
	pub reason: String,
	/// What workers failed for: the task is released, once enough said so on chain. `None`: it is abandoned, since nobody can
	/// contribute any more.
	pub cause: Option<FailureCause>,
	/// Workers that failed and have not said so on chain.
	pub witnesses: BTreeSet<AccountId>,
	/// Since when they have been asked to, in ms.
	pub asked: Option<Moment>,
	/// How many times in a row the chain has refused a call that releasing the task takes.
	pub refused: u32,
}

/// A task.
#[derive(Clone, Debug)]
pub struct TaskState {
	/// As the best block has it.
	observed: ObservedTask,
	/// How many events of the chain it saw: answers to questions that were asked before the last of them are stale.
	pub(super) version: u64,
	/// If it is closed: the block that closed it, or a later one. Once that is final, so is the task's end.
	pub(super) closed_by: Option<u32>,
	/// Whether its end is final.
	pub(super) is_final: bool,
	/// The workers that have or had a part in it.
	pub replicates: BTreeMap<AccountId, Replicate>,
	/// How often workers failed for reasons of their own, since this scheduler started.
	pub(super) troubles: BTreeMap<AccountId, u32>,
	/// Whether it waits for a worker.
	pub(super) queued: bool,
	/// What is under way.
	pub(super) sending: Option<Sending>,
	/// Nothing is sent, and the chain is asked nothing about it, before this time, in ms.
	pub(super) not_before: Moment,
	/// How many times in a row sending failed.
	pub(super) refusals: u32,
	/// Where its result is.
	pub upload: Upload,
	/// How many counts in a row found its result in no store; two at most.
	pub(super) homeless: u8,
	/// How much room in the store is set aside for its result, in bytes.
	pub(super) room: u64,
	/// Why it was given up, if it was.
	pub given_up: Option<GivenUp>,
	/// What workers reported of it on chain.
	pub reports: BTreeMap<AccountId, FailureCause>,
	/// As whom workers vote, with the one worker of each that was asked to report it on chain, and delegated there for that.
	pub asked: BTreeMap<AccountId, AccountId>,
	/// How many times workers were asked to report it on chain, and too few did.
	pub silences: u32,
	/// Why it has no result, if the chain said so: then nobody loses anything.
	pub failure: Option<TaskFailure>,
	/// Whether a winner showed that the consensus is a failure of the app: there is no result, nor data for a callback.
	pub is_failure: bool,
	/// The data of its callback, once a worker brought them.
	pub data: Option<Vec<u8>>,
	/// Since when no worker has been left that could try, in ms.
	pub(super) deserted: Option<Moment>,
	/// When it is looked at again, in ms, if nothing happens before.
	pub(super) wake: Option<Moment>,
}

impl TaskState {
	/// Returns a task as the chain has it, of which nothing else is known.
	pub fn new(chain: Task) -> Self {
		Self {
			observed: ObservedTask::new(chain),
			version: 0,
			closed_by: None,
			is_final: false,
			replicates: BTreeMap::new(),
			troubles: BTreeMap::new(),
			queued: false,
			sending: None,
			not_before: 0,
			refusals: 0,
			upload: Upload::default(),
			homeless: 0,
			room: 0,
			given_up: None,
			reports: BTreeMap::new(),
			asked: BTreeMap::new(),
			silences: 0,
			failure: None,
			is_failure: false,
			data: None,
			deserted: None,
			wake: None,
		}
	}

	/// Returns a task as the chain had it at a block, of which nothing else is known. If it is closed, it was by this block
	/// or an earlier one.
	pub fn at(chain: Task, block: u32) -> Self {
		let closed_by = chain.is_closed().then_some(block);
		Self { closed_by, ..Self::new(chain) }
	}

	/// Returns whether this worker was asked to report on chain why it failed.
	pub fn was_asked(&self, worker: &AccountId) -> bool {
		self.asked.values().any(|asked| asked == worker)
	}

	/// Returns how often this worker failed for reasons of its own.
	pub fn troubles_of(&self, worker: &AccountId) -> u32 {
		self.troubles.get(worker).copied().unwrap_or(0)
	}

	/// Returns the task as the best block has it.
	pub fn chain(&self) -> &Task {
		self.observed.task()
	}

	/// Returns its deal and index.
	pub fn task_ref(&self) -> TaskRef {
		TaskRef { deal: self.chain().deal, index: self.chain().index }
	}

	/// Returns how many events of the chain it saw.
	pub fn version(&self) -> u64 {
		self.version
	}

	/// Returns whether its end is final.
	pub fn is_final(&self) -> bool {
		self.is_final
	}

	/// Returns whether it waits for a worker.
	pub fn is_queued(&self) -> bool {
		self.queued
	}

	/// Returns how much room in the store is set aside for its result, in bytes.
	pub fn room(&self) -> u64 {
		self.room
	}

	/// Returns whether it has a result that is in no store.
	pub fn is_homeless(&self) -> bool {
		self.is_completed() && !self.is_failure && self.upload.stored.is_none()
	}

	/// Returns the size of the largest result that a worker reported, in bytes.
	pub(super) fn largest_output(&self) -> Option<u64> {
		self.replicates.values().map(|part| part.output).max().filter(|size| *size > 0)
	}

	/// Returns whether there may be a result of it that is in no store yet.
	pub(super) fn needs_room(&self) -> bool {
		let is_worked_on = self.replicates.values().any(|part| !part.step.is_last());
		let has_result = self.chain().consensus().is_some() && !self.is_failure;
		self.upload.stored.is_none() && (has_result || (is_worked_on && !self.chain().is_closed()))
	}

	/// Returns whether something is under way about it.
	pub fn is_sending(&self) -> bool {
		self.sending.is_some()
	}

	/// Returns whether the data of its callback are on their way into the store.
	pub fn is_storing(&self) -> bool {
		self.sending == Some(Sending::Store)
	}

	/// Returns the time, in ms, before which nothing is sent, and the chain is asked nothing about it.
	pub fn not_before(&self) -> Moment {
		self.not_before
	}

	/// Returns how many times in a row sending failed.
	pub fn refusals(&self) -> u32 {
		self.refusals
	}

	/// Returns since when no worker has been left that could try, in ms.
	pub fn deserted_since(&self) -> Option<Moment> {
		self.deserted
	}

	/// Returns how many workers reported this cause on chain.
	pub fn reports_of(&self, cause: FailureCause) -> u32 {
		let count = self.reports.values().filter(|reported| **reported == cause).count();
		count.try_into().unwrap_or(u32::MAX)
	}

	/// Returns whether this worker contributed.
	pub fn has_contribution(&self, worker: &AccountId) -> bool {
		self.chain().contribution(worker).is_some()
	}

	/// Returns the workers that proved its result.
	pub fn winners(&self) -> impl Iterator<Item = &AccountId> {
		let proved = |one: &&Contribution| one.status == ContributionStatus::Proved;
		self.chain().contributions.iter().filter(proved).map(|one| &one.worker)
	}

	/// Returns the digest of its result, once a winner revealed it.
	pub fn digest(&self) -> Option<ResultDigest> {
		self.chain().consensus().and_then(|consensus| consensus.digest)
	}

	/// Returns whether it ended with a result.
	pub fn is_completed(&self) -> bool {
		matches!(self.chain().stage, Stage::Completed(_))
	}

	/// Replaces what was observed by what the chain answers. If it is closed, it was by `block` or an earlier one.
	pub fn replace_chain(&mut self, chain: Task, is_failure: bool, block: u32) {
		self.observed.replace(chain);
		self.is_failure = is_failure;
		self.closed_by = self.chain().is_closed().then_some(block);
		self.is_final = false;
		self.drop_outvoted_data();
	}

	/// Records an event of a block with this number. `weight` says what a worker's word counts.
	pub fn apply(&mut self, event: &TaskEvent, block: u32, weight: impl FnOnce(&AccountId) -> u64) {
		self.observed.apply(event, weight);
		match event {
			TaskEvent::Closed { .. } => {
				self.closed_by = Some(block);
				self.drop_outvoted_data();
			}
			TaskEvent::ConsensusReached { .. } => self.drop_outvoted_data(),
			TaskEvent::Reopened => self.upload = Upload::default(),
			TaskEvent::FailureRevealed { .. } => self.is_failure = true,
			TaskEvent::FailureReported { worker, cause } => {
				self.reports.insert(worker.clone(), *cause);
				if let Some(given_up) = &mut self.given_up {
					given_up.witnesses.remove(worker);
				}
			}
			TaskEvent::Failed { failure } => self.failure = Some(*failure),
			TaskEvent::Delegated { .. } | TaskEvent::Contributed { .. } | TaskEvent::Revealed { .. } => {}
		}
	}

	/// Drops data that were agreed on before, until the chain changed its mind or no winner revealed: they would keep
	/// others from being accepted.
	pub fn drop_outvoted_data(&mut self) {
		if self.chain().consensus().is_some() {
			let chain = self.observed.task();
			self.data.take_if(|data| !are_agreed_on(chain, data));
		}
	}
}

/// Returns whether these are the data of a callback that a task's winners agree on.
pub fn are_agreed_on(task: &Task, data: &[u8]) -> bool {
	let result = ResultHash::of(task.id(), ResultDigest::of_callback(data));
	let agreed = task.consensus().is_some_and(|consensus| consensus.result == result);
	agreed && data.len() <= MAX_CALLBACK_DATA as usize
}

/// Returns whether a worker contributed the result that has a task's consensus.
pub fn has_contributed_to_consensus(task: &Task, worker: &AccountId) -> bool {
	let Some(consensus) = task.consensus() else { return false };
	task.contribution(worker).is_some_and(|contribution| contribution.commitment.result == consensus.result)
}
