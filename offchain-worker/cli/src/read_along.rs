//! What the apps of a deal's tasks write, while they run.

use std::{collections::HashMap, time::Duration};

use futures::future::join_all;
use jsonrpsee::{core::client::Subscription, ws_client::WsClient};
use rlc_chain::{Chain, Key};
use rlc_primitives::{market::DealView, TaskId, WorkerpoolId};
use rlc_protocol::requester::{SchedulerRpcClient, WorkerShown};
use sp_core::H256;
use tokio::{sync::mpsc, time::timeout};
use tracing::Instrument;

use crate::{
	context::Context,
	failure::{Failure, Result},
	pool::{self, Place},
	watch::connect_again,
};

/// The most tasks whose apps are shown.
const MOST: u64 = 16;
/// The longest line, in bytes: it is shown in parts.
const LONGEST: usize = 4 << 10;
/// The most lines that wait to be shown.
const WAITING: usize = 256;
/// The most lines of a task that have begun and are not complete, each on a stream of a worker: more workers than it has.
const BEGUN: usize = 64;
/// How long after the last words of a connection it is known whether it is lost.
const SOON: Duration = Duration::from_millis(500);

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
	let place = pool::url(context, chain, deal.workerpool.id).await?;
	let scheduler = pool::connect(&place).await?;
	if deal.size > MOST {
		let words = format!("showing what the first {MOST} of {} tasks write", deal.size);
		// There is room for the first line.
		let _ = sender.try_send(words);
	}
	let follower = |index| {
		let (key, genesis, workerpool) = (key.clone(), chain.genesis(), deal.workerpool.id);
		Some(Follower { key, genesis, workerpool, task: deal.task(view.id, index)?, index })
	};
	let indices = deal.first..deal.first.saturating_add(deal.size.min(MOST));
	let followers = indices.filter_map(follower).collect();
	tokio::spawn(follow(place, scheduler, followers, sender.clone()).in_current_span());
	Ok(())
}

/// Passes on what the apps of these tasks write, until the tasks are over or nobody listens any more. If the connection is
/// lost, that is told, and the scheduler is asked again once it is back.
async fn follow(place: Place, mut scheduler: WsClient, mut followers: Vec<Follower>, to: mpsc::Sender<String>) {
	loop {
		let each = followers.iter().map(|follower| {
			let span = tracing::info_span!("follow", task = ?follower.task.0, index = follower.index);
			follower.pass_on(&scheduler, &to).instrument(span)
		});
		let mut goes_on = join_all(each).await.into_iter();
		followers.retain(|_| goes_on.next().unwrap_or_default());
		if followers.is_empty() {
			return;
		}
		let lost = "what the app writes is not shown for now: the connection to the scheduler is lost";
		// A watch that has ended need not know.
		let _ = to.send(lost.into()).await;
		let Some(back) = connect_again(&place, &to).await else { return };
		scheduler = back;
	}
}

/// Returns whether a connection is lost, or is about to be found lost.
async fn is_lost(scheduler: &WsClient) -> bool {
	timeout(SOON, scheduler.on_disconnect()).await.is_ok()
}

impl Follower {
	/// Passes on what the task's apps write, line by line, until the task is over or nobody listens any more. Returns whether
	/// the connection was lost before.
	async fn pass_on(&self, scheduler: &WsClient, to: &mpsc::Sender<String>) -> bool {
		let subscribed = tokio::select! {
			() = to.closed() => return false,
			subscribed = self.subscribe(scheduler) => subscribed,
		};
		let mut told = match subscribed {
			Ok(told) => told,
			Err(why) => {
				if is_lost(scheduler).await {
					return true;
				}
				// A watch that has ended need not know.
				let _ = to.send(format!("task {}: {}", self.index, untold(&why))).await;
				return false;
			}
		};
		let mut lines = Lines::default();
		loop {
			let shown = tokio::select! {
				() = to.closed() => return false,
				shown = told.next() => shown,
			};
			let (ready, is_last) = match shown {
				Some(Ok(shown)) => (lines.add(self.index, &shown), false),
				Some(Err(error)) => {
					let words =
						format!("task {}: the scheduler shows something that is not understood: {error}", self.index);
					(vec![words], false)
				}
				None => (lines.rest(self.index), true),
			};
			for line in ready {
				if to.send(line).await.is_err() {
					return false;
				}
			}
			if is_last {
				return is_lost(scheduler).await;
			}
		}
	}

