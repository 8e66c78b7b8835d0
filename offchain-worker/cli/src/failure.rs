//! What is told to people when a command does not succeed: one line.

use std::fmt;

/// Why a command did not succeed: what is wrong, and what to do where somebody can do something. One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(String);

/// How commands end that can fail.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
	/// `wrong` is what is wrong, and what to do after a semicolon.
	pub fn new(wrong: impl fmt::Display) -> Self {
		let text = wrong.to_string();
		Self(text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" "))
	}

	/// The same, with `what` before it: what was tried.
	pub fn during(what: impl fmt::Display, wrong: impl fmt::Display) -> Self {
		Self::new(format_args!("{what}: {wrong}"))
	}

	/// The same, with advice after it.
	pub fn advise(self, advice: impl fmt::Display) -> Self {
		Self::new(format_args!("{}; {advice}", self.0))
	}
}

impl fmt::Display for Failure {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.0)
	}
}

/// Shorthand for a [`Failure`] in words.
macro_rules! failure {
	($($words:tt)*) => { $crate::failure::Failure::new(format_args!($($words)*)) };
}
pub(crate) use failure;

macro_rules! from_errors {
	($($error:ty),* $(,)?) => { $(
		impl From<$error> for Failure {
			fn from(error: $error) -> Self {
				Self::new(error)
			}
		}
	)* };
}
from_errors!(
	crate::amount::InvalidAmount,
	crate::keystore::KeystoreError,
	rlc_chain::Error,
	rlc_scheduler::Error,
	rlc_store::FetchError,
	rlc_store::UploadError,
	rlc_worker::Error,
	std::sync::Arc<rlc_worker::Error>,
	serde_json::Error,
);

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn whatever_is_wrong_is_said_in_one_line() {
		assert_eq!(Failure::new("one\n\n  two\n").to_string(), "one two");
		assert_eq!(failure!("no {}", "key").advise("make one").to_string(), "no key; make one");
		assert_eq!(Failure::during("reading x", "not there").to_string(), "reading x: not there");
	}
}
