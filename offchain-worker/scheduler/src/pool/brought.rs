//! What workers bring of their tasks: what apps wrote, and the data of callbacks.
//!
//! A task that is not in memory here may be in another instance's, or may be done. Then the database says whether the
//! worker has a part in it, and the chain whether the data are right. What was brought is written down for the instance
//! that looks after the task.

use rlc_primitives::{AccountId, TaskId};
use rlc_protocol::worker::{Logs, Session};
use tracing::Instrument;

use super::{spans, Means, Pool, Reply};
use crate::{
	db::LogRow,
	model::{are_agreed_on, has_contributed_to_consensus},
};

/// What becomes of the data of a callback that a worker brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brought {
	/// They are written down.
	Taken,
	/// They are not the data that the task's winners agree on, or this worker is not a winner, as far as is known yet.
	Wrong,
	/// This worker has no part in such a task, or none that is still known.
	Unknown,
	/// The task cannot be looked at now: they are to be brought again.
	Later,
}

impl Pool {
	/// Keeps what an app wrote. Replies whether the session lives, once that is written down.
	pub(super) fn logs(&mut self, session: Session, task: TaskId, logs: Logs, reply: Reply<bool>) {
		let Some(worker) = self.member(&session) else {
			let _ = reply.send(false);
			return;
		};
		if let Some(known) = self.state.task(&task) {
			if known.replicates.contains_key(&worker) {
				self.batch.logs.push(LogRow { task, deal: known.chain().deal, worker, logs });
			}
			self.replies.push(Box::new(move || _ = reply.send(true)));
			return;
		}
		let means = self.means.clone();
		let bringing = async move {
			if let Err(error) = means.db.bring_logs(task, &worker, &logs).await {
				tracing::warn!("what its app wrote is lost: {error}");
			}
			let _ = reply.send(true);
		};
		tokio::spawn(bringing.instrument(spans::of_task_id(task)));
	}

	/// Takes the data of a callback. Replies once they are written down, or why they are not.
	pub(super) fn callback_data(
		&mut self,
		session: Session,
		task: TaskId,
		data: Vec<u8>,
		reply: Reply<Option<Brought>>,
	) {
		let Some(worker) = self.member(&session) else {
			let _ = reply.send(None);
			return;
		};
		if self.state.task(&task).is_some() {
			let brought = if self.state.bring(&task, &worker, data) { Brought::Taken } else { Brought::Wrong };
			self.replies.push(Box::new(move || _ = reply.send(Some(brought))));
			return;
		}
		let means = self.means.clone();
		let bringing = async move {
			let brought = bring(&means, task, &worker, &data).await.unwrap_or_else(|error| {
				tracing::warn!("the data of its callback are not taken for now: {error}");
				Brought::Later
			});
			let _ = reply.send(Some(brought));
		};
		tokio::spawn(bringing.instrument(spans::of_task_id(task)));
	}
}

/// Writes down the data of a callback of a task that is not in memory, if they are right.
async fn bring(means: &Means, task: TaskId, worker: &AccountId, data: &[u8]) -> Result<Brought, String> {
	let (_, parts) = means.db.task(task).await.map_err(|error| error.to_string())?;
	let Some(part) = parts.into_iter().find(|part| part.worker == *worker) else { return Ok(Brought::Unknown) };
	let view = {
		let _permit = means.calls.acquire().await;
		means.chain.task(part.task).await.map_err(|error| error.to_string())?
	};
	// The node may be behind.
	let Some(view) = view else { return Ok(Brought::Later) };
	if !has_contributed_to_consensus(&view.task, worker) || !are_agreed_on(&view.task, data) {
		return Ok(Brought::Wrong);
	}
	if !means.db.is_shared() && !view.task.is_closed() {
		// It is just being taken into memory, and only instances of a shared pool look into the database again.
		return Ok(Brought::Later);
	}
	means.db.bring_data(task, worker, data).await.map_err(|error| error.to_string())?;
	Ok(Brought::Taken)
}
