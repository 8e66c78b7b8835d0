//! How many connections there may be. Each is an open file: a crowd must leave some for the database and results.

use crate::Traffic;

/// One file in so many is for what is no connection.
const KEPT: u64 = 4;

/// Returns how much everybody gets if so many files may be open.
pub fn bounded(traffic: Traffic, files: Option<u64>) -> Traffic {
	let Some(files) = files else { return traffic };
	let most = u32::try_from(files - files / KEPT).unwrap_or(u32::MAX).max(1);
	if traffic.connections <= most {
		return traffic;
	}
	tracing::warn!(
		"at most {most} connections are accepted, not {}: this process may have {files} files open; raise that limit, \
		 with `ulimit -n` for example",
		traffic.connections
	);
	Traffic { connections: most, ..traffic }
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn connections_leave_files_for_the_database_and_results() {
		let connections = |asked, files| {
			let traffic = Traffic { connections: asked, ..Traffic::default() };
			bounded(traffic, files).connections
		};
		assert_eq!((connections(2_000, Some(1_024)), connections(500, Some(1_024))), (768, 500));
		assert_eq!((connections(2_000, Some(0)), connections(2_000, None)), (1, 2_000));
		assert_eq!(connections(u32::MAX, Some(u64::MAX)), u32::MAX);
	}
}
