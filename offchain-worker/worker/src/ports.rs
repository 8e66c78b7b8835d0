//! What the worker needs of the outside. Each has one real implementation, and tests bring their own.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::stream::BoxStream;
use rlc_chain::Bid;
use rlc_primitives::{
	assets::{App, Dataset},
	market::DealView,
	work::{AgreedFailure, CallbackData, ContributionOf, FailureCause, ResultOf, TaskRef, TaskView, WorkItem},
	AccountId, AppId, Balance, DatasetId, DealId, ResultDigest, TaskId,
};
use rlc_protocol::worker::{Logs, Step, Usage};
use rlc_sandbox::Tap;
use sp_core::H256;
use tokio::time::Instant;

use crate::{
	plan::Plan,
	record::{Output, RunFailure},
	seen::News,
};

/// The chain does not answer. It may later.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unreachable(pub String);

/// Why something was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SendError {
	/// The chain says no, and would say it again.
	#[error("the chain refuses: {0}")]
	Refused(String),
	/// Work is stopped on the chain. Nothing was sent, or it had no effect: it can be sent once work goes on.
	#[error("work is stopped on the chain for now")]
	Paused,
	/// It is not known whether it arrived.
	#[error("{0}")]
	Unclear(String),
}

/// Something that this worker says on chain.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Submission {
	/// Commitments: one, or a batch.
	Contribute(Vec<ContributionOf>),
	/// Results of tasks of trust 1, at once: one, or a batch.
	Direct {
		/// The results.
		results: Vec<ResultOf>,
		/// The data, if the deal of the only one has a callback.
		callback_data: Option<CallbackData>,
	},
	/// Digests: one, or a batch.
	Reveal(Vec<(TaskRef, ResultDigest)>),
	/// How the app failed, as was committed to.
	RevealFailure(TaskRef, AgreedFailure),
	/// Evidence that a task cannot be computed.
	ReportFailure(TaskRef, FailureCause),
}

/// What became of a submission that is in a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Included {
	/// The tasks of a batch for which it did not count.
	pub passed_over: Vec<TaskId>,
	/// What was paid for coming first, in nRLC.
	pub tip: Balance,
}

/// The chain, for one account.
#[async_trait]
pub(crate) trait ChainPort: Send + Sync {
	/// Returns who this worker is.
	fn account(&self) -> AccountId;
	/// Returns the hash of the chain's genesis block.
	fn genesis(&self) -> H256;
	/// Returns a deal, or `None` if the chain does not know it.
	async fn deal(&self, deal: DealId) -> Result<Option<DealView>, Unreachable>;
	/// Returns an app.
	async fn app(&self, app: AppId) -> Result<Option<App>, Unreachable>;
	/// Returns a dataset.
	async fn dataset(&self, dataset: DatasetId) -> Result<Option<Dataset>, Unreachable>;
	/// Returns a task after the block `at`, or `None` if the chain does not know it, or no longer.
	async fn task(&self, task: TaskRef, at: H256) -> Result<Option<TaskView>, Unreachable>;
	/// Returns whether the chain, as the best block has it, takes this worker's report that a task cannot be computed.
	async fn may_report(&self, task: TaskRef) -> Result<bool, Unreachable>;
	/// Returns what this worker has to do.
	async fn work(&self) -> Result<Vec<WorkItem>, Unreachable>;
	/// Returns what happens from now on, beginning with the best block of now.
	fn news(&self) -> BoxStream<'static, News>;
	/// Sends, and waits until it is in a block; meanwhile offers these tips, one after the other.
	async fn send(&self, submission: Submission, bids: &[Bid]) -> Result<Included, SendError>;
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
	/// The result, or why there is none.
	pub outcome: Result<Output, RunFailure>,
	/// If it is the app that failed, in the same way on each machine: what workers agree on.
	pub agreed: Option<AgreedFailure>,
	/// What the app wrote.
	pub logs: Logs,
	/// What the run took.
	pub usage: Usage,
}

impl From<RunFailure> for Finished {
	fn from(failure: RunFailure) -> Self {
		Self { outcome: Err(failure), agreed: None, logs: Logs::default(), usage: Usage::default() }
	}
}

/// Runs apps.
#[async_trait]
pub(crate) trait Runner: Send + Sync {
	/// Runs a task until it ends, or `stop` is told.
	async fn run(&self, computation: Computation, stop: Stop) -> Finished;
}

/// The computation of a task.
pub(crate) struct Computation {
	/// The task.
	pub task: TaskRef,
	/// What it runs, and on what.
	pub plan: Arc<Plan>,
	/// How many of the worker's slots it takes: its share of what there is.
	pub slots: u32,
	/// How long it may run at most.
	pub time: Duration,
	/// When it has to be over, fetching included.
	pub until: Instant,
	/// Where the result goes.
	pub result: PathBuf,
	/// Is told what the app writes, if somebody may read along.
	pub tap: Option<Tap>,
	/// Is told of each step.
	pub progress: Box<dyn Fn(Step) + Send + Sync>,
}

/// Ends a run soon. One sender for each run.
pub(crate) type Stop = tokio::sync::watch::Receiver<bool>;

/// Why a result was not handed over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Undelivered {
	/// The scheduler knows nothing of this worker's part in the task, or not any more.
	#[error("{0}")]
	Unknown(String),
	/// The store has no room for it now.
	#[error("{words}")]
	Later {
		/// When to try again.
		after: Duration,
		/// What it says.
		words: String,
	},
	/// Something else, in words: it may go well later.
	#[error("{0}")]
	Failed(String),
}

/// Where results go.
#[async_trait]
pub(crate) trait Delivery: Send + Sync {
	/// Uploads a result with the scheduler's token.
	async fn upload(&self, token: &str, output: &Output, file: PathBuf) -> Result<(), Undelivered>;
	/// Brings the data of a callback.
	async fn callback(&self, task: TaskId, data: Vec<u8>) -> Result<(), Undelivered>;
}
