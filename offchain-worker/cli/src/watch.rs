//! Following a deal until its last task is closed.

mod news;
mod quorum;

use std::{collections::BTreeMap, time::Duration};

use futures::{future::join_all, StreamExt};
use jsonrpsee::ws_client::WsClient;
use rlc_chain::{At, Chain};
use rlc_primitives::{market::DealView, work::TaskView, DealId, TaskId};
use rlc_protocol::requester::{SchedulerRpcClient, TaskInfo};
use tokio::sync::mpsc;
use tracing::Instrument;

use crate::{
	context::Context,
	deals::{self, Counts},
	failure::{failure, Code, Failure, Result},
	output::Progress,
	pool::{self, Place},
	say::task::stage,
	stops::WORK_STOPPED,
};
use news::news;
use rlc_service::{stop_requested, Backoff};

/// With this many tasks at most, each has lines of its own; more are summed up.
const SINGLE_LINES: u64 = 8;
/// With this many tasks at most, all are looked at in each block; of more, only how many are closed.
const LOOKED_AT: u64 = 64;
/// The least time between two looks.
const PAUSE: Duration = Duration::from_millis(300);
/// The longest time between two looks, should the node report no blocks.
const LOOK_ANYWAY: Duration = Duration::from_secs(10);
/// How long after the end apps' last words are shown, if lines are shown at all: workers tell them once in a second.
const LAST_WORDS: Duration = Duration::from_millis(2_500);
/// The shortest and the longest time until a scheduler is called again whose connection was lost.
const CONNECT_AGAIN: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(15));

/// Follows a deal to its end, and says how it goes. Returns the closed deal with its tasks.
///
/// # Errors
///
/// If the user stops it: says how to resume. If the deal is unknown, or the node does not answer.
pub(crate) async fn to_the_end(context: &Context, chain: &Chain, id: DealId) -> Result<(DealView, Vec<TaskView>)> {
	to_the_end_with(context, chain, id, mpsc::channel(1).1).await
}

/// Does the same, and shows these lines in between.
///
/// # Errors
///
/// Those of [`to_the_end`].
pub(crate) async fn to_the_end_with(
	context: &Context,
	chain: &Chain,
	id: DealId,
	lines: mpsc::Receiver<String>,
) -> Result<(DealView, Vec<TaskView>)> {
	tokio::select! {
		ended = follow(context, chain, id, lines).instrument(tracing::info_span!("watch", deal = ?id.0)) => {
			ended.map_err(|why| resumable(why, id))
		}
		() = stop_requested() => Err(failure!(Stopped, "stopped watching, but the deal goes on";
			"resume with `rlc deal watch {:?}`", id.0)),
	}
}

/// Returns a failure of a watch with how to resume: the deal goes on, and its results are not lost.
fn resumable(why: Failure, id: DealId) -> Failure {
	if why.code() == Code::DealUnknown.name() {
		return why;
	}
	why.advise(format_args!("the deal goes on: resume with `rlc deal watch {:?}` and `rlc deal download {0:?}`", id.0))
}

async fn follow(
	context: &Context,
	chain: &Chain,
	id: DealId,
	mut lines: mpsc::Receiver<String>,
) -> Result<(DealView, Vec<TaskView>)> {
	let mut view = deals::deal(chain, id).await?;
	let size = view.deal.size;
	let progress = context.out.tasks(format!("deal {:?}", id.0), size);
	let mut scheduler = Heard::new(context, chain, &view, &progress).await;
	let mut waits = quorum::ask_pool(context, chain, &view).await;
	let mut blocks = std::pin::pin!(chain.follow(None, At::Best));
	let mut stages = Stages::default();
	let (mut can_contribute, mut was_stopped) = (true, false);
	loop {
		view = deals::deal(chain, id).await?;
		let is_stopped = chain.clock().await?.stands_still;
		say_if_stopped(&progress, std::mem::replace(&mut was_stopped, is_stopped), is_stopped);
		let closed = size.saturating_sub(view.progress.open);
		progress.set(closed);
		if size <= LOOKED_AT || view.progress.open == 0 {
			let all = deals::tasks(chain, &view).await?;
			stages.say(&progress, &all);
			can_contribute = Counts::of(&all).take_contributions();
			if view.progress.open == 0 {
				last_words(&progress, lines).await;
				return Ok((view, all));
			}
		} else {
			progress.status(format!("{closed} of {size} tasks closed"));
		}
		let looked = tokio::time::Instant::now();
		loop {
			tokio::select! {
				Some(told) = scheduler.told.recv() => scheduler.say(&progress, told),
				Some(line) = lines.recv() => progress.line(line),
				// Who has contributed may have left since.
				Some(why) = waits.recv() => if can_contribute { progress.line(why) },
				Some(_) = blocks.next() => break,
				() = tokio::time::sleep_until(looked + LOOK_ANYWAY) => break,
			}
		}
		tokio::time::sleep_until(looked + PAUSE).await;
	}
}

/// Says that tasks begin or cease to wait for governance.
fn say_if_stopped(progress: &Progress, before: bool, now: bool) {
	match (before, now) {
		(false, true) => progress.line(WORK_STOPPED),
		(true, false) => progress.line("work goes on"),
		(true, true) | (false, false) => {}
	}
}

/// Shows what lines still come soon after the end.
async fn last_words(progress: &Progress, mut lines: mpsc::Receiver<String>) {
	let all = async {
		while let Some(line) = lines.recv().await {
			progress.line(line);
		}
	};
	// They may go on until the scheduler takes note of the end.
	let _ = tokio::time::timeout(LAST_WORDS, all).await;
}

