//! The versions of the protocol that two programs speak, and what they say if they have none in common.
//!
//! A client says which versions it speaks ([`Protocols`]), and the scheduler answers with the newest that both speak. So the
//! programs of a pool can be upgraded one after the other, in any order; unless what workers compute has changed, see
//! [`OLDEST`].

use std::fmt;

use serde::{Deserialize, Serialize};

/// The newest version of the protocol that schedulers speak with workers, and with those who watch tasks and upload. It is
/// raised with every change that older programs would misread; a field that may be absent does not count.
///
/// | version | what changed |
/// |---|---|
/// | 1 | programs that name no version |
/// | 2 | instructions, tasks by deal and index as objects, causes of failures in JSON |
/// | 3 | delegations expire, and a proxy of the scheduler may sign them; a step *computed* may have a cause: the app failed, and the worker contributes the failure; a trace follows the data that a module leaves for a callback |
/// | 4 | versions are negotiated; [claims](crate::signing) say for which pool they are, expire, and are good once; a worker that joins shows its delegations |
/// | 5 | modules find another world, and results keep empty directories and what links lead to: the same task has another result, or another trace, than before; workers are told to show what an app writes while it runs, and requesters read that; a worker is told that another machine joined with its key, and stands by |
pub const PROTOCOL: u32 = 5;

/// The oldest version that is still spoken: never one whose workers compute something else from the same task. The pool would
/// compare what they contribute, and an honest worker would lose its stake.
pub const OLDEST: u32 = 5;

/// What this program speaks.
pub const SPOKEN: Protocols = Protocols { oldest: OLDEST, newest: PROTOCOL };

/// Returns what a program speaks that names no version.
pub(crate) fn unnamed() -> u32 {
	1
}

/// The versions that a program speaks, from the oldest to the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protocols {
	/// The oldest.
	pub oldest: u32,
	/// The newest.
	pub newest: u32,
}

impl Protocols {
	/// Returns a range of one version.
	pub const fn only(version: u32) -> Self {
		Self { oldest: version, newest: version }
	}

	/// Returns whether this version is spoken.
	pub const fn includes(self, version: u32) -> bool {
		self.oldest <= version && version <= self.newest
	}

	/// Returns the newest version that both speak.
	pub fn common(self, other: Self) -> Option<u32> {
		let (oldest, newest) = (self.oldest.max(other.oldest), self.newest.min(other.newest));
		(oldest <= newest).then_some(newest)
	}
}

impl fmt::Display for Protocols {
	fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
		if self.oldest == self.newest {
			write!(out, "protocol {}", self.newest)
		} else {
			write!(out, "protocols {} to {}", self.oldest, self.newest)
		}
	}
}

/// A program and a scheduler that do not understand each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"the {program} speaks {spoken}, the scheduler {scheduler}: upgrade the {}",
	if .spoken.newest < .scheduler.newest { program } else { "scheduler" }
)]
pub struct OtherProtocol {
	/// What the program is called: `worker`, for example.
	pub program: &'static str,
	/// What the program speaks.
	pub spoken: Protocols,
	/// What the scheduler speaks, as far as is known.
	pub scheduler: Protocols,
}

/// Returns the version that this scheduler speaks with a client of these: the newest that both speak. If there is none, it
/// is this program's newest, and the client refuses it, as those do that name none: they are older than protocol 4.
pub fn choose(client: Option<Protocols>) -> u32 {
	client.and_then(|client| SPOKEN.common(client)).unwrap_or(PROTOCOL)
}

/// Checks the version that a scheduler chose to speak with this program. Returns it.
///
/// # Errors
///
/// [`OtherProtocol`], if this program does not speak it.
pub fn check(program: &'static str, chosen: u32) -> Result<u32, OtherProtocol> {
	if SPOKEN.includes(chosen) {
		return Ok(chosen);
	}
	Err(OtherProtocol { program, spoken: SPOKEN, scheduler: Protocols::only(chosen) })
}

/// Checks the version that a client speaks with this scheduler.
///
/// # Errors
///
/// [`OtherProtocol`], if this scheduler does not speak it.
pub fn check_client(program: &'static str, spoken: u32) -> Result<(), OtherProtocol> {
	if SPOKEN.includes(spoken) {
		return Ok(());
	}
	Err(OtherProtocol { program, spoken: Protocols::only(spoken), scheduler: SPOKEN })
}

#[cfg(test)]
mod tests {
	use super::*;

	fn range(oldest: u32, newest: u32) -> Protocols {
		Protocols { oldest, newest }
	}

	#[test]
	fn newest_version_that_both_speak_is_spoken() {
		assert_eq!(range(3, 4).common(range(4, 6)), Some(4));
		assert_eq!(range(4, 6).common(range(3, 4)), Some(4));
		assert_eq!(range(2, 6).common(range(3, 5)), Some(5));
		assert_eq!(range(3, 4).common(range(5, 6)), None);
		assert_eq!(choose(Some(range(OLDEST, PROTOCOL + 2))), PROTOCOL);
		assert_eq!(choose(Some(range(1, OLDEST))), OLDEST);
		for other in [None, Some(range(3, OLDEST - 1)), Some(Protocols::only(PROTOCOL + 1))] {
			assert_eq!(choose(other), PROTOCOL, "and is refused for that");
		}
	}

	#[test]
	fn workers_that_compute_otherwise_have_no_version_in_common() {
		// From protocol 5 on, the same task has another trace.
		assert!((1..5).all(|older| !SPOKEN.includes(older)));
	}

	#[test]
	fn older_side_is_to_be_upgraded() {
		assert_eq!((check("worker", OLDEST), check("worker", PROTOCOL)), (Ok(OLDEST), Ok(PROTOCOL)));
		let words = check("worker", 4).unwrap_err().to_string();
		assert_eq!(words, "the worker speaks protocol 5, the scheduler protocol 4: upgrade the scheduler");
		let words = check("worker", 6).unwrap_err().to_string();
		assert_eq!(words, "the worker speaks protocol 5, the scheduler protocol 6: upgrade the worker");
		assert_eq!(check_client("worker", OLDEST), Ok(()));
		let words = check_client("worker", 4).unwrap_err().to_string();
		assert_eq!(words, "the worker speaks protocol 4, the scheduler protocol 5: upgrade the worker");
		let words = check_client("worker", 6).unwrap_err().to_string();
		assert_eq!(words, "the worker speaks protocol 6, the scheduler protocol 5: upgrade the scheduler");
		assert_eq!(range(4, 5).to_string(), "protocols 4 to 5");
	}
}
