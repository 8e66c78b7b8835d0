//! A disk that can be full.

use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
};

use tempfile::TempDir;

/// What files on it take at least, in bytes.
const PAGE: usize = 4_096;

/// A file system in memory, of a few bytes, as long as this lives.
pub struct SmallDisk {
	dir: TempDir,
	/// How many files fill it.
	filling: usize,
}

impl SmallDisk {
	/// Mounts one of so many bytes. `None` if this process may not mount.
	///
	/// # Panics
	///
	/// If there is no temporary directory.
	#[must_use]
	pub fn mount(bytes: u64) -> Option<Self> {
		Self::with(&format!("size={bytes},mode=0700"))
	}

	/// Mounts one of so many bytes and so many files, its own directory among them; 0: it does not count files.
	///
	/// # Panics
	///
	/// If there is no temporary directory.
	#[must_use]
	pub fn mount_for(bytes: u64, files: u64) -> Option<Self> {
		Self::with(&format!("size={bytes},nr_inodes={files},mode=0700"))
	}

	fn with(options: &str) -> Option<Self> {
		let dir = tempfile::tempdir().expect("there is room");
		let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "none"]).arg(dir.path()).output();
		match mounted {
			Ok(output) if output.status.success() => Some(Self { dir, filling: 0 }),
			Ok(output) => {
				let why = String::from_utf8_lossy(&output.stderr).trim().to_string();
				crate::skip!("needs mount: {why}" => None)
			}
			Err(error) => crate::skip!("needs mount: {error}" => None),
		}
	}

	/// Returns where it is mounted.
	#[must_use]
	pub fn path(&self) -> &Path {
		self.dir.path()
	}

	/// Fills it, as something else on it does.
	pub fn fill(&mut self) {
		while fs::write(self.filling_file(self.filling), [1; PAGE]).is_ok() {
			self.filling += 1;
		}
		// What could not be written is a file without content.
		let _ = fs::remove_file(self.filling_file(self.filling));
	}

	/// Makes room again for so many pages. Returns whether something was left to remove.
	pub fn free(&mut self, pages: usize) -> bool {
		let left = self.filling;
		self.filling = left.saturating_sub(pages);
		for file in self.filling..left {
			let _ = fs::remove_file(self.filling_file(file));
		}
		left > 0
	}

	/// Removes all that fills it.
	pub fn clear(&mut self) {
		self.free(usize::MAX);
	}

	fn filling_file(&self, number: usize) -> PathBuf {
		self.dir.path().join(format!("filling-{number}"))
	}
}

impl Drop for SmallDisk {
	fn drop(&mut self) {
		let unmounted = Command::new("umount").arg("--lazy").arg(self.dir.path()).status();
		assert!(
			unmounted.is_ok_and(|status| status.success()) || std::thread::panicking(),
			"{:?} stays mounted",
			self.dir.path()
		);
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn full_disk_takes_nothing_until_there_is_room() {
		let Some(mut disk) = SmallDisk::mount(1 << 20) else { return };
		let file = disk.path().join("file");
		disk.fill();
		assert!(fs::write(&file, [1; PAGE]).is_err());
		assert!(disk.free(2));
		fs::write(&file, [1; PAGE]).expect("a page is free");
		assert!(fs::write(&file, [1; 3 * PAGE]).is_err(), "more is not");
		disk.clear();
		fs::write(&file, [1; 3 * PAGE]).expect("all of it is free");
		assert!(!disk.free(1));
	}
}
