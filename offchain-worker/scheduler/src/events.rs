//! What happens on chain changes what is known.

use rlc_primitives::{consensus, TaskId};
use rlc_protocol::worker::Step;

use crate::{
	chain::{Seen, SeenBlock},
	model::{Now, Replicate, State},
};

/// The most tasks that are remembered for forks.
const MAX_TOUCHED: usize = 100_000;

impl State {
	/// The best block is this one. Returns the tasks that a fork may have changed: the chain is to be asked about them.
	pub fn saw(&mut self, block: &SeenBlock, now: Now) -> Vec<TaskId> {
		let undone = if block.number <= self.best && self.best > 0 {
			let undone = self.touched.iter().filter(|(number, _)| *number >= block.number);
			let undone = undone.map(|(_, task)| *task).collect();
			self.touched.retain(|(number, _)| *number < block.number);
			undone
		} else {
			Vec::new()
		};
		self.best = block.number;
		for event in &block.events {
			self.apply(event, block.number, now);
		}
		undone
	}

	/// Something happened, in a block with this number. What is known already changes nothing.
	pub fn apply(&mut self, event: &Seen, number: u32, now: Now) {
		let Some(id) = task_of(event) else { return };
		let Some(task) = self.tasks.get_mut(&id) else { return };
		task.version += 1;
		self.touched.push_back((number, id));
		if self.touched.len() > MAX_TOUCHED {
			self.touched.pop_front();
		}
		match event {
			Seen::Delegated(_, worker) => task.delegated = Some(worker.clone()),
			Seen::Contributed(_, worker, result) => {
				let known = self.workers.get(worker);
				let operator = known.map_or_else(|| worker.clone(), |known| known.operator.clone());
				task.contributed(worker, *result, known.map_or(consensus::weight(0), |known| known.weight()));
				// One that counted as lost, or that nobody knew of any more.
				let part = task.replicates.entry(worker.clone()).or_insert_with(|| Replicate::new(operator, now.local));
				if part.step < Step::Contributed || matches!(part.step, Step::Lost | Step::Aborted) {
					self.set_step(&id, worker, Step::Contributed, None, now);
				}
			}
			Seen::Agreed { result, winners, reveal_deadline, .. } => task.agreed(*result, *winners, *reveal_deadline),
			Seen::Revealed(_, worker, digest) => {
				task.revealed(worker, *digest);
				self.step(&id, worker, Step::Revealed, None, now);
			}
			Seen::Reopened(_) => {
				task.reopened();
				task.upload = Default::default();
			}
			Seen::Closed(_, outcome) => {
				task.closed(*outcome, number);
				let winners = task.winners().cloned().collect::<Vec<_>>();
				for winner in winners {
					self.step(&id, &winner, Step::Revealed, None, now);
				}
				self.await_finality(id, number);
			}
			Seen::FailureReported(_, worker) => {
				if let Some(given_up) = &mut task.given_up {
					given_up.witnesses.remove(worker);
				}
			}
			Seen::DealOpened { .. } | Seen::DealClosed(_) => {}
		}
		self.touch(&id);
	}

	/// The chain was asked how a task stands, when it had this version.
	pub fn refreshed(&mut self, id: &TaskId, version: u64, chain: Option<rlc_primitives::Task>, now: Now) {
		let best = self.best;
		self.answered(id, true, now);
		let Some(task) = self.tasks.get_mut(id) else { return };
		if task.version != version {
			// It has changed since: what was asked is asked again, if it still matters.
			task.not_before = now.chain;
			return;
		}
		let Some(chain) = chain else { return };
		task.replace_chain(chain, best.saturating_add(crate::BLOCK_MARGIN));
		let closed_by = task.closed_by;
		if let Some(block) = closed_by {
			self.await_finality(*id, block);
		}
	}
}

/// Which task an event is about.
pub fn task_of(event: &Seen) -> Option<TaskId> {
	match event {
		Seen::DealOpened { .. } | Seen::DealClosed(_) => None,
		Seen::Delegated(task, _)
		| Seen::Contributed(task, ..)
		| Seen::Agreed { task, .. }
		| Seen::Revealed(task, ..)
		| Seen::Reopened(task)
		| Seen::Closed(task, _)
		| Seen::FailureReported(task, _) => Some(*task),
	}
}

#[cfg(test)]
mod tests;
