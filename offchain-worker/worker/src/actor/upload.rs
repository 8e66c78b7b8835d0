//! Handing results over: an archive when the scheduler asks for it, the data of a callback unasked.

use std::path::{Path, PathBuf};

use rlc_primitives::{work::FailureCause, TaskId};
use rlc_protocol::worker::{Report, Step};
use tokio::task::spawn_blocking;
use tracing::Instrument;

use super::{Actor, Busy};
use crate::{
	clock,
	messages::{Effect, Message, Outgoing},
	ports::{Delivery, Undelivered},
	record::{Output, RunFailure, State},
	results::is_whole,
};

impl Actor {
	/// Has a result handed over once the journal is written.
	pub(super) fn prepare_upload(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		entry.busy = Busy::Uploading;
		self.effects.push(Effect::Upload(id));
	}

	/// Hands a result over: to the store with the token it has, or to the scheduler.
	pub(super) fn upload(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get(&id) else { return };
		let Some(output) = entry.record.state.output().copied() else { return };
		let (token, file) = (entry.token.clone(), self.result_file(id));
		let (delivery, back) = (self.parts.delivery.clone(), self.back.clone());
		let span = tracing::info_span!(parent: &entry.span, "upload");
		let upload = async move {
			let result = if is_as_computed(&output, &file).await {
				hand_over(delivery.as_ref(), id, &output, file, token).await
			} else {
				Err(Undelivered::Failed("the result was damaged on the disk".into()))
			};
			// Fails only when the worker ends.
			let _ = back.send(Message::Uploaded(id, result));
		};
		tokio::spawn(upload.instrument(span));
	}

	/// Takes in whether a result was handed over.
	pub(super) fn uploaded(&mut self, id: TaskId, result: Result<(), Undelivered>) {
		let finalized = self.finalized;
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		let _span = entry.span.clone().entered();
		entry.busy = Busy::No;
		if let Err(Undelivered::Later { after, words }) = &result {
			// Nothing failed, so the scheduler need not know. The token is good for other tries.
			tracing::info!("the store does not accept the result now, and is asked again: {words}");
			return self.put_off_for(id, *after);
		}
		let asked = entry.token.take().is_some();
		entry.local.upload = false;
		match (result, entry.record.state.output().copied()) {
			(Ok(()), Some(output)) => {
				entry.went_well();
				self.note(id, State::Uploaded(output));
				self.consider(id);
			}
			(Err(why), _) => {
				tracing::warn!("the result was not handed over: {why}");
				match why {
					// The scheduler asks another winner, or this one again.
					why if asked => self.not_stored(id, why.to_string()),
					// Before that, the scheduler's node may only be behind this one's.
					Undelivered::Unknown(_) if entry.seen.as_ref().is_some_and(|seen| seen.is_over(finalized)) => {
						entry.local.forgotten = true;
						self.consider(id);
					}
					_ => self.put_off(id),
				}
			}
			(Ok(()), None) => {}
		}
	}

	/// Tells the scheduler that a result cannot be uploaded.
	pub(super) fn not_stored(&mut self, id: TaskId, words: String) {
		let cause = Some(RunFailure::of_task(FailureCause::ResultNotStored, words).report());
		let at = clock::machine_time();
		let report = Report { task: id, step: Step::Failed, at, cause, digest: None, usage: None };
		self.effects.push(Effect::Tell(Outgoing::Report(report)));
		self.consider(id);
	}
}

/// Hands a result over: to the store with a token, or the data of a callback to the scheduler.
async fn hand_over(
	delivery: &dyn Delivery,
	id: TaskId,
	output: &Output,
	file: PathBuf,
	token: Option<String>,
) -> Result<(), Undelivered> {
	match token {
		Some(token) => delivery.upload(&token, output, file).await,
		None => match tokio::fs::read(&file).await {
			Ok(data) => delivery.callback(id, data).await,
			Err(error) => Err(Undelivered::Failed(format!("the result cannot be read: {error}"))),
		},
	}
}

/// Returns whether a result's file is what was computed. One that is not need not cross the network.
async fn is_as_computed(output: &Output, file: &Path) -> bool {
	let (output, file) = (*output, file.to_owned());
	spawn_blocking(move || is_whole(&file, &output)).await.unwrap_or(false)
}
