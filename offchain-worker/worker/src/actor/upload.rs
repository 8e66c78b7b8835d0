//! Handing results over: an archive when the scheduler asks for it, the data of a callback unasked.

use codec::Encode;
use rlc_primitives::{work::FailureCause, TaskId};
use rlc_protocol::worker::{Cause, Report, Step};

use super::{Actor, Busy, Effect, Message};
use crate::{clock, link::Outgoing, record::State};

impl Actor {
	pub(super) fn prepare_upload(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		entry.busy = Busy::Uploading;
		self.effects.push(Effect::Upload(id));
	}

	pub(super) fn upload(&mut self, id: TaskId) {
		let Some(entry) = self.tasks.get(&id) else { return };
		let Some(output) = entry.record.state.output().copied() else { return };
		let (token, file) = (entry.token.clone(), self.result_file(id));
		let (delivery, back) = (self.parts.delivery.clone(), self.back.clone());
		tokio::spawn(async move {
			let result = match token {
				Some(token) => delivery.upload(&token, &output, file).await,
				None => match tokio::fs::read(&file).await {
					Ok(data) => delivery.callback(id, data).await,
					Err(error) => Err(format!("the result cannot be read: {error}")),
				},
			};
			// Fails only when the worker ends.
			drop(back.send(Message::Uploaded(id, result)));
		});
	}

	pub(super) fn uploaded(&mut self, id: TaskId, result: Result<(), String>) {
		let Some(entry) = self.tasks.get_mut(&id) else { return };
		entry.busy = Busy::No;
		let asked = entry.token.take().is_some();
		entry.local.upload = false;
		match (result, entry.record.state.output().copied()) {
			(Ok(()), Some(output)) => {
				entry.went_well();
				self.note(id, State::Uploaded(output));
				self.consider(id);
			}
			(Err(words), _) => {
				log::warn!("task {:?}: the result was not handed over: {words}", id.0);
				match asked {
					// The scheduler asks another winner, or this one again.
					true => self.not_stored(id, words),
					false => self.put_off(id),
				}
			}
			(Ok(()), None) => {}
		}
	}

	/// Tell that a result cannot be uploaded.
	pub(super) fn not_stored(&mut self, id: TaskId, words: String) {
		let cause = Some(Cause { cause: FailureCause::ResultNotStored.encode(), words });
		let at = clock::machine_time();
		let report = Report { task: id, step: Step::Failed, at, cause, digest: None, usage: None };
		self.effects.push(Effect::Tell(Outgoing::Report(report)));
		self.consider(id);
	}
}
