//! A worker's directories.

use std::{
	collections::HashSet,
	fs::{self, Permissions},
	io,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
};

use rlc_disk::Ballast;

use crate::{
	error::Error,
	record::{Record, State},
	scratch::Scratch,
};

/// What is set aside on the disk for the journal, in bytes: many times what the tasks of a full machine write.
const BALLAST: u64 = 16 << 20;

/// A worker's directories.
pub(crate) struct Dirs {
	all: PathBuf,
	pub journal: PathBuf,
	pub results: PathBuf,
	pub tasks: PathBuf,
	pub containers: PathBuf,
	pub cache: PathBuf,
	pub modules: PathBuf,
	pub nothing: PathBuf,
}

impl Dirs {
	/// Makes those that are missing, and closes them to others, whatever the umask. Through that of containers, others can
	/// pass, and see nothing: a container's user may be one of them, and looks for its root there.
	///
	/// # Errors
	///
	/// [`Error::Directory`].
	pub fn make(dir: &Path) -> Result<Self, Error> {
		let make = |path: PathBuf, mode| {
			fs::create_dir_all(&path).map_err(unusable(&path))?;
			fs::set_permissions(&path, Permissions::from_mode(mode)).map_err(unusable(&path))?;
			Ok::<_, Error>(path)
		};
		if !dir.exists() {
			make(dir.into(), 0o711)?;
		}
		let dir = dir.canonicalize().map_err(unusable(dir))?;
		let private = |name: &str| make(dir.join(name), 0o700);
		Ok(Self {
			journal: dir.join("journal"),
			results: private("results")?,
			tasks: private("tasks")?,
			containers: make(dir.join("containers"), 0o711)?,
			cache: private("cache")?,
			modules: private("modules")?,
			// A container's user reads it.
			nothing: make(dir.join("nothing"), 0o755)?,
			all: dir,
		})
	}

	/// Returns the room that is set aside for the journal.
	pub fn ballast(&self) -> Ballast {
		Ballast::new(self.all.join("ballast"), BALLAST)
	}

	/// Returns the directory that has the others.
	pub fn all(&self) -> &Path {
		&self.all
	}

	/// Returns where modules write in memory, empty, or `None` if they write on disk. One task may write this many bytes.
	pub fn scratch(&self, task: u64) -> Result<Option<Scratch>, Error> {
		let scratch = match Scratch::find(&self.all, task) {
			Ok(scratch) => scratch,
			Err(why) => {
				tracing::info!("modules write on disk, which is slower: {why}");
				return Ok(None);
			}
		};
		for left in fs::read_dir(&scratch.dir).map_err(unusable(&scratch.dir))? {
			let left = left.map_err(unusable(&scratch.dir))?.path();
			fs::remove_dir_all(&left).map_err(unusable(&left))?;
		}
		Ok(Some(scratch))
	}

	/// Removes what the journal does not know: what ran, and results of tasks that have ended.
	pub fn clean(&self, records: &[Record]) -> Result<(), Error> {
		let open = records.iter().filter(|record| !matches!(record.state, State::Ended(_)));
		let wanted: HashSet<String> = open.map(|record| hex::encode(record.id().0)).collect();
		empty(&self.tasks, |_| true)?;
		empty(&self.results, |name| !wanted.contains(name))
	}
}

/// Removes from a directory what has an unwanted name.
fn empty(dir: &Path, is_unwanted: impl Fn(&str) -> bool) -> Result<(), Error> {
	for entry in fs::read_dir(dir).map_err(unusable(dir))? {
		let path = entry.map_err(unusable(dir))?.path();
		let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
		if is_unwanted(&name) {
			let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
			removed.map_err(unusable(&path))?;
		}
	}
	Ok(())
}

fn unusable(path: &Path) -> impl Fn(io::Error) -> Error + '_ {
	|error| Error::Directory { path: path.into(), error }
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		record::{End, Output, OutputKind},
		testing::record,
	};

	#[test]
	fn start_removes_what_the_journal_does_not_know() {
		let dir = tempfile::tempdir().unwrap();
		let dirs = Dirs::make(dir.path()).unwrap();
		let output = Output { digest: Default::default(), kind: OutputKind::Archive, size: 0 };
		let records = [record(0, State::Revealed(output)), record(1, State::Ended(End::Completed))];
		let files: Vec<_> = records.iter().map(|record| dirs.results.join(hex::encode(record.id().0))).collect();
		let others = [dirs.results.join("stranger"), files[0].with_extension("part")];
		files.iter().chain(&others).for_each(|file| fs::write(file, "x").unwrap());
		let left = dirs.tasks.join("abc/out");
		fs::create_dir_all(&left).unwrap();
		dirs.clean(&records).unwrap();
		assert!(files[0].exists() && !files[1].exists());
		assert!(!others[0].exists() && !others[1].exists() && !left.exists());
	}

	#[test]
	fn containers_user_can_read_nothing_whatever_the_umask() {
		let dir = tempfile::tempdir().unwrap();
		let nothing = dir.path().join("nothing");
		fs::create_dir(&nothing).unwrap();
		fs::set_permissions(&nothing, Permissions::from_mode(0o700)).unwrap();
		Dirs::make(dir.path()).unwrap();
		assert_eq!(fs::metadata(nothing).unwrap().permissions().mode() & 0o777, 0o755);
	}

	#[test]
	fn others_can_read_nothing_that_is_the_workers() {
		let dir = tempfile::tempdir().unwrap();
		let all = dir.path().join("worker");
		fs::create_dir_all(all.join("results")).unwrap();
		fs::set_permissions(all.join("results"), Permissions::from_mode(0o755)).unwrap();
		let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
		let before = mode(&all);
		let dirs = Dirs::make(&all).unwrap();
		assert_eq!([&dirs.results, &dirs.tasks, &dirs.cache, &dirs.modules].map(|dir| mode(dir)), [0o700; 4]);
		assert_eq!((mode(&dirs.containers), mode(&all)), (0o711, before), "a directory that was there is the owner's");
		let new = dir.path().join("new");
		Dirs::make(&new).unwrap();
		assert_eq!(mode(&new), 0o711);
	}
}
