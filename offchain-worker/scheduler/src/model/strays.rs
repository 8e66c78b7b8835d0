//! What workers that are here have in hand of tasks that are not in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rlc_primitives::{AccountId, TaskId};
use rlc_protocol::worker::{Report, Step, MAX_REPORTS};

use super::Held;

/// The longest words about a failure that are kept, in characters.
const MAX_WORDS: usize = 200;

/// What workers that are here have in hand of tasks that are not in memory: the last step of each.
#[derive(Debug, Default)]
pub struct Strays {
	held: HashMap<TaskId, BTreeMap<AccountId, Held>>,
	/// The tasks of each worker: [`MAX_REPORTS`] at the most.
	of: HashMap<AccountId, BTreeSet<TaskId>>,
}

impl Strays {
	/// Adds what a worker has in hand. What is above the limit is forgotten: it is told again when the worker joins again.
	pub fn add(&mut self, account: &AccountId, held: Held) {
		let Held { report, delegated_until } = held;
		let tasks = self.of.entry(account.clone()).or_default();
		if tasks.len() >= MAX_REPORTS && !tasks.contains(&report.task) {
			return;
		}
		tasks.insert(report.task);
		// Only why it failed is asked for later.
		let mut cause = report.cause.filter(|_| report.step == Step::Failed);
		if let Some(cause) = &mut cause {
			cause.words = cause.words.chars().take(MAX_WORDS).collect();
		}
		let report = Report { cause, digest: None, usage: None, ..report };
		let held = Held { report, delegated_until };
		self.held.entry(held.report.task).or_default().insert(account.clone(), held);
	}

	/// Returns what workers have in hand of a task, and remembers it no longer.
	pub fn take(&mut self, task: &TaskId) -> BTreeMap<AccountId, Held> {
		let held = self.held.remove(task).unwrap_or_default();
		for account in held.keys() {
			if let Some(tasks) = self.of.get_mut(account) {
				tasks.remove(task);
				if tasks.is_empty() {
					self.of.remove(account);
				}
			}
		}
		held
	}

	/// Returns the workers that have a task in hand.
	pub fn holders(&self, task: &TaskId) -> Vec<AccountId> {
		self.held.get(task).map_or_else(Vec::new, |workers| workers.keys().cloned().collect())
	}

	/// Forgets what a worker has in hand.
	pub fn drop_of(&mut self, account: &AccountId) {
		for task in self.of.remove(account).unwrap_or_default() {
			if let Some(workers) = self.held.get_mut(&task) {
				workers.remove(account);
				if workers.is_empty() {
					self.held.remove(&task);
				}
			}
		}
	}

	/// Returns them all.
	#[cfg(test)]
	pub fn all(&self) -> &HashMap<TaskId, BTreeMap<AccountId, Held>> {
		&self.held
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::account;
	use rlc_protocol::worker::Cause;
	use sp_core::H256;

	fn held(n: usize) -> Held {
		let task = TaskId(H256::from_low_u64_be(n as u64));
		let cause = Some(Cause { cause: None, words: "x".repeat(10_000) });
		Report { task, step: Step::Failed, at: 0, cause, digest: None, usage: None }.into()
	}

	#[test]
	fn worker_leaves_a_limited_number_of_short_reports() {
		let mut strays = Strays::default();
		(0..MAX_REPORTS * 2).for_each(|n| strays.add(&account(1), held(n)));
		strays.add(&account(2), held(0));
		assert_eq!(strays.all().len(), MAX_REPORTS);
		let of_first = strays.take(&held(0).report.task);
		assert_eq!(of_first.len(), 2);
		assert_eq!(of_first[&account(1)].report.cause.as_ref().unwrap().words.len(), MAX_WORDS);
		strays.drop_of(&account(1));
		assert!(strays.all().is_empty() && strays.of.is_empty(), "nothing is left");
	}
}
