//! Batches of which those items count that are acceptable: a task that closed or ran out of time before a block has the
//! batch does not cost the others theirs.
//!
//! A batch of which nothing counts is refused, and it is free only if at least half of it counts: nobody has more checked
//! in vain than is done.

use alloc::vec::Vec;

use sp_runtime::{DispatchError, DispatchResult};

use crate::TaskRef;

/// Items of a batch: those that count, and why each of the others does not.
pub(crate) struct Sifted<Accepted> {
	/// In the order of the batch.
	pub accepted: Vec<(TaskRef, Accepted)>,
	pub refused: Vec<(TaskRef, DispatchError)>,
}

impl<Accepted> Sifted<Accepted> {
	/// Returns room for this many items.
	pub fn with_capacity(items: usize) -> Self {
		Self { accepted: Vec::with_capacity(items), refused: Vec::new() }
	}

	/// Takes in what became of an item.
	pub fn push(&mut self, task: TaskRef, item: Result<Accepted, DispatchError>) {
		match item {
			Ok(accepted) => self.accepted.push((task, accepted)),
			Err(error) => self.refused.push((task, error)),
		}
	}

	/// Refuses those of the accepted that fail this check too. Fails if none is left.
	pub fn check(&mut self, mut check: impl FnMut(&Accepted) -> DispatchResult) -> DispatchResult {
		let Self { accepted, refused } = self;
		accepted.retain(|(task, one)| match check(one) {
			Ok(()) => true,
			Err(error) => {
				refused.push((*task, error));
				false
			}
		});
		self.ensure_some()
	}

	/// Fails if nothing counts, with the reason of the first.
	pub fn ensure_some(&self) -> DispatchResult {
		match self.refused.first() {
			Some((_, error)) if self.accepted.is_empty() => Err(*error),
			_ => Ok(()),
		}
	}

	/// Fails if less than half of it counts, with the reason of the first that does not.
	pub fn ensure_half(&self) -> DispatchResult {
		match self.refused.first() {
			Some((_, error)) if self.refused.len() > self.accepted.len() => Err(*error),
			_ => Ok(()),
		}
	}
}
