//! What the scheduler wants: its instructions, and what it asks when it is back.

use std::{sync::Arc, time::Duration};

use rlc_primitives::{
	work::{FailureCause, TaskRef},
	TaskId,
};
use rlc_protocol::worker::{Assignment, Held, Instruction, Report, Resources, Step};
use rlc_service::{Backoff, Retryable};
use tracing::{Instrument, Span};

use super::{compute::slots_for, Actor, Busy, Change, Entry};
use crate::{
	clock,
	messages::{Effect, Outgoing},
	plan::Plan,
	ports::{ChainPort, SendError, Submission, Unreachable},
	record::{End, Record, RunFailure, State},
	seen::Seen,
};

/// The most tasks that wait for a slot. A scheduler sends fewer.
const MAX_QUEUED: usize = 1_000;

/// The waits before evidence of a failure is sent to the chain again: the scheduler's delegation may be in a block that this
/// node does not have yet.
const EVIDENCE_BACKOFF: Backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(5)).times(3);

impl Actor {
	/// Does what the scheduler wants.
	pub(super) fn instruct(&mut self, instruction: Instruction) {
		match instruction {
			Instruction::Compute { tasks } => tasks.iter().for_each(|assignment| self.take(assignment)),
			Instruction::Upload { task, token } => self.asked_to_upload(task, token),
			Instruction::Stop { task, reason } => self.asked_to_stop(task, reason),
			Instruction::ReportFailure { task } => self.asked_for_evidence(task),
			Instruction::Show { task, time } => self.parts.shows.want(task, Duration::from_millis(time)),
			Instruction::Drain => self.drain(),
			// The link takes this one itself.
			Instruction::Replaced => {}
		}
	}

	/// Takes a task in, unless there is a reason not to.
	fn take(&mut self, assignment: &Assignment) {
		let now = self.clock.now();
		let id = assignment.task.id();
		let record = match Record::new(assignment, now) {
			Ok(record) => record,
			Err(words) => return self.refuse(id, End::Failed(RunFailure::own(words))),
		};
		match self.tasks.get(&id).map(|entry| &entry.record.state) {
			// It was told twice.
			Some(state) if !matches!(state, State::Ended(_)) => return,
			_ if self.refuses().is_some() => {
				let words = format!("the worker has no room: {}", self.refuses().unwrap_or_default());
				return self.refuse(id, End::Failed(RunFailure::own(words)));
			}
			_ if self.draining => return self.refuse(id, End::Aborted("the worker drains".into())),
			_ if self.queue.len() >= MAX_QUEUED => {
				return self.refuse(id, End::Failed(RunFailure::own("too many tasks wait already")));
			}
			_ => {}
		}
		let block = self.head.map_or(0, |(number, _)| number);
		self.changes.push(Change::Put(record.clone()));
		let seen = Seen::untouched(record.task, self.account.clone(), block);
		let entry = Entry::new(record, Some(seen), false);
		// At once, as the steps of the run are: a scheduler that was told this of a task which the worker then does not
		// know, after a crash, gives it again.
		self.tell(Outgoing::Report(entry.report(None)));
		self.parts.metrics.step(Step::Started);
		self.tasks.insert(id, entry);
		self.consider(id);
	}

	/// Tells the scheduler that a task is not taken.
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
		let has_result = |entry: &&mut Entry| {
			entry.local.present && entry.record.state.output().is_none_or(|output| output.failure().is_none())
		};
		let Some(entry) = self.tasks.get_mut(&id).filter(has_result) else {
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
			if !matches!(entry.busy, Busy::Uploading) {
				// The result that it was asked for, and for which the store had no room until now, is no longer wanted.
				entry.local.upload = false;
				entry.token = None;
			}
			self.hasten(id);
			self.consider(id);
		}
	}

	/// Reports on chain why a task cannot be computed: the cause for which it failed here, or else what this worker finds
	/// itself.
	fn asked_for_evidence(&self, task: TaskRef) {
		let id = task.id();
		match self.failures.iter().find(|(failed, ..)| *failed == id) {
			Some((_, task, cause)) => self.give_evidence(*task, *cause),
			None => self.look_into(task),
		}
	}

	/// Reports on chain that a task cannot be computed. Nothing here depends on it, so it is not in the journal.
	pub(super) fn give_evidence(&self, task: TaskRef, cause: FailureCause) {
		tokio::spawn(report(self.parts.chain.clone(), task, cause).instrument(span_of(task)));
	}

	/// Reports on chain that a task is hopeless that this worker was never given, if the worker finds that itself.
	fn look_into(&self, task: TaskRef) {
		let (chain, plans, resources) = (self.parts.chain.clone(), self.plans.clone(), self.bounds.resources.clone());
		let look = async move {
			let ask = || plans.get(chain.as_ref(), task.deal);
			let asked = ask.retry(EVIDENCE_BACKOFF).notify(|error, _| tracing::debug!("asked again: {error}"));
			let known = match asked.await {
				Ok(known) => known,
				Err(unreachable) => return tracing::warn!("not reported on chain: {unreachable}"),
			};
			match hopeless(known, &resources) {
				Some(cause) => report(chain, task, cause).await,
				None => tracing::warn!("not reported on chain: this worker could compute it"),
			}
		};
		tokio::spawn(look.instrument(span_of(task)));
	}

	/// Returns all that is in hand, for a scheduler that may have forgotten.
	pub(super) fn held(&self) -> Vec<Held> {
		self.tasks.values().map(Entry::held).collect()
	}

	/// Takes in that the scheduler has admitted the worker, and which tasks it no longer wants.
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

fn span_of(task: TaskRef) -> Span {
	tracing::info_span!("evidence", deal = ?task.deal.0, task = ?task.id().0)
}

/// Returns why a deal's tasks are hopeless for a worker with these resources, judged by the deal's params. Needs beyond the
/// resources count as invalid params: the scheduler asks only if they exceed those of all its workers.
fn hopeless(known: Result<Arc<Plan>, RunFailure>, resources: &Resources) -> Option<FailureCause> {
	match known {
		Ok(plan) => slots_for(&plan, resources).is_err().then_some(FailureCause::InvalidParams),
		Err(failure) => failure.cause.filter(FailureCause::is_from_outside),
	}
}

/// Reports on chain that a task cannot be computed. A report that the chain refuses costs a fee, and the scheduler can ask for
/// any: so the chain is asked first.
async fn report(chain: Arc<dyn ChainPort>, task: TaskRef, cause: FailureCause) {
	let send = || async {
		let asked = chain.may_report(task).await.map_err(|Unreachable(words)| SendError::Unclear(words))?;
		if !asked {
			return Err(SendError::Refused("the task is over, not delegated to this worker, or reported by it".into()));
		}
		chain.send(Submission::ReportFailure(task, cause), &[]).await
	};
	let sent = send.retry(EVIDENCE_BACKOFF).notify(|error, _| tracing::warn!("not reported on chain: {error}"));
	match sent.await {
		Ok(_) => tracing::info!(?cause, "reported on chain"),
		Err(error) => tracing::warn!(?cause, "not reported on chain, and given up: {error}"),
	}
}
