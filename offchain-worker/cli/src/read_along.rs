//! What the apps of a deal's tasks write, while they run.

use std::{collections::HashMap, sync::Arc};

use jsonrpsee::{core::client::Subscription, ws_client::WsClient};
use rlc_chain::{Chain, Key};
use rlc_primitives::{market::DealView, TaskId, WorkerpoolId};
use rlc_protocol::requester::{SchedulerRpcClient, WorkerShown};
use sp_core::H256;
use tokio::sync::mpsc;
use tracing::Instrument;

use crate::{
	context::Context,
	failure::{Failure, Result},
	pool,
};

/// The most tasks whose apps are shown.
const MOST: u64 = 16;
/// The longest line, in bytes: it is shown in parts.
const LONGEST: usize = 4 << 10;
/// The most lines that wait to be shown.
const WAITING: usize = 256;

/// Returns the lines that the apps of a deal write from now on, as its requester or beneficiary may read them, and why some are
/// not shown. They end when this is dropped, or the tasks are over.
pub(crate) async fn lines(context: &Context, chain: &Chain, key: &Key, deal: &DealView) -> mpsc::Receiver<String> {
	let (sender, lines) = mpsc::channel(WAITING);
	if let Err(why) = begin(context, chain, key, deal, &sender).await {
		// There is room for the first line.
		let _ = sender.try_send(untold(&why));
	}
	lines
}

/// What follows a task.
struct Follower {
	scheduler: Arc<WsClient>,
	key: Key,
	genesis: H256,
	workerpool: WorkerpoolId,
	task: TaskId,
	index: u64,
}

async fn begin(
	context: &Context,
	chain: &Chain,
	key: &Key,
	view: &DealView,
	sender: &mpsc::Sender<String>,
) -> Result<()> {
	let deal = &view.deal;
	let scheduler = Arc::new(pool::connect(&pool::url(context, chain, deal.workerpool.id).await?).await?);
	if deal.size > MOST {
		let words = format!("showing what the first {MOST} of {} tasks write", deal.size);
		// There is room for the first line.
		let _ = sender.try_send(words);
	}
	for index in deal.first..deal.first.saturating_add(deal.size.min(MOST)) {
		let Some(task) = deal.task(view.id, index) else { continue };
		let (scheduler, key, genesis) = (scheduler.clone(), key.clone(), chain.genesis());
		let follower = Follower { scheduler, key, genesis, workerpool: deal.workerpool.id, task, index };
		let span = tracing::info_span!("follow", task = ?task.0, index);
		tokio::spawn(follower.pass_on(sender.clone()).instrument(span));
	}
	Ok(())
}

impl Follower {
	/// Passes on what the task's apps write, line by line, until the task is over or nobody listens any more.
	async fn pass_on(self, to: mpsc::Sender<String>) {
		let mut told = tokio::select! {
			() = to.closed() => return,
			told = self.subscribe() => match told {
				Ok(told) => told,
				Err(why) => {
					// A watch that has ended need not know.
					let _ = to.send(format!("task {}: {}", self.index, untold(&why))).await;
					return;
				}
			},
		};
		let mut lines = Lines::default();
		loop {
			let shown = tokio::select! {
				() = to.closed() => return,
				shown = told.next() => shown,
			};
			let (ready, is_last) = match shown {
				Some(Ok(shown)) => (lines.add(self.index, &shown), false),
				_ => (lines.rest(self.index), true),
			};
			for line in ready {
				if to.send(line).await.is_err() {
					return;
				}
			}
			if is_last {
				return;
			}
		}
	}

	/// Asks the scheduler to show what the task's apps write, until it knows the task.
	async fn subscribe(&self) -> Result<Subscription<WorkerShown>> {
		let ask = || {
			let request = pool::logs_request(self.genesis, self.workerpool, &self.key, self.task);
			self.scheduler.subscribe_logs(request)
		};
		pool::once_known(ask).await.map_err(|error| pool::signed_refused(&error))
	}
}

/// Returns that something is not shown, and why.
fn untold(why: &Failure) -> String {
	format!("what the app writes is not shown while it runs: {why}; `rlc task logs` shows it afterwards")
}

/// The beginnings of lines that are not complete yet, by worker and stream.
#[derive(Default)]
struct Lines(HashMap<(String, &'static str), String>);

impl Lines {
	/// Returns the lines that are complete after this was written.
	fn add(&mut self, index: u64, WorkerShown { worker, shown }: &WorkerShown) -> Vec<String> {
		let who: String = worker.to_string().chars().take(8).collect();
		let mut lines = Vec::new();
		if shown.missed > 0 {
			lines.push(line(index, &who, "", &format!("… {} bytes are left out here", shown.missed)));
		}
		for (stream, text) in [("", &shown.logs.stdout), (", error", &shown.logs.stderr)] {
			let begun = self.0.entry((who.clone(), stream)).or_default();
			begun.push_str(text);
			while let Some(end) = begun.find('\n') {
				let text: String = begun.drain(..=end).collect();
				lines.push(line(index, &who, stream, text.trim_end()));
			}
			if begun.len() > LONGEST {
				lines.push(line(index, &who, stream, &std::mem::take(begun)));
			}
		}
		lines
	}

	/// Returns what is not complete, and will not be.
	fn rest(&mut self, index: u64) -> Vec<String> {
		let rest = self.0.drain().filter(|(_, text)| !text.is_empty());
		rest.map(|((who, stream), text)| line(index, &who, stream, &text)).collect()
	}
}

/// Returns a line that an app wrote, as it is shown.
fn line(index: u64, who: &str, stream: &str, text: &str) -> String {
	format!("task {index}, {who}…{stream}: {text}")
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::AccountId;
	use rlc_protocol::{
		worker::{Logs, Shown},
		Account,
	};

	fn shown(stdout: &str, stderr: &str, missed: u64) -> WorkerShown {
		let logs = Logs { stdout: stdout.into(), stderr: stderr.into() };
		let worker = Account(AccountId::new([1; 32]));
		WorkerShown { worker, shown: Shown { task: TaskId::default(), logs, missed } }
	}

	#[test]
	fn lines_are_told_once_they_are_complete() {
		let mut lines = Lines::default();
		let who: String = Account(AccountId::new([1; 32])).to_string().chars().take(8).collect();
		assert_eq!(lines.add(3, &shown("one\ntw", "", 0)), [format!("task 3, {who}…: one")]);
		let more = lines.add(3, &shown("o\r\nthree", "wrong\n", 7));
		let expected = ["…: … 7 bytes are left out here", "…: two", "…, error: wrong"];
		assert_eq!(more, expected.map(|end| format!("task 3, {who}{end}")));
		assert_eq!(lines.rest(3), [format!("task 3, {who}…: three")]);
		assert!(lines.rest(3).is_empty());
	}

	#[test]
	fn endless_line_is_told_in_parts() {
		let mut lines = Lines::default();
		assert!(lines.add(0, &shown(&"a".repeat(LONGEST), "", 0)).is_empty());
		assert_eq!(lines.add(0, &shown("a", "", 0)).len(), 1);
	}
}
