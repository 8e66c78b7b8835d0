//! Parts of deals come into memory: from the chain, and from what was written down. At start, when a deal is new, and
//! when another instance left a part.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rlc_primitives::{task::Stage, work::TaskView, DealId, TaskId};
use rlc_protocol::{worker::Step, Account};
use rlc_store::{Cid, StoreError};
use tracing::Instrument;

use super::{effects::results_for, spans, Input, Means, Pool};
use crate::{
	chain::DealFacts,
	db::{in_time, ReplicateRow, TaskRow},
	decide::adoption,
	model::{range, Replicate, TaskState, BLOCK_MARGIN, STRANGERS},
};

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
		for id in adoption::to_adopt(&self.state) {
			let Some(deal) = self.state.deal(&id) else { continue };
			let held = deal.parts.keys().copied().collect::<Vec<_>>();
			let means = self.means.clone();
			let first = deal.deal.first;
			let size = deal.deal.size;
			self.state.set_adopting(&id, true);
			let adopting = async move {
				let adoption = adopt(&means, id, first, size, held).await;
				let _ = means.inputs.send(Input::Adopted(id, adoption)).await;
			};
			tokio::spawn(adopting.instrument(spans::of_deal(id)));
		}
	}

	/// Takes a part into memory that was read.
	pub(super) fn adopted(&mut self, id: DealId, adoption: Result<Option<Adoption>, String>) {
		if self.state.deal(&id).is_none() {
			return;
		}
		self.state.set_adopting(&id, false);
		match adoption {
			Ok(Some(adoption)) => self.take_in(id, adoption),
			Ok(None) => self.state.exhaust(&id),
			// The next tick tries again, and takes the same part.
			Err(error) => tracing::warn!(deal = ?id.0, "tasks cannot be read: {error}"),
		}
		if !self.state.deals().values().any(|deal| deal.adopting) {
			self.missed.clear();
		}
	}

	fn take_in(&mut self, id: DealId, adoption: Adoption) {
		let Adoption { part, views, replicates, rows } = adoption;
		self.state.adopted_part(&id, part);
		let mut replicates_of = HashMap::<TaskId, Vec<ReplicateRow>>::new();
		for row in replicates {
			replicates_of.entry(row.task.id()).or_default().push(row);
		}
		let mut rows = rows.into_iter().map(|row| (row.task.id(), row)).collect::<HashMap<_, _>>();
		let now = self.now();
		let block = self.state.best().saturating_add(BLOCK_MARGIN);
		let mut open = 0;
		for view in views {
			let task = view.id;
			let parts = replicates_of.remove(&task).unwrap_or_default();
			let restored = restore(view, parts, rows.remove(&task), block, now.local);
			match restored {
				Some(restored) => {
					self.decided.extend(adoption::adopt(&mut self.state, task, restored, now));
					open += 1;
				}
				None => self.decided.extend(adoption::dismiss(&mut self.state, task)),
			}
		}
		let missed = self.missed.iter().filter(|(_, event)| {
			let task = event.task().and_then(|task| self.state.task(&task));
			task.is_some_and(|task| task.chain().deal == id)
		});
		for (number, event) in missed.cloned().collect::<Vec<_>>() {
			self.state.apply(&event, number, now);
		}
		if open == 0 {
			self.batch.done.push((id, part));
		}
	}

	/// Counts what the results of the requesters that have deals here take in the store.
	pub(super) fn count_held(&mut self) {
		let requesters = self.state.deals().values().map(|deal| deal.deal.requester.clone()).collect::<BTreeSet<_>>();
		let held = requesters.into_iter().map(|requester| {
			let held = self.means.store.held_by(&results_for(&requester));
			(requester, held)
		});
		let held = held.collect();
		self.state.room_mut().set_held(held, self.means.terms.quota_each);
	}

	/// Keeps what a deal needs in the store as if it had just been uploaded: whoever uploaded it, the deal is what it is there
	/// for.
	pub(super) fn keep_content(&self, facts: &DealFacts) {
		for checksum in &facts.content {
			let store = self.means.store.clone();
			let (cid, who) = (Cid::of_sha256(checksum.0), Account(facts.deal.requester.clone()).to_string());
			let quota = self.means.terms.quota_each;
			tokio::spawn(async move {
				match store.keep(&cid, &who, quota).await {
					// Most apps and datasets are elsewhere.
					Ok(()) | Err(StoreError::NotFound(_)) => {}
					Err(error) => tracing::warn!(%cid, "what a deal needs may go before the deal is over: {error}"),
				}
			});
		}
	}

	/// Ends deals whose tasks are all done; one that only seems to be over is read again.
	pub(super) fn close_deals(&mut self) {
		for id in adoption::idle(&self.state) {
			match self.state.deal(&id).and_then(|deal| deal.closed) {
				Some(at) => {
					tracing::info!(deal = ?id.0, "closed");
					self.batch.closed.push((id, at));
					self.state.remove_deal(&id);
				}
				None => self.read_deal(id, false),
			}
		}
		if self.means.db.is_shared() {
			// Others leave parts, or end.
			self.state.replenish();
		}
	}
}

