//! What was prepared for one job serves the next: compiled modules, unpacked images.

use std::{
	collections::HashMap,
	fs,
	io::{self, Read},
	os::unix::fs::MetadataExt,
	path::Path,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sha2::{Digest, Sha256};

/// The SHA-256 of a file.
pub type Sha = [u8; 32];

/// Things by the digest of what they were made from; the least recently used go first.
#[derive(Debug)]
pub struct Kept<V> {
	entries: Mutex<Entries<V>>,
	most: usize,
	most_bytes: u64,
}

#[derive(Debug)]
struct Entries<V> {
	by_key: HashMap<Sha, Entry<V>>,
	/// Counts the uses, so that they can be ordered.
	uses: u64,
}

#[derive(Debug)]
struct Entry<V> {
	/// Held while the thing is made, so that other threads that need it wait instead of making it again.
	slot: Arc<Mutex<Option<V>>>,
	last_use: u64,
	bytes: u64,
}

impl<V: Clone> Kept<V> {
	/// Keeps this many things, of this many bytes altogether.
	pub fn new(most: usize, most_bytes: u64) -> Self {
		Self { entries: Mutex::new(Entries { by_key: HashMap::new(), uses: 0 }), most, most_bytes }
	}

	/// Returns the thing, if it is there by now.
	pub fn get(&self, key: &Sha) -> Option<V> {
		let mut entries = lock(&self.entries);
		entries.uses += 1;
		let uses = entries.uses;
		let entry = entries.by_key.get_mut(key)?;
		entry.last_use = uses;
		let slot = entry.slot.try_lock().ok()?;
		slot.clone()
	}

	/// Returns the thing; `make` makes it and says how many bytes it takes. Waits while another thread makes the same.
	///
	/// # Errors
	///
	/// Those of `make`. The next caller tries again.
	pub fn get_or_make<E>(&self, key: Sha, make: impl FnOnce() -> Result<(V, u64), E>) -> Result<V, E> {
		let slot = {
			let mut entries = lock(&self.entries);
			entries.uses += 1;
			let last_use = entries.uses;
			let entry = entries.by_key.entry(key).or_insert_with(|| Entry { slot: Arc::default(), last_use, bytes: 0 });
			entry.last_use = last_use;
			entry.slot.clone()
		};
		let made = {
			let mut kept = lock(&slot);
			if let Some(value) = &*kept {
				return Ok(value.clone());
			}
			let made = make();
			if let Ok((value, _)) = &made {
				*kept = Some(value.clone());
			}
			made
		};
		let mut entries = lock(&self.entries);
		let (value, bytes) = made.inspect_err(|_| {
			entries.by_key.remove(&key);
		})?;
		if let Some(entry) = entries.by_key.get_mut(&key) {
			entry.bytes = bytes;
		}
		entries.shrink(self.most, self.most_bytes, &key);
		Ok(value)
	}

	/// Returns how many bytes the things have that nobody uses.
	pub fn idle(&self, is_idle: impl Fn(&V) -> bool) -> u64 {
		let entries = lock(&self.entries);
		entries.by_key.values().filter(|entry| entry.is_idle(&is_idle)).map(|entry| entry.bytes).sum()
	}

	/// Lets go of things that nobody uses until they have this many bytes, or nothing is left.
	pub fn let_go(&self, bytes: u64, is_idle: impl Fn(&V) -> bool) {
		let mut gone = 0;
		while gone < bytes {
			// Dropped without the lock: that may take a while.
			let Some(entry) = lock(&self.entries).take_idle(&is_idle) else { return };
			gone += entry.bytes;
		}
	}
}

impl<V> Entry<V> {
	/// Returns whether it is made, and nobody uses it.
	fn is_idle(&self, is_idle: impl Fn(&V) -> bool) -> bool {
		self.slot.try_lock().is_ok_and(|slot| slot.as_ref().is_some_and(is_idle))
	}
}

impl<V> Entries<V> {
	/// Takes out the least recently used of the things that nobody uses.
	fn take_idle(&mut self, is_idle: impl Fn(&V) -> bool) -> Option<Entry<V>> {
		let idle = self.by_key.iter().filter(|(_, entry)| entry.is_idle(&is_idle));
		let key = idle.min_by_key(|(_, entry)| entry.last_use).map(|(key, _)| *key)?;
		self.by_key.remove(&key)
	}

	fn shrink(&mut self, most: usize, most_bytes: u64, newest: &Sha) {
		let mut bytes: u64 = self.by_key.values().map(|entry| entry.bytes).sum();
		while self.by_key.len() > most || bytes > most_bytes {
			let others = self.by_key.iter().filter(|(key, _)| *key != newest);
			let Some((key, _)) = others.min_by_key(|(_, entry)| entry.last_use) else { break };
			let key = *key;
			bytes -= self.by_key.remove(&key).map_or(0, |entry| entry.bytes);
		}
	}
}

/// Remembers the digests of files, so that a large app is not read again for each task.
#[derive(Debug, Default)]
pub struct Digests(Mutex<HashMap<Identity, Sha>>);

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Identity {
	device: u64,
	inode: u64,
	bytes: u64,
	changed: (i64, i64),
}

/// Beyond this number, all are dropped and computed again.
const MOST_DIGESTS: usize = 4096;

impl Digests {
	/// Returns the digest of a file, if it is known.
	///
	/// # Errors
	///
	/// If the file does not exist.
	pub fn known(&self, file: &Path) -> io::Result<Option<Sha>> {
		Ok(lock(&self.0).get(&Identity::of(file)?).copied())
	}

	/// Returns the digest of a file.
	///
	/// # Errors
	///
	/// If it cannot be read.
	pub fn of(&self, file: &Path) -> io::Result<Sha> {
		let identity = Identity::of(file)?;
		if let Some(digest) = lock(&self.0).get(&identity) {
			return Ok(*digest);
		}
		let mut hasher = Sha256::new();
		io::copy(&mut fs::File::open(file)?, &mut hasher)?;
		let digest = hasher.finalize().into();
		self.remember(identity, digest);
		Ok(digest)
	}

	/// Returns a file, up to so many bytes, and the digest of that.
	///
	/// # Errors
	///
	/// If it cannot be read.
	pub fn read(&self, file: &Path, most: u64) -> io::Result<(Sha, Vec<u8>)> {
		let (identity, mut bytes) = (Identity::of(file)?, Vec::new());
		fs::File::open(file)?.take(most).read_to_end(&mut bytes)?;
		let digest = Sha256::digest(&bytes).into();
		self.remember(identity, digest);
		Ok((digest, bytes))
	}

	fn remember(&self, identity: Identity, digest: Sha) {
		let mut digests = lock(&self.0);
		if digests.len() >= MOST_DIGESTS {
			digests.clear();
		}
		digests.insert(identity, digest);
	}
}

impl Identity {
	fn of(file: &Path) -> io::Result<Self> {
		let data = fs::metadata(file)?;
		Ok(Self {
			device: data.dev(),
			inode: data.ino(),
			bytes: data.len(),
			changed: (data.ctime(), data.ctime_nsec()),
		})
	}
}

/// Locks a mutex, even after a panic: each step leaves the maps whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn made(kept: &Kept<u8>, key: u8, bytes: u64) -> bool {
		let mut made = false;
		kept.get_or_make([key; 32], || {
			made = true;
			Ok::<_, ()>((key, bytes))
		})
		.unwrap();
		made
	}

	#[test]
	fn least_recently_used_goes_first() {
		let kept = Kept::new(2, 100);
		assert!(made(&kept, 1, 1) && made(&kept, 2, 1));
		assert_eq!(kept.get(&[1; 32]), Some(1));
		assert!(made(&kept, 3, 1));
		assert_eq!((kept.get(&[1; 32]), kept.get(&[2; 32]), kept.get(&[3; 32])), (Some(1), None, Some(3)));
	}

	#[test]
	fn bytes_are_bounded_but_the_newest_stays() {
		let kept = Kept::new(10, 100);
		assert!(made(&kept, 1, 60) && made(&kept, 2, 60));
		assert_eq!((kept.get(&[1; 32]), kept.get(&[2; 32])), (None, Some(2)));
		assert!(made(&kept, 3, 200));
		assert_eq!((kept.get(&[2; 32]), kept.get(&[3; 32])), (None, Some(3)));
	}

	#[test]
	fn what_nobody_uses_is_let_go_the_least_recently_used_first() {
		let kept = Kept::new(10, 100);
		assert!(made(&kept, 1, 10) && made(&kept, 2, 10) && made(&kept, 3, 10) && made(&kept, 4, 10));
		let is_idle = |thing: &u8| *thing != 2;
		assert_eq!(kept.idle(is_idle), 30);
		kept.let_go(11, is_idle);
		let left = [1, 2, 3, 4].map(|key| kept.get(&[key; 32]).is_some());
		assert_eq!(left, [false, true, false, true]);
		kept.let_go(100, is_idle);
		assert_eq!((kept.idle(is_idle), kept.get(&[2; 32])), (0, Some(2)));
	}

	#[test]
	fn what_failed_is_tried_again() {
		let kept = Kept::new(10, 100);
		assert_eq!(kept.get_or_make([1; 32], || Err("no")), Err("no"));
		assert!(made(&kept, 1, 1));
		assert!(!made(&kept, 1, 1));
	}

	#[test]
	fn changed_file_has_another_digest() {
		let directory = tempfile::tempdir().unwrap();
		let (file, digests) = (directory.path().join("file"), Digests::default());
		fs::write(&file, "one").unwrap();
		assert_eq!(digests.known(&file).unwrap(), None);
		let one = digests.of(&file).unwrap();
		assert_eq!(digests.known(&file).unwrap(), Some(one));
		fs::write(&file, "three").unwrap();
		assert_eq!(digests.known(&file).unwrap(), None);
		let three = <Sha>::from(Sha256::digest("three"));
		assert_eq!(digests.read(&file, 10).unwrap(), (three, b"three".to_vec()));
		assert_eq!((digests.known(&file).unwrap(), digests.of(&file).unwrap()), (Some(three), three));
	}
}
