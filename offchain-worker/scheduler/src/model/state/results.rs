//! What workers report and bring: steps, results, and the data of callbacks.

use rlc_primitives::{AccountId, Deal, Moment, TaskId};
use rlc_protocol::worker::{Report, Step};

use super::State;
use crate::model::{are_agreed_on, has_contributed_to_consensus, Mark, Now, Replicate, TaskState};

/// How long, in ms, before its delegation expires a worker ends what it cannot finish, at the latest.
const LATE: Moment = 20_000;

/// Returns whether a worker ended a task only because the task had waited behind others for too long: with a new delegation,
/// the worker has time for it, unless contributions end.
fn came_too_late(part: &Replicate, report: &Report, deal: &Deal, now: Now) -> bool {
	let is_own = report.cause.as_ref().is_none_or(|said| said.cause.is_none());
	is_own && part.expiry < deal.contribution_deadline() && part.has_expired(now.chain.saturating_add(LATE))
}

/// Returns whether a worker that has one task at a time has kept this one for longer than a run and what belongs to it may
/// take.
fn was_kept(part: &Replicate, deal: &Deal, now: Now) -> bool {
	part.expiry < deal.contribution_deadline() && part.has_expired(now.chain.saturating_add(deal.reference_time))
}

impl State {
	/// Records a step that a worker reports. Returns whether the store is to be asked for the result.
	pub fn report(&mut self, account: &AccountId, report: Report, now: Now) -> bool {
		let id = report.task;
		if let Some(worker) = self.workers.get_mut(account) {
			worker.seen = now.local;
			if std::mem::take(&mut worker.stalled) {
				self.ready.update(account, Some(worker));
			}
		}
		let Some(task) = self.tasks.get_mut(&id) else { return false };
		let usage = report.usage.as_ref().filter(|_| report.step == Step::Computed);
		if let (Some(usage), Some(part)) = (usage, task.replicates.get_mut(account)) {
			part.output = usage.output;
			// Once, however often it is reported.
			let is_news = part.is_computing();
			let deal = self.deals.get(&task.chain().deal).filter(|_| is_news);
			if let Some((deal, app)) = deal.and_then(|deal| Some((deal, deal.content.first()?))) {
				self.run_times.add(*app, usage.time.min(deal.deal.reference_time));
				self.room.hear(*app, usage.output);
			}
			if let Some(worker) = self.workers.get_mut(account).filter(|_| is_news) {
				worker.recover();
			}
		}
		if usage.is_some() {
			self.fit_room(&id);
		}
		let Some(task) = self.tasks.get(&id) else { return false };
		match report.step {
			// The store is asked, perhaps those of all instances: not for those who have no part in it.
			Step::Uploaded => return task.has_contribution(account) && task.upload.stored.is_none(),
			Step::Failed if task.has_contribution(account) || task.chain().is_closed() => {
				self.upload_failed(&id, account, now);
			}
			Step::Failed | Step::Aborted => {
				let Some(part) = task.replicates.get(account).filter(|part| part.is_pending()) else { return false };
				let deal = self.deals.get(&task.chain().deal);
				let came_too_late = deal.is_some_and(|deal| came_too_late(part, &report, &deal.deal, now));
				let step = if came_too_late { Step::Aborted } else { report.step };
				let was_kept = step == Step::Aborted && deal.is_some_and(|deal| was_kept(part, &deal.deal, now));
				self.set_step(&id, account, step, report.cause, now);
				self.count_trouble(&id, account, now);
				// A proven stranger may have had others to finish before.
				if was_kept && self.workers.get(account).is_some_and(|worker| !worker.is_believed()) {
					self.mark(account, Mark::Lost, now);
				}
			}
			// The chain says which workers contributed and revealed, and the scheduler itself the rest.
			Step::Contributed | Step::Revealed | Step::Completed | Step::Lost => {}
			// A failure of the app is contributed too: why is told with the step that ends the run.
			step => self.step(&id, account, step, report.cause.filter(|_| step == Step::Computed), now),
		}
		false
	}

	/// Counts a worker's failure, if it was for reasons of its own.
	fn count_trouble(&mut self, id: &TaskId, account: &AccountId, now: Now) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		if !task.replicates.get(account).is_some_and(Replicate::is_own_trouble) {
			return;
		}
		let troubles = task.troubles.entry(account.clone()).or_default();
		*troubles = troubles.saturating_add(1);
		if let Some(worker) = self.workers.get_mut(account) {
			worker.fail_by_itself(now.local);
			self.ready.update(account, Some(worker));
		}
	}

	/// Records that the scheduler stops asking a winner for the result of a task.
	pub fn withdraw_upload(&mut self, id: &TaskId, account: &AccountId) {
		if let Some(task) = self.tasks.get_mut(id).filter(|task| task.upload.is_asked_of(account)) {
			task.upload.asked = None;
		}
	}

	/// Records that a winner did not get the result into the store.
	pub fn upload_failed(&mut self, id: &TaskId, account: &AccountId, now: Now) {
		let Some(task) = self.tasks.get_mut(id).filter(|task| task.upload.is_asked_of(account)) else { return };
		task.upload.asked = None;
		task.upload.fail(account, now.chain);
		self.touch(id);
	}

	/// Records that the result is in the store, with its size in bytes.
	pub fn stored(&mut self, id: &TaskId, account: Option<&AccountId>, size: u64, now: Now) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		let is_news = task.upload.stored.replace(size).is_none();
		task.upload.asked = None;
		if let Some(deal) = self.deals.get(&task.chain().deal).filter(|_| is_news) {
			if let Some(app) = deal.content.first() {
				self.room.see(*app, size);
			}
			let paid = self.changes.paid.entry(deal.deal.requester.clone()).or_default();
			*paid = paid.saturating_add(deal.deal.workerpool.price);
		}
		self.give_room_back(id);
		self.changes.tasks.insert(*id);
		if let Some(account) = account {
			self.step(id, account, Step::Uploaded, None, now);
		}
		self.touch(id);
	}

	/// Takes the data of a task's callback from a worker. Returns whether they are accepted: if the worker contributed
	/// their digest, and enough others agree.
	pub fn bring(&mut self, id: &TaskId, account: &AccountId, data: Vec<u8>) -> bool {
		let is_winner = self.tasks.get(id).is_some_and(|task| has_contributed_to_consensus(task.chain(), account));
		is_winner && self.take_data(id, data)
	}

	/// Takes the data of a task's callback, wherever they were brought. Returns whether they are accepted: if the task's
	/// winners agree on them.
	pub fn take_data(&mut self, id: &TaskId, data: Vec<u8>) -> bool {
		let task = self.tasks.get_mut(id).filter(|task| are_agreed_on(task.chain(), &data));
		let Some(task) = task else { return false };
		if task.data.as_ref() != Some(&data) {
			task.data = Some(data);
			self.changes.tasks.insert(*id);
			self.touch(id);
		}
		true
	}

	/// Returns the tasks whose callback waits for its data: a winner has revealed.
	pub fn without_data(&self) -> Vec<TaskId> {
		let is_waiting = |task: &TaskState| {
			let deal = self.deals.get(&task.chain().deal);
			let has_callback = deal.is_some_and(|deal| deal.deal.callback.is_some());
			has_callback && task.data.is_none() && task.digest().is_some()
		};
		self.tasks.iter().filter(|(_, task)| is_waiting(task)).map(|(id, _)| *id).collect()
	}
}
