//! Between a worker and its scheduler. The worker opens the connection, so it works behind NAT.
//!
//! ```text
//! challenge ─► join ─► subscribeInstructions ◄── Compute, Upload, Stop, ReportFailure, Show, Drain, Replaced
//!                 └──► heartbeat, every `heartbeat` ms
//!                 └──► report, for each step of each task; logs; shown, while somebody reads along
//! ```
//! A connection that breaks is opened again: the worker joins again and names what it still has in hand.

use jsonrpsee::{core::SubscriptionResult, proc_macros::rpc, types::ErrorObjectOwned};
use rlc_json::{FailureCause, Hex};
use rlc_primitives::{Moment, ResultDigest, TaskId, WorkerpoolId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sp_core::H256;

use crate::{
	version::{self, Protocols},
	Account, TaskRef,
};

/// Heartbeats that a scheduler waits for before a worker counts as lost.
pub const MISSED_HEARTBEATS: u32 = 3;

/// The most steps in one [`report`](WorkerRpcClient::report), and the most tasks in hand that a worker names when it
/// [joins](Join::held).
pub const MAX_REPORTS: usize = 1_000;

/// The most that one call of [`shown`](WorkerRpcClient::shown) brings, in bytes of all texts together, and about how many
/// tasks. It is called once in a second at most.
pub const MAX_SHOWN: usize = 16 << 10;
/// See [`MAX_SHOWN`].
pub const MAX_SHOWN_TASKS: usize = 64;

/// How a scheduler knows a worker that joined.
pub type Session = H256;

/// What a worker has to sign to join.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Challenge {
	/// The protocol that the scheduler speaks with this worker: the newest that [both](version::choose) do.
	#[serde(default = "version::unnamed")]
	pub protocol: u32,
	/// Good for one join of this account, on the connection on which it was given.
	pub challenge: H256,
	/// Until when, in ms by the scheduler's clock. Schedulers of protocol 3 do not say.
	#[serde(default, rename = "notAfter")]
	pub not_after: u64,
	/// The pool.
	pub workerpool: WorkerpoolId,
	/// The chain that the pool is on.
	pub genesis: H256,
}

/// What a machine can do. Measured by the worker itself, or declared by its owner: a scheduler plans with it, and the
/// chain's stakes and scores make wrong numbers costly.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resources {
	/// Tasks at a time, of those that need no more than an equal share of the rest; see [`Needs::slots`](crate::Needs::slots)
	/// for others.
	pub slots: u32,
	/// Processor cores for tasks.
	pub cores: u32,
	/// Memory for all tasks, in bytes.
	pub memory: u64,
	/// Disk for all tasks, in bytes.
	pub disk: u64,
	/// Devices of graphics processors that apps in containers may be granted.
	pub gpus: u32,
	/// The tags' bits that this worker satisfies, as declared; a graphics processor and a network only if it has them.
	pub tag: H256,
	/// Whether it runs WebAssembly modules.
	pub wasm: bool,
	/// Whether it runs container images.
	pub container: bool,
	/// Wasm instructions per second of one core, measured by a benchmark at start; 0: not measured.
	pub speed: u64,
}

/// A worker's request to join.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Join {
	/// The protocol that the scheduler chose, with its challenge.
	#[serde(default = "version::unnamed")]
	pub protocol: u32,
	/// The worker's account on chain.
	pub account: Account,
	/// The challenge that it answers.
	pub challenge: H256,
	/// Until when that is good, as the challenge said.
	#[serde(default, rename = "notAfter")]
	pub not_after: u64,
	/// Its signature under [`Claim::Join`](crate::signing::Claim::Join), SCALE-encoded.
	#[serde(with = "Hex")]
	pub signature: Vec<u8>,
	/// Whose signature that is, if not the account's own: that of its proxy, as the chain knows it.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub signer: Option<Account>,
	/// The worker's operator, if it has one: an operator contributes to a task once.
	pub operator: Option<Operator>,
	/// What the machine can do.
	pub resources: Resources,
	/// The program's version.
	pub version: String,
	/// What it still has in hand from before: tasks with the last step that was done, at most [`MAX_REPORTS`]. Tasks
	/// that the scheduler gave it and that it does not name count as lost, and go to others, unless they are on chain. So a
	/// worker that has more names those first that are not on chain, and reports the rest after it joined.
	pub held: Vec<Held>,
	/// Whether it joins only if no other machine works with its key: it was [replaced](Instruction::Replaced) by one.
	/// Schedulers that do not know this let it take the other's place.
	#[serde(default, skip_serializing_if = "std::ops::Not::not")]
	pub standby: bool,
}