	/// Asks the scheduler to show what the task's apps write, until it knows the task.
	async fn subscribe(&self, scheduler: &WsClient) -> Result<Subscription<WorkerShown>> {
		let ask = || {
			let request = pool::logs_request(self.genesis, self.workerpool, &self.key, self.task);
			scheduler.subscribe_logs(request)
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
			let place = (who.clone(), stream);
			// A hostile scheduler can name any number of workers.
			if text.is_empty() || (self.0.len() >= BEGUN && !self.0.contains_key(&place)) {
				continue;
			}
			let begun = self.0.entry(place).or_default();
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
	use crate::forecast::tests::info;
	use jsonrpsee::{
		core::SubscriptionResult,
		server::{Server, ServerHandle},
		types::ErrorObjectOwned,
		PendingSubscriptionSink, RpcModule, SubscriptionMessage,
	};
	use rlc_primitives::AccountId;
	use rlc_protocol::{
		worker::{Logs, Shown},
		Account,
	};
	use std::net::SocketAddr;

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
	fn workers_without_number_are_not_kept() {
		let mut lines = Lines::default();
		for number in 0..200 {
			let worker = Account(AccountId::new([number; 32]));
			lines.add(0, &WorkerShown { worker, ..shown("begun", "", 0) });
		}
		assert!(lines.rest(0).len() <= BEGUN);
		assert_eq!(lines.add(0, &shown("one\n", "", 0)).len(), 1, "there is room again");
	}

	/// Sends this text as what an app wrote, and then nothing.
	async fn show(pending: PendingSubscriptionSink, text: &str) -> SubscriptionResult {
		let sink = pending.accept().await?;
		sink.send(SubscriptionMessage::from_json(&shown(text, "", 0))?).await?;
		sink.closed().await;
		Ok(())
	}

	/// Serves a scheduler that shows this text to each that follows a task.
	async fn scheduler(address: SocketAddr, text: &'static str) -> (SocketAddr, ServerHandle) {
		let server = Server::builder().build(address).await.unwrap();
		let address = server.local_addr().unwrap();
		let mut methods = RpcModule::new(());
		let told = methods.register_method("scheduler_info", |_, _, _| Ok::<_, ErrorObjectOwned>(info(1, 1, 0)));
		told.unwrap();
		let [subscribe, notify, unsubscribe] =
			["scheduler_subscribeLogs", "scheduler_logsShown", "scheduler_unsubscribeLogs"];
		let followed =
			methods.register_subscription(subscribe, notify, unsubscribe, move |_, pending, _, _| show(pending, text));
		followed.unwrap();
		(address, server.start(methods))
	}

	#[tokio::test(flavor = "multi_thread")]
	async fn scheduler_that_is_back_is_asked_again() {
		let (address, server) = scheduler(([127, 0, 0, 1], 0).into(), "before\n").await;
		let place = Place::from(format!("http://{address}"));
		let first = pool::connect(&place).await.unwrap();
		let follower = Follower {
			key: Key::from_suri("//Alice").unwrap(),
			genesis: H256::zero(),
			workerpool: WorkerpoolId::default(),
			task: TaskId::default(),
			index: 3,
		};
		let (to, mut lines) = mpsc::channel(WAITING);
		tokio::spawn(follow(place, first, vec![follower], to));
		assert!(lines.recv().await.unwrap().ends_with(": before"));
		server.stop().unwrap();
		server.stopped().await;
		assert!(lines.recv().await.unwrap().contains("is lost"));
		let (_, _server) = scheduler(address, "after\n").await;
		assert!(lines.recv().await.unwrap().ends_with(": after"));
	}

	#[test]
	fn endless_line_is_told_in_parts() {
		let mut lines = Lines::default();
		assert!(lines.add(0, &shown(&"a".repeat(LONGEST), "", 0)).is_empty());
		assert_eq!(lines.add(0, &shown("a", "", 0)).len(), 1);
	}
}
