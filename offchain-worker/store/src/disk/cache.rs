//! Fetched contents on this machine: each once, all together bounded.

use std::{
	collections::HashMap,
	fs, io,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
	time::SystemTime,
};

use rlc_disk::{on_disk, private_dir, Budget, GiveWay, Part, Taken};
use tracing::warn;

use super::{contents::remove_file, durable::is_whole};
use crate::{Cid, HashKind};

/// A fetched file. It stays where it is as long as this, or a clone of it, exists.
#[derive(Clone, Debug)]
pub struct Fetched {
	path: PathBuf,
	cid: Cid,
	size: u64,
	/// Shows the cache that it is in use.
	_in_use: Arc<()>,
}

impl Fetched {
	/// Returns where it is. The file is read-only, and must stay as it is: others use it too.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// Returns its name.
	pub fn cid(&self) -> Cid {
		self.cid
	}

	/// Returns its size, in bytes.
	pub fn size(&self) -> u64 {
		self.size
	}
}

impl AsRef<Path> for Fetched {
	fn as_ref(&self) -> &Path {
		&self.path
	}
}

/// A file of the cache.
struct Entry {
	size: u64,
	/// When it was last written: shows if somebody changed it.
	modified: SystemTime,
	/// Whether it was seen to be what its name says since the cache was opened.
	is_checked: bool,
	/// Grows with each use of anything.
	used: u64,
	in_use: Arc<()>,
	/// What it takes of the budget.
	_room: Taken,
}

#[derive(Default)]
struct Entries {
	files: HashMap<Cid, Entry>,
	total: u64,
	uses: u64,
}

/// Files by their names.
pub(crate) struct Cache {
	dir: PathBuf,
	max_size: u64,
	entries: Mutex<Entries>,
}

impl Cache {
	/// Opens a cache, which draws from the budget; what is not its own is removed.
	pub(crate) fn open(dir: &Path, max_size: u64, budget: &Budget) -> io::Result<Arc<Self>> {
		private_dir(dir)?;
		let mut files = Vec::new();
		for entry in fs::read_dir(dir)? {
			let entry = entry?;
			let cid = entry.file_name().to_str().and_then(|name| name.parse::<Cid>().ok());
			match (cid, entry.metadata()) {
				(Some(cid), Ok(data)) if data.is_file() => files.push((data.modified()?, cid, data.len())),
				_ => remove_stray(&entry.path()),
			}
		}
		// What came first counts as used first.
		files.sort_unstable();
		let mut entries = Entries::default();
		for (modified, cid, size) in files {
			entries.add(cid, size, modified, false, budget.count(Part::Cache, on_disk(size)));
		}
		let cache = Arc::new(Self { dir: dir.into(), max_size, entries: Mutex::new(entries) });
		cache.make_room(&mut cache.entries(), 0);
		cache.give_way(budget.excess());
		let giver: Weak<Self> = Arc::downgrade(&cache);
		budget.give_way_by(giver);
		Ok(cache)
	}

	fn entries(&self) -> MutexGuard<'_, Entries> {
		self.entries.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn path(&self, cid: &Cid) -> PathBuf {
		self.dir.join(cid.to_string())
	}

	/// Returns a file, if it is there as it came and was seen to be what its name says. Does not block for long.
	pub(crate) fn get_checked(&self, cid: &Cid) -> Option<Fetched> {
		let entries = &mut *self.entries();
		entries.files.get(cid).filter(|entry| entry.is_checked)?;
		self.look_up(entries, cid)
	}

	/// Returns a file, if it is there as it came. One from before the cache was opened is read through before its first use:
	/// a disk may forget, and a file may be changed so that nobody sees it.
	pub(crate) fn get(&self, cid: &Cid) -> Option<Fetched> {
		let found = self.look_up(&mut self.entries(), cid)?;
		if self.entries().files.get(cid).is_some_and(|entry| entry.is_checked) {
			return Some(found);
		}
		let is_whole = is_whole(cid, &found.path).unwrap_or_else(|error| {
			warn!("{} cannot be read: {error}", found.path.display());
			false
		});
		let entries = &mut *self.entries();
		if is_whole {
			if let Some(entry) = entries.files.get_mut(cid) {
				entry.is_checked = true;
			}
			return Some(found);
		}
		warn!("{} is damaged; it is fetched again", found.path.display());
		self.remove(entries, cid);
		None
	}

	fn look_up(&self, entries: &mut Entries, cid: &Cid) -> Option<Fetched> {
		let entry = entries.files.get_mut(cid)?;
		let path = self.path(cid);
		let same = fs::metadata(&path).is_ok_and(|now| {
			now.len() == entry.size && now.modified().is_ok_and(|modified| modified == entry.modified)
		});
		if !same {
			warn!("{} was changed; it is fetched again", path.display());
			self.remove(entries, cid);
			return None;
		}
		entries.uses += 1;
		entry.used = entries.uses;
		Some(Fetched { path, cid: *cid, size: entry.size, _in_use: entry.in_use.clone() })
	}

