//! How many files all modules may have open together: each is one of this process, which needs some for itself.

use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
use tokio::sync::Semaphore;

/// One file in so many is not for modules.
const KEPT: u64 = 4;

/// Lets this process have as many files open as the system allows it, and returns those that modules may have.
pub fn allow() -> Semaphore {
	let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
	let allowed = match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
		Ok(()) => maximum,
		Err(_) => current,
	};
	Semaphore::new(for_modules(allowed))
}

/// Returns how many of so many files modules may have. `None`: there can be any number.
fn for_modules(files: Option<u64>) -> usize {
	let files = files.and_then(|files| usize::try_from(files - files / KEPT).ok());
	files.unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn some_files_are_left_for_the_process() {
		assert_eq!(for_modules(Some(65_536)), 49_152);
		assert_eq!((for_modules(Some(1)), for_modules(Some(0))), (1, 0));
		assert_eq!(for_modules(Some(u64::MAX)), Semaphore::MAX_PERMITS);
		assert_eq!(for_modules(None), Semaphore::MAX_PERMITS);
	}
}
