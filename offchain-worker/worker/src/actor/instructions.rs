//! What the scheduler wants.

use std::time::Duration;

use rlc_primitives::{
	work::{FailureCause, TaskRef},
	TaskId,
};
use rlc_protocol::worker::{Assignment, Instruction, Report, Step};

use super::{Actor, Busy, Change, Effect, Entry};
use crate::{
	clock,
	link::Outgoing,
	ports::Submission,
	record::{End, Failure, Record, State},
	seen::Seen,
};

/// The most tasks that wait for a slot. A scheduler sends fewer.
const MAX_QUEUED: usize = 1_000;

/// How often evidence of a failure is sent to the chain before it is left.
const EVIDENCE_ATTEMPTS: u32 = 4;

impl Actor {
	pub(super) fn instruct(&mut self, instruction: Instruction) {
		match instruction {
			Instruction::Compute { tasks } => tasks.iter().for_each(|assignment| self.take(assignment)),
			Instruction::Upload { task, token } => self.asked_to_upload(task, token),
			Instruction::Stop { task, reason } => self.asked_to_stop(task, reason),
			Instruction::ReportFailure { task } => self.asked_for_evidence(task.id()),
			Instruction::Drain => self.drain(),
		}
	}

	fn take(&mut self, assignment: &Assignment) {
		let now = self.clock.now();
		let id = assignment.task.id();
		let record = match Record::new(assignment, now) {
			Ok(record) => record,
			Err(words) => return self.refuse(id, End::Failed(Failure::own(words))),
		};
		match self.tasks.get(&id).map(|entry| &entry.record.state) {
			// It was told twice.
			Some(state) if !matches!(state, State::Ended(_)) => return,
			_ if self.draining => return self.refuse(id, End::Aborted("the worker drains".into())),
			_ if self.queue.len() >= MAX_QUEUED => {
				return self.refuse(id, End::Failed(Failure::own("too many tasks wait already")));
			}
			_ => {}
		}
		let block = self.head.map_or(0, |(number, _)| number);
		self.changes.push(Change::Put(record.clone()));
		let entry = Entry::new(record, Some(Seen::untouched(block)), false);
		// At once, as the steps of the run are: a scheduler that was told this of a task which the worker then does not
		// know, after a crash, gives it again.
		self.tell(Outgoing::Report(entry.report(None)));
		self.parts.metrics.step(Step::Started);
		self.tasks.insert(id, entry);
		self.consider(id);
	}

	/// Tell that a task is not taken.
	fn refuse(&mut self, id: TaskId, end: End) {
		let cause = match &end {
			End::Failed(failure) => Some(failure.report()),
			_ => None,
		};
		let (step, at) = (State::Ended(end).step(), clock::machine_time());
		let report = Report { task: id, step, at, cause, digest: None, usage: None };
		self.effects.push(Effect::Tell(Outgoing::Report(report)));
	}

	fn asked_to_upload(&mut self, id: TaskId, token: String) {
		let Some(entry) = self.tasks.get_mut(&id).filter(|entry| entry.local.present) else {
			return self.not_stored(id, "the result is not here any more".into());
		};
		entry.token = Some(token);
		entry.local.upload = true;
		entry.not_before = None;
		self.consider(id);
	}

	fn asked_to_stop(&mut self, id: TaskId, reason: String) {
		if let Some(entry) = self.tasks.get_mut(&id) {
			entry.local.stop = Some(reason);
			self.hasten(id);
			self.consider(id);
		}
	}

	fn asked_for_evidence(&mut self, id: TaskId) {
		if let Some((_, task, cause)) = self.failures.iter().find(|(failed, ..)| *failed == id) {
			self.give_evidence(*task, *cause);
		}
	}

	/// Say on chain that a task cannot be computed. Nothing depends on it here, so it is not journalled.
	pub(super) fn give_evidence(&self, task: TaskRef, cause: FailureCause) {
		let chain = self.parts.chain.clone();
		tokio::spawn(async move {
			for attempt in 1..=EVIDENCE_ATTEMPTS {
				match chain.send(Submission::ReportFailure(task, cause)).await {
					Ok(()) => return log::info!("task {:?}: {cause:?} was reported on chain", task.id().0),
					Err(error) => log::warn!("task {:?}: {cause:?} was not reported on chain: {error}", task.id().0),
				}
				// The scheduler's delegation may be in a block that this node does not have yet.
				tokio::time::sleep(clock::backoff(attempt).min(Duration::from_secs(5))).await;
			}
		});
	}

	/// All that is in hand, for a scheduler that may have forgotten.
	pub(super) fn held(&self) -> Vec<Report> {
		self.tasks.values().map(|entry| entry.report(None)).collect()
	}

	pub(super) fn joined(&mut self, forget: Vec<TaskId>) {
		for id in forget {
			self.asked_to_stop(id, "the scheduler has no use for it".into());
		}
		// Data of callbacks could not be brought while there was no connection.
		let waiting = self.tasks.iter().filter(|(_, entry)| {
			entry.not_before.is_some() && matches!((&entry.record.state, &entry.busy), (State::Revealed(_), Busy::No))
		});
		for id in waiting.map(|(id, _)| *id).collect::<Vec<_>>() {
			self.hasten(id);
			self.consider(id);
		}
	}
}
