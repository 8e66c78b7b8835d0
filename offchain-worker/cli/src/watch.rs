//! Following a deal until its last task is closed.

use std::{collections::BTreeMap, time::Duration};

use futures::StreamExt;
use jsonrpsee::{core::ClientError, ws_client::WsClient};
use rlc_chain::{At, Chain};
use rlc_primitives::{
	market::DealView,
	task::{Consensus, Stage},
	work::{TaskView, MAX_PAGE},
	DealId, TaskId,
};
use rlc_protocol::{
	requester::{code, SchedulerRpcClient, TaskInfo},
	worker::Step,
};
use tokio::sync::mpsc;

use crate::{
	context::Context,
	failure::{failure, Failure, Result},
	output::Progress,
	pool, stop,
	table::counted,
};

/// Up to so many tasks, each has lines of its own; more are summed up.
const SINGLE_LINES: u64 = 8;
/// Up to so many tasks, all are looked at in each block; of more, only how many are closed.
const LOOKED_AT: u64 = 64;
/// The least time between two looks.
const PAUSE: Duration = Duration::from_millis(300);
/// The longest time between two looks, should the node tell of no blocks.
const LOOK_ANYWAY: Duration = Duration::from_secs(10);
/// The shortest and the longest time until the scheduler is asked again for a task that it does not know yet.
const ASK_AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// How many tasks are at what stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
	/// Nobody contributed yet.
	pub waiting: u64,
	/// Somebody contributed.
	pub computing: u64,
	/// Enough agree, the digest is to be shown.
	pub revealing: u64,
	/// Closed with a result.
	pub completed: u64,
	/// Closed without one.
	pub failed: u64,
}

impl Counts {
	/// Of these tasks.
	pub fn of(tasks: &[TaskView]) -> Self {
		let mut counts = Self::default();
		for view in tasks {
			*match view.task.stage {
				Stage::Active if view.task.contributions.is_empty() => &mut counts.waiting,
				Stage::Active => &mut counts.computing,
				Stage::Revealing(_) => &mut counts.revealing,
				Stage::Completed(_) => &mut counts.completed,
				Stage::Failed(_) => &mut counts.failed,
			} += 1;
		}
		counts
	}

	/// In words, without what there is none of.
	pub fn words(&self) -> String {
		let parts = [
			(self.waiting, "waiting"),
			(self.computing, "computing"),
			(self.revealing, "revealing"),
			(self.completed, "completed"),
			(self.failed, "failed"),
		];
		let said = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
		said.collect::<Vec<_>>().join(", ")
	}
}

/// What a task's stage is called.
pub fn stage(view: &TaskView) -> String {
	let contributions = view.task.contributions.len();
	match &view.task.stage {
		Stage::Active if contributions == 0 => "waiting".into(),
		Stage::Active => format!("computing, {contributions} contributed"),
		Stage::Revealing(Consensus { winners, reveals, .. }) => format!("consensus, {reveals} of {winners} revealed"),
		Stage::Completed(_) => "completed".into(),
		Stage::Failed(_) => "failed".into(),
	}
}

/// What a step of a worker is called.
pub fn step(step: Step) -> &'static str {
	match step {
		Step::Created => "chosen",
		Step::Started => "started",
		Step::AppFetched => "has the app",
		Step::DataFetched => "has the data",
		Step::Computing => "computes",
		Step::Computed => "has computed",
		Step::Contributed => "has contributed",
		Step::Revealed => "has revealed",
		Step::Uploaded => "has uploaded the result",
		Step::Completed => "is done",
		Step::Failed => "failed",
		Step::Aborted => "was stopped",
		Step::Lost => "is lost",
	}
}

/// What there is to say of a task after the scheduler told this, given what was said before.
fn news(before: Option<&TaskInfo>, after: &TaskInfo) -> Vec<String> {
	let index = after.task.index;
	let mut lines = Vec::new();
	let position = after.queue_position.filter(|now| before.and_then(|before| before.queue_position) != Some(*now));
	lines.extend(position.map(|ahead| format!("task {index}: {} before it", counted(ahead, "task"))));
	for replicate in &after.replicates {
		let known = before.into_iter().flat_map(|before| &before.replicates);
		if known.into_iter().any(|known| known.worker == replicate.worker && known.step == replicate.step) {
			continue;
		}
		let cause = replicate.cause.as_ref().map(|cause| format!(": {}", cause.words)).unwrap_or_default();
		lines.push(format!("task {index}: {} {}{cause}", replicate.worker, step(replicate.step)));
	}
	let given_up = after.given_up.as_ref().filter(|_| before.is_none_or(|before| before.given_up.is_none()));
	lines.extend(given_up.map(|why| format!("task {index}: given up: {why}")));
	lines
}

