//! Parts of deals come into memory: from the chain, and from what was written down. At start, when a deal is new, and
//! when another instance left a part.

use std::collections::HashMap;

use rlc_primitives::{task::Stage, work::TaskView, AccountId, DealId, TaskId};
use rlc_protocol::worker::Step;

use super::{system_time, Input, Means, Pool};
use crate::{
	db::{ReplicateRow, TaskRow},
	decide::failures,
	events::task_of,
	model::{range, GivenUp, Replicate, TaskState},
};

/// The most tasks in memory: parts of deals wait beyond.
const MAX_TASKS: usize = 100_000;

/// A deal with fewer waiting tasks gets another part.
const FEW: usize = 250;

/// A part of a deal, as it stands.
pub(crate) struct Adoption {
	part: u64,
	views: Vec<TaskView>,
	replicates: Vec<ReplicateRow>,
	rows: Vec<TaskRow>,
}

impl Pool {
	/// Takes another part of each deal that has few tasks waiting.
	pub(super) fn adopt_parts(&mut self) {
		if self.state.tasks.len() >= MAX_TASKS {
			return;
		}
		for (id, deal) in &mut self.state.deals {
			if deal.adopting || deal.exhausted || self.state.queue.len_of(id) >= FEW {
				continue;
			}
			deal.adopting = true;
			let held = deal.parts.keys().copied().collect::<Vec<_>>();
			let (means, id, first, size) = (self.means.clone(), *id, deal.deal.first, deal.deal.size);
			tokio::spawn(async move {
				let adoption = adopt(&means, id, first, size, held).await;
				let _ = means.inputs.send(Input::Adopted(id, adoption)).await;
			});
		}
	}

	/// A part was read.
	pub(super) fn adopted(&mut self, id: DealId, adoption: Result<Option<Adoption>, String>) {
		let Some(deal) = self.state.deals.get_mut(&id) else { return };
		deal.adopting = false;
		match adoption {
			Ok(Some(adoption)) => self.take_in(id, adoption),
			Ok(None) => deal.exhausted = true,
			// The next tick tries again, and takes the same part.
			Err(error) => log::warn!("tasks of deal {:?} cannot be read: {error}", id.0),
		}
		if !self.state.deals.values().any(|deal| deal.adopting) {
			self.missed.clear();
		}
	}

	fn take_in(&mut self, id: DealId, adoption: Adoption) {
		let Adoption { part, views, replicates, rows } = adoption;
		if let Some(deal) = self.state.deals.get_mut(&id) {
			deal.next_part = deal.next_part.max(part.saturating_add(1));
		}
		let mut replicates_of = HashMap::<TaskId, Vec<ReplicateRow>>::new();
		for row in replicates {
			replicates_of.entry(row.task.id()).or_default().push(row);
		}
		let mut rows = rows.into_iter().map(|row| (row.task.id(), row)).collect::<HashMap<_, _>>();
		let (now, block) = (self.now(), self.state.best.saturating_add(crate::BLOCK_MARGIN));
		let mut open = 0;
		for view in views {
			let task = view.id;
			let parts = replicates_of.remove(&task).unwrap_or_default();
			let restored = restore(view, parts, rows.remove(&task), block, now.local);
			match restored {
				Some(restored) => {
					self.state.adopt(task, restored, now);
					open += 1;
				}
				None => self.state.dismiss(&task),
			}
		}
		let missed = self.missed.iter().filter(|(_, event)| {
			task_of(event).and_then(|task| self.state.tasks.get(&task)).is_some_and(|task| task.chain.deal == id)
		});
		for (number, event) in missed.cloned().collect::<Vec<_>>() {
			self.state.apply(&event, number, now);
		}
		if open == 0 {
			self.batch.done.push((id, part));
		}
	}

