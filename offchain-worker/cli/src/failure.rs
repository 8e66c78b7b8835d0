//! What people and programs are told when a command does not succeed.
//!
//! ```text
//! text   error: no account is called bot; run `rlc account list` … [account.unknown]
//! JSON   {"code": "account.unknown", "message": "no account is called bot", "hint": "run …", "causes": []}
//! ```
//!
//! Every failure has a code of [`Code`], the one list of them, or the code of an error of the chain. `rlc explain` prints
//! what a code means.

mod code;
mod convert;

use std::{borrow::Cow, fmt};

use rlc_service::error::joined;
use serde::Serialize;

use crate::answer::Ending;
pub(crate) use code::{refusal_code, Code, REFUSED};
pub(crate) use convert::is_filtered;

/// Why a command did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
	/// Which failure it is; stable, so that programs can rely on it.
	code: Cow<'static, str>,
	/// What is wrong, in one line.
	message: String,
	/// What to do, in one line; `None` where nothing can be done.
	hint: Option<String>,
	/// What led to it, the nearest cause first, as far as the message does not say it.
	causes: Vec<String>,
}

/// How commands end that can fail.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
	/// Returns a failure with this code; `message` is what is wrong.
	pub(crate) fn new(code: Code, message: impl fmt::Display) -> Self {
		Self { code: code.name().into(), message: one_line(&message), hint: None, causes: Vec::new() }
	}

	/// Returns an error of another crate as a failure. These crates write what to do after a semicolon.
	pub(crate) fn of(code: Code, error: &(dyn std::error::Error + 'static)) -> Self {
		let whole = one_line(&error);
		let mut failure = match whole.split_once("; ") {
			Some((message, hint)) => Self::new(code, message).advise(hint),
			None => Self::new(code, &whole),
		};
		let causes = std::iter::successors(error.source(), |cause| cause.source());
		failure.causes = causes.map(|cause| one_line(&cause)).filter(|cause| !whole.contains(cause.as_str())).collect();
		failure
	}

	/// Returns the failure of a text that names no category, which says what to choose from.
	pub(crate) fn category(wrong: String) -> Self {
		match wrong.split_once("; ") {
			Some((message, hint)) => Self::new(Code::CategoryUnknown, message).advise(hint),
			None => Self::new(Code::CategoryUnknown, wrong),
		}
	}

	/// Returns the same failure with `what` before its message: what was tried.
	pub(crate) fn during(mut self, what: impl fmt::Display) -> Self {
		self.message = format!("{}: {}", one_line(&what), self.message);
		self
	}

	/// Returns the same failure with this to do, after what its hint says already.
	pub(crate) fn advise(mut self, hint: impl fmt::Display) -> Self {
		let more = one_line(&hint);
		self.hint = Some(match self.hint {
			Some(hint) => format!("{hint}; {more}"),
			None => more,
		});
		self
	}

	/// Returns the same failure with another code.
	pub(crate) fn coded(mut self, code: impl Into<Cow<'static, str>>) -> Self {
		self.code = code.into();
		self
	}

	/// Returns its code.
	pub(crate) fn code(&self) -> &str {
		&self.code
	}

	/// Returns what scripts are told of it: whether the command failed, or the tasks that it asked for.
	pub(crate) fn ending(&self) -> Ending {
		let of_tasks = [Code::AppFailed, Code::TaskFailed, Code::TaskReleased];
		if of_tasks.iter().any(|code| code.name() == self.code) {
			Ending::AllFailed
		} else {
			Ending::Wrong
		}
	}
}

/// What is wrong, then what to do.
impl fmt::Display for Failure {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.message)?;
		match &self.hint {
			Some(hint) => write!(f, "; {hint}"),
			None => Ok(()),
		}
	}
}

fn one_line(text: &dyn fmt::Display) -> String {
	joined(&text.to_string())
}

/// Writes a [`Failure`]: its [`Code`], what is wrong, and after a semicolon what to do.
macro_rules! failure {
	($code:ident, $message:literal $(, $value:expr)* $(; $hint:literal $(, $part:expr)*)?) => {
		$crate::failure::Failure::new($crate::failure::Code::$code, format_args!($message $(, $value)*))
			$(.advise(format_args!($hint $(, $part)*)))?
	};
}
pub(crate) use failure;

/// Returns what a file or directory that cannot be used leads to.
pub(crate) fn disk<'a>(path: &'a (impl AsRef<std::path::Path> + ?Sized)) -> impl Fn(std::io::Error) -> Failure + 'a {
	move |error| failure!(FileUnusable, "{}: {error}", path.as_ref().display())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn failures_are_said_in_one_line() {
		assert_eq!(Failure::new(Code::Internal, "one\n\n  two\n").to_string(), "one two");
		let key = "key";
		let failure = failure!(AccountMissing, "no {key}"; "make {}", 1);
		assert_eq!(failure.to_string(), "no key; make 1");
		assert_eq!(failure.during("signing").advise("or two").to_string(), "signing: no key; make 1; or two");
	}

	#[test]
	fn failure_of_tasks_is_told_from_failure_of_the_command() {
		let ending = |code| Failure::new(code, "it failed").ending();
		for code in [Code::AppFailed, Code::TaskFailed, Code::TaskReleased] {
			assert_eq!(ending(code), Ending::AllFailed, "{code:?}");
		}
		for code in [Code::TaskOpen, Code::NodeUnreachable, Code::ResultUndelivered] {
			assert_eq!(ending(code), Ending::Wrong, "{code:?}");
		}
	}

	#[test]
	fn programs_are_told_code_message_hint_and_causes() {
		#[derive(Debug, thiserror::Error)]
		#[error("the disk is full; make room")]
		struct Full(#[source] std::io::Error);
		let failure = Failure::of(Code::FileUnusable, &Full(std::io::Error::other("no space")));
		let json = serde_json::to_value(&failure).unwrap();
		let whole = serde_json::json!({
			"code": "file.unusable", "message": "the disk is full", "hint": "make room", "causes": ["no space"],
		});
		assert_eq!(json, whole);
	}
}
