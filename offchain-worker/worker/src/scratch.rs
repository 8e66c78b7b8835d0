//! Where modules write while they run: in memory, if this machine has room for files there.
//!
//! Most results are small and live for a moment. On a disk each of their files costs the file system more than a short
//! task takes, and wears the disk. What a module writes counts as its memory wherever it is.

use std::{
	fs::{self, DirBuilder},
	io,
	os::unix::fs::{DirBuilderExt, MetadataExt},
	path::{Path, PathBuf},
};

use rlc_disk::Budget;
use rustix::{fs::statfs, process::getuid};
use sp_core::{Blake2Hasher, Hasher};

/// Where Linux has files in memory.
const SHARED: &str = "/dev/shm";

/// What says that files are in memory: `TMPFS_MAGIC` of Linux.
const TMPFS: i64 = 0x0102_1994;

/// Where modules write, in memory. Tasks for which there is no room any more write on disk.
pub(crate) struct Scratch {
	/// The directory.
	pub dir: PathBuf,
	/// How much may be written there.
	pub budget: Budget,
}

impl Scratch {
	/// Returns one for the worker of `dir`, the same after each start. One task may write `task` bytes.
	///
	/// # Errors
	///
	/// Why it is better on disk.
	pub fn find(dir: &Path, task: u64) -> Result<Self, String> {
		below(Path::new(SHARED), dir, task)
	}
}

fn below(shared: &Path, dir: &Path, task: u64) -> Result<Scratch, String> {
	let failed = |error: io::Error| format!("{}: {error}", shared.display());
	let disk = statfs(shared).map_err(|error| failed(error.into()))?;
	if disk.f_type != TMPFS {
		return Err(format!("{} is not in memory", shared.display()));
	}
	let size = disk.f_blocks.saturating_mul(u64::try_from(disk.f_bsize).unwrap_or(0));
	if size < task {
		return Err(format!("{} holds {} MiB; a task may write {} MiB", shared.display(), size >> 20, task >> 20));
	}
	let digest = Blake2Hasher::hash(dir.as_os_str().as_encoded_bytes());
	let path = shared.join(format!("rlc-worker-{}-{}", getuid().as_raw(), hex::encode(&digest.as_bytes()[..8])));
	match DirBuilder::new().mode(0o700).create(&path) {
		Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
		_ => {}
	}
	// Everybody may make something of that name before us.
	let found = fs::symlink_metadata(&path).map_err(failed)?;
	if !found.is_dir() || found.uid() != getuid().as_raw() || found.mode() & 0o077 != 0 {
		return Err(format!("{} is somebody else's", path.display()));
	}
	Ok(Scratch { dir: path, budget: Budget::of(size) })
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_testing::skip;
	use std::{fs::Permissions, os::unix::fs::PermissionsExt};

	/// Returns a directory in memory, if there is one here.
	fn shared() -> Option<tempfile::TempDir> {
		match tempfile::tempdir_in(SHARED) {
			Ok(shared) => Some(shared),
			Err(error) => skip!("needs shm: {error}" => None),
		}
	}

	#[test]
	fn worker_finds_its_own_directory_again() {
		let Some(shared) = shared() else { return };
		let scratch = |dir: &str| below(shared.path(), Path::new(dir), 1).unwrap().dir;
		assert_eq!(scratch("/one"), scratch("/one"));
		assert_ne!(scratch("/one"), scratch("/two"));
		assert_eq!(fs::metadata(scratch("/one")).unwrap().mode() & 0o777, 0o700);
	}

	#[test]
	fn directory_is_refused_if_others_could_write_there() {
		let Some(shared) = shared() else { return };
		let scratch = || below(shared.path(), Path::new("/one"), 1).map(|scratch| scratch.dir);
		let path = scratch().unwrap();
		fs::set_permissions(&path, Permissions::from_mode(0o777)).unwrap();
		assert!(scratch().unwrap_err().contains("somebody else's"));
		fs::remove_dir(&path).unwrap();
		std::os::unix::fs::symlink("/tmp", &path).unwrap();
		assert!(scratch().unwrap_err().contains("somebody else's"));
	}

	#[test]
	fn disks_are_refused() {
		// Beside this program: many systems keep temporary files in memory.
		let program = std::env::current_exe().unwrap();
		let disk = tempfile::tempdir_in(program.parent().unwrap()).unwrap();
		if statfs(disk.path()).unwrap().f_type == TMPFS {
			skip!("needs disk: {program:?} is in memory");
		}
		assert!(below(disk.path(), Path::new("/one"), 1).err().unwrap().contains("is not in memory"));
	}

	#[test]
	fn small_memories_are_refused() {
		let Some(shared) = shared() else { return };
		assert!(below(shared.path(), Path::new("/one"), u64::MAX).err().unwrap().contains("holds"));
	}
}
