//! Files of results: of those that are gone, some are kept for those to come.
//!
//! A file system like ext4 leaves a removed file's inode alone for some minutes, and searches past all of these whenever
//! it makes a new file. With hundreds of results a second that takes longer than a short task.

use std::{
	collections::{HashMap, HashSet},
	fs::{self, File},
	io,
	os::unix::fs::OpenOptionsExt,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicU64, Ordering},
		Mutex, MutexGuard, PoisonError,
	},
};

use rlc_disk::{on_disk, Budget, Part, Taken};

use crate::record::{Output, OutputKind};

/// The most files that are kept. What is beyond is removed, and slow: in bursts only.
const MOST: usize = 10_000;

/// How much longer than the pool's store a worker keeps results, in ms. It counts from when it took the task, the pool from
/// the deal's final deadline, which is no later than this in the largest category.
const LONGER: u64 = 7 * 24 * 3_600_000;

/// So many results are forced to the disk one by one. More of them at once, with all else that is written there: one flush
/// takes about as long as one file.
const ONE_BY_ONE: usize = 4;

/// A directory of results.
pub(crate) struct Results {
	dir: PathBuf,
	spares: Mutex<Spares>,
	files: Mutex<Files>,
	/// The largest that can be handed over, in bytes.
	most: AtomicU64,
	/// How long the pool accepts them, in ms.
	keep_for: AtomicU64,
}

/// The results that are there.
#[derive(Default)]
struct Files {
	/// What each takes of the budget.
	rooms: HashMap<PathBuf, Taken>,
	/// Those that a power cut may still tear.
	unsynced: HashSet<PathBuf>,
}

#[derive(Default)]
struct Spares {
	free: Vec<PathBuf>,
	named: u64,
}

impl Results {
	/// Returns results in this directory, where nothing else is left from an earlier time. They draw from the budget.
	pub fn new(dir: PathBuf, budget: &Budget) -> Self {
		let rooms = fs::read_dir(&dir).into_iter().flatten().flatten().filter_map(|entry| {
			let size = entry.metadata().ok()?.len();
			Some((entry.path(), budget.count(Part::Results, on_disk(size))))
		});
		let files = Mutex::new(Files { rooms: rooms.collect(), unsynced: HashSet::new() });
		let (most, keep_for) = (AtomicU64::new(u64::MAX), AtomicU64::default());
		Self { dir, spares: Mutex::default(), files, most, keep_for }
	}

	/// Returns where the directory is.
	pub fn dir(&self) -> &Path {
		&self.dir
	}

	/// Notes that the pool's store refuses results of more bytes than this.
	pub fn limit(&self, most: u64) {
		self.most.store(most, Ordering::Relaxed);
	}

	/// Returns the largest result that the pool's store takes, in bytes, as far as is known: the scheduler says it to those
	/// that join.
	pub fn most(&self) -> u64 {
		self.most.load(Ordering::Relaxed)
	}

	/// Notes how long the pool's store keeps results after their deal, in ms: it accepts them until then.
	pub fn retain(&self, time: u64) {
		self.keep_for.store(time.saturating_add(LONGER), Ordering::Relaxed);
	}

	/// Returns how long a result is kept for the pool, from when its task was taken, in ms; 0 if it has not said.
	pub fn keep_for(&self) -> u64 {
		self.keep_for.load(Ordering::Relaxed)
	}

	/// Makes an empty file in the directory, or empties the one that is there.
	pub fn create(&self, path: &Path) -> io::Result<File> {
		let spare = self.spares.lock().unwrap_or_else(PoisonError::into_inner).free.pop();
		if let Some(spare) = spare {
			// If somebody removed it, there will be a new one.
			let _ = fs::rename(spare, path);
		}
		File::options().write(true).create(true).truncate(true).mode(0o600).open(path)
	}

	/// Gives a file of the directory that is complete the name of a result, with its room. Call [`sync`](Self::sync) before
	/// anybody is told of it.
	pub fn keep(&self, file: &Path, result: &Path, room: Taken) -> io::Result<()> {
		fs::rename(file, result)?;
		let files = &mut *self.files();
		files.rooms.insert(result.into(), room);
		files.unsynced.insert(result.into());
		Ok(())
	}

