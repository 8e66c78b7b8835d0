//! The uploads that have begun.
//!
//! Each counts with the bytes that have come. One on which nobody works for a while is removed, and so is the most idle of
//! too many: beginning an upload takes nothing from others.

use std::{
	collections::HashMap,
	fs::{self, File},
	io,
	path::Path,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, Mutex, MutexGuard, PoisonError,
	},
	time::Duration,
};

use sha2::{Digest, Sha256};

use super::contents::remove_file;
use crate::{
	clock::{after, now_ms},
	error::StoreError,
	token::{Grant, Room},
	Cid, Hasher,
};

/// The most uploads in pieces that one uploader may have at once.
pub const MAX_UPLOADS_EACH: usize = 8;

/// The most that all accounts may have at once, not counting those of results: a worker that brings a result was asked to.
const MAX_UPLOADS: usize = 1_024;

/// How long an upload to which nothing comes is kept.
const IDLE_LIFE: Duration = Duration::from_secs(3_600);

/// How an upload is called on disk: by its content and its uploader, so that nobody can spoil another's.
pub(super) type Name = String;

/// Returns the name of the upload that a grant is for.
pub(super) fn name(grant: &Grant) -> Name {
	let mut hash = Sha256::new_with_prefix(&grant.who);
	if let Some(by) = &grant.by {
		hash.update([0u8]);
		hash.update(by);
	}
	format!("{}.{}", grant.cid, hex::encode(&hash.finalize()[..16]))
}

/// One upload.
pub(super) struct Upload {
	pub(super) cid: Cid,
	/// Whose quota is used.
	pub(super) who: String,
	/// Who brings it.
	uploader: String,
	/// Which part of the store it takes.
	room: Room,
	/// The content's size, in bytes.
	pub(super) length: u64,
	/// Until when its token is good, in ms.
	expires: AtomicU64,
	/// When something came last, in ms.
	touched: AtomicU64,
	/// How many bytes count: those that are there, and those that are being written.
	sent: AtomicU64,
	progress: Mutex<Progress>,
}

/// How far an upload has come.
#[derive(Default)]
pub(super) struct Progress {
	/// What is written to; `None` before the first opening.
	pub(super) file: Option<(File, Hasher)>,
	/// How many bytes are there.
	pub(super) offset: u64,
	/// Grows with each request to open the upload or to resume it; only the last one may write.
	pub(super) turn: u64,
	/// Whether it is over, well or not.
	pub(super) is_over: bool,
}

impl Upload {
	/// Locks how far it has come: before the state of the disk, never after it.
	pub(super) fn progress(&self) -> MutexGuard<'_, Progress> {
		self.progress.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Counts this many bytes from now on.
	pub(super) fn count(&self, sent: u64) {
		self.sent.store(sent, Ordering::Relaxed);
		self.touched.store(now_ms(), Ordering::Relaxed);
	}

	fn sent(&self) -> u64 {
		self.sent.load(Ordering::Relaxed)
	}

	/// Returns whether nobody works on it.
	fn is_idle(self: &Arc<Self>) -> bool {
		// Each worker on an upload got it under the lock that is held now.
		Arc::strong_count(self) == 1
	}

	/// Returns whether its token is no longer good or nothing has come for long, and nobody works on it.
	fn is_left(self: &Arc<Self>, now: u64) -> bool {
		let is_old = after(self.touched.load(Ordering::Relaxed), IDLE_LIFE) <= now;
		(is_old || self.expires.load(Ordering::Relaxed) <= now) && self.is_idle()
	}
}

/// The uploads that have begun since the store was opened, and what is left of earlier ones.
#[derive(Default)]
pub(super) struct Uploads {
	begun: HashMap<Name, Arc<Upload>>,
	/// The bytes of those from before a restart that nobody has opened again.
	orphans: HashMap<Name, u64>,
}

impl Uploads {
	/// Returns what a directory has of uploads from before a restart.
	pub(super) fn after_restart(dir: &Path) -> io::Result<Self> {
		let mut orphans = HashMap::new();
		for entry in fs::read_dir(dir)? {
			let entry = entry?;
			let name = entry.file_name().to_string_lossy().into_owned();
			if is_name(&name) {
				orphans.insert(name, entry.metadata()?.len());
			}
		}
		Ok(Self { begun: HashMap::new(), orphans })
	}