/// Takes a part, and reads it.
async fn adopt(means: &Means, id: DealId, first: u64, size: u64, held: Vec<u64>) -> Result<Option<Adoption>, String> {
	let taken = in_time(means.db.take_part(id, &held)).await.map_err(|error| error.to_string())?;
	let Some(part) = taken else { return Ok(None) };
	let (from, count) = range(first, size, part);
	let replicates = in_time(means.db.replicates_of(id, from, count)).await.map_err(|error| error.to_string())?;
	let rows = in_time(means.db.tasks_of(id, from, count)).await.map_err(|error| error.to_string())?;
	let _permit = means.calls.acquire().await;
	// Last, so that it is the newest.
	let limit = count.try_into().unwrap_or(u32::MAX);
	let mut views = means.chain.tasks_of(id, from, limit).await.map_err(|error| error.to_string())?;
	views.retain(|view| view.task.index < from.saturating_add(count));
	Ok(Some(Adoption { part, views, replicates, rows }))
}

/// Returns a task as the chain and the database have it; `None` if nothing is left to do for it.
fn restore(view: TaskView, parts: Vec<ReplicateRow>, row: Option<TaskRow>, block: u32, now: u64) -> Option<TaskState> {
	let stored = row.as_ref().and_then(|row| row.stored);
	match view.task.stage {
		Stage::Failed(_) => return None,
		Stage::Completed(_) if stored.is_some() => return None,
		_ => {}
	}
	let is_failure = view.is_agreed_failure();
	let mut task = TaskState::at(view.task, block);
	task.upload.stored = stored;
	task.is_failure = is_failure;
	task.failure = view.failure;
	task.reports = view.failures.into_iter().map(|failure| (failure.worker, failure.cause)).collect();
	let mut replicates = parts.into_iter().map(|row| (row.worker, row.part)).collect::<BTreeMap<_, _>>();
	for part in replicates.values_mut() {
		// It was written by another clock, which may have been wrong. Who works on has its time from here on: until its
		// delegation expires, by the chain's time.
		part.since = if part.is_pending() { now } else { part.since.min(now) };
	}
	for contribution in &task.chain().contributions {
		let worker = &contribution.worker;
		let part = replicates.entry(worker.clone()).or_insert_with(|| Replicate::new(STRANGERS, now));
		if part.is_pending() || part.is_written_off() {
			part.step = Step::Contributed;
		}
	}
	task.replicates = replicates;
	// For nothing else are workers delegated there.
	for delegate in view.delegates {
		let voter = task.replicates.get(&delegate.worker).map_or(STRANGERS, |part| part.voter.clone());
		task.asked.entry(voter).or_insert(delegate.worker);
	}
	if let Some(row) = row {
		// Whether it is given up is decided again, by the words of workers that are back.
		task.data = row.data;
		task.drop_outvoted_data();
	}
	Some(task)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{model::HOUR, testing::account};
	use rlc_primitives::{
		work::{Delegate, FailureCause, FailureReport, TaskRef},
		Task,
	};
	use rlc_protocol::worker::Cause;

	fn view(stage: Stage) -> TaskView {
		let mut task = Task::new(DealId::default(), 3);
		task.stage = stage;
		let id = task.id();
		let delegates = Vec::new();
		let failures = Vec::new();
		TaskView {
			id,
			task,
			contribution_deadline: 70,
			final_deadline: 100,
			delegates,
			failures,
			delivery: None,
			failure: None,
		}
	}

	fn given_up() -> TaskRow {
		let task = TaskRef { deal: DealId::default(), index: 3 };
		TaskRow { task, given_up: Some("why".into()), stored: None, result: None, data: None }
	}

	/// Returns the part of a worker that failed.
	fn failed(worker: u8, cause: FailureCause) -> ReplicateRow {
		let cause = Some(Cause { cause: Some(rlc_json::FailureCause(cause)), words: "it broke".into() });
		let part = Replicate { step: Step::Failed, cause, ..Replicate::new(account(worker), 0) };
		ReplicateRow { task: TaskRef { deal: DealId::default(), index: 3 }, worker: account(worker), part }
	}

	#[test]
	fn finished_task_is_not_adopted() {
		assert!(restore(view(Stage::Failed(None)), Vec::new(), None, 1, 0).is_none());
		assert!(restore(view(Stage::Active), Vec::new(), None, 1, 0).is_some());
	}

	#[test]
	fn part_that_was_written_by_a_wrong_clock_is_neither_late_nor_still_to_come() {
		const NOW: u64 = 10 * HOUR;
		let since = |step: Step, since: u64| {
			let row = failed(1, FailureCause::DatasetUnavailable);
			let row = ReplicateRow { part: Replicate { step, since, ..row.part }, ..row };
			restore(view(Stage::Active), vec![row], None, 1, NOW).unwrap().replicates[&account(1)].since
		};
		for written in [NOW - HOUR, NOW, NOW + HOUR] {
			assert_eq!(since(Step::Computing, written), NOW, "it works on");
			assert_eq!(since(Step::Failed, written), written.min(NOW));
		}
	}

	#[test]
	fn worker_that_was_asked_to_report_is_known_by_its_delegation() {
		let mut view = view(Stage::Active);
		view.delegates = vec![Delegate { worker: account(1), enclave: None }];
		let task = restore(view, vec![failed(1, FailureCause::DatasetUnavailable)], None, 1, 0).unwrap();
		assert!(task.was_asked(&account(1)) && !task.was_asked(&account(2)));
	}

	#[test]
	fn why_a_task_is_given_up_is_decided_again() {
		let cause = FailureCause::DatasetUnavailable;
		let parts = [1, 2].map(|n| failed(n, cause)).to_vec();
		let mut view = view(Stage::Active);
		view.failures = vec![FailureReport { worker: account(1), cause, at: 0 }];
		let task = restore(view, parts, Some(given_up()), 1, 0).unwrap();
		assert_eq!((task.reports.get(&account(1)), task.reports_of(cause)), (Some(&cause), 1), "it has said so");
		assert!(task.given_up.is_none());
	}
}
