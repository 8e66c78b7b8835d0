//! A task as an observer knows it: one that reads a chain's events and asks for the task itself only now and then.
//!
//! ```text
//! the chain:     Task ── contribute, reveal, finalize … ──► Task
//!                  │ asked for once        │ events
//!                  ▼                       ▼
//! an observer:   ObservedTask ────────── apply ───────────► ObservedTask
//! ```
//!
//! Events say less than the chain knows: a contribution's seal and enclave are missing, and a weight is what the observer
//! holds the worker's score to be. All else is as the chain has it, see the tests. An event that repeats what is known
//! changes nothing, so that blocks may be seen twice.

use alloc::collections::BTreeMap;

use sp_core::U256;

use crate::{
	consensus,
	failure::{AppFault, FailureCause, TaskFailure},
	task::{Commitment, Consensus, ContributionStatus, Stage},
	AccountId, Contribution, Moment, ResultDigest, ResultHash, ResultSeal, Task,
};

/// What a block says of one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskEvent {
	/// The scheduler made a worker eligible, on chain or by its signature.
	Delegated {
		/// The worker.
		worker: AccountId,
	},
	/// A worker committed to a result.
	Contributed {
		/// The worker.
		worker: AccountId,
		/// The result.
		result: ResultHash,
	},
	/// Enough workers agree.
	ConsensusReached {
		/// On this result.
		result: ResultHash,
		/// How many they are.
		winners: u32,
		/// Until when they can reveal, in ms.
		reveal_deadline: Moment,
	},
	/// A winner showed that it had the result.
	Revealed {
		/// The winner.
		worker: AccountId,
		/// The result's digest.
		digest: ResultDigest,
	},
	/// Nobody revealed in time: other workers can contribute.
	Reopened,
	/// The task ends without a result, and nobody who worked on it is at fault: it is closed next.
	Failed {
		/// Why.
		failure: TaskFailure,
	},
	/// The task ended.
	Closed {
		/// The digest of its result; `None` if it failed.
		outcome: Option<ResultDigest>,
	},
	/// A worker said why it could not compute the task.
	FailureReported {
		/// The worker.
		worker: AccountId,
		/// Why.
		cause: FailureCause,
	},
	/// A worker showed that it had committed to a failure of the app. If it is a winner, it revealed the failure's digest
	/// before.
	FailureRevealed {
		/// The worker.
		worker: AccountId,
		/// How the app failed.
		cause: AppFault,
		/// Its exit code.
		code: u32,
	},
}

/// A task as far as an observer knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedTask {
	task: Task,
	/// The worker that was made eligible last: a result that is delivered at once is its.
	delegated: Option<AccountId>,
}

impl ObservedTask {
	/// Returns a task as it is on chain.
	pub fn new(task: Task) -> Self {
		Self { task, delegated: None }
	}

	/// Returns the task, as far as it is known.
	pub fn task(&self) -> &Task {
		&self.task
	}

	/// Replaces what was observed by what the chain answers.
	pub fn replace(&mut self, task: Task) {
		self.task = task;
	}

	/// Applies an event. `weight` says what a worker's word counts, see [`consensus::weight`].
	pub fn apply(&mut self, event: &TaskEvent, weight: impl FnOnce(&AccountId) -> u64) {
		match event {
			TaskEvent::Delegated { worker } => self.delegated = Some(worker.clone()),
			TaskEvent::Contributed { worker, result } => self.contributed(worker, *result, weight(worker)),
			TaskEvent::ConsensusReached { result, winners, reveal_deadline } => {
				self.consensus_reached(*result, *winners, *reveal_deadline);
			}
			TaskEvent::Revealed { worker, digest } => self.revealed(worker, *digest),
			TaskEvent::Reopened => self.reopened(),
			TaskEvent::Closed { outcome } => self.closed(*outcome),
			TaskEvent::Failed { .. } | TaskEvent::FailureReported { .. } | TaskEvent::FailureRevealed { .. } => {}
		}
	}

	fn contributed(&mut self, worker: &AccountId, result: ResultHash, weight: u64) {
		self.push(worker, result, weight, ContributionStatus::Contributed);
		self.task.total = total(&self.task);
	}

	fn push(&mut self, worker: &AccountId, result: ResultHash, weight: u64, status: ContributionStatus) {
		if self.task.contribution(worker).is_some() {
			return;
		}
		let commitment = Commitment { result, seal: ResultSeal::default(), enclave: None };
		// The chain accepts no more than fit.
		let _ = self.task.contributions.try_push(Contribution { worker: worker.clone(), commitment, weight, status });
	}

	fn consensus_reached(&mut self, result: ResultHash, winners: u32, reveal_deadline: Moment) {
		let is_known = |known: &Consensus| known.result == result && known.reveal_deadline == reveal_deadline;
		if self.task.is_closed() || self.task.consensus().is_some_and(is_known) {
			return;
		}
		self.task.stage = Stage::Revealing(Consensus { result, reveal_deadline, winners, reveals: 0, digest: None });
	}

	fn revealed(&mut self, worker: &AccountId, digest: ResultDigest) {
		for one in self.task.contributions.iter_mut().filter(|one| one.worker == *worker) {
			one.status = ContributionStatus::Proved;
		}
		let Stage::Revealing(consensus) = &mut self.task.stage else { return };
		consensus.digest = Some(digest);
		let proved = self.task.contributions.iter().filter(|one| one.status == ContributionStatus::Proved).count();
		consensus.reveals = u32::try_from(proved).unwrap_or(u32::MAX);
	}

	fn reopened(&mut self) {
		let Stage::Revealing(consensus) = self.task.stage else { return };
		for one in self.task.contributions.iter_mut().filter(|one| one.commitment.result == consensus.result) {
			one.status = ContributionStatus::Rejected;
		}
		self.task.stage = Stage::Active;
		self.task.total = total(&self.task);
	}

	fn closed(&mut self, outcome: Option<ResultDigest>) {
		let standing = self.task.consensus().copied();
		let Some(digest) = outcome else {
			self.task.stage = Stage::Failed(standing);
			return;
		};
		let consensus = standing.unwrap_or_else(|| self.delivered(digest));
		self.task.stage = Stage::Completed(Consensus { digest: Some(digest), ..consensus });
	}

	/// Records a result that was delivered at once, and returns its consensus. Its reveal deadline, which nobody waits for,
	/// is unknown.
	fn delivered(&mut self, digest: ResultDigest) -> Consensus {
		let result = ResultHash::of(self.task.id(), digest);
		if let Some(worker) = self.delegated.clone() {
			self.push(&worker, result, 1, ContributionStatus::Proved);
		}
		Consensus { result, reveal_deadline: 0, winners: 1, reveals: 1, digest: None }
	}
}

/// Returns the value of each result's group of open contributions.
pub fn groups(task: &Task) -> BTreeMap<ResultHash, U256> {
	let mut groups = BTreeMap::new();
	for one in task.contributions.iter().filter(|one| one.status == ContributionStatus::Contributed) {
		let group = groups.entry(one.commitment.result).or_insert(U256::zero());
		*group = consensus::raise(*group, one.weight).unwrap_or(U256::MAX);
	}
	groups
}

/// Returns one plus the values of all groups.
fn total(task: &Task) -> U256 {
	groups(task).values().fold(consensus::INITIAL_TOTAL, |total, group| total.saturating_add(*group))
}

#[cfg(test)]
mod tests;
