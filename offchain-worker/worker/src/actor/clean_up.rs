//! Ends: what is told, removed, and kept for a while.

use std::{collections::VecDeque, fs::metadata, path::Path, time::Duration};

use rlc_primitives::{work::DelegationProof, TaskId};
use tokio::time::Instant;

use super::{Actor, Busy, Change};
use crate::{
	messages::Effect,
	record::{End, State},
};

/// The most results that are kept without being asked for.
const MAX_KEPT: usize = 10_000;

/// The most failures that are remembered for evidence.
const MAX_FAILURES: usize = 1_000;

/// Results of closed tasks that nobody asked for yet, the oldest first.
pub(crate) struct Kept {
	results: VecDeque<(Instant, TaskId, u64)>,
	bytes: u64,
	/// For so long.
	time: Duration,
	/// This many bytes.
	limit: u64,
}

impl Kept {
	/// Returns that none are kept yet. Each is kept for `time`, all together up to `limit` bytes.
	pub fn new(time: Duration, limit: u64) -> Self {
		Self { results: VecDeque::new(), bytes: 0, time, limit }
	}

	fn add(&mut self, task: TaskId, size: u64, now: Instant) {
		self.results.push_back((now, task, size));
		self.bytes = self.bytes.saturating_add(size);
	}

	/// Takes out a result that is too old, or too much.
	fn take(&mut self, now: Instant) -> Option<TaskId> {
		let (since, task, size) = *self.results.front()?;
		let old = now.duration_since(since) >= self.time;
		if !old && self.bytes <= self.limit && self.results.len() <= MAX_KEPT {
			return None;
		}
		self.results.pop_front();
		self.bytes = self.bytes.saturating_sub(size);
		Some(task)
	}
}

impl Actor {
	/// Ends a task: notes why, tells it, and has its result removed.
	pub(super) fn end(&mut self, id: TaskId, end: End) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		let _span = entry.span.clone().entered();
		entry.busy = Busy::No;
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

	/// Keeps the result of a closed task, in case somebody asks for it.
	pub(super) fn keep(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get(&id).filter(|entry| entry.local.finalized) else { return };
		if let State::Revealed(output) = &entry.record.state {
			self.kept.add(id, output.size, Instant::now());
		}
	}

	/// Lets go of results that were kept long enough.
	pub(super) fn expire(&mut self) {
		let now = Instant::now();
		while let Some(id) = self.kept.take(now) {
			if let Some(entry) = self.tasks.get_mut(&id) {
				entry.local.expired = true;
				self.consider(id);
			}
		}
	}
}

/// Returns whether a result's file is there as it was written.
pub(super) fn is_there(file: &Path, size: u64) -> bool {
	metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.len() == size)
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H256;

	fn task(number: u64) -> TaskId {
		TaskId(H256::from_low_u64_be(number))
	}

	#[test]
	fn results_are_kept_for_a_time_and_up_to_a_size() {
		let now = Instant::now();
		let mut kept = Kept::new(Duration::from_secs(60), 100);
		kept.add(task(1), 50, now);
		kept.add(task(2), 50, now);
		assert_eq!(kept.take(now), None);
		kept.add(task(3), 1, now);
		assert_eq!((kept.take(now), kept.take(now)), (Some(task(1)), None), "the oldest goes first");
		let later = now + Duration::from_secs(60);
		assert_eq!((kept.take(later), kept.take(later), kept.take(later)), (Some(task(2)), Some(task(3)), None));
		assert_eq!(kept.bytes, 0);
	}

	#[test]
	fn results_are_kept_up_to_a_number() {
		let now = Instant::now();
		let mut kept = Kept::new(Duration::from_secs(60), u64::MAX);
		(0..=MAX_KEPT as u64).for_each(|number| kept.add(task(number), 1, now));
		assert_eq!((kept.take(now), kept.take(now)), (Some(task(0)), None));
	}
}