	/// Forces all results that are there to the disk, with their names: a power cut leaves them as they are from here on.
	/// Blocks.
	pub fn sync(&self) -> io::Result<()> {
		let unsynced = std::mem::take(&mut self.files().unsynced);
		let synced = self.sync_files(&unsynced);
		if synced.is_err() {
			self.files().unsynced.extend(unsynced);
		}
		synced
	}

	fn sync_files(&self, files: &HashSet<PathBuf>) -> io::Result<()> {
		if files.is_empty() {
			return Ok(());
		}
		let dir = File::open(&self.dir)?;
		if files.len() > ONE_BY_ONE {
			return Ok(rustix::fs::syncfs(&dir)?);
		}
		for file in files {
			match File::open(file) {
				Ok(file) => file.sync_data()?,
				// It was removed by now.
				Err(error) if error.kind() == io::ErrorKind::NotFound => {}
				Err(error) => return Err(error),
			}
		}
		dir.sync_all()
	}

	/// Returns whether something is to be forced to the disk.
	pub fn is_unsynced(&self) -> bool {
		!self.files().unsynced.is_empty()
	}

	fn files(&self) -> MutexGuard<'_, Files> {
		self.files.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Removes a file of the directory, if it is there.
	pub fn remove(&self, path: &Path) -> io::Result<()> {
		let removed = match self.spare() {
			None => fs::remove_file(path),
			Some(spare) => {
				let emptied = File::options().write(true).truncate(true).open(path);
				emptied.and_then(|_| fs::rename(path, &spare)).map(|()| {
					self.spares.lock().unwrap_or_else(PoisonError::into_inner).free.push(spare);
				})
			}
		};
		match removed {
			Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
			_ => {
				let files = &mut *self.files();
				files.unsynced.remove(path);
				files.rooms.remove(path);
				Ok(())
			}
		}
	}

	/// Returns a name for one more spare file, unless there are enough.
	fn spare(&self) -> Option<PathBuf> {
		let mut spares = self.spares.lock().unwrap_or_else(PoisonError::into_inner);
		if spares.free.len() >= MOST {
			return None;
		}
		spares.named += 1;
		Some(self.dir.join(format!("spare-{}", spares.named)))
	}
}

/// Returns whether a result's file is there, of the size that it was written with.
pub(crate) fn is_there(file: &Path, output: &Output) -> bool {
	fs::metadata(file).is_ok_and(|data| data.is_file() && data.len() == output.size)
}

/// Returns whether a result's file is what was computed: a power cut or a bad disk may have made something else of it.
/// Reads all of it, and blocks.
pub(crate) fn is_whole(file: &Path, output: &Output) -> bool {
	if let OutputKind::Failure(_) = output.kind {
		return true;
	}
	let cid = output.cid();
	let mut hasher = cid.hasher();
	is_there(file, output)
		&& File::open(file).and_then(|file| hasher.update_from(file)).is_ok()
		&& hasher.finish() == cid
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{io::Write, os::unix::fs::MetadataExt};

	fn results() -> (tempfile::TempDir, Results) {
		let dir = tempfile::tempdir().unwrap();
		let results = Results::new(dir.path().into(), &Budget::unlimited());
		(dir, results)
	}

	#[test]
	fn removed_results_file_serves_the_next_one_and_tells_nothing() {
		let (dir, results) = results();
		let (one, two) = (dir.path().join("one"), dir.path().join("two"));
		results.create(&one).unwrap().write_all(b"secret").unwrap();
		let inode = fs::metadata(&one).unwrap().ino();
		results.remove(&one).unwrap();
		assert!(!one.exists());
		let spare = fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap();
		assert_eq!(spare.metadata().unwrap().len(), 0, "its space is free");
		drop(results.create(&two).unwrap());
		assert_eq!((fs::metadata(&two).unwrap().ino(), fs::read(&two).unwrap()), (inode, vec![]));
		assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
	}

	#[test]
	fn what_is_not_there_is_removed_already() {
		let (dir, results) = results();
		results.remove(&dir.path().join("none")).unwrap();
		assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
	}

	#[test]
	fn spare_file_that_somebody_removed_is_not_missed() {
		let (dir, results) = results();
		let path = dir.path().join("one");
		drop(results.create(&path).unwrap());
		results.remove(&path).unwrap();
		for spare in fs::read_dir(dir.path()).unwrap() {
			fs::remove_file(spare.unwrap().path()).unwrap();
		}
		drop(results.create(&path).unwrap());
		assert!(path.exists());
	}
}