/// A deal.
///
/// # Errors
///
/// If there is none with this id, or it is forgotten.
pub async fn deal(chain: &Chain, id: DealId) -> Result<DealView> {
	let deal = chain.deal(id).await?;
	deal.ok_or_else(|| failure!("there is no deal {:?}, or it is long over; compare the id with `rlc app run`'s", id.0))
}

/// All tasks of a deal.
///
/// # Errors
///
/// If the node does not answer.
pub async fn tasks(chain: &Chain, deal: &DealView) -> Result<Vec<TaskView>> {
	let mut all: Vec<TaskView> = Vec::new();
	let end = deal.deal.first.saturating_add(deal.deal.size);
	let mut from = deal.deal.first;
	while from < end {
		let page = chain.tasks_of(deal.id, from, MAX_PAGE).await?;
		let Some(last) = page.last() else { break };
		from = last.task.index.saturating_add(1);
		all.extend(page);
	}
	Ok(all)
}

/// Follow a deal to its end, and say how it goes. The answer is the deal, closed, with its tasks.
///
/// # Errors
///
/// If somebody stops it: says how to go on. If there is no such deal, or the node does not answer.
pub async fn to_the_end(context: &Context, chain: &Chain, id: DealId) -> Result<(DealView, Vec<TaskView>)> {
	tokio::select! {
		ended = follow(context, chain, id) => ended,
		() = stop::asked_to_stop() => {
			Err(failure!("stopped watching, the deal goes on; see it with `rlc deal watch {:?}`", id.0))
		}
	}
}

async fn follow(context: &Context, chain: &Chain, id: DealId) -> Result<(DealView, Vec<TaskView>)> {
	let mut view = deal(chain, id).await?;
	let size = view.deal.size;
	let progress = context.out.tasks(format!("deal {:?}", id.0), size);
	let alone = |why: Failure| progress.line(format_args!("{why}; only what is on the chain is shown"));
	let mut is_alone = false;
	let mut told = if size <= SINGLE_LINES && view.progress.open > 0 {
		let from_scheduler = ask_scheduler(chain, &view).await;
		from_scheduler.unwrap_or_else(|why| {
			alone(why);
			mpsc::channel(1).1
		})
	} else {
		mpsc::channel(1).1
	};
	let mut blocks = std::pin::pin!(chain.follow(None, At::Best));
	let mut said = BTreeMap::new();
	let mut infos = BTreeMap::new();
	let mut summary = String::new();
	loop {
		view = deal(chain, id).await?;
		progress.set(size.saturating_sub(view.progress.open));
		if size <= LOOKED_AT || view.progress.open == 0 {
			let all = tasks(chain, &view).await?;
			say_stages(&progress, &all, &mut said, &mut summary);
			if view.progress.open == 0 {
				return Ok((view, all));
			}
		} else {
			progress.status(format!("{} of {size} tasks closed", size.saturating_sub(view.progress.open)));
		}
		let looked = tokio::time::Instant::now();
		loop {
			tokio::select! {
				Some(heard) = told.recv() => match heard {
					Ok(info) => {
						news(infos.get(&info.task), &info).into_iter().for_each(|line| progress.line(line));
						infos.insert(info.task, info);
					}
					// Once, though each task is asked for by itself.
					Err(why) if !is_alone => {
						is_alone = true;
						alone(why);
					}
					Err(_) => {}
				},
				Some(_) = blocks.next() => break,
				() = tokio::time::sleep_until(looked + LOOK_ANYWAY) => break,
			}
		}
		tokio::time::sleep_until(looked + PAUSE).await;
	}
}

/// Lines for few tasks, one summary for many.
fn say_stages(progress: &Progress, tasks: &[TaskView], said: &mut BTreeMap<u64, String>, summary: &mut String) {
	if tasks.len() as u64 <= SINGLE_LINES {
		for view in tasks {
			let now = stage(view);
			if said.get(&view.task.index) != Some(&now) {
				progress.line(format_args!("task {}: {now}", view.task.index));
				said.insert(view.task.index, now);
			}
		}
		return;
	}
	let now = Counts::of(tasks).words();
	if *summary != now {
		progress.status(now.clone());
		*summary = now;
	}
}

