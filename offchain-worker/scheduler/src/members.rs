//! What workers say: they join, live, tell how far they have come, and are lost.

use std::collections::BTreeSet;

use rlc_primitives::{task::Stage, AccountId, Moment, TaskId};
use rlc_protocol::worker::{Cause, Heartbeat, Report, Resources, Session, Step, MISSED_HEARTBEATS};

use crate::{
	decide::assignment::may_try,
	model::{are_agreed_on, has_voted_for_it, Now, Presence, Replicate, State, TaskState, WorkerState},
};

/// A worker that showed who it is.
#[derive(Clone, Debug)]
pub struct Member {
	/// Who.
	pub account: AccountId,
	/// Whose it is, if it showed that.
	pub operator: Option<AccountId>,
	/// What it can do.
	pub resources: Resources,
	/// What it has in hand.
	pub held: Vec<Report>,
	/// Its score on chain.
	pub score: u64,
}

/// How long, in ms, a worker that was there before the scheduler started has to come back.
const RETURN: Moment = 10_000;

/// How long, in ms, a worker may come no further beyond the time that a run may take: it fetches, packs, and waits for
/// the chain.
const ALLOWANCE: Moment = 60_000;

impl State {
	/// A worker joins. Returns the tasks that it shall not go on with.
	pub fn join(&mut self, member: Member, session: Session, now: Now) -> Vec<TaskId> {
		let Member { account, operator, resources, held, score } = member;
		if self.workers.get(&account).is_some_and(WorkerState::is_here) {
			// What it has in hand is what it names now.
			self.drop_strays(&account);
		}
		let worker =
			self.workers.entry(account.clone()).or_insert_with(|| WorkerState::unknown(account.clone(), now.local));
		worker.has_operator = operator.is_some();
		worker.operator = operator.unwrap_or_else(|| account.clone());
		worker.presence = Presence::Here(session);
		(worker.resources, worker.score) = (resources, score);
		(worker.seen, worker.progress) = (now.local, now.local);
		(worker.draining, worker.resting, worker.stalled) = (false, false, false);
		let known = worker.tasks.clone();
		self.reckon(&account);
		self.changes.arrived.insert(account.clone());
		self.changes.departed.remove(&account);
		for id in known.iter().filter(|id| !held.iter().any(|report| report.task == **id)) {
			self.lose_part(id, &account, now);
		}
		let mut forget = Vec::new();
		for report in held {
			let id = report.task;
			if !self.tasks.contains_key(&id) {
				// Only why it failed is asked for later.
				let cause = report.cause.filter(|_| report.step == Step::Failed);
				let report = Report { cause, digest: None, usage: None, ..report };
				self.strays.entry(id).or_default().insert(account.clone(), report);
			} else if !self.hold(&account, &report, now) {
				forget.push(id);
			}
			self.touch(&id);
		}
		forget
	}

	/// What a worker has is known now, or is something else: so are the slots that its tasks take.
	fn reckon(&mut self, account: &AccountId) {
		let Some(worker) = self.workers.get_mut(account) else { return };
		for id in worker.taken.keys().copied().collect::<Vec<_>>() {
			let task = self.tasks.get(&id);
			let part = task.and_then(|task| Some((self.deals.get(&task.chain.deal)?, task.replicates.get(account)?)));
			let slots = part.map_or(0, |(deal, part)| deal.slots_taken(part, &worker.resources));
			worker.occupy(id, slots);
		}
		self.ready.update(account, Some(worker));
	}

