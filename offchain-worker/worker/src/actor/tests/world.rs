//! Where the worker lives: a chain, apps that answer at once, a store; and a way to kill it at any point.

use std::{
	collections::HashMap,
	path::PathBuf,
	sync::{
		atomic::{AtomicBool, AtomicU32, Ordering},
		Arc, Mutex, MutexGuard,
	},
	time::Duration,
};

use async_trait::async_trait;
use futures::{stream::BoxStream, StreamExt};
use rlc_chain::Bid;
use rlc_primitives::{
	assets::{App, Dataset},
	market::DealView,
	task::Stage,
	work::{AgreedFailure, FailureCause, TaskRef, TaskView, WorkItem, WorkKind},
	AccountId, AppId, DatasetId, DealId, ResultDigest, TaskId,
};
use rlc_protocol::worker::{Logs, Step, Usage};
use rlc_store::{Cid, HashKind};
use sp_core::H256;
use tokio::sync::Notify;

use super::chain::{Chain, Trouble};
use crate::{
	ports::{
		ChainPort, Computation, Delivery, Finished, Included, Runner, SendError, Stop, Submission, Undelivered,
		Unreachable,
	},
	record::{Output, OutputKind, RunFailure},
	seen::News,
	testing::DEAL,
};

pub const WORKER: AccountId = AccountId::new([7; 32]);

/// Where a test kills the worker: at the n-th thing that others notice, before it or after it.
#[derive(Default)]
pub struct Killer {
	left: AtomicU32,
	pub reached: Notify,
}

impl Killer {
	pub fn after(&self, points: u32) {
		self.left.store(points, Ordering::SeqCst);
	}

	async fn point(&self) {
		let before = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
		if before == Ok(1) {
			self.reached.notify_one();
			std::future::pending::<()>().await;
		}
	}
}

pub struct World {
	pub chain: Mutex<Chain>,
	pub killer: Killer,
	/// How the app behaves.
	pub app: Mutex<Behavior>,
	pub running: AtomicU32,
	pub most_running: AtomicU32,
	pub runs: AtomicU32,
	pub uploads: Mutex<Vec<(TaskId, String)>>,
	pub callbacks: Mutex<Vec<(TaskId, Vec<u8>)>>,
	/// Why the scheduler does not take the data of callbacks, if so.
	pub refuses: Mutex<Option<Undelivered>>,
	/// How often it did not.
	pub refused: AtomicU32,
	/// Whether the store has no room.
	pub is_full: AtomicBool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Behavior {
	Ends(OutputKind),
	Fails(FailureCause),
	/// As on each machine.
	FailsAlike(AgreedFailure),
	/// Until it is stopped.
	Hangs,
}

/// Returns the result of a task's app.
pub fn result(task: TaskId, kind: OutputKind) -> (Vec<u8>, Output) {
	let data = [b"result of ", task.0.as_bytes()].concat();
	let digest = match kind {
		OutputKind::Callback => ResultDigest::of_callback(&data),
		_ => ResultDigest(H256(Cid::of(HashKind::Sha256, &data).digest())),
	};
	let size = data.len() as u64;
	(data, Output { digest, kind, size })
}

impl World {
	/// Returns a world with a deal of this trust.
	pub fn new(trust: u64) -> Arc<Self> {
		Arc::new(Self {
			chain: Mutex::new(Chain::new(trust)),
			killer: Killer::default(),
			app: Mutex::new(Behavior::Ends(OutputKind::Archive)),
			running: AtomicU32::new(0),
			most_running: AtomicU32::new(0),
			runs: AtomicU32::new(0),
			uploads: Mutex::default(),
			callbacks: Mutex::default(),
			refuses: Mutex::default(),
			refused: AtomicU32::new(0),
			is_full: AtomicBool::new(false),
		})
	}

	pub fn chain(&self) -> MutexGuard<'_, Chain> {
		self.chain.lock().unwrap()
	}

	pub fn stage(&self, which: TaskRef) -> Stage {
		self.chain().task(which).stage
	}

	fn behavior(&self) -> Behavior {
		self.app.lock().unwrap().clone()
	}
}

#[async_trait]
impl ChainPort for World {
	fn account(&self) -> AccountId {
		WORKER
	}

	fn genesis(&self) -> H256 {
		H256::zero()
	}

	async fn deal(&self, deal: DealId) -> Result<Option<DealView>, Unreachable> {
		Ok((deal == DEAL).then(|| self.chain().deal.clone()))
	}

	async fn app(&self, _: AppId) -> Result<Option<App>, Unreachable> {
		Ok(Some(App::default()))
	}

	async fn dataset(&self, _: DatasetId) -> Result<Option<Dataset>, Unreachable> {
		Ok(None)
	}

	async fn task(&self, which: TaskRef, _: H256) -> Result<Option<TaskView>, Unreachable> {
		self.killer.point().await;
		let chain = self.chain();
		Ok(Some(TaskView {
			id: which.id(),
			task: chain.task(which),
			contribution_deadline: chain.deal.deal.contribution_deadline(),
			final_deadline: chain.deal.deal.final_deadline(),
			delegates: vec![],
			failures: vec![],
			delivery: None,
			failure: chain.failures.get(&which.id()).copied(),
		}))
	}

	async fn may_report(&self, _: TaskRef) -> Result<bool, Unreachable> {
		let mut chain = self.chain();
		chain.asked_for_reports += 1;
		Ok(chain.takes_reports)
	}

