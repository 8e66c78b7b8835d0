//! Compiled modules on disk, for the next start.
//!
//! What is loaded is run in this process, so only this user may write there. A file is loaded only if it is as it was
//! written: cut off or changed by a fault of the disk, it is compiled again.

use std::{
	fs::{self, DirBuilder, File, Permissions},
	io::{self, Read, Write},
	os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
	path::{Path, PathBuf},
	sync::{Mutex, PoisonError},
	time::SystemTime,
};

use rlc_disk::{on_disk, Budget, GiveWay, Part, Taken};
use rustix::process::geteuid;
use sha2::{Digest, Sha256};
use tracing::warn;

use crate::{kept::Sha, Error};

/// How the names of compiled modules end, and of those that are still being written.
const ENDING: &str = "compiled";
const UNFINISHED: &str = "part";
/// What earlier versions have left in the directory.
const OLD: &str = "modules";
/// The most that is kept, in bytes. What was not used for longest goes first.
const MOST: u64 = 1 << 30;

/// A directory of compiled modules: each in a file of its module's name, a hash before it. They draw from the disk's budget,
/// and give way.
#[derive(Debug)]
pub struct Files {
	directory: PathBuf,
	disk: Budget,
	/// What is there.
	room: Mutex<Taken>,
}

impl Files {
	/// Opens a directory, which is made if it is missing. What is there counts, whatever is left of the budget.
	///
	/// # Errors
	///
	/// [`Error::Host`], if it is another user's, or cannot be used.
	pub fn open(directory: &Path, disk: &Budget) -> Result<Self, Error> {
		let unusable = |error| Error::io("use", directory)(error);
		DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(unusable)?;
		let directory = directory.canonicalize().map_err(unusable)?;
		if fs::metadata(&directory).map_err(unusable)?.uid() != geteuid().as_raw() {
			let directory = directory.display();
			return Err(Error::Host(format!(
				"{directory} belongs to another user, who could make this one run anything; name another directory"
			)));
		}
		fs::set_permissions(&directory, Permissions::from_mode(0o700)).map_err(unusable)?;
		// If that fails, it takes some room.
		let _ = fs::remove_dir_all(directory.join(OLD));
		for file in files(&directory, UNFINISHED).map_err(unusable)? {
			fs::remove_file(&file).map_err(Error::io("remove", &file))?;
		}
		let room = Mutex::new(disk.count(Part::Modules, bytes_of(&kept(&directory))));
		Ok(Self { directory, disk: disk.clone(), room })
	}

	/// Returns what a module was compiled to, if it is there as it was written.
	pub fn find(&self, module: &Sha) -> Option<Vec<u8>> {
		let path = self.path(module);
		let mut file = File::open(&path).ok()?;
		let (mut hash, mut code) = (Sha::default(), Vec::new());
		let read = file.read_exact(&mut hash).and_then(|()| file.read_to_end(&mut code));
		if read.is_err() || hash != hash_of(module, &code) {
			warn!("{} is damaged; the module is compiled again", path.display());
			self.remove(module);
			return None;
		}
		// If that cannot be written, it merely goes sooner.
		let _ = file.set_modified(SystemTime::now());
		Some(code)
	}

	/// Keeps what a module was compiled to. If there is no room, it is compiled again another time.
	pub fn put(&self, module: &Sha, code: &[u8]) {
		let path = self.path(module);
		let unfinished = path.with_extension(UNFINISHED);
		let size = (size_of::<Sha>() + code.len()) as u64;
		let write = || {
			// Before it is written, and until it counts as what is there. What was not used for longest gives way, too.
			let _room = self.disk.take(Part::Modules, on_disk(size)).map_err(io::Error::other)?;
			let mut file = File::create(&unfinished)?;
			file.write_all(&hash_of(module, code))?;
			file.write_all(code)?;
			fs::rename(&unfinished, &path)?;
			let shrunk = self.shrink(MOST);
			self.measure();
			shrunk
		};
		if let Err(error) = write() {
			warn!("a compiled module is not kept: {}: {error}", path.display());
			let _ = fs::remove_file(&unfinished);
		}
	}

	/// Removes what a module was compiled to.
	pub fn remove(&self, module: &Sha) {
		// If that fails, it is written over.
		let _ = fs::remove_file(self.path(module));
		self.measure();
	}

	fn path(&self, module: &Sha) -> PathBuf {
		self.directory.join(hex::encode(module)).with_extension(ENDING)
	}

	/// Counts what is there, as it is now.
	fn measure(&self) {
		let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
		room.set(bytes_of(&kept(&self.directory)));
	}

	/// Removes what was not used for longest, until the rest has no more than so many bytes.
	fn shrink(&self, most: u64) -> io::Result<()> {
		let mut all = kept(&self.directory);
		all.sort();
		let mut bytes = bytes_of(&all);
		for (_, size, path) in all {
			if bytes <= most {
				break;
			}
			match fs::remove_file(path) {
				Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
				_ => bytes -= size,
			}
		}
		Ok(())
	}
}

impl GiveWay for Files {
	fn idle(&self) -> u64 {
		self.room.lock().unwrap_or_else(PoisonError::into_inner).bytes()
	}

	fn give_way(&self, bytes: u64) {
		if let Err(error) = self.shrink(self.idle().saturating_sub(bytes)) {
			warn!("compiled modules stay in {}: {error}", self.directory.display());
		}
		self.measure();
	}
}

/// What is kept of a module: when it was used last, what it takes of the disk, and where it is.
type Kept = (SystemTime, u64, PathBuf);

