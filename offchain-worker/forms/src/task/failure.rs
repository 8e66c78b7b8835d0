//! What a worker reported of a task.

use rlc_primitives::{work, Moment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Account, FailureCause};

/// A worker's word that it could not compute a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
	/// Who says so.
	pub worker: Account,
	/// Why.
	pub cause: FailureCause,
	/// When, in ms.
	pub at: Moment,
}

impl From<work::FailureReport> for Failure {
	fn from(report: work::FailureReport) -> Self {
		Self { worker: Account(report.worker), cause: FailureCause(report.cause), at: report.at }
	}
}