	/// A worker that came back has this task in hand. Whether it shall go on with it.
	pub fn hold(&mut self, account: &AccountId, report: &Report, now: Now) -> bool {
		let id = report.task;
		let (Some(task), Some(worker)) = (self.tasks.get_mut(&id), self.workers.get(account)) else { return true };
		if task.upload.asked.as_ref().is_some_and(|(asked, _)| asked == account) {
			task.upload.asked = None;
		}
		if report.step.is_last() {
			self.reported(account, report.clone(), now);
			return true;
		}
		let contributed = task.chain.contribution(account).is_some();
		let open = task.chain.stage == Stage::Active && task.given_up.is_none();
		let part = task.replicates.get(account).map(|part| part.step);
		let goes_on = match part {
			_ if contributed => true,
			_ if !open => false,
			Some(Step::Lost | Step::Aborted) | None => {
				(task.queued || report.step >= Step::Computed) && may_try(task, account, worker)
			}
			Some(step) => !step.is_last(),
		};
		if goes_on {
			let fresh = Replicate::new(worker.operator.clone(), now.local);
			let on_chain = part.filter(|step| !step.is_last()).unwrap_or(Step::Contributed).max(Step::Contributed);
			let step = if contributed { report.step.max(on_chain) } else { report.step };
			task.replicates.entry(account.clone()).or_insert(fresh);
			if part != Some(Step::Completed) {
				self.set_step(&id, account, step, None, now);
			}
		}
		goes_on
	}

	/// A worker lives.
	pub fn beat(&mut self, account: &AccountId, heartbeat: Heartbeat, now: Now) {
		let Some(worker) = self.workers.get_mut(account) else { return };
		worker.beat(heartbeat, now.local);
		self.ready.update(account, Some(worker));
	}

	/// Instructions do not get to a worker: it gets nothing more until it joins again.
	pub fn rest(&mut self, account: &AccountId) {
		if let Some(worker) = self.workers.get_mut(account) {
			worker.resting = true;
			self.ready.update(account, Some(worker));
		}
	}

	/// Who was not heard of for too long is lost. Returns them.
	pub fn sweep(&mut self, heartbeat: Moment, now: Now) -> Vec<AccountId> {
		let limit = heartbeat * Moment::from(MISSED_HEARTBEATS);
		let is_silent = |worker: &WorkerState| match worker.presence {
			Presence::Here(_) => worker.seen + limit < now.local,
			Presence::Away(since) => since + limit.max(RETURN) < now.local,
			Presence::Elsewhere | Presence::Lost => false,
		};
		let silent = self.workers.iter().filter(|(_, worker)| is_silent(worker));
		let silent = silent.map(|(account, _)| account.clone()).collect::<Vec<_>>();
		for account in &silent {
			self.lose(account, now);
			self.drop_strays(account);
		}
		silent
	}

	/// What a worker had in hand of tasks that are not in memory does not count any more.
	fn drop_strays(&mut self, account: &AccountId) {
		self.strays.retain(|_, workers| {
			workers.remove(account);
			!workers.is_empty()
		});
	}

	/// Who lives, but comes no further with a task for longer than a run may take, loses it to the next worker. Returns
	/// them. They are not stopped: a contribution that comes after all counts.
	pub fn lose_stalled(&mut self, now: Now) -> BTreeSet<AccountId> {
		let mut lost = Vec::new();
		for (account, worker) in self.workers.iter().filter(|(_, worker)| worker.is_here()) {
			lost.extend(self.stalled_tasks(account, worker, now).into_iter().map(|id| (id, account.clone())));
		}
		for (id, account) in &lost {
			let cause = Cause { cause: None, words: "no progress".into() };
			self.step(id, account, Step::Lost, Some(cause), now);
			if let Some(worker) = self.workers.get_mut(account) {
				worker.stalled = true;
				self.ready.update(account, Some(worker));
			}
		}
		lost.into_iter().map(|(_, account)| account).collect()
	}

