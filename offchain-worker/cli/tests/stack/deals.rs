//! Deals: bought without waiting, followed, and judged.

use std::path::Path;

use jsonrpsee::core::client::Subscription;
use rlc_chain::{Event, RlcEvent};
use rlc_primitives::{
	task::Stage,
	work::{TaskRef, TaskView, MAX_PAGE},
	AccountId, Balance, DealId, TaskId,
};
use rlc_protocol::{
	requester::{SchedulerRpcClient, TaskInfo},
	worker::Step,
};
use serde_json::Value;

use super::{account, eventually, Stack, PATIENCE, REQUESTER};

/// A deal, as the requester knows it.
#[derive(Clone, Copy, Debug)]
pub struct Bought {
	pub deal: DealId,
	pub tasks: u64,
}

impl Bought {
	pub fn task_ref(&self, index: u64) -> TaskRef {
		TaskRef { deal: self.deal, index }
	}

	pub fn task(&self, index: u64) -> TaskId {
		self.task_ref(index).id()
	}
}

impl Stack {
	/// Buys runs of an app, waits, and downloads: the answer of `rlc app run`. At trust 1, unless the arguments tell another.
	pub async fn run(&mut self, app: &str, arguments: &[&str], output: &Path) -> Result<Value, String> {
		let app = self.app(app).await;
		let run = ["app", "run", &app, "--account", REQUESTER, "--output", output.to_str().unwrap()];
		self.rlc(&[&run, trust(arguments), arguments].concat()).await
	}

	/// Buys runs of an app, at trust 1 unless the arguments tell another.
	pub async fn buy(&mut self, app: &str, tasks: u64, arguments: &[&str]) -> Bought {
		let app = self.app(app).await;
		let count = tasks.to_string();
		let run = ["app", "run", &app, "--no-wait", "--account", REQUESTER, "--tasks", &count];
		let answer = self.rlc(&[&run, trust(arguments), arguments].concat()).await.unwrap();
		let deal = answer["deal"].as_str().unwrap().parse().unwrap();
		Bought { deal: DealId(deal), tasks }
	}

	/// Returns how many tasks of a deal are open.
	pub async fn open(&self, bought: Bought) -> u64 {
		self.chain.deal(bought.deal).await.unwrap().expect("it was made").progress.open
	}

	/// Waits until at most this many tasks are open.
	pub async fn until_open(&self, bought: Bought, most: u64) {
		eventually("tasks are closed", || async { (self.open(bought).await <= most).then_some(()) }).await;
	}

	/// Returns a task of a deal, as the chain knows it.
	pub async fn task(&self, bought: Bought, index: u64) -> TaskView {
		self.chain.task_of(bought.task_ref(index)).await.unwrap().expect("it is one of the deal's")
	}

	/// Waits until all tasks are closed; how many have a result.
	pub async fn closed(&self, bought: Bought) -> u64 {
		self.until_open(bought, 0).await;
		let (mut from, mut completed) = (0, 0);
		while from < bought.tasks {
			let page = self.chain.tasks_of(bought.deal, from, MAX_PAGE).await.unwrap();
			from = page.last().expect("it has so many").task.index + 1;
			completed += page.iter().filter(|view| matches!(view.task.stage, Stage::Completed(_))).count() as u64;
		}
		completed
	}

	/// Downloads and verifies the results of a deal.
	pub async fn download(&self, bought: Bought, output: &Path) -> Value {
		let deal = format!("{:?}", bought.deal.0);
		self.rlc(&["deal", "download", &deal, "--output", output.to_str().unwrap()]).await.unwrap()
	}

	/// Returns what the scheduler tells of a task.
	pub async fn follow(&self, task: TaskId) -> Watch {
		let scheduler = self.connect().await;
		let changes =
			eventually("the scheduler knows the task", || async { scheduler.subscribe_task(task).await.ok() });
		let changes = changes.await;
		Watch { _scheduler: scheduler, changes }
	}

	/// Returns what accounts were paid for a task, in the order of time.
	pub async fn rewards(&self, task: TaskId) -> Vec<(AccountId, Balance)> {
		let paid = self.history().await.into_iter().filter_map(|event| match event {
			Event::Rlc(RlcEvent::Rewarded { who, amount, task: of }) if of == task => Some((who, amount)),
			_ => None,
		});
		paid.collect()
	}

	/// Returns what an account lost or paid in all.
	pub async fn seized(&self, from: &AccountId) -> Balance {
		let seized = self.history().await.into_iter().filter_map(|event| match event {
			Event::Rlc(RlcEvent::Seized { who, amount, .. }) if who == *from => Some(amount),
			_ => None,
		});
		seized.sum()
	}

	/// Returns what the requester paid in all.
	pub async fn spent(&self) -> Balance {
		self.seized(&account(REQUESTER)).await
	}
}

/// Returns the options for trust 1, unless these tell another: most scenes have a single worker.
fn trust(arguments: &[&str]) -> &'static [&'static str] {
	if arguments.contains(&"--trust") {
		&[]
	} else {
		&["--trust", "1"]
	}
}

/// What the scheduler tells of a task.
pub struct Watch {
	_scheduler: jsonrpsee::ws_client::WsClient,
	changes: Subscription<TaskInfo>,
}

impl Watch {
	/// Waits until this holds.
	pub async fn until(&mut self, what: &str, holds: impl Fn(&TaskInfo) -> bool) -> TaskInfo {
		let wait = async {
			loop {
				let info = self.changes.next().await.expect("the scheduler tells on").unwrap();
				if holds(&info) {
					return info;
				}
			}
		};
		let told = tokio::time::timeout(PATIENCE, wait).await;
		told.unwrap_or_else(|_| panic!("it takes too long until {what}"))
	}

	/// Waits until a worker has come so far, or further.
	pub async fn step(&mut self, worker: &AccountId, step: Step) {
		self.steps(std::slice::from_ref(worker), step).await;
	}

	/// Waits until each of these workers has come so far, or further.
	pub async fn steps(&mut self, workers: &[AccountId], step: Step) {
		self.until(&format!("{} workers have come to {step:?}", workers.len()), |info| {
			let has_come =
				|worker: &AccountId| info.replicates.iter().any(|part| part.worker.0 == *worker && part.step >= step);
			workers.iter().all(has_come)
		})
		.await;
	}
}
