//! A worker's directories.

use std::{
	collections::HashSet,
	fs::{self, Permissions},
	io,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
};

use crate::{
	error::Error,
	record::{Record, State},
	scratch,
};

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
	/// Makes those that are missing.
	///
	/// # Errors
	///
	/// [`Error::Directory`].
	pub fn make(dir: &Path) -> Result<Self, Error> {
		fs::create_dir_all(dir).map_err(unusable(dir))?;
		let dir = dir.canonicalize().map_err(unusable(dir))?;
		let make = |name: &str| {
			let path = dir.join(name);
			fs::create_dir_all(&path).map_err(unusable(&path))?;
			Ok::<_, Error>(path)
		};
		let nothing = make("nothing")?;
		// A container's user is a stranger here, and reads it.
		fs::set_permissions(&nothing, Permissions::from_mode(0o755)).map_err(unusable(&nothing))?;
		Ok(Self {
			journal: dir.join("journal"),
			results: make("results")?,
			tasks: make("tasks")?,
			containers: make("containers")?,
			cache: make("cache")?,
			modules: make("modules")?,
			nothing,
			all: dir,
		})
	}

	/// Returns where modules write, empty, or `None` if that is on disk. Tasks may use this many bytes of memory.
	pub fn scratch(&self, memory: u64) -> Result<Option<PathBuf>, Error> {
		let path = match scratch::in_memory(&self.all, memory) {
			Ok(path) => path,
			Err(why) => {
				tracing::info!("modules write on disk, which is slower: {why}");
				return Ok(None);
			}
		};
		for left in fs::read_dir(&path).map_err(unusable(&path))? {
			let left = left.map_err(unusable(&path))?.path();
			fs::remove_dir_all(&left).map_err(unusable(&left))?;
		}
		Ok(Some(path))
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
}
