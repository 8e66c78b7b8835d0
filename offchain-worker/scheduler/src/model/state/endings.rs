//! How tasks end, whose they were, and what that cost the pool.

use rlc_primitives::{DealId, TaskId};

use super::State;
use crate::model::{DealState, Ended, Ending, Hopeless, Now, Party, Standings};

impl State {
	/// Counts a task that was closed just now.
	pub(super) fn count_ending(&mut self, id: &TaskId, now: Now) {
		let Some(task) = self.tasks.get(id) else { return };
		let Some(deal) = self.deals.get(&task.chain().deal) else { return };
		let ending = if task.is_completed() {
			Ending::Completed
		} else if task.failure.is_some() || task.is_failure {
			Ending::Failed
		} else {
			Ending::Lost
		};
		let lost = if ending == Ending::Lost { deal.deal.pool_stake } else { 0 };
		// What no worker was given, though one could have computed it, is the pool's own fault.
		let is_theirs = ending != Ending::Lost || !task.replicates.is_empty() || deal.hopeless.is_some();
		let parties = if is_theirs { parties(deal).to_vec() } else { Vec::new() };
		for party in &parties {
			self.standings.count(party.clone(), ending, now.date);
		}
		if lost > 0 {
			self.standings.lose(lost, now.date);
		}
		self.changes.ended.push(Ended { parties, ending, lost, at: now.date });
	}

	/// Replaces how tasks ended lately by what was written down, by all instances.
	pub fn recall_standings(&mut self, standings: Standings) {
		self.standings = standings;
	}

	/// Returns the greater failure rate of a deal's requester and of its app, in percent.
	pub fn failure_rate(&self, deal: &DealState, now: Now) -> u8 {
		let rates = parties(deal).map(|party| self.standings.failure_rate(&party, now.date));
		rates.into_iter().max().unwrap_or(0)
	}

	/// Records whether a deal is served after others.
	pub fn set_last(&mut self, id: &DealId, is_last: bool) {
		let Some(deal) = self.deals.get_mut(id).filter(|deal| deal.is_last != is_last) else { return };
		deal.is_last = is_last;
		self.queue.set_last(id, is_last);
	}

	/// Records why no worker can serve a deal: its tasks are to be looked at.
	pub fn set_hopeless(&mut self, id: &DealId, hopeless: Hopeless) {
		let Some(deal) = self.deals.get_mut(id) else { return };
		deal.hopeless = Some(hopeless);
		let tasks = self.tasks.iter().filter(|(_, task)| task.chain().deal == *id);
		for task in tasks.map(|(task, _)| *task).collect::<Vec<_>>() {
			self.look_at(&task);
		}
	}
}

/// Returns whose tasks those of a deal are.
fn parties(deal: &DealState) -> [Party; 2] {
	[Party::Requester(deal.deal.requester.clone()), Party::App(deal.deal.app.id)]
}