/// Returns what is kept in a directory. What cannot be looked at may just have been removed.
fn kept(directory: &Path) -> Vec<Kept> {
	let paths = files(directory, ENDING).unwrap_or_default().into_iter();
	let kept = paths.filter_map(|path| {
		let data = fs::metadata(&path).ok()?;
		Some((data.modified().ok()?, on_disk(data.len()), path))
	});
	kept.collect()
}

fn bytes_of(kept: &[Kept]) -> u64 {
	kept.iter().map(|(_, bytes, _)| bytes).sum()
}

/// Returns the files of a directory whose names end like this.
fn files(directory: &Path, ending: &str) -> io::Result<Vec<PathBuf>> {
	let paths = fs::read_dir(directory)?.map(|entry| Ok(entry?.path()));
	let paths =
		paths.filter(|path| path.as_ref().map_or(true, |path| path.extension().is_some_and(|its| its == ending)));
	paths.collect()
}

/// Returns the hash of a compiled module. Under another module's name, it is another one.
fn hash_of(module: &Sha, code: &[u8]) -> Sha {
	Sha256::new().chain_update(module).chain_update(code).finalize().into()
}

#[cfg(test)]
mod tests {
	use std::{
		os::unix::fs::chown,
		sync::{Arc, Weak},
	};

	use rlc_testing::SmallDisk;

	use super::*;

	/// Opens a directory on a disk that has room for all.
	fn open(directory: &Path) -> Result<Files, Error> {
		Files::open(directory, &Budget::unlimited())
	}

	#[test]
	fn what_is_kept_is_found_as_it_was() {
		let directory = tempfile::tempdir().unwrap();
		let files = open(directory.path()).unwrap();
		assert_eq!(files.find(&[1; 32]), None);
		files.put(&[1; 32], b"code");
		assert_eq!(files.find(&[1; 32]), Some(b"code".to_vec()));
		assert_eq!(open(directory.path()).unwrap().find(&[1; 32]), Some(b"code".to_vec()), "at the next start");
	}

	#[test]
	fn damaged_or_exchanged_file_is_not_loaded() {
		let directory = tempfile::tempdir().unwrap();
		let files = open(directory.path()).unwrap();
		let damaged = |damage: fn(&mut Vec<u8>)| {
			files.put(&[1; 32], b"some code");
			let path = files.path(&[1; 32]);
			let mut bytes = fs::read(&path).unwrap();
			damage(&mut bytes);
			fs::write(&path, bytes).unwrap();
			assert_eq!(files.find(&[1; 32]), None);
			assert!(!path.exists(), "it is removed");
		};
		damaged(|bytes| bytes[35] ^= 1);
		damaged(|bytes| bytes[3] ^= 1);
		damaged(|bytes| bytes.truncate(36));
		damaged(|bytes| bytes.truncate(8));
		damaged(|bytes| bytes.push(0));
		files.put(&[1; 32], b"one");
		fs::copy(files.path(&[1; 32]), files.path(&[2; 32])).unwrap();
		assert_eq!(files.find(&[2; 32]), None);
	}

	#[test]
	fn nobody_else_can_write_there() {
		let directory = tempfile::tempdir().unwrap();
		let path = directory.path().join("modules");
		fs::create_dir(&path).unwrap();
		fs::set_permissions(&path, Permissions::from_mode(0o777)).unwrap();
		fs::write(path.join("x.part"), "left by a crash").unwrap();
		open(&path).unwrap();
		assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
		assert!(!path.join("x.part").exists());
		let foreign = if geteuid().is_root() {
			chown(&path, Some(65_534), None).unwrap();
			path.as_path()
		} else {
			Path::new("/")
		};
		assert!(matches!(open(foreign), Err(Error::Host(cause)) if cause.contains("another user")));
	}

	#[test]
	fn full_disk_keeps_nothing_more_and_harms_nothing() {
		let Some(mut disk) = SmallDisk::mount(1 << 20) else { return };
		let files = open(disk.path()).unwrap();
		files.put(&[1; 32], b"code");
		disk.fill();
		files.put(&[2; 32], &[7; 100_000]);
		assert_eq!((files.find(&[1; 32]), files.find(&[2; 32])), (Some(b"code".to_vec()), None));
		assert!(super::files(disk.path(), UNFINISHED).unwrap().is_empty());
	}
	#[test]
	fn what_is_kept_draws_from_the_budget_first_and_the_oldest_gives_way() {
		let directory = tempfile::tempdir().unwrap();
		let budget = Budget::of(90_000);
		let files = Arc::new(Files::open(directory.path(), &budget).unwrap());
		let giver: Weak<Files> = Arc::downgrade(&files);
		budget.give_way_by(giver);
		files.put(&[1; 32], &[7; 30_000]);
		fs::File::open(files.path(&[1; 32])).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
		files.put(&[2; 32], &[7; 30_000]);
		assert_eq!(budget.used(Part::Modules), 2 * 32_768);
		files.put(&[3; 32], &[7; 30_000]);
		let found = || [1, 2, 3].map(|module| files.path(&[module; 32]).exists());
		assert_eq!(found(), [false, true, true]);
		let task = budget.take(Part::Tasks, 90_000).unwrap();
		assert_eq!((found(), budget.used(Part::Modules)), ([false; 3], 0));
		files.put(&[4; 32], b"code");
		assert!(!files.path(&[4; 32]).exists() && super::files(directory.path(), UNFINISHED).unwrap().is_empty());
		drop(task);
		assert_eq!(Files::open(directory.path(), &budget).unwrap().idle(), 0);
	}
}
