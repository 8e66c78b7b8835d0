//! What was prepared for one job serves the next: compiled modules, unpacked images.

use std::{
	collections::HashMap,
	fs,
	io::{self, Read},
	os::unix::fs::MetadataExt,
	path::Path,
	sync::{Mutex, MutexGuard, PoisonError},
};

use sha2::{Digest, Sha256};

use crate::Stop;

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
	value: V,
	last_use: u64,
	bytes: u64,
}

impl<V: Clone> Kept<V> {
	/// Keeps this many things, of this many bytes altogether.
	pub fn new(most: usize, most_bytes: u64) -> Self {
		Self { entries: Mutex::new(Entries { by_key: HashMap::new(), uses: 0 }), most, most_bytes }
	}

	/// Returns the thing, if it is there.
	pub fn get(&self, key: &Sha) -> Option<V> {
		let mut entries = lock(&self.entries);
		entries.uses += 1;
		let uses = entries.uses;
		let entry = entries.by_key.get_mut(key)?;
		entry.last_use = uses;
		Some(entry.value.clone())
	}

	/// Keeps a thing that was made, of so many bytes.
	pub fn keep(&self, key: Sha, value: V, bytes: u64) {
		let mut entries = lock(&self.entries);
		entries.uses += 1;
		let last_use = entries.uses;
		let before = entries.by_key.insert(key, Entry { value, last_use, bytes });
		let gone = entries.shrink(self.most, self.most_bytes, &key);
		drop(entries);
		// Without the lock: that may take a while.
		drop((before, gone));
	}

