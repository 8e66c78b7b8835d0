//! Tasks, and who works on them.

use pallet_poco::{
	api::{self, WorkKind},
	types, FailureCause, TaskRef,
};
use rlc_primitives::{
	task::{self, ContributionStatus, Stage},
	DealId, Moment, ResultDigest, ResultHash, ResultSeal, TaskId,
};
use serde::{de::Error, Deserialize, Deserializer, Serialize};
use serde_json::Value;
use sp_core::{H160, U256};
use sp_runtime::DispatchError;

use super::{deals::Deal, Account, Decimal};

/// What names a task: its id, or `{"deal": id, "index": number}`. A task that nobody touched has no other name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskName {
	/// Its id.
	Id(TaskId),
	/// Its place.
	Ref(TaskRef),
}

impl<'de> Deserialize<'de> for TaskName {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		#[derive(Deserialize)]
		#[serde(deny_unknown_fields)]
		struct Place {
			deal: DealId,
			index: Decimal<u64>,
		}

		let value = Value::deserialize(deserializer)?;
		let name = if value.is_object() {
			serde_json::from_value(value).map(|Place { deal, index }| Self::Ref(TaskRef { deal, index: index.0 }))
		} else {
			serde_json::from_value(value).map(Self::Id)
		};
		name.map_err(|error| D::Error::custom(format!("expected a task's id, or its deal and index: {error}")))
	}
}

/// A task, with all that is known of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
	/// Its id.
	pub id: TaskId,
	/// The deal that it belongs to.
	pub deal: DealId,
	/// Its number in the request.
	pub index: Decimal<u64>,
	/// `active`, `revealing`, `completed` or `failed`.
	pub stage: &'static str,
	/// From this time on, in ms, nobody can contribute.
	pub contribution_deadline: Moment,
	/// From this time on, in ms, it has failed unless it is completed.
	pub final_deadline: Moment,
	/// The result that enough workers agree on, or agreed on when the task failed.
	pub consensus: Option<Consensus>,
	/// Who contributed what, in the order of time.
	pub contributions: Vec<Contribution>,
	/// One, and the values of all groups: what a result's credibility is measured against.
	pub total: Decimal<U256>,
	/// Who was delegated on chain and has not contributed.
	pub delegates: Vec<Delegate>,
	/// What workers reported of it.
	pub failures: Vec<Failure>,
	/// What became of its result, if its deal has a callback.
	pub delivery: Option<Delivery>,
}

/// A result that enough workers agree on.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Consensus {
	/// The hash of the result.
	pub result: ResultHash,
	/// From this time on, in ms, nobody can reveal it.
	pub reveal_deadline: Moment,
	/// How many contributed it.
	pub winners: u32,
	/// How many of them revealed.
	pub reveals: u32,
	/// The result's digest, once someone revealed.
	pub digest: Option<ResultDigest>,
}

/// One worker's part in a task.
#[derive(Clone, Debug, Serialize)]
pub struct Contribution {
	/// Who contributed.
	pub worker: Account,
	/// The hash of the result.
	pub result: ResultHash,
	/// Says that this worker has it.
	pub seal: ResultSeal,
	/// The enclave that ran the task, if one did.
	pub enclave: Option<H160>,
	/// What the worker's word counted.
	pub weight: u64,
	/// `contributed`, `proved` or `rejected`.
	pub status: &'static str,
}

/// A worker that may contribute.
#[derive(Clone, Debug, Serialize)]
pub struct Delegate {
	/// Who.
	pub worker: Account,
	/// In which enclave; `null`: in any.
	pub enclave: Option<H160>,
}

/// A worker's word that it could not compute a task.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
	/// Who says so.
	pub worker: Account,
	/// Why: `{"kind": "appFailed", "code": 1}`.
	#[serde(serialize_with = "CauseForm::serialize")]
	pub cause: FailureCause,
	/// When, in ms.
	pub at: Moment,
}

#[derive(Serialize)]
#[serde(remote = "FailureCause", tag = "kind", rename_all = "camelCase")]
enum CauseForm {
	AppUnavailable,
	DatasetUnavailable,
	InputUnavailable { file: u32 },
	InvalidParams,
	SecretUnavailable,
	EnclaveFailed,
	AppFailed { code: i32 },
	TimedOut,
	ResourcesExceeded,
	InvalidResult,
	ResultNotStored,
}

/// What became of a result that a callback is to receive.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
	/// `pending`, `delivered`, `failed` or `queueFull`.
	pub status: &'static str,
	/// Why the callback refused it.
	pub error: Option<String>,
}

impl From<types::DeliveryOutcome> for Delivery {
	fn from(outcome: types::DeliveryOutcome) -> Self {
		use types::DeliveryOutcome::{Delivered, Failed, Pending, QueueFull};
		let (status, error) = match outcome {
			Pending => ("pending", None),
			Delivered => ("delivered", None),
			Failed(error) => ("failed", Some(in_words(error))),
			QueueFull => ("queueFull", None),
		};
		Self { status, error }
	}
}

/// A runtime's error. Names of a pallet's errors are in the metadata, by these numbers.
fn in_words(error: DispatchError) -> String {
	match error {
		DispatchError::Module(module) => format!("pallet {}, error {}", module.index, module.error[0]),
		other => <&'static str>::from(other).into(),
	}
}

/// The stage by its name.
fn stage_name(stage: &Stage) -> &'static str {
	match stage {
		Stage::Active => "active",
		Stage::Revealing(_) => "revealing",
		Stage::Completed(_) => "completed",
		Stage::Failed(_) => "failed",
	}
}

