//! Whether who lost money by being late had all the time that was promised.

use std::collections::BTreeMap;

use pallet_poco::Event;
use rlc_primitives::{task::ContributionStatus, DealId, Moment, TaskId};
use rlc_runtime::Runtime;

use super::{
	ends::{End, Ended},
	Promise, Violation,
};
use crate::{attacks::chain::now, fuzz::rules};

/// For how long work on tasks was possible, in ms: so far, when a deal was opened, and when a consensus was reached.
#[derive(Default)]
pub struct Windows {
	possible: Moment,
	opened: BTreeMap<DealId, Moment>,
	reached: BTreeMap<TaskId, Moment>,
	last_block: Moment,
	was_stopped: bool,
}

impl Windows {
	/// Counts the time since the last block, unless work was stopped in both.
	pub fn tick(&mut self, stopped: bool) {
		let passed = match self.last_block {
			0 => 0,
			last => now().saturating_sub(last),
		};
		if !(stopped && self.was_stopped) {
			self.possible += passed;
		}
		self.last_block = now();
		self.was_stopped = stopped;
	}

	/// Returns for how long work was possible so far, in ms.
	#[cfg(test)]
	pub fn possible(&self) -> Moment {
		self.possible
	}

	/// Notes that a deal was opened.
	pub fn opened(&mut self, deal: DealId) {
		self.opened.insert(deal, self.possible);
	}

	/// Notes that a consensus was reached.
	pub fn note(&mut self, event: &Event<Runtime>) {
		if let Event::ConsensusReached { task, .. } = event {
			self.reached.insert(*task, self.possible);
		}
	}

	/// Forgets a task that was closed.
	pub fn forget(&mut self, task: &TaskId) {
		self.reached.remove(task);
	}

	/// Checks that who lost money by being late had all the time that was promised.
	pub fn late(&self, ended: &Ended) -> Vec<Violation> {
		let Ended { id, deal, task, moved, .. } = ended;
		match ended.end {
			End::Completed | End::AgreedFailure => {
				let window = rules::reveal_window(deal);
				if self.had_time(self.reached.get(id), window) {
					return Vec::new();
				}
				let consensus = task.consensus().map(|consensus| consensus.result);
				// A failure's dissenters may show what they committed to as long as its winners.
				let may_show = |one: &&rlc_primitives::Contribution| {
					one.status == ContributionStatus::Contributed
						&& (ended.end == End::AgreedFailure || Some(one.commitment.result) == consensus)
				};
				let late = task.contributions.iter().filter(may_show).filter(|one| moved.seized_from(&one.worker) > 0);
				late.map(|one| {
					let text = format!("{} had less than {window} ms to reveal task {id:?}", one.worker);
					(Promise::FullWindow, text)
				})
				.collect()
			}
			End::TimedOut => {
				let window = rules::final_window(deal);
				let in_time = ended.is_given_up || self.had_time(self.opened.get(&task.deal), window);
				if in_time || moved.seized_from(deal.scheduler()) == 0 {
					return Vec::new();
				}
				vec![(Promise::FullWindow, format!("the scheduler had less than {window} ms to end task {id:?}"))]
			}
			End::Released => Vec::new(),
		}
	}

	fn had_time(&self, since: Option<&Moment>, window: Moment) -> bool {
		since.is_none_or(|since| self.possible - since >= window)
	}
}
