//! What happens on chain.

use rlc_primitives::{consensus, AccountId, Moment, Task, TaskEvent, TaskId};
use rlc_protocol::worker::Step;

use super::State;
use crate::model::{ChainBlock, ChainEvent, Now, Replicate, STRANGERS};

/// An answer of the chain may be of a block that was not seen yet; it is not newer than this many.
pub const BLOCK_MARGIN: u32 = 2;

/// The most tasks that are remembered for forks.
const MAX_TOUCHED: usize = 100_000;

impl State {
	/// Records the best block. Returns the tasks that a fork may have changed: the chain is to be asked about them.
	pub fn see(&mut self, block: &ChainBlock, now: Now) -> Vec<TaskId> {
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

	/// Records an event of a block with this number. What is known already changes nothing.
	pub fn apply(&mut self, event: &ChainEvent, number: u32, now: Now) {
		let ChainEvent::Task(id, event) = event else { return };
		let Some(task) = self.tasks.get_mut(id) else { return };
		task.version += 1;
		let was_closed = task.chain().is_closed();
		self.touched.push_back((number, *id));
		if self.touched.len() > MAX_TOUCHED {
			self.touched.pop_front();
		}
		let workers = &self.workers;
		let weight = |worker: &AccountId| workers.get(worker).map_or(consensus::weight(0), |known| known.weight());
		task.apply(event, number, weight);
		match event {
			TaskEvent::Contributed { worker, .. } => self.contributed(id, worker, now),
			TaskEvent::Revealed { worker, .. } => self.step(id, worker, Step::Revealed, None, now),
			TaskEvent::Closed { .. } => self.closed(id, number, was_closed, now),
			TaskEvent::Delegated { .. }
			| TaskEvent::ConsensusReached { .. }
			| TaskEvent::Reopened
			| TaskEvent::Failed { .. }
			| TaskEvent::FailureReported { .. }
			| TaskEvent::FailureRevealed { .. } => {}
		}
		self.touch(id);
	}

	/// Replaces what was seen of a task by what the chain answers: the task, and whether its consensus was shown to be a
	/// failure of the app.
	pub fn replace_task(&mut self, id: &TaskId, chain: Task, is_failure: bool, now: Now) {
		let block = self.best.saturating_add(BLOCK_MARGIN);
		let Some(task) = self.tasks.get_mut(id) else { return };
		let was_closed = task.chain().is_closed();
		task.replace_chain(chain, is_failure, block);
		let closed_by = task.closed_by;
		let contributors = task.chain().contributions.iter().map(|one| one.worker.clone()).collect::<Vec<_>>();
		for worker in contributors {
			self.contributed(id, &worker, now);
		}
		if let Some(block) = closed_by {
			self.closed(id, block, was_closed, now);
		}
		self.touch(id);
	}

	/// Records that a worker contributed to a task. One that counted as lost, or was no longer known, counts again.
	fn contributed(&mut self, id: &TaskId, worker: &AccountId, now: Now) {
		let known = self.workers.get(worker);
		let voter = known.map_or(STRANGERS, |known| known.voter_on(|| *id).clone());
		let Some(task) = self.tasks.get_mut(id) else { return };
		let part = task.replicates.entry(worker.clone()).or_insert_with(|| Replicate::new(voter, now.local));
		if part.is_pending() || part.is_written_off() {
			self.set_step(id, worker, Step::Contributed, None, now);
		}
	}

	/// Records that a task is closed, by this block or an earlier one. `was_closed`: that was known.
	fn closed(&mut self, id: &TaskId, block: u32, was_closed: bool, now: Now) {
		let Some(task) = self.tasks.get(id) else { return };
		for winner in task.winners().cloned().collect::<Vec<_>>() {
			self.step(id, &winner, Step::Revealed, None, now);
		}
		self.await_finality(*id, block);
		if !was_closed {
			self.count_ending(id, now);
			self.judge(id, now);
		}
	}

	/// Allows that something is sent about a task from this time on, in ms.
	pub fn send_from(&mut self, id: &TaskId, time: Moment) {
		if let Some(task) = self.tasks.get_mut(id) {
			task.not_before = time;
		}
	}

	/// Records that blocks up to this one are final.
	pub fn finalize(&mut self, block: u32) {
		self.finalized = self.finalized.max(block);
		while let Some((closed_by, id)) = self.unfinal.first().copied().filter(|(by, _)| *by <= self.finalized) {
			self.unfinal.pop_first();
			if let Some(task) = self.tasks.get_mut(&id).filter(|task| task.closed_by == Some(closed_by)) {
				task.is_final = true;
				self.touch(&id);
			}
		}
	}

	/// Records that a task is closed, by a block with this number or an earlier one.
	fn await_finality(&mut self, id: TaskId, block: u32) {
		self.unfinal.insert((block, id));
		self.finalize(self.finalized);
	}
}

#[cfg(test)]
mod tests;
