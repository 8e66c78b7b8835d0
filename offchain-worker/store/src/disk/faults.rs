//! Writes that fail as they do on a full disk, and what was forced to the disk. Tests say which writes fail, and ask what a
//! power cut would leave; outside of tests, all is done as it is asked for.

use std::{
	fs::File,
	io::{self, Write},
	path::Path,
};

/// Comes before a write that has no bytes of its own: a new file, a new name. Fails if a test wants it to.
#[cfg(not(test))]
pub(super) fn write() -> io::Result<()> {
	Ok(())
}

/// Writes all bytes. Fails after some of them if a test wants it to.
#[cfg(not(test))]
pub(super) fn write_all(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
	to.write_all(bytes)
}

/// Forces a file's bytes to the disk.
#[cfg(not(test))]
pub(super) fn sync_data(file: &File) -> io::Result<()> {
	file.sync_data()
}

/// Forces the names in a directory to the disk.
#[cfg(not(test))]
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
	File::open(dir)?.sync_all()
}

#[cfg(test)]
pub(super) use self::tests::{sync_data, sync_dir, write, write_all};

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use std::{
		cell::{Cell, RefCell},
		collections::{BTreeMap, BTreeSet},
		ffi::OsString,
		fs,
		os::unix::fs::MetadataExt,
		path::PathBuf,
	};

	/// The names in a directory, with the numbers of what they name.
	type Names = BTreeMap<OsString, u64>;

	thread_local! {
		/// How many writes of this thread go well before the disk is full. `None`: all of them.
		static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
		/// How many writes have failed since.
		static FAILED: Cell<usize> = const { Cell::new(0) };
		/// The numbers of the files whose bytes this thread has forced to the disk.
		static BYTES: RefCell<BTreeSet<u64>> = const { RefCell::new(BTreeSet::new()) };
		/// The names that it has forced to the disk, by directory.
		static NAMES: RefCell<BTreeMap<PathBuf, Names>> = const { RefCell::new(BTreeMap::new()) };
		/// What happens before it next forces names to the disk.
		static MEANWHILE: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
	}

	/// Lets something happen before this thread next forces names to the disk.
	pub fn before_names(work: impl FnOnce() + 'static) {
		MEANWHILE.set(Some(Box::new(work)));
	}

	/// Forgets what was forced to the disk, as if nothing had been.
	pub fn forget_forced() {
		BYTES.set(BTreeSet::new());
		NAMES.set(BTreeMap::new());
	}

	/// Returns whether a power cut would leave a file in a directory of the store: its bytes, its name, and that of its
	/// directory were forced to the disk.
	pub fn survives(file: &Path) -> bool {
		let is_named = |path: &Path| {
			NAMES.with_borrow(|names| {
				let forced = names.get(path.parent().unwrap()).and_then(|names| names.get(path.file_name().unwrap()));
				forced == Some(&number(path))
			})
		};
		let has_bytes = BYTES.with_borrow(|bytes| bytes.contains(&number(file)));
		has_bytes && is_named(file) && is_named(file.parent().unwrap())
	}

	fn number(path: &Path) -> u64 {
		fs::metadata(path).unwrap().ino()
	}

	/// Does something on a disk that is full after this many writes. Also returns how many writes failed.
	pub fn full_after<T>(writes: usize, work: impl FnOnce() -> T) -> (T, usize) {
		LEFT.set(Some(writes));
		let done = work();
		LEFT.set(None);
		(done, FAILED.replace(0))
	}

	/// Returns whether the next write fails. Once the disk is full, it stays so.
	fn is_full() -> bool {
		let Some(left) = LEFT.get() else { return false };
		LEFT.set(Some(left.saturating_sub(1)));
		if left == 0 {
			FAILED.set(FAILED.get() + 1);
		}
		left == 0
	}

	pub fn sync_data(file: &File) -> io::Result<()> {
		file.sync_data()?;
		let number = file.metadata()?.ino();
		BYTES.with_borrow_mut(|bytes| bytes.insert(number));
		Ok(())
	}

	pub fn sync_dir(dir: &Path) -> io::Result<()> {
		if let Some(work) = MEANWHILE.take() {
			work();
		}
		File::open(dir)?.sync_all()?;
		let mut names = Names::new();
		for entry in fs::read_dir(dir)? {
			let entry = entry?;
			names.insert(entry.file_name(), entry.metadata()?.ino());
		}
		NAMES.with_borrow_mut(|all| all.insert(dir.to_path_buf(), names));
		Ok(())
	}

	pub fn write() -> io::Result<()> {
		if is_full() {
			return Err(io::ErrorKind::StorageFull.into());
		}
		Ok(())
	}

	pub fn write_all(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
		if is_full() {
			to.write_all(&bytes[..bytes.len() / 2])?;
			return Err(io::ErrorKind::StorageFull.into());
		}
		to.write_all(bytes)
	}
}
