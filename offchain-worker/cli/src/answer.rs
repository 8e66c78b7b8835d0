//! What a command ends with, if it succeeds.

use std::process::ExitCode;

use serde::Serialize;
use serde_json::Value;

/// What a command found out or did, for people and for programs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
	/// For people: lines of text, without the end of the last line.
	pub text: String,
	/// For programs: what `--json` prints.
	pub json: Value,
	/// Whether the exit code is 1: the command found out that something does not work.
	pub failed: bool,
}

impl Answer {
	/// Returns an answer that says the same to people and to programs.
	///
	/// # Panics
	///
	/// Never: the commands' answers are maps with text for keys, which are always JSON.
	pub(crate) fn new(text: impl Into<String>, json: impl Serialize) -> Self {
		let json = serde_json::to_value(json).expect("answers have text for keys");
		Self { text: text.into(), json, failed: false }
	}

	/// Returns the exit code that goes with the answer.
	pub(crate) fn exit_code(&self) -> ExitCode {
		if self.failed {
			ExitCode::FAILURE
		} else {
			ExitCode::SUCCESS
		}
	}
}

/// How a command ended.
#[derive(Debug)]
pub(crate) enum Outcome {
	/// With an answer, which is printed once.
	Said(Answer),
	/// With an exit code alone: it said what it had to say while it ran.
	Served(ExitCode),
}

impl From<Answer> for Outcome {
	fn from(answer: Answer) -> Self {
		Self::Said(answer)
	}
}

impl From<ExitCode> for Outcome {
	fn from(code: ExitCode) -> Self {
		Self::Served(code)
	}
}
