//! What a file system has.

use std::{fs, io, os::unix::fs::MetadataExt, path::Path};

use rustix::fs::{statvfs, StatVfs};

/// What a file takes of a disk in steps, in bytes, on all usual file systems.
const BLOCK: u64 = 4096;

/// In what systems count what files take, in bytes, whatever the disk.
const SECTOR: u64 = 512;

/// Returns the free bytes of the file system that holds a directory, as far as this user may have them. If it can hold few
/// more files, that is less: as many bytes as go with so many files.
///
/// # Errors
///
/// The system's.
pub fn available(dir: &Path) -> io::Result<u64> {
	let system = statvfs(dir)?;
	let bytes = system.f_bavail.saturating_mul(system.f_frsize);
	Ok(bytes_of(&system, system.f_favail).map_or(bytes, |of_files| of_files.min(bytes)))
}

/// Returns how many bytes of a disk go with each file that it can hold, and at least what a file takes of it. Who takes
/// fewer for a file could use up all files with few bytes, and then nobody can make another one.
#[must_use]
pub fn per_file(dir: &Path) -> u64 {
	statvfs(dir).ok().and_then(|system| bytes_of(&system, 1)).map_or(BLOCK, |bytes| bytes.max(BLOCK))
}

/// Returns how many bytes go with so many files, if all files were of one size. Some file systems have as many files as
/// there is room for, and say nothing.
fn bytes_of(system: &StatVfs, files: u64) -> Option<u64> {
	let all = u128::from(system.f_blocks) * u128::from(system.f_frsize);
	let bytes = all.saturating_mul(files.into()).checked_div(system.f_files.into())?;
	Some(bytes.try_into().unwrap_or(u64::MAX))
}

/// Returns how many bytes a file of this size takes on the disk.
#[must_use]
pub fn on_disk(size: u64) -> u64 {
	size.checked_next_multiple_of(BLOCK).unwrap_or(u64::MAX)
}

/// Returns whether an error says that a disk has no room: it is full, or a quota is used up.
#[must_use]
pub fn is_full(error: &io::Error) -> bool {
	matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Returns how many bytes the files below a directory take on the disk. What cannot be read counts as nothing: it may just
/// have been removed.
#[must_use]
pub fn usage(dir: &Path) -> u64 {
	let entries = fs::read_dir(dir).into_iter().flatten().flatten();
	let sizes = entries.map(|entry| match entry.metadata() {
		Ok(data) => {
			let below = if data.is_dir() { usage(&entry.path()) } else { 0 };
			data.blocks().saturating_mul(SECTOR).saturating_add(below)
		}
		Err(_) => 0,
	});
	sizes.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_testing::SmallDisk;

	#[test]
	fn disk_that_can_hold_few_more_files_has_little_room() {
		let Some(disk) = SmallDisk::mount_for(1 << 20, 64) else { return };
		let part = (1 << 20) / 64;
		assert_eq!(per_file(disk.path()), part);
		let before = available(disk.path()).unwrap();
		for number in 0..32 {
			fs::write(disk.path().join(number.to_string()), "").unwrap();
		}
		assert_eq!(before - available(disk.path()).unwrap(), 32 * part);
	}

	#[test]
	fn disk_without_a_number_of_files_is_measured_by_bytes() {
		let Some(disk) = SmallDisk::mount_for(1 << 20, 0) else { return };
		assert_eq!((per_file(disk.path()), available(disk.path()).unwrap()), (BLOCK, 1 << 20));
	}

	#[test]
	fn files_take_whole_blocks() {
		assert_eq!([0, 1, 4096, 4097, u64::MAX].map(on_disk), [0, 4096, 4096, 8192, u64::MAX]);
	}

	#[test]
	fn all_below_a_directory_counts() {
		let dir = tempfile::tempdir().unwrap();
		fs::create_dir(dir.path().join("below")).unwrap();
		fs::write(dir.path().join("below/one"), [1; 5000]).unwrap();
		fs::write(dir.path().join("two"), [1; 10]).unwrap();
		let all = usage(dir.path());
		assert!((5_010..100_000).contains(&all), "{all}");
		assert_eq!(usage(&dir.path().join("none")), 0);
	}
}