	/// Takes a file that is what its name says, with its room, and makes room for it. What is in use stays, even if that is
	/// too much.
	pub(crate) fn insert(&self, file: &Path, cid: Cid, mut room: Taken) -> io::Result<Fetched> {
		let entries = &mut *self.entries();
		if entries.files.get(&cid).is_some_and(|entry| !entry.is_checked) {
			// What came now was checked.
			entries.remove(&cid);
			remove_file(&self.path(&cid))?;
		}
		if let Some(known) = self.look_up(entries, &cid) {
			fs::remove_file(file)?;
			return Ok(known);
		}
		fs::set_permissions(file, fs::Permissions::from_mode(0o444))?;
		let metadata = fs::metadata(file)?;
		self.make_room(entries, metadata.len());
		let path = self.path(&cid);
		fs::rename(file, &path)?;
		room.set(on_disk(metadata.len()));
		let in_use = entries.add(cid, metadata.len(), metadata.modified()?, true, room);
		Ok(Fetched { path, cid, size: metadata.len(), _in_use: in_use })
	}

	/// Returns the SHA-256 of each file that is there.
	pub(crate) fn hashes(&self) -> Vec<[u8; 32]> {
		let entries = self.entries();
		let files = entries.files.keys().filter(|cid| cid.hash_kind() == HashKind::Sha256);
		files.map(Cid::digest).collect()
	}

	fn make_room(&self, entries: &mut Entries, size: u64) {
		while entries.total.saturating_add(size) > self.max_size {
			let Some(cid) = entries.least_used() else { return };
			self.remove(entries, &cid);
		}
	}

	fn remove(&self, entries: &mut Entries, cid: &Cid) {
		entries.remove(cid);
		if let Err(error) = fs::remove_file(self.path(cid)) {
			warn!("{} cannot be removed: {error}", self.path(cid).display());
		}
	}
}

impl GiveWay for Cache {
	fn idle(&self) -> u64 {
		let entries = self.entries();
		entries.files.values().filter(|entry| entry.is_idle()).map(|entry| on_disk(entry.size)).sum()
	}

	fn give_way(&self, bytes: u64) {
		let entries = &mut *self.entries();
		let mut given = 0;
		while given < bytes {
			let Some(cid) = entries.least_used() else { return };
			given += entries.files.get(&cid).map_or(0, |entry| on_disk(entry.size));
			self.remove(entries, &cid);
		}
	}
}

/// Removes what is not a cache's own, if it can be: it is only in the way of its bytes.
pub(crate) fn remove_stray(path: &Path) {
	let is_dir = fs::symlink_metadata(path).is_ok_and(|data| data.is_dir());
	let removed = if is_dir { fs::remove_dir_all(path) } else { fs::remove_file(path) };
	if let Err(error) = removed {
		warn!("{} is not of the cache, and cannot be removed: {error}", path.display());
	}
}

impl Entry {
	/// Returns whether nobody uses it.
	fn is_idle(&self) -> bool {
		Arc::strong_count(&self.in_use) == 1
	}
}

impl Entries {
	/// Returns what was used the longest ago, of what nobody uses.
	fn least_used(&self) -> Option<Cid> {
		let idle = self.files.iter().filter(|(_, entry)| entry.is_idle());
		idle.min_by_key(|(_, entry)| entry.used).map(|(cid, _)| *cid)
	}

	fn remove(&mut self, cid: &Cid) {
		if let Some(entry) = self.files.remove(cid) {
			self.total -= entry.size;
		}
	}

