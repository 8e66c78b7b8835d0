//! How results of strangers turn out.

use rlc_primitives::{task::ContributionStatus, AccountId, TaskId};
use sp_core::H256;

use super::State;
use crate::model::{has_contributed_to_consensus, Mark, Now, TaskState};

impl State {
	/// Sets the database's secret.
	pub fn set_secret(&mut self, secret: H256) {
		self.secret = secret;
	}

	/// Puts a mark on a stranger's record, and has it written down.
	pub(super) fn mark(&mut self, account: &AccountId, mark: Mark, now: Now) {
		let Some(worker) = self.workers.get_mut(account) else { return };
		if worker.is_vouched || !worker.has_joined {
			return;
		}
		let (was_banned, usable) = (worker.record.is_banned(now.local), worker.usable_slots());
		let was_believed = worker.is_believed();
		worker.mark(mark, now.local);
		self.changes.marks.push((account.clone(), mark, now.local));
		if !was_banned && worker.record.is_banned(now.local) {
			self.changes.banned.insert(account.clone());
		}
		if worker.usable_slots() != usable {
			// Other instances sell what it has.
			self.machines.see(account.clone(), worker.usable(), worker.is_vouched, now.local);
			self.changes.machines.insert(account.clone());
		}
		let is_news = worker.is_believed() != was_believed;
		self.ready.update(account, Some(worker));
		if is_news {
			self.settle_vote(account);
		}
	}

	/// Lets a stranger that is away, or was banned, have tasks again.
	pub fn lift(&mut self, account: &AccountId, now: Now) {
		let Some(worker) = self.workers.get_mut(account) else { return };
		worker.record.lift();
		worker.see_record(now.local);
		self.ready.update(account, Some(worker));
	}

	/// Judges what workers did for a task that was closed just now.
	pub(super) fn judge(&mut self, id: &TaskId, now: Now) {
		let Some(task) = self.tasks.get(id).filter(|task| task.is_completed()) else { return };
		let marks = self.marks_of(task);
		for (account, mark) in marks {
			self.mark(&account, mark, now);
		}
	}

	/// Returns what a completed task says of its workers.
	///
	/// A result counts for or against a worker only if one that is believed, and votes as another, agreed on the consensus:
	/// else people with many keys would validate, and refute, whatever they like. An agreed failure says nothing: it costs
	/// little, and what fails on one machine may work on another.
	fn marks_of(&self, task: &TaskState) -> Vec<(AccountId, Mark)> {
		let chain = task.chain();
		let voter_of = |account: &AccountId| task.replicates.get(account).map(|part| &part.voter);
		let agreeing = chain.contributions.iter().filter(|one| has_contributed_to_consensus(chain, &one.worker));
		let believed = agreeing.filter(|one| self.workers.get(&one.worker).is_some_and(|known| known.is_believed()));
		let witnesses = believed.map(|one| voter_of(&one.worker)).collect::<Vec<_>>();
		let is_witnessed = |account: &AccountId| {
			let voter = voter_of(account);
			!task.is_failure && witnesses.iter().any(|other| *other != voter)
		};
		let judged = chain.contributions.iter().filter(|one| is_witnessed(&one.worker)).filter_map(|one| {
			let mark = match (has_contributed_to_consensus(chain, &one.worker), one.status) {
				(true, ContributionStatus::Proved) => Mark::Validated,
				// It kept its result to itself, which costs it its stake.
				(true, _) => return None,
				(false, _) => Mark::Refuted,
			};
			Some((one.worker.clone(), mark))
		});
		// Others computed it, so it was not the task.
		let failed =
			task.replicates.iter().filter(|(worker, part)| part.is_own_trouble() && !task.has_contribution(worker));
		judged.chain(failed.map(|(worker, _)| (worker.clone(), Mark::Lost))).collect()
	}
}

#[cfg(test)]
mod tests;
