//! Which protocol two programs speak, and what they say if it is not the same one.

/// The version of the protocol between workers and schedulers. It is raised with every change that older programs would
/// misread; a field that may be absent does not count.
///
/// | version | what changed |
/// |---|---|
/// | 1 | programs that name no version |
/// | 2 | instructions, tasks by deal and index as objects, causes of failures in JSON |
pub const PROTOCOL: u32 = 2;

/// Returns what a program speaks that names no version.
pub(crate) fn unnamed() -> u32 {
	1
}

/// A worker and a scheduler that do not understand each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"the worker speaks protocol {worker}, the scheduler protocol {scheduler}: upgrade the {}",
	if .worker < .scheduler { "worker" } else { "scheduler" }
)]
pub struct OtherProtocol {
	/// What the worker speaks.
	pub worker: u32,
	/// What the scheduler speaks.
	pub scheduler: u32,
}

/// Compares the protocols of a worker and a scheduler.
///
/// # Errors
///
/// [`OtherProtocol`], if they differ.
pub fn check(worker: u32, scheduler: u32) -> Result<(), OtherProtocol> {
	if worker == scheduler {
		return Ok(());
	}
	Err(OtherProtocol { worker, scheduler })
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn older_side_is_to_be_upgraded() {
		assert_eq!(check(2, 2), Ok(()));
		let words = |worker, scheduler| check(worker, scheduler).unwrap_err().to_string();
		assert_eq!(words(1, 2), "the worker speaks protocol 1, the scheduler protocol 2: upgrade the worker");
		assert_eq!(words(3, 2), "the worker speaks protocol 3, the scheduler protocol 2: upgrade the scheduler");
	}
}
