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
	/// Which exit code tells scripts what the command found out.
	pub ending: Ending,
}

/// What a command found out, as scripts see it. A command that could not find out fails with an exit code of 1, or 2 if its
/// command line is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
	/// All is as it should be.
	#[default]
	Well,
	/// Something that was checked does not work.
	Wrong,
	/// Some tasks failed, but not all.
	PartlyFailed,
	/// Tasks failed, and none has a result.
	AllFailed,
}

impl Ending {
	/// Returns its exit code. These numbers are documented, and stay.
	pub(crate) fn exit_code(self) -> ExitCode {
		ExitCode::from(match self {
			Self::Well => 0,
			Self::Wrong => 1,
			Self::PartlyFailed => 3,
			Self::AllFailed => 4,
		})
	}
}

impl Answer {
	/// Returns an answer that says the same to people and to programs.
	///
	/// # Panics
	///
	/// Never: the commands' answers are maps with text for keys, which are always JSON.
	pub(crate) fn new(text: impl Into<String>, json: impl Serialize) -> Self {
		let json = serde_json::to_value(json).expect("answers have text for keys");
		Self { text: text.into(), json, ending: Ending::Well }
	}

	/// Returns the same answer with another ending.
	pub(crate) fn ending(self, ending: Ending) -> Self {
		Self { ending, ..self }
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
