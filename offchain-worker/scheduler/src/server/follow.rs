//! Reading along while apps write.
//!
//! ```text
//! requester ── subscribeLogs ──► Api ── Show, every few seconds ──► the task's workers
//!           ◄────── Shows ◄───────────────────────────── shown ──┘
//! ```
//! A worker shows nothing unless it is asked to, and stops soon after nobody asks any more. Where several instances share a
//! pool, the workers that are connected to the same instance are asked.

use std::{
	net::IpAddr,
	time::{Duration, Instant},
};

use jsonrpsee::{core::SubscriptionResult, types::ErrorObjectOwned, SubscriptionMessage, SubscriptionSink};
use rlc_primitives::TaskId;
use rlc_protocol::{
	requester::{code, LogsRequest, WorkerShown},
	worker::{Session, Shown, Step, MAX_SHOWN, MAX_SHOWN_TASKS},
	Account,
};
use tokio::{sync::broadcast::error::RecvError, time::interval};

use super::{error, unknown_session, Api};
use crate::pool::Reader;

/// How often workers are asked to go on, and for how long each time, in ms.
const AGAIN: Duration = Duration::from_secs(3);
const SHOWN_FOR: u64 = 10_000;

/// How many bytes a byte that is not text takes as text.
const REPLACED: usize = char::REPLACEMENT_CHARACTER.len_utf8();

impl Api {
	/// Lets an account at an address read along with a task, if it may.
	pub(super) async fn follow(
		&self,
		request: LogsRequest,
		address: Option<IpAddr>,
	) -> Result<Reader, ErrorObjectOwned> {
		let (task, account) = (request.task, request.account.0.clone());
		let address = address.ok_or_else(|| error(code::INTERNAL, "this call needs a connection of its own"))?;
		if self.admit_reader(request).await?.has_tee() {
			let words = "what the apps of a deal with an enclave write is not shown while they run";
			return Err(error(code::NOT_ALLOWED, words));
		}
		let reader = self.means.shows.read(task, &account, address);
		reader.ok_or_else(|| error(code::BUSY, "too many read along: try again later, or read the logs at the end"))
	}

	/// Sends what the task's apps write, until the task is not in memory any more, or the reader leaves.
	pub(super) async fn show(&self, task: TaskId, mut reader: Reader, sink: SubscriptionSink) -> SubscriptionResult {
		let Some(mut changes) = self.means.board.watch(&task) else { return Ok(()) };
		let mut again = interval(AGAIN);
		loop {
			tokio::select! {
				_ = sink.closed() => break,
				told = reader.told.recv() => {
					match told {
						Ok(shown) => {
							if sink.send(SubscriptionMessage::from_json(&shown)?).await.is_err() {
								break;
							}
						}
						// It is slow.
						Err(RecvError::Lagged(_)) => {}
						Err(RecvError::Closed) => break,
					}
					continue;
				}
				_ = again.tick() => {}
				// A worker may just have begun.
				changed = changes.changed() => {
					if changed.is_err() {
						break;
					}
				}
			}
			self.ask_to_show(task);
		}
		Ok(())
	}

	/// Asks those to show what they write that run a task, or are about to.
	fn ask_to_show(&self, task: TaskId) {
		let Some(info) = self.means.board.task(&task) else { return };
		for part in info.replicates.iter().filter(|part| part.step <= Step::Computing) {
			self.means.links.ask_to_show(&part.worker.0, task, SHOWN_FOR);
		}
	}

	/// Passes on what a worker shows of its own tasks.
	pub(super) fn pass_on(&self, session: &Session, shown: Vec<Shown>) -> Result<(), ErrorObjectOwned> {
		let size: usize = shown.iter().map(|one| one.logs.stdout.len() + one.logs.stderr.len()).sum();
		if shown.len() > MAX_SHOWN_TASKS || size > REPLACED * MAX_SHOWN {
			return Err(error(code::NOT_ALLOWED, "this is too much at once: show less, and that later"));
		}
		let (worker, has_turn) = self.means.links.turn_to_show(session, Instant::now()).ok_or_else(unknown_session)?;
		if !has_turn {
			// It is missed, as by those who read slowly.
			return Ok(());
		}
		for shown in shown {
			let info = self.means.board.task(&shown.task);
			if info.is_some_and(|info| info.replicates.iter().any(|part| part.worker.0 == worker)) {
				self.means.shows.tell(WorkerShown { worker: Account(worker.clone()), shown });
			}
		}
		Ok(())
	}
}