/// A task that a worker has in hand when it joins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
	/// The last step that was done.
	#[serde(flatten)]
	pub report: Report,
	/// What shows that the task was given to this worker. A scheduler that lost its database has no record of that, and
	/// believes nothing else. Workers show it for tasks that are not on chain yet.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub delegation: Option<ShownDelegation>,
}

impl From<Report> for Held {
	fn from(report: Report) -> Self {
		Self { report, delegation: None }
	}
}

/// A delegation that a worker got with an [`Assignment`], and shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownDelegation {
	/// The signature, a SCALE-encoded [`SchedulerSignature`](rlc_primitives::SchedulerSignature).
	#[serde(with = "Hex")]
	pub signature: Vec<u8>,
	/// The proxy that signed it, if it was not the scheduler itself.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub signer: Option<Account>,
	/// When it expires, in ms of PoCo time.
	pub expiry: Moment,
}

impl Serialize for Join {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		Self::serialize(self, serializer)
	}
}

impl<'de> Deserialize<'de> for Join {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let mut join = Value::deserialize(deserializer)?;
		if let Some(fields) = join.as_object_mut() {
			// Another protocol may write these otherwise. They are not needed to refuse the worker and to say why.
			let protocol: Option<u32> =
				fields.get("protocol").and_then(Value::as_u64).and_then(|spoken| spoken.try_into().ok());
			if !protocol.is_some_and(|spoken| version::SPOKEN.includes(spoken)) {
				fields.insert("held".into(), Value::Array(Vec::new()));
			}
		}
		Self::deserialize(join).map_err(serde::de::Error::custom)
	}
}

/// An operator's word that a worker is its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Operator {
	/// The operator's account.
	pub account: Account,
	/// Its signature under [`Claim::Operator`](crate::signing::Claim::Operator), SCALE-encoded.
	#[serde(with = "Hex")]
	pub signature: Vec<u8>,
}

/// What a worker that joined is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
	/// Names the worker in what it says from now on.
	pub session: Session,
	/// How often to send heartbeats, in ms.
	pub heartbeat: u64,
	/// Of the tasks in hand, those that it shall not go on with.
	pub forget: Vec<TaskId>,
	/// The largest result that the pool's store takes, in bytes. Older schedulers do not say.
	#[serde(default = "no_limit")]
	pub max_result: u64,
	/// How long after a task's final deadline the pool still accepts its result, in ms: until then, a worker keeps it unless it
	/// is told that it need not. Older schedulers do not say.
	#[serde(default)]
	pub retention: Option<u64>,
}

/// Returns what a scheduler that names no limit takes.
fn no_limit() -> u64 {
	u64::MAX
}

/// What a scheduler wants of a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "instruction", rename_all = "camelCase")]
pub enum Instruction {
	/// Compute these tasks.
	Compute {
		/// The tasks. What they run and on what is on the chain.
		tasks: Vec<Assignment>,
	},
	/// Put the result of a task into the store, as it has won.
	Upload {
		/// The task.
		task: TaskId,
		/// Allows the upload of the result, to this worker, for this task.
		token: String,
	},
	/// Stop working on a task and drop it: other workers agreed without this one, or it is no longer wanted.
	Stop {
		/// The task.
		task: TaskId,
		/// Why, for people.
		reason: String,
	},
	/// Report on chain why this task cannot be computed: the scheduler gives the task up, and has delegated it on chain so
	/// that this worker may report. The worker reports the cause for which it failed. If it was never given the task, it
	/// reads the deal, and reports only what it finds itself: params that nobody can serve, or needs beyond its resources.
	ReportFailure {
		/// The task.
		#[serde(with = "rlc_json::TaskRef")]
		task: TaskRef,
	},
	/// Show what the app of a task writes, while it runs: somebody reads along who may.
	Show {
		/// The task.
		task: TaskId,
		/// For how long from now on, in ms, unless this is said again.
		time: u64,
	},
	/// Finish what is in hand; nothing more will come.
	Drain,
	/// Another machine joined with this worker's key, and this session is over. If both joined again at once, they would
	/// take each other's place for ever, so this one only [stands by](Join::standby). Workers that do not know this join again.
	Replaced,
}

/// A task for a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
	/// The task.
	#[serde(with = "rlc_json::TaskRef")]
	pub task: TaskRef,
	/// The scheduler's signature that delegates it to this worker, a SCALE-encoded
	/// [`SchedulerSignature`](rlc_primitives::SchedulerSignature); empty if it was delegated on chain.
	#[serde(with = "Hex")]
	pub delegation: Vec<u8>,
	/// The proxy that signed the delegation, if it was not the scheduler itself. The worker must name it on chain.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub signer: Option<Account>,
	/// When that delegation expires, in ms of PoCo time: the worker has to contribute before. It says nothing of a
	/// delegation on chain.
	pub expiry: Moment,
	/// Whether the task is one of a batch whose contributions are to be sent together. Otherwise they are sent at once.
	pub batched: bool,
}