/// What the scheduler tells of the deal's tasks.
struct Heard {
	told: mpsc::Receiver<Result<TaskInfo>>,
	/// What it told last.
	infos: BTreeMap<TaskId, TaskInfo>,
	/// Whether the user knows that it tells nothing.
	is_silent: bool,
}

impl Heard {
	/// Asks for the open tasks of a deal, unless they are too many for lines of their own.
	async fn new(context: &Context, chain: &Chain, view: &DealView, progress: &Progress) -> Self {
		let mut heard = Self { told: mpsc::channel(1).1, infos: BTreeMap::new(), is_silent: false };
		if view.deal.size <= SINGLE_LINES && view.progress.open > 0 {
			match ask_scheduler(context, chain, view).await {
				Ok(told) => heard.told = told,
				Err(why) => heard.say(progress, Err(why)),
			}
		}
		heard
	}

	/// Says what is new. That the scheduler tells nothing is said once, though each task is asked for by itself, and again only
	/// if it has told something in between.
	fn say(&mut self, progress: &Progress, told: Result<TaskInfo>) {
		match told {
			Ok(info) => {
				self.is_silent = false;
				let task = info.task.id();
				news(self.infos.get(&task), &info).into_iter().for_each(|line| progress.line(line));
				self.infos.insert(task, info);
			}
			Err(why) if !self.is_silent => {
				self.is_silent = true;
				progress.line(format_args!("{why}; showing only what is on the chain"));
			}
			Err(_) => {}
		}
	}
}

/// What was said about the stages of the tasks.
#[derive(Default)]
struct Stages {
	/// The stage of each task, if they are few.
	single: BTreeMap<u64, String>,
	/// The summary of all, if they are many.
	summary: String,
}

impl Stages {
	/// Says what has changed: lines for few tasks, one summary for many.
	fn say(&mut self, progress: &Progress, tasks: &[TaskView]) {
		if tasks.len() as u64 <= SINGLE_LINES {
			for view in tasks {
				let now = stage(view);
				if self.single.get(&view.task.index) != Some(&now) {
					progress.line(format_args!("task {}: {now}", view.task.index));
					self.single.insert(view.task.index, now);
				}
			}
			return;
		}
		let now = Counts::of(tasks).words();
		if self.summary != now {
			progress.status(now.clone());
			self.summary = now;
		}
	}
}

/// Returns what the scheduler tells of the deal's tasks from now on, or why it tells nothing of one. If the connection is
/// lost, that is told, and the scheduler is asked again until it is back.
async fn ask_scheduler(context: &Context, chain: &Chain, deal: &DealView) -> Result<mpsc::Receiver<Result<TaskInfo>>> {
	let url = pool::url(context, chain, deal.deal.workerpool.id).await?;
	let mut scheduler = pool::connect(&url).await?;
	let indices = deal.deal.first..deal.deal.first.saturating_add(deal.deal.size);
	let tasks: Vec<_> = indices.filter_map(|index| Some((index, deal.deal.task(deal.id, index)?))).collect();
	let (to, told) = mpsc::channel(64);
	let passing_on = async move {
		loop {
			let each = tasks.iter().map(|(index, task)| {
				pass_on(&scheduler, *task, &to).instrument(tracing::info_span!("task", task = ?task.0, index))
			});
			join_all(each).await;
			// The streams also end when the scheduler has nothing more to tell, or nobody listens.
			if scheduler.is_connected() || to.is_closed() {
				return;
			}
			let lost: Failure = failure!(SchedulerUnreachable, "the connection to the scheduler is lost");
			// A watch that has ended need not know.
			let _ = to.send(Err(lost)).await;
			let Some(back) = connect_again(&url, &to).await else { return };
			scheduler = back;
		}
	};
	tokio::spawn(passing_on.in_current_span());
	Ok(told)
}

/// Connects again to a scheduler whose connection was lost, once it is back. `None`: nobody listens any more.
pub(crate) async fn connect_again<T>(place: &Place, to: &mpsc::Sender<T>) -> Option<WsClient> {
	let mut waits = CONNECT_AGAIN.waits();
	loop {
		tokio::select! {
			() = to.closed() => return None,
			() = tokio::time::sleep(waits.next_wait().unwrap_or_default()) => {}
		}
		if let Ok(back) = pool::connect(place).await {
			return Some(back);
		}
	}
}

/// Passes on what the scheduler tells of a task, until the watch ends or the connection is lost.
async fn pass_on(scheduler: &WsClient, task: TaskId, to: &mpsc::Sender<Result<TaskInfo>>) {
	let changes = tokio::select! {
		() = to.closed() => return,
		changes = pool::once_known(|| scheduler.subscribe_task(task)) => changes,
	};
	let mut changes = match changes {
		Ok(changes) => changes,
		Err(error) => {
			if scheduler.is_connected() {
				let _ = to.send(Err(pool::refused(&error))).await;
			}
			return;
		}
	};
	while let Some(Ok(info)) = changes.next().await {
		// A hostile scheduler can tell of any number of others.
		if info.task.id() == task && to.send(Ok(info)).await.is_err() {
			return;
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn lost_node_says_how_to_resume_and_unknown_deal_does_not() {
		let id = DealId([0x11; 32].into());
		let lost = resumable(failure!(NodeUnreachable, "it is down"), id).to_string();
		let hex = "11".repeat(32);
		for command in ["watch", "download"] {
			assert!(lost.contains(&format!("`rlc deal {command} 0x{hex}`")), "{lost}");
		}
		let unknown: Failure = failure!(DealUnknown, "there is no such deal"; "check the id");
		assert_eq!(resumable(unknown.clone(), id), unknown);
	}
}