	/// Deals whose tasks are all done are over; one that seems to be is looked at.
	pub(super) fn close_deals(&mut self) {
		let idle = self.state.deals.iter().filter(|(_, deal)| deal.exhausted && deal.parts.is_empty());
		let idle = idle.map(|(id, deal)| (*id, deal.closed)).collect::<Vec<_>>();
		for (id, closed) in idle {
			match closed {
				Some(at) => {
					log::info!("deal {:?} is closed", id.0);
					self.batch.closed.push((id, at));
					self.state.forget_deal(&id);
				}
				None => self.read_deal(id, false),
			}
		}
		if self.means.db.is_shared() {
			// Others leave parts, or end.
			self.state.deals.values_mut().for_each(|deal| deal.exhausted = false);
		}
	}
}

/// Takes a part, and reads it.
async fn adopt(means: &Means, id: DealId, first: u64, size: u64, held: Vec<u64>) -> Result<Option<Adoption>, String> {
	let taken = means.db.take_part(id, &held, system_time()).await.map_err(|error| error.to_string())?;
	let Some(part) = taken else { return Ok(None) };
	let (from, count) = range(first, size, part);
	let replicates = means.db.replicates_of(id, from, count).await.map_err(|error| error.to_string())?;
	let rows = means.db.tasks_of(id, from, count).await.map_err(|error| error.to_string())?;
	let _permit = means.calls.acquire().await;
	// Last, so that it is the newest.
	let limit = count.try_into().unwrap_or(u32::MAX);
	let mut views = means.chain.tasks_of(id, from, limit).await.map_err(|error| error.to_string())?;
	views.retain(|view| view.task.index < from.saturating_add(count));
	Ok(Some(Adoption { part, views, replicates, rows }))
}

/// A task as the chain and the database have it; `None` if nothing is left to do for it.
fn restore(view: TaskView, parts: Vec<ReplicateRow>, row: Option<TaskRow>, block: u32, now: u64) -> Option<TaskState> {
	let stored = row.as_ref().and_then(|row| row.stored);
	match view.task.stage {
		Stage::Failed(_) => return None,
		Stage::Completed(_) if stored.is_some() => return None,
		_ => {}
	}
	let mut task = TaskState::new(view.task);
	task.closed_by = task.chain.is_closed().then_some(block);
	task.upload.stored = stored;
	task.replicates = parts.into_iter().map(|row| (row.worker, row.part)).collect();
	for one in &task.chain.contributions {
		let fresh = || Replicate::new(one.worker.clone(), now);
		let part = task.replicates.entry(one.worker.clone()).or_insert_with(fresh);
		if part.step < Step::Contributed || matches!(part.step, Step::Lost | Step::Aborted) {
			part.step = Step::Contributed;
		}
	}
	if let Some(row) = row {
		task.data = row.data;
		task.drop_outvoted_data();
		if let Some(reason) = row.given_up {
			let said = |worker: &AccountId| view.failures.iter().any(|failure| failure.worker == *worker);
			let witnesses = failures::verdict(&task).map_or_else(Vec::new, |verdict| verdict.witnesses);
			let witnesses = witnesses.into_iter().filter(|worker| !said(worker)).collect();
			task.given_up = Some(GivenUp { reason, witnesses, asked: None });
		}
	}
	Some(task)
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::Task;

	fn view(stage: Stage) -> TaskView {
		let mut task = Task::new(DealId::default(), 3);
		task.stage = stage;
		let id = task.id();
		let (delegates, failures) = (Vec::new(), Vec::new());
		TaskView { id, task, contribution_deadline: 70, final_deadline: 100, delegates, failures, delivery: None }
	}

	#[test]
	fn what_is_done_is_not_taken_in() {
		assert!(restore(view(Stage::Failed(None)), Vec::new(), None, 1, 0).is_none());
		assert!(restore(view(Stage::Active), Vec::new(), None, 1, 0).is_some());
	}

	#[test]
	fn task_that_was_given_up_stays_so() {
		let place = rlc_primitives::work::TaskRef { deal: DealId::default(), index: 3 };
		let row = TaskRow { task: place, given_up: Some("why".into()), stored: None, result: None, data: None };
		let task = restore(view(Stage::Active), Vec::new(), Some(row), 1, 0).unwrap();
		assert_eq!(task.given_up.unwrap().reason, "why");
	}
}