	/// Returns the bytes that have come of all of them.
	pub(super) fn sent(&self) -> u64 {
		self.begun.values().map(|upload| upload.sent()).sum::<u64>().saturating_add(self.orphaned())
	}

	/// Returns the bytes of those from before a restart.
	pub(super) fn orphaned(&self) -> u64 {
		self.orphans.values().sum()
	}

	/// Returns the bytes that have come of those in a part of the store.
	pub(super) fn sent_in(&self, room: Room) -> u64 {
		self.begun.values().filter(|upload| upload.room == room).map(|upload| upload.sent()).sum()
	}

	/// Returns the bytes that have come of those on one holder's quota.
	pub(super) fn sent_by(&self, who: &str) -> u64 {
		self.begun.values().filter(|upload| upload.who == who).map(|upload| upload.sent()).sum()
	}

	/// Returns how many there are.
	pub(super) fn len(&self) -> usize {
		self.begun.len()
	}

	/// Returns the upload that a grant is for, if it has begun.
	pub(super) fn get(&self, grant: &Grant) -> Option<Arc<Upload>> {
		self.begun.get(&name(grant)).cloned()
	}

	/// Returns the upload of this many bytes that a grant is for, if it has begun. It lasts as long as the grant then.
	pub(super) fn renew(&self, grant: &Grant, length: u64) -> Result<Option<Arc<Upload>>, StoreError> {
		let Some(upload) = self.get(grant) else { return Ok(None) };
		if upload.length != length {
			return Err(StoreError::OtherLength(upload.length));
		}
		upload.expires.fetch_max(grant.expires, Ordering::Relaxed);
		Ok(Some(upload))
	}

	/// Admits one more upload: fails if the uploader has too many, and ends the idlest of all if those of accounts are too
	/// many.
	pub(super) fn admit(&mut self, grant: &Grant, dir: &Path) -> Result<(), StoreError> {
		let who = grant.uploader();
		if self.begun.values().filter(|upload| upload.uploader == who).count() >= MAX_UPLOADS_EACH {
			return Err(StoreError::TooManyUploads { who: who.into(), count: MAX_UPLOADS_EACH });
		}
		let of_accounts = self.begun.iter().filter(|(_, upload)| upload.room != Room::Results);
		if grant.room == Room::Results || of_accounts.clone().count() < MAX_UPLOADS {
			return Ok(());
		}
		let idle = of_accounts.filter(|(_, upload)| upload.is_idle());
		let idlest =
			idle.min_by_key(|(_, upload)| upload.touched.load(Ordering::Relaxed)).map(|(name, _)| name.clone());
		let Some(idlest) = idlest else {
			return Err(StoreError::TooManyUploads { who: "this store".into(), count: MAX_UPLOADS });
		};
		self.begun.remove(&idlest);
		Ok(remove_file(&dir.join(idlest))?)
	}

	/// Returns the bytes that are there of the upload that a grant is for, from before a restart.
	pub(super) fn orphan(&self, grant: &Grant) -> u64 {
		self.orphans.get(&name(grant)).copied().unwrap_or(0)
	}

	/// Begins the upload of this many bytes that a grant is for.
	pub(super) fn insert(&mut self, grant: &Grant, length: u64) -> Arc<Upload> {
		let name = name(grant);
		let upload = Arc::new(Upload {
			cid: grant.cid,
			who: grant.who.clone(),
			uploader: grant.uploader().into(),
			room: grant.room,
			length,
			expires: AtomicU64::new(grant.expires),
			touched: AtomicU64::new(now_ms()),
			sent: AtomicU64::new(self.orphans.remove(&name).unwrap_or(0)),
			progress: Mutex::default(),
		});
		self.begun.insert(name, upload.clone());
		upload
	}

	/// Ends the upload that a grant is for. Its file stays.
	pub(super) fn remove(&mut self, grant: &Grant) {
		self.begun.remove(&name(grant));
	}

