//! Room that is set aside on the disk itself.

use std::{fs, io, path::PathBuf};

use rustix::fs::{fallocate, FallocateFlags};

use crate::{available, private_file};

/// A file that only takes room, until something else needs that: what has to be written although the disk is full.
#[derive(Debug)]
pub struct Ballast {
	path: PathBuf,
	size: u64,
}

impl Ballast {
	/// Returns a ballast of this many bytes, which is not there yet.
	#[must_use]
	pub fn new(path: PathBuf, size: u64) -> Self {
		Self { path, size }
	}

	/// Returns how many bytes it takes.
	#[must_use]
	pub fn size(&self) -> u64 {
		self.size
	}

	/// Returns whether its room is set aside.
	#[must_use]
	pub fn is_there(&self) -> bool {
		fs::metadata(&self.path).is_ok_and(|data| data.len() == self.size)
	}

	/// Sets its room aside, unless that is done, or the disk has little more than that. Returns whether it is there.
	///
	/// # Errors
	///
	/// The system's, but for a full disk.
	pub fn fill(&self) -> io::Result<bool> {
		if self.is_there() {
			return Ok(true);
		}
		let dir = self.path.parent().unwrap_or(&self.path);
		// Whoever needed it last may need more of it, and should not have to wait for it each time.
		if available(dir)? < self.size.saturating_mul(2) {
			return Ok(false);
		}
		match self.try_fill() {
			Ok(()) => Ok(true),
			Err(error) => {
				self.release();
				if crate::is_full(&error) {
					return Ok(false);
				}
				Err(error)
			}
		}
	}

	fn try_fill(&self) -> io::Result<()> {
		private_file(&self.path)?;
		let file = fs::OpenOptions::new().write(true).open(&self.path)?;
		Ok(fallocate(&file, FallocateFlags::empty(), 0, self.size)?)
	}

	/// Frees its room. Returns whether it was there.
	pub fn release(&self) -> bool {
		fs::remove_file(&self.path).is_ok()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_testing::SmallDisk;

	#[test]
	fn ballast_is_room_on_a_full_disk() {
		let Some(mut disk) = SmallDisk::mount(1 << 20) else { return };
		let ballast = Ballast::new(disk.path().join("ballast"), 128 << 10);
		assert!(!ballast.is_there() && ballast.fill().unwrap() && ballast.is_there());
		disk.fill();
		let file = disk.path().join("file");
		let write = || fs::write(&file, [1; 100 << 10]);
		assert!(write().is_err());
		assert!(ballast.release() && !ballast.release());
		write().expect("its room is free");
		assert!(!ballast.fill().unwrap() && !ballast.is_there(), "there is no room for it");
		disk.clear();
		assert!(ballast.fill().unwrap() && ballast.is_there());
	}
}
