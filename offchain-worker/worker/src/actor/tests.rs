//! The whole loop, with a real journal, against a chain that follows the real rules.

mod callbacks;
mod chain;
mod full;
mod kill;
mod pauses;
mod reports;
mod stores;
mod story;
mod watchdog;
mod world;

use std::{path::Path, sync::Arc, time::Duration};

use rlc_primitives::{
	work::{FailureCause, TaskRef},
	TaskId,
};
use rlc_protocol::worker::{Assignment, Held, Instruction, Resources, Step};
use rlc_service::Watchdog;
use tempfile::TempDir;
use tokio::{
	sync::{mpsc, oneshot, watch},
	task::JoinHandle,
	time::timeout,
};

use super::{Actor, Bounds, Parts};
use crate::{
	dirs::Dirs,
	disk::Disk,
	journal::{Journal, JournalError},
	messages::{Message, Outgoing, Status},
	metrics::Metrics,
	ports::ChainPort,
	results::Results,
	testing::DEAL,
};
use world::{Told, World};

/// Far more than anything takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn task(index: u64) -> TaskRef {
	TaskRef { deal: DEAL, index }
}

fn compute(indices: impl IntoIterator<Item = u64>, batched: bool) -> Instruction {
	let assignment = |index| Assignment { task: task(index), delegation: vec![], signer: None, expiry: 0, batched };
	Instruction::Compute { tasks: indices.into_iter().map(assignment).collect() }
}

/// Batches go when they are full, and not before.
fn full_batches(bounds: &mut Bounds) {
	bounds.batch_time = Duration::from_secs(3_600);
}

/// A worker that runs.
struct Worker {
	inbox: mpsc::UnboundedSender<Message>,
	outgoing: mpsc::UnboundedReceiver<Outgoing>,
	status: watch::Receiver<Status>,
	loop_: JoinHandle<Result<(), JournalError>>,
	told: Told,
}

fn bounds() -> Bounds {
	Bounds {
		resources: Resources { slots: 2, cores: 4, ..Resources::default() },
		keep_for: Duration::from_secs(3_600),
		quiet: Duration::from_secs(3_600),
		grace: Duration::from_millis(10),
		batch_time: Duration::from_millis(50),
		max_tip: 0,
	}
}

impl Worker {
	async fn start(world: &Arc<World>, dir: &TempDir) -> Self {
		Self::with(world, dir, |_| {}).await
	}

	async fn with(world: &Arc<World>, dir: &TempDir, change: impl FnOnce(&mut Bounds)) -> Self {
		let mut bounds = bounds();
		change(&mut bounds);
		Self::on(world, Disk::unlimited(&Dirs::make(dir.path()).unwrap(), 1), dir.path(), bounds).await
	}

	/// Starts it in a directory, with this disk.
	async fn on(world: &Arc<World>, disk: Disk, dir: &Path, bounds: Bounds) -> Self {
		Self::watched(world, disk, dir, bounds, Watchdog::default()).await
	}

	async fn watched(world: &Arc<World>, disk: Disk, dir: &Path, bounds: Bounds, watchdog: Watchdog) -> Self {
		let dirs = Dirs::make(dir).unwrap();
		let results = Arc::new(Results::new(dirs.results.clone(), &disk.budget));
		let (account, genesis) = (world.account(), world.genesis());
		let journal = Journal::open(&dirs.journal, &account, genesis).await.unwrap();
		let (inbox, receiver) = mpsc::unbounded_channel();
		let (link, outgoing) = mpsc::unbounded_channel();
		let (status, status_receiver) = watch::channel(Status::default());
		let metrics = Arc::new(Metrics::new().unwrap());
		let (chain, runner, delivery) = (world.clone(), world.clone(), world.clone());
		let disk = Arc::new(disk);
		let parts =
			Parts { chain, runner, delivery, link, status, metrics, results, disk, watchdog, shows: Arc::default() };
		let now = world.chain().now().into();
		let actor = Actor::new(parts, bounds, journal, (inbox.clone(), receiver), now);
		let loop_ = tokio::spawn(actor.run());
		Self { inbox, outgoing, status: status_receiver, loop_, told: Told::default() }
	}

	fn instruct(&self, instruction: Instruction) {
		self.inbox.send(Message::Instruction(instruction)).unwrap();
	}

	/// Joins as the link does. Returns what is in hand.
	async fn join(&self) -> Vec<Held> {
		let (ask, answer) = oneshot::channel();
		self.inbox.send(Message::Connected(ask)).unwrap();
		let held = timeout(PATIENCE, answer).await.unwrap().unwrap();
		let ended = held.iter().map(|held| &held.report).filter(|report| report.step.is_last());
		let ended = ended.map(|report| report.task).collect();
		self.inbox.send(Message::Told(ended)).unwrap();
		self.inbox.send(Message::Joined(vec![])).unwrap();
		held
	}

	/// Hears what the worker says, and lets it know that it was heard, until `enough`.
	async fn until(&mut self, mut enough: impl FnMut(&Told) -> bool) {
		while !enough(&self.told) {
			let outgoing = timeout(PATIENCE, self.outgoing.recv()).await;
			let outgoing = outgoing.unwrap_or_else(|_| panic!("waited in vain; told was {:?}", self.told.all));
			self.hear(outgoing.expect("the worker goes on"));
		}
	}

	fn hear(&mut self, outgoing: Outgoing) {
		match outgoing {
			Outgoing::Report(report) => {
				self.told.last.insert(report.task, report.step);
				if report.step.is_last() {
					// The worker may have ended.
					let _ = self.inbox.send(Message::Told(vec![report.task]));
				}
				self.told.all.push(report);
			}
			Outgoing::Logs(task, logs) => {
				self.told.logs.insert(task, logs);
			}
			Outgoing::Callback(..) => panic!("the world takes those"),
		}
	}

	/// Waits until these tasks came to this step.
	async fn until_all(&mut self, indices: impl IntoIterator<Item = u64> + Clone, step: Step) {
		let tasks: Vec<TaskId> = indices.into_iter().map(|index| task(index).id()).collect();
		self.until(|told| tasks.iter().all(|task| told.last.get(task) == Some(&step))).await;
	}

	/// Waits until a task came to this step, answering a reveal by the instruction to upload, as the scheduler does.
	async fn until_uploaded(&mut self, index: u64) {
		self.until_all([index], Step::Revealed).await;
		self.instruct(Instruction::Upload { task: task(index).id(), token: "token".into() });
		self.until_all([index], Step::Completed).await;
	}

	fn cause(&self, index: u64) -> Option<(Option<FailureCause>, String)> {
		let task = task(index).id();
		let cause = self.told.all.iter().rev().find(|report| report.task == task)?.cause.clone()?;
		Some((cause.cause.map(|cause| cause.0), cause.words))
	}

	async fn stop(mut self) {
		self.inbox.send(Message::Stop).unwrap();
		self.ended().await;
	}

	async fn ended(&mut self) {
		timeout(PATIENCE, &mut self.loop_).await.unwrap().unwrap().unwrap();
	}

	/// Ends it as if the machine lost its power.
	async fn kill(self) {
		self.loop_.abort();
		assert!(self.loop_.await.unwrap_err().is_cancelled());
	}
}

/// Waits until something holds.
async fn eventually(mut holds: impl FnMut() -> bool) {
	let waiting = async {
		while !holds() {
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
	};
	timeout(PATIENCE, waiting).await.unwrap();
}
