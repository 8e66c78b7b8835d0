//! How many files all modules may have open together: each is one of this process, which needs some for itself.

use rustix::process::{getrlimit, Resource};
use tokio::sync::Semaphore;

/// What part of them is the process's own: a quarter.
const KEPT: u64 = 4;

/// Returns those that modules may have, of as many as this process may have now.
pub fn for_modules() -> Semaphore {
	Semaphore::new(share_of(getrlimit(Resource::Nofile).current))
}

/// Returns how many of so many files modules may have. `None`: there can be any number.
fn share_of(files: Option<u64>) -> usize {
	let files = files.and_then(|files| usize::try_from(files - files / KEPT).ok());
	files.unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn some_files_are_left_for_the_process() {
		assert_eq!(share_of(Some(65_536)), 49_152);
		assert_eq!((share_of(Some(1)), share_of(Some(0))), (1, 0));
		assert_eq!(share_of(Some(u64::MAX)), Semaphore::MAX_PERMITS);
		assert_eq!(share_of(None), Semaphore::MAX_PERMITS);
	}
}
