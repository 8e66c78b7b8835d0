//! Why a task has no result, if nobody who worked on it is at fault.

use std::fmt;

use rlc_primitives::work;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::FailureCause;

/// Why a task has no result, where that is nobody's fault who worked on it. Displays in words for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum TaskFailure {
	/// The app failed, and the workers agree on how.
	Agreed {
		/// How the app failed.
		cause: AppFault,
		/// Its exit code; 0 if it has none, and for containers.
		code: u32,
	},
	/// Its scheduler released it, because something outside the task is missing, or because machines ended its runs.
	Released {
		/// What workers reported.
		cause: FailureCause,
	},
}

/// How an app failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AppFault {
	/// It ended by itself without success.
	AppFailed,
	/// It ended well and left no result where one is expected, or a result too large to deliver.
	InvalidResult,
	/// It took more memory or storage than it may.
	ResourcesExceeded,
	/// It used up its fuel.
	TimedOut,
}

impl fmt::Display for TaskFailure {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let words = match self {
			Self::Agreed { cause: AppFault::AppFailed, code: 0 } => "the app failed",
			Self::Agreed { cause: AppFault::AppFailed, code } => {
				return write!(f, "the app ended with exit code {code}")
			}
			Self::Agreed { cause: AppFault::InvalidResult, .. } => "the app left no valid result",
			Self::Agreed { cause: AppFault::ResourcesExceeded, .. } => "the app took more memory or disk than it may",
			Self::Agreed { cause: AppFault::TimedOut, .. } => "the app used up its fuel",
			Self::Released { cause } => return write!(f, "{cause}"),
		};
		f.write_str(words)
	}
}

impl From<work::AppFault> for AppFault {
	fn from(fault: work::AppFault) -> Self {
		match fault {
			work::AppFault::AppFailed => Self::AppFailed,
			work::AppFault::InvalidResult => Self::InvalidResult,
			work::AppFault::ResourcesExceeded => Self::ResourcesExceeded,
			work::AppFault::TimedOut => Self::TimedOut,
		}
	}
}

impl From<work::TaskFailure> for TaskFailure {
	fn from(failure: work::TaskFailure) -> Self {
		match failure {
			work::TaskFailure::Agreed { cause, code } => Self::Agreed { cause: cause.into(), code },
			work::TaskFailure::Released { cause } => Self::Released { cause: FailureCause(cause) },
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::{json, to_value};

	#[test]
	fn failures_are_told_apart_and_have_words() {
		let agreed = work::TaskFailure::Agreed { cause: work::AppFault::AppFailed, code: 3 };
		let released = work::TaskFailure::Released { cause: work::FailureCause::DatasetUnavailable };
		for (failure, written, words) in [
			(agreed, json!({ "kind": "agreed", "cause": "appFailed", "code": 3 }), "the app ended with exit code 3"),
			(
				released,
				json!({ "kind": "released", "cause": { "kind": "datasetUnavailable" } }),
				"the dataset could not be fetched",
			),
		] {
			let failure = TaskFailure::from(failure);
			assert_eq!((to_value(failure).unwrap(), failure.to_string()), (written.clone(), words.into()));
			assert_eq!(serde_json::from_value::<TaskFailure>(written).unwrap(), failure);
		}
	}
}