/// How far a worker has come with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
	/// The scheduler chose the worker.
	Created,
	/// The worker took it.
	Started,
	/// The app is there and is what its checksum says.
	AppFetched,
	/// So are dataset and input files.
	DataFetched,
	/// The app runs.
	Computing,
	/// The app ended well, and its result has a digest.
	Computed,
	/// The commitment is on the chain.
	Contributed,
	/// The digest is on the chain.
	Revealed,
	/// The result is in the store.
	Uploaded,
	/// Nothing is left to do.
	Completed,
	/// It could not be computed.
	Failed,
	/// The scheduler stopped it.
	Aborted,
	/// The worker is silent.
	Lost,
}

impl Step {
	/// Returns whether nothing follows.
	pub fn is_last(self) -> bool {
		matches!(self, Self::Completed | Self::Failed | Self::Aborted | Self::Lost)
	}
}

/// Why a task could not be computed, with words for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
	/// What goes to the chain; `None`: the worker's own trouble, which says nothing about the task.
	pub cause: Option<FailureCause>,
	/// What happened, in one line.
	pub words: String,
}

/// A step of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
	/// The task.
	pub task: TaskId,
	/// The step that was done.
	pub step: Step,
	/// When, in ms by the worker's clock.
	pub at: u64,
	/// With [`Step::Failed`]: why. With [`Step::Computed`]: how the app failed, if that is what the worker contributes.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub cause: Option<Cause>,
	/// With [`Step::Revealed`]: the digest.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub digest: Option<ResultDigest>,
	/// With [`Step::Computed`]: what the run took.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub usage: Option<Usage>,
}

/// What a run took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
	/// Wall-clock time, in ms.
	pub time: u64,
	/// Wasm instructions, or 0.
	pub fuel: u64,
	/// Peak memory, in bytes.
	pub memory: u64,
	/// Size of the result, in bytes.
	pub output: u64,
}

/// What an app wrote: the last part of each stream, as text, with anything that is not UTF-8 replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logs {
	/// Standard output.
	pub stdout: String,
	/// Standard error.
	pub stderr: String,
}

/// What the app of a task wrote since this was last told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
	/// The task.
	pub task: TaskId,
	/// What it wrote, as text, with anything that is not UTF-8 replaced.
	#[serde(flatten)]
	pub logs: Logs,
	/// How many bytes it wrote before that, since this was last told, that nobody kept.
	#[serde(default)]
	pub missed: u64,
}

/// A sign of life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Heartbeat {
	/// Slots that could be filled now; 0 if the machine is needed for something else, or drains.
	pub free_slots: u32,
	/// Whether the worker takes nothing more.
	pub draining: bool,
	/// Apps and datasets that need not be fetched, by checksum; only when this changed.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub cached: Option<Vec<H256>>,
}

/// What workers ask of a scheduler. Errors: [`crate::requester::code`].
#[rpc(server, client, namespace = "worker")]
pub trait WorkerRpc {
	/// Asks for a challenge to sign. `protocols` are those that the worker speaks; one that does not say is older than
	/// protocol 4.
	#[method(name = "challenge")]
	async fn challenge(&self, account: Account, protocols: Option<Protocols>) -> Result<Challenge, ErrorObjectOwned>;

	/// Joins the pool.
	#[method(name = "join")]
	async fn join(&self, join: Join) -> Result<Joined, ErrorObjectOwned>;

	/// Sends instructions for this worker, from now on. A session is good on the connection on which the worker joined: its
	/// end ends the session's instructions, not the work.
	#[subscription(name = "subscribeInstructions" => "instruction", unsubscribe = "unsubscribeInstructions", item = Instruction)]
	async fn subscribe_instructions(&self, session: Session) -> SubscriptionResult;

	/// Tells that the worker lives.
	#[method(name = "heartbeat")]
	async fn heartbeat(&self, session: Session, heartbeat: Heartbeat) -> Result<(), ErrorObjectOwned>;

	/// Tells of steps, in their order.
	#[method(name = "report")]
	async fn report(&self, session: Session, reports: Vec<Report>) -> Result<(), ErrorObjectOwned>;

	/// Keeps what an app wrote.
	#[method(name = "logs")]
	async fn logs(&self, session: Session, task: TaskId, logs: Logs) -> Result<(), ErrorObjectOwned>;

	/// Shows what apps write, as far as the worker was [told to](Instruction::Show). Nothing of it is kept.
	#[method(name = "shown")]
	async fn shown(&self, session: Session, shown: Vec<Shown>) -> Result<(), ErrorObjectOwned>;