	/// Removes uploads whose tokens are no longer good or to which nothing came for long, and on which nobody works.
	/// Returns how many.
	pub(super) fn collect(&mut self, dir: &Path, now: u64) -> io::Result<usize> {
		let left: Vec<_> =
			self.begun.iter().filter(|(_, upload)| upload.is_left(now)).map(|(name, _)| name.clone()).collect();
		for name in &left {
			self.begun.remove(name);
			remove_file(&dir.join(name))?;
		}
		let mut count = left.len();
		for name in self.orphans.keys().cloned().collect::<Vec<_>>() {
			let path = dir.join(&name);
			let is_old = match fs::metadata(&path) {
				Ok(metadata) => metadata.modified()?.elapsed().is_ok_and(|age| age > IDLE_LIFE),
				Err(error) if error.kind() == io::ErrorKind::NotFound => true,
				Err(error) => return Err(error),
			};
			if is_old {
				self.orphans.remove(&name);
				remove_file(&path)?;
				count += 1;
			}
		}
		Ok(count)
	}
}

/// Returns whether an upload can be called so.
fn is_name(name: &str) -> bool {
	name.split_once('.').is_some_and(|(cid, _)| cid.parse::<Cid>().is_ok())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::Keep;

	fn grant(n: u32) -> Grant {
		let mut digest = [0; 32];
		digest[..4].copy_from_slice(&n.to_le_bytes());
		Grant {
			cid: Cid::of_sha256(digest),
			max_size: 10,
			expires: u64::MAX,
			who: n.to_string(),
			by: None,
			room: Room::Trials,
			quota: None,
			keep: Keep::Retention,
		}
	}

	#[test]
	fn idlest_of_too_many_uploads_gives_way_but_never_one_that_is_worked_on() {
		let dir = tempfile::tempdir().unwrap();
		let mut uploads = Uploads::default();
		let worked_on = uploads.insert(&grant(0), 10);
		worked_on.touched.store(0, Ordering::Relaxed);
		for n in 1..MAX_UPLOADS as u32 {
			uploads.admit(&grant(n), dir.path()).unwrap();
			uploads.insert(&grant(n), 10).touched.store(n.into(), Ordering::Relaxed);
		}
		fs::write(dir.path().join(name(&grant(1))), "some").unwrap();
		uploads.admit(&grant(9_999), dir.path()).unwrap();
		assert!(uploads.get(&grant(0)).is_some() && uploads.get(&grant(1)).is_none());
		assert!(!dir.path().join(name(&grant(1))).exists());
		assert_eq!(uploads.len(), MAX_UPLOADS - 1);
	}

	#[test]
	fn results_are_never_kept_out_by_uploads_of_accounts() {
		let dir = tempfile::tempdir().unwrap();
		let mut uploads = Uploads::default();
		let all = (0..MAX_UPLOADS as u32).map(|n| uploads.insert(&grant(n), 10)).collect::<Vec<_>>();
		let full = uploads.admit(&grant(9_999), dir.path());
		assert!(matches!(full, Err(StoreError::TooManyUploads { .. })));
		uploads.admit(&Grant { room: Room::Results, ..grant(9_999) }, dir.path()).unwrap();
		assert_eq!(all.len(), uploads.len());
	}

	#[test]
	fn uploads_of_one_content_for_one_holder_are_told_apart_by_who_brings_them() {
		let by = |by: &str| name(&Grant { by: Some(by.into()), ..grant(1) });
		assert_ne!(by("a"), by("b"));
		assert_ne!(by("a"), name(&grant(1)));
		assert_ne!(by("a"), name(&Grant { who: "1a".into(), ..grant(1) }));
	}

	#[test]
	fn upload_to_which_nothing_comes_is_removed_though_its_token_is_good() {
		let dir = tempfile::tempdir().unwrap();
		let mut uploads = Uploads::default();
		uploads.insert(&grant(1), 10).count(4);
		assert_eq!((uploads.sent(), uploads.sent_in(Room::Trials), uploads.sent_by("1")), (4, 4, 4));
		let end = after(now_ms(), IDLE_LIFE);
		assert_eq!(uploads.collect(dir.path(), end - 60_000).unwrap(), 0);
		assert_eq!(uploads.collect(dir.path(), end + 60_000).unwrap(), 1);
		assert_eq!((uploads.sent(), uploads.len()), (0, 0));
	}
}
