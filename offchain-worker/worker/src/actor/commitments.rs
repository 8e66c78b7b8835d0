//! Committing to results, and revealing their digests once they have consensus. A deal of trust 1 needs one worker only: it
//! does both at once.

use std::path::PathBuf;

use rlc_primitives::{
	work::{AgreedFailure, CallbackData, ContributionOf, ResultOf, TaskRef},
	ResultDigest, TaskId,
};
use tokio::time::Instant;

use super::{Actor, Busy};
use crate::{
	messages::What,
	plans::Plans,
	ports::{ChainPort, SendError, Submission},
	record::{Output, OutputKind, State},
};

impl Actor {
	pub(super) fn prepare_contribution(&mut self, id: TaskId) {
		if self.refused_for_good(id) {
			return;
		}
		self.prepare_send(What::Contribute, id);
	}

	pub(super) fn contributions(&self, tasks: &[TaskId]) -> Vec<ContributionOf> {
		let entries = tasks.iter().filter_map(|id| Some((id, self.tasks.get(id)?)));
		let contributions = entries.filter_map(|(id, entry)| {
			Some(ContributionOf {
				task: entry.record.task,
				commitment: entry.record.state.output()?.commitment(&self.account, *id),
				authorization: entry.record.authorization.clone(),
				enclave_signature: None,
			})
		});
		contributions.collect()
	}

	pub(super) fn prepare_reveal(&mut self, id: TaskId) {
		self.prepare_send(What::Reveal, id);
	}

	/// Sends a task with others, but a failure alone: a batch reveals results, and delivers them at once at trust 1.
	fn prepare_send(&mut self, what: What, id: TaskId) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		entry.busy = Busy::Sending;
		if failure_of(&entry.record.state).is_some() {
			self.sends.alone(what, id);
		} else {
			self.sends.add(what, &entry.record, Instant::now());
		}
	}

	/// Returns what reveals what these tasks committed to: results, or one failure.
	pub(super) fn reveal(&self, tasks: &[TaskId]) -> Submission {
		let failure = tasks.iter().find_map(|id| {
			let record = &self.tasks.get(id)?.record;
			Some((record.task, failure_of(&record.state)?))
		});
		match failure {
			Some((task, failure)) => Submission::RevealFailure(task, failure),
			None => Submission::Reveal(self.reveals(tasks)),
		}
	}

	/// Returns what to reveal, the most urgent first: the chain takes that for the whole batch's urgency.
	fn reveals(&self, tasks: &[TaskId]) -> Vec<(TaskRef, ResultDigest)> {
		let mut entries: Vec<_> = tasks.iter().filter_map(|id| self.tasks.get(id)).collect();
		entries.sort_by_key(|entry| entry.deadline(What::Reveal));
		let records = entries.into_iter().map(|entry| &entry.record);
		records.filter_map(|record| Some((record.task, record.state.output()?.digest))).collect()
	}

	/// Returns what these tasks of one deal bring at once, which its trust may allow.
	///
	/// A task that was refused in this way may have had another contribution before: then only contributing works.
	pub(super) fn direct(&self, tasks: &[TaskId]) -> Option<Direct> {
		let mut results = Vec::with_capacity(tasks.len());
		for entry in tasks.iter().filter_map(|id| self.tasks.get(id)) {
			let (record, (refusals, _)) = (&entry.record, &entry.refusals);
			let is_result = |output: &&Output| *refusals == 0 && output.failure().is_none();
			let Output { digest, .. } = *record.state.output().filter(is_result)?;
			let (task, authorization) = (record.task, record.authorization.clone());
			results.push(ResultOf { task, digest, authorization, enclave: None });
		}
		let single = match tasks {
			[id] => Some((self.tasks.get(id)?.record.state.output()?.kind, self.result_file(*id))),
			_ => None,
		};
		Some(Direct { results, single })
	}
}

/// Returns the failure that a task is about, if it is one.
fn failure_of(state: &State) -> Option<AgreedFailure> {
	state.output()?.failure()
}

/// Results of tasks of one deal.
pub(super) struct Direct {
	results: Vec<ResultOf>,
	/// If there is one only: what it is, and where.
	single: Option<(OutputKind, PathBuf)>,
}

impl Direct {
	/// Returns contributions and reveals at once, if the deal allows it.
	pub async fn submission(self, chain: &dyn ChainPort, plans: &Plans) -> Result<Option<Submission>, SendError> {
		let Self { results, single } = self;
		let Some(first) = results.first() else { return Ok(None) };
		let plan = plans.get(chain, first.task.deal).await.map_err(|error| SendError::Unclear(error.0))?;
		let Ok(plan) = plan else { return Ok(None) };
		let deal = &plan.deal.deal;
		if deal.trust > 1 {
			return Ok(None);
		}
		let callback_data = match (deal.callback, single) {
			(None, _) => None,
			// Only one result fits into a call together with the data for its callback.
			(Some(_), None | Some((OutputKind::Archive | OutputKind::Failure(_), _))) => return Ok(None),
			(Some(_), Some((OutputKind::Callback, file))) => Some(read(file).await?),
		};
		Ok(Some(Submission::Direct { results, callback_data }))
	}
}

async fn read(file: PathBuf) -> Result<CallbackData, SendError> {
	let unreadable = |error: std::io::Error| SendError::Unclear(format!("the result cannot be read: {error}"));
	let data = tokio::fs::read(&file).await.map_err(unreadable)?;
	// The runner lets no longer data pass.
	data.try_into().map_err(|_| SendError::Unclear("the callback's data is too long".into()))
}
