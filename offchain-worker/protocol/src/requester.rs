//! Between everybody else and a scheduler.

use jsonrpsee::{core::SubscriptionResult, proc_macros::rpc, types::ErrorObjectOwned};
use rlc_json::{Decimal, Hex};
use rlc_primitives::{AppId, Balance, DealId, TaskId, WorkerpoolId};
use serde::{Deserialize, Serialize};
use sp_core::H256;

use crate::{
	version::{self, Protocols},
	worker::{Cause, Logs, Resources, Shown, Step},
	Account, TaskRef,
};

/// Codes of a scheduler's errors. The message says what is wrong and what to do.
pub mod code {
	/// No such task, or not of this pool.
	pub const UNKNOWN_TASK: i32 = 13_001;
	/// No such session: join again.
	pub const UNKNOWN_SESSION: i32 = 13_002;
	/// A signature is not good, or not this account's.
	pub const WRONG_SIGNATURE: i32 = 13_003;
	/// This account may not do that.
	pub const NOT_ALLOWED: i32 = 13_004;
	/// Too much is stored for this account, or in all.
	pub const QUOTA_EXCEEDED: i32 = 13_005;
	/// Something failed inside the scheduler; it may go well later.
	pub const INTERNAL: i32 = 13_006;
	/// The worker speaks another [protocol](crate::version).
	pub const OTHER_PROTOCOL: i32 = 13_007;
	/// This address or account makes too many calls: try again later.
	pub const BUSY: i32 = 13_008;
	/// Another machine works with this worker's key.
	pub const ELSEWHERE: i32 = 13_009;
}

/// A pool, as its scheduler sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolInfo {
	/// The pool.
	pub workerpool: WorkerpoolId,
	/// The chain that it is on.
	pub genesis: H256,
	/// The scheduler's account.
	pub scheduler: Account,
	/// The program's version.
	pub version: String,
	/// The protocol that the scheduler speaks with the client: the newest that [both](version::choose) do.
	#[serde(default = "version::unnamed")]
	pub protocol: u32,
	/// How many workers are there.
	pub workers: u32,
	/// How many workers can be reached that the pool vouches for, without those that drain: only they decide alone. `None` if
	/// the scheduler is too old to say.
	#[serde(default)]
	pub vouched: Option<u32>,
	/// How many votes the workers have that can be reached, without those that drain: those of a [voter](WorkerInfo::voter)
	/// have one on each task. `None` if the scheduler is too old to say.
	#[serde(default)]
	pub votes: Option<u32>,
	/// How many slots of theirs could be filled now.
	pub free_slots: u32,
	/// How many slots the workers have that take tasks; 0 also if the scheduler is too old to say.
	#[serde(default)]
	pub slots: u64,
	/// How many tasks wait for a worker.
	pub waiting: u64,
	/// How many tasks are being worked on.
	pub running: u64,
	/// How many bytes of results the store has room for beyond what is set aside; `None` if the scheduler is too old to say.
	#[serde(default)]
	pub room: Option<u64>,
	/// How many results of completed tasks are in no store; 0 also if the scheduler is too old to say.
	#[serde(default)]
	pub homeless: u64,
}

/// How a pool's business goes, for its operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolStatus {
	/// The pool.
	pub pool: PoolInfo,
	/// Since when its orders are withdrawn, in ms of chain time, if the scheduler withdrew them since too much stake was lost.
	pub withdrawn: Option<u64>,
	/// Since when its operator has it paused, in ms of chain time, if that is so.
	#[serde(default)]
	pub paused: Option<u64>,
	/// Why nothing is on sale, for people, if that is so.
	#[serde(default)]
	pub halted: Option<String>,
	/// What is on sale. `None` if another instance of the scheduler keeps the orders, if it has not looked yet, or if it is too
	/// old to say.
	#[serde(default)]
	pub on_sale: Option<OnSale>,
	/// How many of its deals are not over: open, or with a result that is not in the store yet.
	#[serde(default)]
	pub deals: u64,
	/// What the pool lost within a day, in nRLC, as far as it counts: since the orders were withdrawn or published again.
	pub lost: Decimal<Balance>,
	/// How much that may be before the orders are withdrawn, in nRLC; `None`: any.
	pub max_loss: Option<Decimal<Balance>>,
	/// From which failure rate on deals are served last, in percent.
	pub max_failures: u8,
	/// Whose deals are served last, the worst first: at most [`MAX_SERVED_LAST`].
	pub served_last: Vec<ServedLast>,
	/// Deals that no worker can serve, and why: at most [`MAX_SERVED_LAST`].
	pub hopeless: Vec<HopelessDeal>,
	/// Deals with a task that waits although workers that could run it take tasks, and why: at most [`MAX_SERVED_LAST`].
	#[serde(default)]
	pub lacking: Vec<LackingDeal>,
	/// Its workers that nobody vouches for.
	#[serde(default)]
	pub strangers: Strangers,
}

