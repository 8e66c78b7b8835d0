//! The disk that has, or would have, the data of a worker.

use std::{
	os::unix::fs::MetadataExt,
	path::{Path, PathBuf},
};

use rlc_keystore::data_home;
use rlc_worker::Share;

use crate::{
	failure::{disk, failure, Result},
	table::size,
};

/// A worker needs at least this much disk, in bytes.
const LITTLE_DISK: u64 = 1 << 30;

/// Returns the directory that has, or would have, the data of a worker.
fn data_dir() -> Result<PathBuf> {
	let home = data_home()
		.ok_or_else(|| failure!(HomeMissing, "there is no directory for data"; "set XDG_DATA_HOME or HOME"))?;
	Ok(home.ancestors().find(|dir| dir.exists()).unwrap_or(Path::new("/")).to_owned())
}

/// Returns how much is free, and what a worker would take and promise of it.
pub(super) fn disk_space() -> Result<String> {
	let there = data_dir()?;
	let free = rlc_disk::available(&there).map_err(disk(&there))?;
	if free < LITTLE_DISK {
		return Err(failure!(DiskSmall, "only {} are free at {}", size(free), there.display();
			"a worker needs at least {}", size(LITTLE_DISK)));
	}
	let usual = Share::Percent(50);
	let (takes, promises) = (size(usual.of(free)), size(usual.promised(free)));
	let there = there.display();
	Ok(format!(
		"{} are free at {there}; a new worker takes {takes} ({usual}), and promises tasks {promises}",
		size(free)
	))
}

/// Returns whether what fills the system's disk does not fill the worker's, nor the other way round.
pub(super) fn own_disk() -> Result<String> {
	let there = data_dir()?;
	let device = |dir: &Path| std::fs::metadata(dir).map(|data| data.dev()).map_err(disk(dir));
	if device(&there)? == device(Path::new("/"))? {
		return Err(failure!(DiskShared, "{} is on the disk of the system", there.display();
			"a worker there stops taking tasks when others fill the disk; give it a file system of its own, or a quota"));
	}
	Ok(format!("{} is on another file system than the system", there.display()))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn disk_says_what_a_worker_would_take_and_promise_of_it() {
		let said = disk_space().unwrap();
		assert!(said.contains("a new worker takes") && said.contains("(50%), and promises tasks"), "{said}");
	}
}