	/// Returns how many bytes the things have that nobody uses.
	pub fn idle(&self, is_idle: impl Fn(&V) -> bool) -> u64 {
		let entries = lock(&self.entries);
		entries.by_key.values().filter(|entry| is_idle(&entry.value)).map(|entry| entry.bytes).sum()
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

impl<V> Entries<V> {
	/// Takes out the least recently used of the things that nobody uses.
	fn take_idle(&mut self, is_idle: impl Fn(&V) -> bool) -> Option<Entry<V>> {
		let idle = self.by_key.iter().filter(|(_, entry)| is_idle(&entry.value));
		let key = idle.min_by_key(|(_, entry)| entry.last_use).map(|(key, _)| *key)?;
		self.by_key.remove(&key)
	}

	/// Takes out what is too much.
	fn shrink(&mut self, most: usize, most_bytes: u64, newest: &Sha) -> Vec<Entry<V>> {
		let mut gone = Vec::new();
		let mut bytes: u64 = self.by_key.values().map(|entry| entry.bytes).sum();
		while self.by_key.len() > most || bytes > most_bytes {
			let others = self.by_key.iter().filter(|(key, _)| *key != newest);
			let Some(key) = others.min_by_key(|(_, entry)| entry.last_use).map(|(key, _)| *key) else { break };
			let Some(entry) = self.by_key.remove(&key) else { break };
			bytes -= entry.bytes;
			gone.push(entry);
		}
		gone
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

	/// Returns the digest of a file of up to so many bytes.
	///
	/// # Errors
	///
	/// If it cannot be read or has more bytes, or if it is stopped.
	pub fn of(&self, file: &Path, most: u64, stop: &Stop) -> io::Result<Sha> {
		let identity = Identity::of(file)?;
		if let Some(digest) = lock(&self.0).get(&identity) {
			return Ok(*digest);
		}
		let mut hasher = Sha256::new();
		// Whatever its size was: whoever handed it over may write to it.
		let mut from = UntilStopped::new(fs::File::open(file)?, stop).take(most.saturating_add(1));
		if io::copy(&mut from, &mut hasher)? > most {
			return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {most} bytes")));
		}
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

/// Reads until it is stopped.
pub struct UntilStopped<R> {
	from: R,
	stop: Stop,
}

impl<R> UntilStopped<R> {
	/// Reads from this.
	pub fn new(from: R, stop: &Stop) -> Self {
		Self { from, stop: stop.clone() }
	}
}

impl<R: Read> Read for UntilStopped<R> {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		if self.stop.is_stopped() {
			return Err(io::Error::new(io::ErrorKind::TimedOut, "it was stopped"));
		}
		self.from.read(buffer)
	}
}

/// Locks a mutex, even after a panic: each step leaves the maps whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Keeps a thing, whose value is its key.
	fn keep(kept: &Kept<u8>, things: &[(u8, u64)]) {
		for (key, bytes) in things {
			kept.keep([*key; 32], *key, *bytes);
		}
	}

	#[test]
	fn least_recently_used_goes_first() {
		let kept = Kept::new(2, 100);
		keep(&kept, &[(1, 1), (2, 1)]);
		assert_eq!(kept.get(&[1; 32]), Some(1));
		keep(&kept, &[(3, 1)]);
		assert_eq!((kept.get(&[1; 32]), kept.get(&[2; 32]), kept.get(&[3; 32])), (Some(1), None, Some(3)));
	}

	#[test]
	fn bytes_are_bounded_but_the_newest_stays() {
		let kept = Kept::new(10, 100);
		keep(&kept, &[(1, 60), (2, 60)]);
		assert_eq!((kept.get(&[1; 32]), kept.get(&[2; 32])), (None, Some(2)));
		keep(&kept, &[(3, 200)]);
		assert_eq!((kept.get(&[2; 32]), kept.get(&[3; 32])), (None, Some(3)));
	}

	#[test]
	fn what_nobody_uses_is_let_go_the_least_recently_used_first() {
		let kept = Kept::new(10, 100);
		keep(&kept, &[(1, 10), (2, 10), (3, 10), (4, 10)]);
		let is_idle = |thing: &u8| *thing != 2;
		assert_eq!(kept.idle(is_idle), 30);
		kept.let_go(11, is_idle);
		let left = [1, 2, 3, 4].map(|key| kept.get(&[key; 32]).is_some());
		assert_eq!(left, [false, true, false, true]);
		kept.let_go(100, is_idle);
		assert_eq!((kept.idle(is_idle), kept.get(&[2; 32])), (0, Some(2)));
	}

	#[test]
	fn thing_that_was_made_twice_is_kept_once() {
		let kept = Kept::new(10, 100);
		keep(&kept, &[(1, 60), (2, 30), (1, 60)]);
		assert_eq!((kept.get(&[1; 32]), kept.get(&[2; 32]), kept.idle(|_| true)), (Some(1), Some(2), 90));
	}

	#[test]
	fn file_without_end_is_read_as_far_as_allowed() {
		let directory = tempfile::tempdir().unwrap();
		let (file, digests) = (directory.path().join("file"), Digests::default());
		fs::write(&file, "12345").unwrap();
		assert!(digests.of(&file, 4, &Stop::new()).is_err());
		assert!(digests.of(&file, 5, &Stop::new()).is_ok());
		// Longer than anybody could wait for; it takes nothing of the disk.
		fs::File::create(&file).unwrap().set_len(1 << 42).unwrap();
		let error = digests.of(&file, 1 << 20, &Stop::new()).unwrap_err();
		assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
		let stop = Stop::new();
		std::thread::scope(|scope| {
			let hashing = scope.spawn(|| digests.of(&file, u64::MAX, &stop));
			std::thread::sleep(std::time::Duration::from_millis(50));
			stop.stop();
			assert_eq!(hashing.join().unwrap().unwrap_err().kind(), io::ErrorKind::TimedOut);
		});
	}

	#[test]
	fn changed_file_has_another_digest() {
		let directory = tempfile::tempdir().unwrap();
		let (file, digests) = (directory.path().join("file"), Digests::default());
		let of = |file: &Path| digests.of(file, 10, &Stop::new()).unwrap();
		fs::write(&file, "one").unwrap();
		assert_eq!(digests.known(&file).unwrap(), None);
		let one = of(&file);
		assert_eq!(digests.known(&file).unwrap(), Some(one));
		fs::write(&file, "three").unwrap();
		assert_eq!(digests.known(&file).unwrap(), None);
		let three = <Sha>::from(Sha256::digest("three"));
		assert_eq!(digests.read(&file, 10).unwrap(), (three, b"three".to_vec()));
		assert_eq!((digests.known(&file).unwrap(), of(&file)), (Some(three), three));
	}
}
