//! How many files a process may have open. Connections are files too.

use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};

/// Lets this process have as many files open as the system allows it, which begins with 1,024. Returns how many; `None`: any
/// number.
pub fn allow_all() -> Option<u64> {
	let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
	match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
		Ok(()) => maximum,
		Err(_) => current,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn process_may_have_more_files_open_than_at_first() {
		let before = getrlimit(Resource::Nofile);
		assert_eq!(allow_all(), before.maximum);
		assert_eq!(getrlimit(Resource::Nofile).current, before.maximum);
	}
}