/// What the scheduler tells of the deal's open tasks, from now on, or why it tells nothing of one.
async fn ask_scheduler(chain: &Chain, deal: &DealView) -> Result<mpsc::Receiver<Result<TaskInfo>>> {
	let url = pool::url(chain, deal.deal.workerpool.id).await?;
	let scheduler = std::sync::Arc::new(pool::connect(&url).await?);
	let (sender, told) = mpsc::channel(64);
	for index in deal.deal.first..deal.deal.first.saturating_add(deal.deal.size) {
		let Some(task) = deal.deal.task(deal.id, index) else { continue };
		tokio::spawn(pass_on(scheduler.clone(), task, sender.clone()));
	}
	Ok(told)
}

/// Passes on what the scheduler tells of a task, until the watch ends.
async fn pass_on(scheduler: std::sync::Arc<WsClient>, task: TaskId, to: mpsc::Sender<Result<TaskInfo>>) {
	let mut pause = ASK_AGAIN.0;
	let mut changes = loop {
		match scheduler.subscribe_task(task).await {
			Ok(changes) => break changes,
			// It may see the block with a new deal a little later than its buyer.
			Err(ClientError::Call(answer)) if answer.code() == code::UNKNOWN_TASK => {}
			Err(error) => {
				// A watch that has ended need not know.
				let _ = to.send(Err(pool::refused(&error))).await;
				return;
			}
		}
		tokio::select! {
			() = to.closed() => return,
			() = tokio::time::sleep(pause) => pause = (pause * 2).min(ASK_AGAIN.1),
		}
	};
	while let Some(Ok(info)) = changes.next().await {
		if to.send(Ok(info)).await.is_err() {
			return;
		}
	}
	// It also ends when the scheduler has nothing more to tell.
	if !scheduler.is_connected() {
		let _ = to.send(Err(failure!("the connection to the scheduler is lost"))).await;
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{AccountId, ResultHash, Task};
	use rlc_protocol::{requester::ReplicateInfo, worker::Cause, Account, TaskRef};
	use sp_core::H256;

	fn view(stage: Stage) -> TaskView {
		let deal = DealId(H256::repeat_byte(1));
		let mut task = Task::new(deal, 0);
		task.stage = stage;
		TaskView {
			id: Default::default(),
			task,
			contribution_deadline: 0,
			final_deadline: 0,
			delegates: Vec::new(),
			failures: Vec::new(),
			delivery: None,
		}
	}

	fn consensus() -> Consensus {
		Consensus { result: ResultHash::default(), reveal_deadline: 9, winners: 3, reveals: 1, digest: None }
	}

	fn info(position: Option<u64>, replicates: &[(u8, Step)]) -> TaskInfo {
		let replicate = |(who, step): &(u8, Step)| ReplicateInfo {
			worker: Account(AccountId::new([*who; 32])),
			step: *step,
			since: 0,
			cause: (*step == Step::Failed).then(|| Cause { cause: None, words: "exit code 3".into() }),
		};
		TaskInfo {
			task: TaskRef { deal: DealId(H256::repeat_byte(1)), index: 4 },
			queue_position: position,
			replicates: replicates.iter().map(replicate).collect(),
			result: None,
			result_size: None,
			given_up: None,
		}
	}

	#[test]
	fn stages_are_counted_and_named() {
		let tasks = [
			view(Stage::Active),
			view(Stage::Revealing(consensus())),
			view(Stage::Completed(consensus())),
			view(Stage::Failed(None)),
			view(Stage::Failed(None)),
		];
		assert_eq!(Counts::of(&tasks).words(), "1 waiting, 1 revealing, 1 completed, 2 failed");
		assert_eq!(stage(&tasks[0]), "waiting");
		assert_eq!(stage(&tasks[1]), "consensus, 1 of 3 revealed");
	}

	#[test]
	fn only_what_changed_is_said() {
		let queued = info(Some(7), &[]);
		assert_eq!(news(None, &queued), ["task 4: 7 tasks before it"]);
		assert_eq!(news(Some(&queued), &queued), Vec::<String>::new());
		let started = info(None, &[(1, Step::Started), (2, Step::Started)]);
		assert_eq!(news(Some(&queued), &started).len(), 2);
		let failed = info(None, &[(1, Step::Started), (2, Step::Failed)]);
		let said = news(Some(&started), &failed);
		assert!(said.len() == 1 && said[0].ends_with("failed: exit code 3"), "{said:?}");
	}
}