/// What a pool has on sale: its orders in the book.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OnSale {
	/// How many orders.
	pub orders: u64,
	/// How many tasks they are good for together.
	pub tasks: u64,
	/// Why there are none, for people, if there are none although the pool sells.
	#[serde(default)]
	pub idle: Option<String>,
}

/// The strangers among the workers of a pool: its operator does not vouch for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Strangers {
	/// How many are there.
	pub here: u32,
	/// How many of them are proven.
	pub proven: u32,
	/// How many of them get no tasks for now, since they lost some.
	pub away: u32,
}

/// The most requesters and apps, and the most deals of a kind, that a [`PoolStatus`] names.
pub const MAX_SERVED_LAST: usize = 100;

/// A requester, or an app, whose deals are served after others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServedLast {
	/// Who.
	#[serde(flatten)]
	pub who: Counted,
	/// What part of its tasks failed lately, in percent, each weighted by what it cost.
	pub failure_rate: u8,
}

/// Whose tasks are counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Counted {
	/// Those that an account asked for.
	Requester(Account),
	/// Those that run an app.
	App(AppId),
}

/// A deal that no worker can serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopelessDeal {
	/// The deal.
	pub deal: DealId,
	/// Why, for people.
	pub reason: String,
}

/// A deal whose tasks wait for a worker that the pool vouches for, or that has the stake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LackingDeal {
	/// The deal.
	pub deal: DealId,
	/// What is lacking, for people.
	pub reason: String,
}

/// A worker, as its scheduler sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerInfo {
	/// Its account.
	pub account: Account,
	/// Its operator.
	pub operator: Option<Account>,
	/// Whether the pool vouches for it; `false` also if the scheduler is too old to say.
	#[serde(default)]
	pub vouched: bool,
	/// Whether it is connected.
	pub alive: bool,
	/// Whether it takes nothing more.
	pub draining: bool,
	/// How a stranger's results turned out here.
	#[serde(default)]
	pub record: Option<WorkerRecord>,
	/// What it can do, as it says.
	pub resources: Resources,
	/// How many of its slots are used: all, or as many as a stranger has earned; `None` if the scheduler is too old to say.
	#[serde(default)]
	pub usable_slots: Option<u32>,
	/// Slots of it that could be filled now.
	pub free_slots: u32,
	/// Tasks that it computes or is about to.
	pub running: u32,
	/// When it was last heard of, in ms.
	pub seen: u64,
}

impl WorkerInfo {
	/// Returns how many of its slots are used.
	pub fn usable_slots(&self) -> u32 {
		self.usable_slots.unwrap_or(self.resources.slots)
	}

	/// Returns as whom it votes: as its operator or itself if the pool vouches for it, as itself if it is proven; `None`: with
	/// all other strangers.
	pub fn voter(&self) -> Option<&Account> {
		if self.vouched {
			return Some(self.operator.as_ref().unwrap_or(&self.account));
		}
		self.record.filter(|record| record.proven).map(|_| &self.account)
	}
}

/// How results of a worker that nobody vouches for turned out in a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerRecord {
	/// How many were validated since the last one was refuted.
	pub validated: u64,
	/// How many were refuted.
	pub refuted: u64,
	/// How many tasks it lost, or failed for reasons of its own.
	pub lost: u64,
	/// Whether it is proven: what it says of itself is believed.
	pub proven: bool,
	/// Until when it gets no tasks, in ms; `None`: it gets tasks.
	pub away_until: Option<u64>,
}

/// A worker's part in a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplicateInfo {
	/// The worker.
	pub worker: Account,
	/// The last step.
	pub step: Step,
	/// When that was, in ms.
	pub since: u64,
	/// Why it failed, if it did.
	pub cause: Option<Cause>,
}

