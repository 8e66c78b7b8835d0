//! Why a task could not be computed.

use std::fmt;

use rlc_primitives::work;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a worker could not compute a task, as it says: `{"kind": "appFailed", "code": 1}`. Displays in words for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct FailureCause(#[serde(with = "Form")] pub work::FailureCause);

/// Why a worker could not compute a task, as it says.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(remote = "work::FailureCause", tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(inline)]
enum Form {
	/// The app could not be fetched, or is not what its checksum says.
	AppUnavailable,
	/// The dataset could not be fetched, or is not what its checksum says.
	DatasetUnavailable,
	/// An input file of the request could not be fetched, or is not what its location says.
	InputUnavailable {
		/// Its number in the request's list, from 0.
		file: u32,
	},
	/// The request's params cannot be understood, or ask for something that no worker of the pool does or has.
	InvalidParams,
	/// A secret that the task needs was not provided to the worker's enclave.
	SecretUnavailable,
	/// The enclave did not start, or could not prove what it is.
	EnclaveFailed,
	/// The app ended by itself without success.
	AppFailed {
		/// Its exit code.
		code: i32,
	},
	/// The app did not end in the category's time.
	TimedOut,
	/// The app took more memory or storage than a worker gives.
	ResourcesExceeded,
	/// The app ended well and left no result where one is expected, or a result too large to deliver.
	InvalidResult,
	/// The result could not be stored where the request wants it.
	ResultNotStored,
}

impl fmt::Display for FailureCause {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		use work::FailureCause as Cause;
		f.write_str(match self.0 {
			Cause::AppUnavailable => "the app could not be fetched",
			Cause::DatasetUnavailable => "the dataset could not be fetched",
			Cause::InputUnavailable { file } => return write!(f, "input file {file} could not be fetched"),
			Cause::InvalidParams => "the params cannot be understood, or ask for what no worker of the pool has",
			Cause::SecretUnavailable => "a secret was not provided",
			Cause::EnclaveFailed => "the enclave did not start",
			Cause::AppFailed { code } => return write!(f, "the app ended with exit code {code}"),
			Cause::TimedOut => "the app took longer than the category allows",
			Cause::ResourcesExceeded => "the app took more memory or disk than a worker gives",
			Cause::InvalidResult => "the app left no valid result",
			Cause::ResultNotStored => "the result could not be stored",
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::{from_value, json, to_value};

	#[test]
	fn causes_are_read_as_written() {
		for (cause, written) in [
			(work::FailureCause::AppFailed { code: -1 }, json!({ "kind": "appFailed", "code": -1 })),
			(work::FailureCause::InputUnavailable { file: 2 }, json!({ "kind": "inputUnavailable", "file": 2 })),
			(work::FailureCause::TimedOut, json!({ "kind": "timedOut" })),
		] {
			assert_eq!(to_value(FailureCause(cause)).unwrap(), written);
			assert_eq!(from_value::<FailureCause>(written).unwrap(), FailureCause(cause));
		}
		for wrong in [json!("timedOut"), json!({ "kind": "late" }), json!({ "kind": "appFailed" }), json!(null)] {
			assert!(from_value::<FailureCause>(wrong.clone()).is_err(), "{wrong}");
		}
	}

	#[test]
	fn causes_have_words() {
		let cause = FailureCause(work::FailureCause::AppFailed { code: 7 });
		assert_eq!(cause.to_string(), "the app ended with exit code 7");
	}
}