	/// Tasks with which a worker comes no further. One that it has not begun waits its turn, as long as the worker gets on
	/// with others: then any step of any task counts, and the longest run that it may be busy with.
	fn stalled_tasks(&self, account: &AccountId, worker: &WorkerState, now: Now) -> Vec<TaskId> {
		let pending = worker.tasks.iter().filter_map(|id| {
			let task = self.tasks.get(id).filter(|task| task.chain.contribution(account).is_none())?;
			let part = task.replicates.get(account).filter(|part| part.is_pending())?;
			Some((*id, part, self.deals.get(&task.chain.deal)?.deal.reference_time))
		});
		let pending = pending.collect::<Vec<_>>();
		let longest = pending.iter().map(|(_, _, time)| *time).max().unwrap_or(0);
		let is_stalled = |part: &Replicate, time: Moment| {
			let (since, time) =
				if part.step > Step::Started { (part.since, time) } else { (part.since.max(worker.progress), longest) };
			since.saturating_add(time).saturating_add(ALLOWANCE) < now.local
		};
		let stalled = pending.into_iter().filter(|(_, part, time)| is_stalled(part, *time));
		stalled.map(|(id, ..)| id).collect()
	}

	/// A worker tells of a step. Returns whether it says that the result is in the store.
	pub fn reported(&mut self, account: &AccountId, report: Report, now: Now) -> bool {
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
			// Once, however often it is told.
			let deal = self.deals.get(&task.chain.deal).filter(|_| part.step < Step::Computed);
			if let Some((deal, app)) = deal.and_then(|deal| Some((deal, deal.content.first()?))) {
				self.run_times.add(*app, usage.time.min(deal.deal.reference_time));
			}
		}
		let contributed = task.chain.contribution(account).is_some();
		match report.step {
			Step::Uploaded => return true,
			Step::Failed if contributed || task.chain.is_closed() => {
				self.upload_failed(&id, account);
			}
			Step::Failed | Step::Aborted => {
				let pending = task.replicates.get(account).is_some_and(|part| part.is_pending());
				if pending {
					self.set_step(&id, account, report.step, report.cause, now);
				}
			}
			// The chain says who contributed and revealed, and the scheduler itself the rest.
			Step::Contributed | Step::Revealed | Step::Completed | Step::Lost => {}
			step => self.step(&id, account, step, None, now),
		}
		false
	}

	/// A winner did not get the result into the store.
	pub fn upload_failed(&mut self, id: &TaskId, account: &AccountId) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		if task.upload.asked.as_ref().is_some_and(|(asked, _)| asked == account) {
			task.upload.asked = None;
			*task.upload.failures.entry(account.clone()).or_default() += 1;
			self.touch(id);
		}
	}

	/// The result is in the store.
	pub fn stored(&mut self, id: &TaskId, account: Option<&AccountId>, size: u64, now: Now) {
		let Some(task) = self.tasks.get_mut(id) else { return };
		task.upload.stored = Some(size);
		task.upload.asked = None;
		self.changes.tasks.insert(*id);
		if let Some(account) = account {
			self.step(id, account, Step::Uploaded, None, now);
		}
		self.touch(id);
	}

	/// A worker brings the data of a task's callback. Taken if it contributed their digest, and enough others agree.
	pub fn bring(&mut self, id: &TaskId, account: &AccountId, data: Vec<u8>) -> bool {
		let voted = self.tasks.get(id).is_some_and(|task| has_voted_for_it(&task.chain, account));
		voted && self.take_data(id, data)
	}

	/// The data of a task's callback, wherever they were brought. Taken if its winners agree on them.
	pub fn take_data(&mut self, id: &TaskId, data: Vec<u8>) -> bool {
		let Some(task) = self.tasks.get_mut(id).filter(|task| are_agreed_on(&task.chain, &data)) else { return false };
		if task.data.as_ref() != Some(&data) {
			task.data = Some(data);
			self.changes.tasks.insert(*id);
			self.touch(id);
		}
		true
	}

	/// Tasks whose callback waits for its data: a winner has revealed.
	pub fn without_data(&self) -> Vec<TaskId> {
		let waits = |task: &TaskState| {
			let deal = self.deals.get(&task.chain.deal);
			let has_callback = deal.is_some_and(|deal| deal.deal.callback.is_some());
			has_callback && task.data.is_none() && task.digest().is_some()
		};
		self.tasks.iter().filter(|(_, task)| waits(task)).map(|(id, _)| *id).collect()
	}
}

#[cfg(test)]
mod tests;