/// A task, as its scheduler sees it. What the chain knows of it is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskInfo {
	/// The task.
	#[serde(with = "rlc_json::TaskRef")]
	pub task: TaskRef,
	/// How many tasks of the pool are before it; `None` once it has workers.
	pub queue_position: Option<u64>,
	/// The workers that have a part in it.
	pub replicates: Vec<ReplicateInfo>,
	/// Where the result is in the store, once it is there: a CID.
	pub result: Option<String>,
	/// Size of the result, in bytes.
	pub result_size: Option<u64>,
	/// Why the scheduler gave it up, if it did.
	pub given_up: Option<String>,
}

/// A request to store a file: an app, a dataset, an input.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UploadRequest {
	/// Who stores it: its quota is used.
	pub account: Account,
	/// SHA-256 of the file.
	pub content: H256,
	/// Its size, in bytes.
	pub size: u64,
	/// Until when the claim is good, in ms. 0: the program is too old to say.
	#[serde(default, rename = "notAfter")]
	pub not_after: u64,
	/// What makes the claim good once.
	#[serde(default)]
	pub nonce: H256,
	/// The signature under [`Claim::Upload`](crate::signing::Claim::Upload), SCALE-encoded.
	#[serde(with = "Hex")]
	pub signature: Vec<u8>,
}

/// A request to read what an app wrote.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LogsRequest {
	/// Who reads: the requester or beneficiary of the deal.
	pub account: Account,
	/// The task.
	pub task: TaskId,
	/// Until when the claim is good, in ms. 0: the program is too old to say.
	#[serde(default, rename = "notAfter")]
	pub not_after: u64,
	/// What makes the claim good once.
	#[serde(default)]
	pub nonce: H256,
	/// The signature under [`Claim::Logs`](crate::signing::Claim::Logs), SCALE-encoded.
	#[serde(with = "Hex")]
	pub signature: Vec<u8>,
}

/// What a worker's app wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerLogs {
	/// The worker.
	pub worker: Account,
	/// What it wrote.
	pub logs: Logs,
}

/// What a worker's app wrote since this was last told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerShown {
	/// The worker.
	pub worker: Account,
	/// What its app wrote.
	#[serde(flatten)]
	pub shown: Shown,
}

/// What requesters and operators ask of a scheduler. Errors: [`code`].
#[rpc(server, client, namespace = "scheduler")]
pub trait SchedulerRpc {
	/// Returns the pool. `protocols` are those that the client speaks; one that does not say is older than protocol 4.
	#[method(name = "info")]
	async fn info(&self, protocols: Option<Protocols>) -> Result<PoolInfo, ErrorObjectOwned>;

	/// Returns how the pool's business goes.
	#[method(name = "status")]
	async fn status(&self) -> Result<PoolStatus, ErrorObjectOwned>;

	/// Returns the pool's workers.
	#[method(name = "workers")]
	async fn workers(&self) -> Result<Vec<WorkerInfo>, ErrorObjectOwned>;

	/// Returns how long a run of the app with this checksum takes, in ms: a moving average of what the pool's workers
	/// measured. `null` if they have not run it yet.
	#[method(name = "runTime")]
	async fn run_time(&self, app: H256) -> Result<Option<u64>, ErrorObjectOwned>;

	/// Returns a task; `null` if it is not this pool's.
	#[method(name = "task")]
	async fn task(&self, task: TaskId) -> Result<Option<TaskInfo>, ErrorObjectOwned>;

	/// Sends a task, at once and whenever it changes.
	#[subscription(name = "subscribeTask" => "taskChanged", unsubscribe = "unsubscribeTask", item = TaskInfo)]
	async fn subscribe_task(&self, task: TaskId) -> SubscriptionResult;

	/// Returns what a task's apps wrote, for its requester.
	#[method(name = "logs")]
	async fn logs(&self, request: LogsRequest) -> Result<Vec<WorkerLogs>, ErrorObjectOwned>;

	/// Sends what a task's apps write while they run, for its requester or beneficiary, until the task is over. What they wrote
	/// before is sent as far as workers still have it. Not for deals that demand an enclave.
	#[subscription(
		name = "subscribeLogs" => "logsShown",
		unsubscribe = "unsubscribeLogs",
		item = WorkerShown,
		with_extensions
	)]
	async fn subscribe_logs(&self, request: LogsRequest) -> SubscriptionResult;

	/// Allows to store a file; the answer is the token for the store.
	#[method(name = "upload")]
	async fn upload(&self, request: UploadRequest) -> Result<String, ErrorObjectOwned>;
}
