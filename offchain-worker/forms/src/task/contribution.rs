//! One worker's part in a task.

use rlc_primitives::{task, ResultHash, ResultSeal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sp_core::H160;

use crate::{described::As, Account};

/// One worker's part in a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contribution {
	/// Who contributed.
	pub worker: Account,
	/// The hash of the result.
	#[schemars(with = "As<ResultHash>")]
	pub result: ResultHash,
	/// Says that this worker has it.
	#[schemars(with = "As<ResultSeal>")]
	pub seal: ResultSeal,
	/// The enclave that ran the task, if one did.
	#[schemars(with = "Option<As<H160>>")]
	pub enclave: Option<H160>,
	/// What the worker's word counted.
	pub weight: u64,
	/// What became of it.
	pub status: ContributionStatus,
}

/// What became of a contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ContributionStatus {
	/// Made, and neither revealed nor rejected.
	Contributed,
	/// The worker revealed the digest and was right.
	Proved,
	/// The worker's result had consensus, nobody revealed it, and the task was reopened.
	Rejected,
	/// The workers agree that the app failed, and this one had committed to another failure.
	Excused,
}

impl ContributionStatus {
	/// Returns the status as it is written.
	pub fn name(self) -> &'static str {
		match self {
			Self::Contributed => "contributed",
			Self::Proved => "proved",
			Self::Rejected => "rejected",
			Self::Excused => "excused",
		}
	}
}

impl From<task::ContributionStatus> for ContributionStatus {
	fn from(status: task::ContributionStatus) -> Self {
		match status {
			task::ContributionStatus::Contributed => Self::Contributed,
			task::ContributionStatus::Proved => Self::Proved,
			task::ContributionStatus::Rejected => Self::Rejected,
			task::ContributionStatus::Excused => Self::Excused,
		}
	}
}

impl From<task::Contribution> for Contribution {
	fn from(contribution: task::Contribution) -> Self {
		Self {
			worker: Account(contribution.worker),
			result: contribution.commitment.result,
			seal: contribution.commitment.seal,
			enclave: contribution.commitment.enclave,
			weight: contribution.weight,
			status: contribution.status.into(),
		}
	}
}
