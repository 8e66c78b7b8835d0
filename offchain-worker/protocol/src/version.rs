//! The versions of the protocol that two programs speak, and what they say if those differ.

/// The version of the protocol that schedulers speak with workers, and with those who watch tasks and upload. It is raised
/// with every change that older programs would misread; a field that may be absent does not count.
///
/// | version | what changed |
/// |---|---|
/// | 1 | programs that name no version |
/// | 2 | instructions, tasks by deal and index as objects, causes of failures in JSON |
/// | 3 | delegations expire, and a proxy of the scheduler may sign them; a step *computed* may have a cause: the app failed, and the worker contributes the failure; a trace follows the data that a module leaves for a callback |
pub const PROTOCOL: u32 = 3;

/// Returns what a program speaks that names no version.
pub(crate) fn unnamed() -> u32 {
	1
}

/// A program and a scheduler that do not understand each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"the {program} speaks protocol {spoken}, the scheduler protocol {scheduler}: upgrade the {}",
	if .spoken < .scheduler { program } else { "scheduler" }
)]
pub struct OtherProtocol {
	/// What the program is called: `worker`, for example.
	pub program: &'static str,
	/// What the program speaks.
	pub spoken: u32,
	/// What the scheduler speaks.
	pub scheduler: u32,
}

/// Compares the protocols of a program and of its scheduler.
///
/// # Errors
///
/// [`OtherProtocol`], if they differ.
pub fn check(program: &'static str, spoken: u32, scheduler: u32) -> Result<(), OtherProtocol> {
	if spoken == scheduler {
		return Ok(());
	}
	Err(OtherProtocol { program, spoken, scheduler })
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn older_side_is_to_be_upgraded() {
		assert_eq!(check("worker", 2, 2), Ok(()));
		let words = |worker, scheduler| check("worker", worker, scheduler).unwrap_err().to_string();
		assert_eq!(words(1, 2), "the worker speaks protocol 1, the scheduler protocol 2: upgrade the worker");
		assert_eq!(words(3, 2), "the worker speaks protocol 3, the scheduler protocol 2: upgrade the scheduler");
	}
}
