//! Ends: what is told, removed, and kept for a while.

use std::collections::BTreeMap;

use rlc_primitives::{work::DelegationProof, Moment, TaskId};

use super::{Actor, Busy, Change};
use crate::{
	clock::millis,
	messages::Effect,
	record::{End, OutputKind, State},
};

/// The most results that are kept without being asked for, before no more tasks are taken.
const MAX_KEPT: usize = 10_000;

/// The most failures that are remembered for evidence.
const MAX_FAILURES: usize = 1_000;

/// How long the data of a callback are kept, in ms: the chain has them too.
const KEEP_DATA: u64 = 3_600_000;

/// Results of closed tasks that nobody asked for yet. None is dropped because there are many: then no more tasks are taken.
#[derive(Default)]
pub(crate) struct Kept {
	/// Their sizes, by when their tasks were taken, in ms of PoCo time, which a restart does not change.
	results: BTreeMap<(Moment, TaskId), u64>,
	bytes: u64,
}

impl Kept {
	/// Adds the result of a task that was taken at a time.
	fn add(&mut self, taken: Moment, task: TaskId, size: u64) {
		if self.results.insert((taken, task), size).is_none() {
			self.bytes = self.bytes.saturating_add(size);
		}
	}

	/// Removes the result of a task that was taken at a time.
	fn remove(&mut self, taken: Moment, task: TaskId) {
		if let Some(size) = self.results.remove(&(taken, task)) {
			self.bytes = self.bytes.saturating_sub(size);
		}
	}

	/// Takes out a result whose task was taken before a time.
	fn take_before(&mut self, time: Moment) -> Option<TaskId> {
		let (&(taken, task), _) = self.results.first_key_value()?;
		if taken > time {
			return None;
		}
		self.remove(taken, task);
		Some(task)
	}

	/// Returns whether nothing more should come to it. `limit` bytes fill it.
	pub fn is_full(&self, limit: u64) -> bool {
		self.bytes > limit || self.results.len() > MAX_KEPT
	}

	/// Returns how many there are, and their bytes.
	pub fn count(&self) -> (usize, u64) {
		(self.results.len(), self.bytes)
	}
}

impl Actor {
	/// Ends a task: notes why, tells it, and has its result removed.
	pub(super) fn end(&mut self, id: TaskId, end: End) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		let _span = entry.span.clone().entered();
		entry.busy = Busy::No;
		self.kept.remove(entry.record.taken, id);
		self.data.remove(entry.record.taken, id);
		match &end {
			End::Completed => tracing::info!("completed"),
			End::Aborted(reason) => tracing::info!("given up: {reason}"),
			End::Failed(failure) => {
				tracing::warn!("failed: {}", failure.words);
				if let Some(cause) = failure.cause {
					let (task, proof) = (entry.record.task, entry.record.authorization.clone());
					self.failures.push_back((id, task, cause));
					if self.failures.len() > MAX_FAILURES {
						self.failures.pop_front();
					}
					if proof == DelegationProof::OnChain {
						self.give_evidence(task, cause);
					}
				}
			}
		}
		self.note(id, State::Ended(end));
		self.effects.push(Effect::Remove(id));
	}

	/// Forgets tasks of which the scheduler knows how they ended.
	pub(super) fn told(&mut self, tasks: Vec<TaskId>) {
		for id in tasks {
			let ended = self.tasks.get(&id).is_some_and(|entry| matches!(entry.record.state, State::Ended(_)));
			if ended {
				self.tasks.remove(&id);
				self.changes.push(Change::Remove(id));
			}
		}
	}

	/// Removes the result of a task that has ended, unless the task was taken again since.
	pub(super) fn remove_result(&self, id: TaskId) {
		if self.tasks.get(&id).is_none_or(|entry| matches!(entry.record.state, State::Ended(_))) {
			let file = self.result_file(id);
			if let Err(error) = self.parts.results.remove(&file) {
				tracing::warn!("{} stays: {error}", file.display());
			}
		}
	}

	/// Keeps the result of a closed task until the pool's store has it.
	pub(super) fn keep(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get(&id).filter(|entry| entry.local.finalized) else { return };
		let State::Revealed(output) = &entry.record.state else { return };
		let taken = entry.record.taken;
		if output.kind == OutputKind::Callback {
			return self.data.add(taken, id, output.size);
		}
		self.kept.add(taken, id, output.size);
	}

	/// Returns how long results are kept, in ms: as long as the pool accepts them, or as this worker is told.
	pub(super) fn keep_for(&self) -> u64 {
		millis(self.bounds.keep_for).max(self.parts.results.keep_for())
	}

	/// Lets go of results that were kept long enough.
	pub(super) fn expire(&mut self) {
		let (now, keep_for) = (self.clock.now(), self.keep_for());
		let (results, data) = (now.saturating_sub(keep_for), now.saturating_sub(keep_for.min(KEEP_DATA)));
		while let Some(id) = self.kept.take_before(results).or_else(|| self.data.take_before(data)) {
			if let Some(entry) = self.tasks.get_mut(&id) {
				entry.local.expired = true;
				self.consider(id);
			}
		}
		self.parts.metrics.kept(self.kept.count());
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H256;

	fn task(number: u64) -> TaskId {
		TaskId(H256::from_low_u64_be(number))
	}

	#[test]
	fn results_go_in_the_order_in_which_their_tasks_were_taken() {
		let mut kept = Kept::default();
		kept.add(20, task(2), 50);
		kept.add(10, task(1), 50);
		assert_eq!(kept.take_before(9), None);
		assert_eq!((kept.take_before(10), kept.take_before(19)), (Some(task(1)), None));
		assert_eq!((kept.take_before(20), kept.take_before(20)), (Some(task(2)), None));
		assert_eq!(kept.count(), (0, 0));
	}

	#[test]
	fn full_does_not_mean_that_anything_goes() {
		let mut kept = Kept::default();
		kept.add(1, task(1), 100);
		assert!(!kept.is_full(100));
		kept.add(2, task(2), 1);
		kept.add(2, task(2), 1);
		assert!(kept.is_full(100));
		assert_eq!((kept.take_before(0), kept.count()), (None, (2, 101)));
		kept.remove(1, task(1));
		kept.remove(1, task(1));
		assert_eq!((kept.is_full(100), kept.count()), (false, (1, 1)));
	}

	#[test]
	fn many_small_results_fill_it_too() {
		let mut kept = Kept::default();
		(0..MAX_KEPT as u64).for_each(|number| kept.add(number, task(number), 1));
		assert!(!kept.is_full(u64::MAX));
		kept.add(0, task(MAX_KEPT as u64), 1);
		assert!(kept.is_full(u64::MAX));
	}
}