	/// Brings the data of a callback deal's task, whose keccak-256 has been revealed, as hex. The error
	/// [`UNKNOWN_TASK`](crate::requester::code::UNKNOWN_TASK) says that no part of this worker in such a task is known
	/// (any more); after any other, the data may be wanted later.
	#[method(name = "callbackData")]
	async fn callback_data(&self, session: Session, task: TaskId, data: String) -> Result<(), ErrorObjectOwned>;
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::version::PROTOCOL;

	#[test]
	fn older_schedulers_name_no_limit_of_results() {
		let mut joined = serde_json::json!({ "session": Session::zero(), "heartbeat": 1, "forget": [] });
		let old = serde_json::from_value::<Joined>(joined.clone()).unwrap();
		assert_eq!((old.max_result, old.retention), (u64::MAX, None));
		joined["maxResult"] = 7.into();
		joined["retention"] = 8.into();
		let joined = serde_json::from_value::<Joined>(joined).unwrap();
		assert_eq!((joined.max_result, joined.retention), (7, Some(8)));
	}

	fn join() -> Join {
		let cause = Cause {
			cause: Some(FailureCause(rlc_primitives::work::FailureCause::AppFailed { code: 1 })),
			words: "exit code 1".into(),
		};
		let failed = Report {
			task: TaskId::default(),
			step: Step::Failed,
			at: 0,
			cause: Some(cause),
			digest: None,
			usage: None,
		};
		Join {
			protocol: PROTOCOL,
			account: Account([1; 32].into()),
			challenge: H256::zero(),
			not_after: 0,
			signature: vec![1],
			signer: None,
			operator: None,
			resources: Resources::default(),
			version: "0.1.0".into(),
			held: vec![failed.into()],
			standby: false,
		}
	}

	#[test]
	fn cause_is_told_in_the_form_of_the_nodes_rpc() {
		let written = serde_json::to_value(join()).unwrap();
		let cause = serde_json::json!({ "cause": { "kind": "appFailed", "code": 1 }, "words": "exit code 1" });
		assert_eq!(written["held"][0]["cause"], cause);
		assert_eq!(serde_json::from_value::<Join>(written).unwrap().held, join().held);
	}

	#[test]
	fn delegation_is_shown_beside_the_step_of_its_task() {
		let mut join = join();
		let plain = serde_json::to_value(&join).unwrap();
		assert!(plain["held"][0].get("delegation").is_none(), "{plain}");
		join.held[0].delegation = Some(ShownDelegation { signature: vec![1, 2], signer: None, expiry: 9 });
		let shown = serde_json::to_value(&join).unwrap();
		assert_eq!(shown["held"][0]["delegation"], serde_json::json!({ "signature": "0x0102", "expiry": 9 }));
		assert_eq!(shown["held"][0]["step"], "failed");
		assert_eq!(serde_json::from_value::<Join>(shown).unwrap().held, join.held);
		assert_eq!(serde_json::from_value::<Join>(plain).unwrap().held[0].delegation, None);
	}

	#[test]
	fn worker_of_another_protocol_is_understood_as_far_as_it_takes_to_refuse_it() {
		let mut written = serde_json::to_value(join()).unwrap();
		// As protocol 1 had it.
		written["held"][0]["cause"]["cause"] = "0x0601000000".into();
		for field in ["protocol", "notAfter"] {
			written.as_object_mut().unwrap().remove(field);
		}
		let read: Join = serde_json::from_value(written.clone()).unwrap();
		assert_eq!((read.protocol, read.held.len()), (1, 0));
		written["protocol"] = PROTOCOL.into();
		assert!(serde_json::from_value::<Join>(written).is_err(), "one of this protocol has to be readable");
	}

	#[test]
	fn assignment_names_its_signer_only_if_that_is_a_proxy() {
		let task = TaskRef { deal: rlc_primitives::DealId(H256::zero()), index: 1 };
		let own = Assignment { task, delegation: vec![1], signer: None, expiry: 5, batched: false };
		let written = serde_json::to_value(&own).unwrap();
		assert!(written.get("signer").is_none(), "{written}");
		assert_eq!(serde_json::from_value::<Assignment>(written).unwrap(), own);
		let proxied = Assignment { signer: Some(Account([7; 32].into())), ..own };
		let written = serde_json::to_value(&proxied).unwrap();
		assert_eq!(serde_json::from_value::<Assignment>(written).unwrap(), proxied);
	}

	#[test]
	fn scheduler_that_names_no_protocol_speaks_the_first() {
		let challenge = serde_json::json!({
			"challenge": H256::zero(), "workerpool": WorkerpoolId::default(), "genesis": H256::zero(),
		});
		assert_eq!(serde_json::from_value::<Challenge>(challenge).unwrap().protocol, 1);
	}
}