	async fn work(&self) -> Result<Vec<WorkItem>, Unreachable> {
		let chain = self.chain();
		let items = chain.tasks.values().filter_map(|task| {
			let ours = task.contribution(&WORKER)?;
			let Stage::Revealing(consensus) = task.stage else { return None };
			(ours.commitment.result == consensus.result).then(|| WorkItem {
				id: task.id(),
				task: TaskRef { deal: task.deal, index: task.index },
				what: WorkKind::Reveal,
				deadline: consensus.reveal_deadline,
				enclave: None,
			})
		});
		Ok(items.collect())
	}

	fn news(&self) -> BoxStream<'static, News> {
		let news = self.chain().listen();
		futures::stream::unfold(news, |mut news| async { Some((news.recv().await?, news)) }).boxed()
	}

	async fn send(&self, submission: Submission, bids: &[Bid]) -> Result<Included, SendError> {
		self.killer.point().await;
		let result = {
			let mut chain = self.chain();
			chain.bids.push(bids.to_vec());
			let is_reveal = matches!(submission, Submission::Reveal(_));
			let trouble = match chain.next.last() {
				_ if chain.paused => Some(Trouble::Paused),
				Some(Trouble::PassesOver) if !is_reveal => None,
				_ => chain.next.pop(),
			};
			match trouble {
				Some(Trouble::PassesOver) => {
					let Submission::Reveal(mut some) = submission else { unreachable!("only reveals are passed over") };
					let missed = some.pop().map(|(which, _)| which.id());
					chain.apply(&Submission::Reveal(some)).unwrap();
					Ok(missed.into_iter().collect())
				}
				Some(Trouble::Paused) => {
					chain.held_up += 1;
					Err(SendError::Paused)
				}
				Some(Trouble::Lost) => Err(SendError::Unclear("no answer".into())),
				Some(Trouble::Refused) => Err(SendError::Refused("not now".into())),
				Some(Trouble::Unheard) => {
					chain.apply(&submission).unwrap();
					Err(SendError::Unclear("no answer".into()))
				}
				None => chain.apply(&submission).map_err(SendError::Refused),
			}
		};
		self.killer.point().await;
		result.map(|passed_over| Included { passed_over, tip: bids.first().map_or(0, |bid| bid.tip) })
	}
}

#[async_trait]
impl Runner for World {
	async fn run(&self, computation: Computation, mut stop: Stop) -> Finished {
		self.killer.point().await;
		self.runs.fetch_add(1, Ordering::SeqCst);
		let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
		self.most_running.fetch_max(running, Ordering::SeqCst);
		(computation.progress)(Step::Computing);
		let logs = Logs { stdout: "hello".into(), stderr: String::new() };
		let agreed = match self.behavior() {
			Behavior::FailsAlike(failure) => Some(failure),
			_ => None,
		};
		let outcome = match self.behavior() {
			Behavior::FailsAlike(failure) => Err(RunFailure::of_app(failure)),
			Behavior::Fails(cause) => Err(RunFailure::of_task(cause, "as it was told")),
			Behavior::Hangs => {
				stop.wait_for(|stopped| *stopped).await.unwrap();
				Err(RunFailure::own("stopped"))
			}
			Behavior::Ends(kind) => {
				tokio::time::sleep(Duration::from_millis(1)).await;
				let (data, output) = result(computation.task.id(), kind);
				let written = std::fs::write(&computation.result, data);
				written.map(|()| output).map_err(|error| RunFailure::own(error.to_string()))
			}
		};
		self.running.fetch_sub(1, Ordering::SeqCst);
		self.killer.point().await;
		Finished { outcome, agreed, logs, usage: Usage { time: 1, ..Usage::default() } }
	}
}

#[async_trait]
impl Delivery for World {
	async fn upload(&self, token: &str, output: &Output, file: PathBuf) -> Result<(), Undelivered> {
		self.killer.point().await;
		let data = std::fs::read(file).map_err(|error| Undelivered::Failed(error.to_string()))?;
		assert!(output.cid().verify(&data));
		if token == "bad" {
			return Err(Undelivered::Failed("the token is not of this store".into()));
		}
		if self.is_full.load(Ordering::SeqCst) {
			self.refused.fetch_add(1, Ordering::SeqCst);
			return Err(Undelivered::Later { after: Duration::from_millis(10), words: "the store is full".into() });
		}
		let tasks = self.chain().tasks.keys().copied().collect::<Vec<_>>();
		let task = tasks.into_iter().find(|task| result(*task, output.kind).1.digest == output.digest);
		self.uploads.lock().unwrap().push((task.unwrap(), token.into()));
		self.killer.point().await;
		Ok(())
	}

	async fn callback(&self, task: TaskId, data: Vec<u8>) -> Result<(), Undelivered> {
		self.killer.point().await;
		let refuses = self.refuses.lock().unwrap().clone();
		if let Some(why) = refuses {
			self.refused.fetch_add(1, Ordering::SeqCst);
			return Err(why);
		}
		self.callbacks.lock().unwrap().push((task, data));
		self.killer.point().await;
		Ok(())
	}
}

/// The last step that was told of each task, and all of them in their order.
#[derive(Default)]
pub struct Told {
	pub last: HashMap<TaskId, Step>,
	pub all: Vec<rlc_protocol::worker::Report>,
	pub logs: HashMap<TaskId, Logs>,
}