	fn add(&mut self, cid: Cid, size: u64, modified: SystemTime, is_checked: bool, room: Taken) -> Arc<()> {
		self.uses += 1;
		let in_use = Arc::new(());
		let entry = Entry { size, modified, is_checked, used: self.uses, in_use: in_use.clone(), _room: room };
		self.total += size;
		self.files.insert(cid, entry);
		in_use
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn open(dir: &Path, max_size: u64) -> io::Result<Arc<Cache>> {
		Cache::open(dir, max_size, &Budget::unlimited())
	}

	fn room() -> Taken {
		Budget::unlimited().take(Part::Cache, 0).unwrap()
	}

	/// Puts a content of this many bytes into the cache.
	fn insert(cache: &Cache, byte: u8, size: usize) -> Fetched {
		insert_with(cache, byte, size, room())
	}

	fn insert_with(cache: &Cache, byte: u8, size: usize, room: Taken) -> Fetched {
		let new = cache.dir.with_extension("new");
		fs::write(&new, vec![byte; size]).unwrap();
		cache.insert(&new, Cid::of_sha256([byte; 32]), room).unwrap()
	}

	fn is_there(cache: &Cache, byte: u8) -> bool {
		cache.path(&Cid::of_sha256([byte; 32])).exists()
	}

	#[test]
	fn least_recently_used_goes_first() {
		let dir = tempfile::tempdir().unwrap();
		let cache = open(&dir.path().join("files"), 30).unwrap();
		for byte in 1..=3 {
			insert(&cache, byte, 10);
		}
		assert!(cache.get(&Cid::of_sha256([1; 32])).is_some());
		insert(&cache, 4, 10);
		assert!(is_there(&cache, 1) && !is_there(&cache, 2) && is_there(&cache, 3) && is_there(&cache, 4));
		assert_eq!(cache.hashes().len(), 3);
	}

	#[test]
	fn what_is_in_use_stays() {
		let dir = tempfile::tempdir().unwrap();
		let cache = open(&dir.path().join("files"), 20).unwrap();
		let first = insert(&cache, 1, 10);
		insert(&cache, 2, 10);
		insert(&cache, 3, 15);
		assert!(is_there(&cache, 1) && !is_there(&cache, 2) && is_there(&cache, 3));
		drop(first);
		insert(&cache, 4, 5);
		assert!(!is_there(&cache, 1) && is_there(&cache, 3) && is_there(&cache, 4));
	}

	/// Puts a content into the cache, under the name that it has.
	fn insert_right(cache: &Cache, bytes: &[u8]) -> Fetched {
		let new = cache.dir.with_extension("new");
		fs::write(&new, bytes).unwrap();
		cache.insert(&new, Cid::of(HashKind::Sha256, bytes), room()).unwrap()
	}

	#[test]
	fn files_are_read_only_and_there_after_a_restart() {
		let dir = tempfile::tempdir().unwrap();
		let files = dir.path().join("files");
		let fetched = insert_right(&open(&files, 20).unwrap(), b"an app");
		assert!(fs::metadata(fetched.path()).unwrap().permissions().readonly());
		fs::write(files.join("other"), "").unwrap();
		let cids = [7, 8].map(|byte| files.join(Cid::of_sha256([byte; 32]).to_string()));
		fs::create_dir_all(files.join("stray/directory")).unwrap();
		fs::create_dir_all(cids[0].join("directory")).unwrap();
		std::os::unix::fs::symlink("/etc/passwd", &cids[1]).unwrap();
		let cache = open(&files, 20).unwrap();
		assert!(cache.get_checked(&fetched.cid()).is_none(), "it is read through first");
		assert_eq!(cache.get(&fetched.cid()).unwrap().path(), fetched.path());
		assert!(cache.get_checked(&fetched.cid()).is_some());
		assert!(!files.join("other").exists() && !files.join("stray").exists());
		assert!(cids.iter().all(|stray| fs::symlink_metadata(stray).is_err()), "contents are files");
		assert_eq!(cache.hashes().len(), 1);
		assert_eq!(open(&files, 5).unwrap().hashes().len(), 0);
	}

	#[test]
	fn file_that_was_changed_between_two_runs_is_not_used() {
		let dir = tempfile::tempdir().unwrap();
		let files = dir.path().join("files");
		let fetched = insert_right(&open(&files, 20).unwrap(), b"an app");
		let (path, cid) = (fetched.path().to_path_buf(), fetched.cid());
		let modified = fs::metadata(&path).unwrap().modified().unwrap();
		fs::remove_file(&path).unwrap();
		fs::write(&path, b"no app").unwrap();
		fs::File::open(&path).unwrap().set_modified(modified).unwrap();
		let cache = open(&files, 20).unwrap();
		assert!(cache.get(&cid).is_none() && !path.exists());
		fs::write(&path, b"no app").unwrap();
		let cache = open(&files, 20).unwrap();
		assert_eq!(fs::read(insert_right(&cache, b"an app").path()).unwrap(), b"an app");
		assert!(cache.get_checked(&cid).is_some());
	}

	#[test]
	fn changed_file_is_removed() {
		let dir = tempfile::tempdir().unwrap();
		let cache = open(&dir.path().join("files"), 20).unwrap();
		let path = insert(&cache, 1, 10).path().to_path_buf();
		fs::remove_file(&path).unwrap();
		fs::write(&path, [9; 11]).unwrap();
		assert!(cache.get(&Cid::of_sha256([1; 32])).is_none());
		assert!(!path.exists());
	}

	#[test]
	fn what_nobody_uses_gives_way_for_other_parts() {
		let dir = tempfile::tempdir().unwrap();
		let budget = Budget::new(dir.path(), 40_960);
		let cache = Cache::open(&dir.path().join("files"), u64::MAX, &budget).unwrap();
		let used = insert_with(&cache, 1, 4_096, budget.take(Part::Cache, 4_096).unwrap());
		for byte in 2..=5 {
			insert_with(&cache, byte, 8_192, budget.take(Part::Cache, 8_192).unwrap());
		}
		assert_eq!((budget.used(Part::Cache), cache.idle()), (36_864, 32_768));
		let task = budget.take(Part::Tasks, 16_384).unwrap();
		assert!(is_there(&cache, 1) && !is_there(&cache, 2) && is_there(&cache, 5));
		assert!(budget.take(Part::Tasks, 40_960).is_err(), "the first is used");
		assert_eq!((cache.hashes().len(), budget.used(Part::Cache)), (1, 4_096));
		drop((used, task, cache));
		let budget = Budget::new(dir.path(), 4_095);
		let cache = Cache::open(&dir.path().join("files"), u64::MAX, &budget).unwrap();
		assert_eq!((cache.hashes().len(), budget.used(Part::Cache)), (0, 0), "there may be less after a restart");
	}
}