impl From<api::TaskView> for Task {
	fn from(view: api::TaskView) -> Self {
		let consensus = view.task.consensus().map(|consensus| Consensus {
			result: consensus.result,
			reveal_deadline: consensus.reveal_deadline,
			winners: consensus.winners,
			reveals: consensus.reveals,
			digest: consensus.digest,
		});
		let delegate = |one: types::Delegate| Delegate { worker: Account(one.worker), enclave: one.enclave };
		let failure = |one: types::FailureReport| Failure { worker: Account(one.worker), cause: one.cause, at: one.at };
		Self {
			id: view.id,
			deal: view.task.deal,
			index: Decimal(view.task.index),
			stage: stage_name(&view.task.stage),
			contribution_deadline: view.contribution_deadline,
			final_deadline: view.final_deadline,
			consensus,
			contributions: view.task.contributions.into_iter().map(Into::into).collect(),
			total: Decimal(view.task.total),
			delegates: view.delegates.into_iter().map(delegate).collect(),
			failures: view.failures.into_iter().map(failure).collect(),
			delivery: view.delivery.map(Into::into),
		}
	}
}

impl From<task::Contribution> for Contribution {
	fn from(one: task::Contribution) -> Self {
		Self {
			worker: Account(one.worker),
			result: one.commitment.result,
			seal: one.commitment.seal,
			enclave: one.commitment.enclave,
			weight: one.weight,
			status: match one.status {
				ContributionStatus::Contributed => "contributed",
				ContributionStatus::Proved => "proved",
				ContributionStatus::Rejected => "rejected",
			},
		}
	}
}

/// A deal, with some of its tasks in brief.
#[derive(Clone, Debug, Serialize)]
pub struct DealTasks {
	/// The deal.
	pub deal: Deal,
	/// The tasks.
	pub tasks: Vec<TaskBrief>,
}

/// A task in brief.
#[derive(Clone, Debug, Serialize)]
pub struct TaskBrief {
	/// Its id.
	pub id: TaskId,
	/// Its number in the request.
	pub index: Decimal<u64>,
	/// `active`, `revealing`, `completed` or `failed`.
	pub stage: &'static str,
	/// How many workers contributed.
	pub contributions: usize,
	/// The result's digest, once someone revealed.
	pub digest: Option<ResultDigest>,
}

impl From<api::TaskView> for TaskBrief {
	fn from(view: api::TaskView) -> Self {
		Self {
			id: view.id,
			index: Decimal(view.task.index),
			stage: stage_name(&view.task.stage),
			contributions: view.task.contributions.len(),
			digest: view.task.consensus().and_then(|consensus| consensus.digest),
		}
	}
}

/// Something that a worker has to do now.
#[derive(Clone, Debug, Serialize)]
pub struct WorkItem {
	/// The task's id.
	pub id: TaskId,
	/// The task's deal.
	pub deal: DealId,
	/// The task's number in the request.
	pub index: Decimal<u64>,
	/// `contribute` or `reveal`.
	pub what: &'static str,
	/// Before this time, in ms.
	pub deadline: Moment,
	/// The enclave that it is delegated to, or contributed from, if any.
	pub enclave: Option<H160>,
}

impl From<api::WorkItem> for WorkItem {
	fn from(item: api::WorkItem) -> Self {
		Self {
			id: item.id,
			deal: item.task.deal,
			index: Decimal(item.task.index),
			what: match item.what {
				WorkKind::Contribute => "contribute",
				WorkKind::Reveal => "reveal",
			},
			deadline: item.deadline,
			enclave: item.enclave,
		}
	}
}

/// A worker's standing.
#[derive(Clone, Debug, Serialize)]
pub struct Worker {
	/// How often it was right lately.
	pub score: u64,
	/// What its word counts.
	pub weight: u64,
	/// How many open tasks it contributed to and did not reveal.
	pub open: u32,
}

impl From<api::WorkerView> for Worker {
	fn from(view: api::WorkerView) -> Self {
		Self { score: view.score, weight: view.weight, open: view.open }
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::{from_value, json, to_value};
	use sp_core::H256;
	use sp_keyring::Sr25519Keyring::Alice;
	use sp_runtime::ModuleError;

	#[test]
	fn a_task_is_named_by_its_id_or_its_place() {
		let id = H256::repeat_byte(1);
		assert_eq!(from_value::<TaskName>(json!(id)).unwrap(), TaskName::Id(TaskId(id)));
		let place = TaskRef { deal: DealId(id), index: 2 };
		for index in [json!(2), json!("2")] {
			assert_eq!(from_value::<TaskName>(json!({ "deal": id, "index": index })).unwrap(), TaskName::Ref(place));
		}
		for wrong in
			[json!("0x01"), json!({ "deal": id }), json!({ "deal": id, "index": -1 }), json!([id]), json!(null)]
		{
			assert!(from_value::<TaskName>(wrong.clone()).is_err(), "{wrong}");
		}
	}

	#[test]
	fn a_reported_failure_says_why() {
		let failure = |cause| to_value(Failure { worker: Account(Alice.to_account_id()), cause, at: 5 }).unwrap();
		assert_eq!(failure(FailureCause::AppFailed { code: -1 })["cause"], json!({ "kind": "appFailed", "code": -1 }));
		assert_eq!(failure(FailureCause::TimedOut)["cause"], json!({ "kind": "timedOut" }));
	}

	#[test]
	fn a_failed_delivery_says_which_error() {
		let error = DispatchError::Module(ModuleError { index: 70, error: [3, 0, 0, 0], message: None });
		let delivery = Delivery::from(types::DeliveryOutcome::Failed(error));
		assert_eq!(to_value(delivery).unwrap(), json!({ "status": "failed", "error": "pallet 70, error 3" }));
		let delivered = Delivery::from(types::DeliveryOutcome::Delivered);
		assert_eq!(to_value(delivered).unwrap(), json!({ "status": "delivered", "error": null }));
	}
}
