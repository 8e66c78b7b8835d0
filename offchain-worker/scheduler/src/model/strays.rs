//! What workers that are here have in hand of tasks that are not in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rlc_primitives::{AccountId, TaskId};
use rlc_protocol::worker::{Report, Step, MAX_REPORTS};

/// The longest words about a failure that are kept, in characters.
const MAX_WORDS: usize = 200;

/// What workers that are here have in hand of tasks that are not in memory: the last step of each.
#[derive(Debug, Default)]
pub struct Strays {
	reports: HashMap<TaskId, BTreeMap<AccountId, Report>>,
	/// The tasks of each worker: [`MAX_REPORTS`] at the most.
	of: HashMap<AccountId, BTreeSet<TaskId>>,
}

impl Strays {
	/// Adds what a worker has in hand. What is above the limit is forgotten: it is told again when the worker joins again.
	pub fn add(&mut self, account: &AccountId, report: Report) {
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
		self.reports.entry(report.task).or_default().insert(account.clone(), report);
	}

	/// Returns what workers have in hand of a task, and remembers it no longer.
	pub fn take(&mut self, task: &TaskId) -> BTreeMap<AccountId, Report> {
		let reports = self.reports.remove(task).unwrap_or_default();
		for account in reports.keys() {
			if let Some(tasks) = self.of.get_mut(account) {
				tasks.remove(task);
				if tasks.is_empty() {
					self.of.remove(account);
				}
			}
		}
		reports
	}

	/// Forgets what a worker has in hand.
	pub fn drop_of(&mut self, account: &AccountId) {
		for task in self.of.remove(account).unwrap_or_default() {
			if let Some(reports) = self.reports.get_mut(&task) {
				reports.remove(account);
				if reports.is_empty() {
					self.reports.remove(&task);
				}
			}
		}
	}

	/// Returns them all.
	#[cfg(test)]
	pub fn all(&self) -> &HashMap<TaskId, BTreeMap<AccountId, Report>> {
		&self.reports
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::account;
	use rlc_protocol::worker::Cause;
	use sp_core::H256;

	fn report(n: usize) -> Report {
		let task = TaskId(H256::from_low_u64_be(n as u64));
		let cause = Some(Cause { cause: None, words: "x".repeat(10_000) });
		Report { task, step: Step::Failed, at: 0, cause, digest: None, usage: None }
	}

	#[test]
	fn worker_leaves_a_limited_number_of_short_reports() {
		let mut strays = Strays::default();
		(0..MAX_REPORTS * 2).for_each(|n| strays.add(&account(1), report(n)));
		strays.add(&account(2), report(0));
		assert_eq!(strays.all().len(), MAX_REPORTS);
		let of_first = strays.take(&report(0).task);
		assert_eq!(of_first.len(), 2);
		assert_eq!(of_first[&account(1)].cause.as_ref().unwrap().words.len(), MAX_WORDS);
		strays.drop_of(&account(1));
		assert!(strays.all().is_empty() && strays.of.is_empty(), "nothing is left");
	}
}
