//! The uploads that have begun.

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
use crate::{error::StoreError, token::Grant, Cid, Hasher};

/// The most uploads in pieces that one uploader may have at once.
pub const MAX_UPLOADS_EACH: usize = 8;

/// How long an upload from before a restart is kept if it is not opened again.
const ORPHAN_LIFE: Duration = Duration::from_secs(24 * 3600);

/// How an upload is called on disk: by its content and its uploader, so that nobody can spoil another's.
pub(super) type Name = String;

/// Returns the name of the upload that a grant is for.
pub(super) fn name(grant: &Grant) -> Name {
	format!("{}.{}", grant.cid, hex::encode(&Sha256::digest(&grant.who)[..16]))
}

/// One upload.
pub(super) struct Upload {
	pub(super) cid: Cid,
	pub(super) who: String,
	/// The content's size, in bytes.
	pub(super) length: u64,
	/// Until when its token is good, in ms.
	expires: AtomicU64,
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

	/// Returns whether its token is no longer good, and nobody works on it.
	fn is_left(self: &Arc<Self>, now: u64) -> bool {
		// Each worker on an upload got it under the lock that is held now.
		self.expires.load(Ordering::Relaxed) <= now && Arc::strong_count(self) == 1
	}
}

/// The uploads that have begun since the store was opened.
#[derive(Default)]
pub(super) struct Uploads(HashMap<Name, Arc<Upload>>);

impl Uploads {
	/// Returns the bytes set aside for all of them.
	pub(super) fn reserved(&self) -> u64 {
		self.0.values().map(|upload| upload.length).sum()
	}

	/// Returns the bytes set aside for those of one uploader.
	pub(super) fn reserved_by(&self, who: &str) -> u64 {
		self.of(who).map(|upload| upload.length).sum()
	}

	/// Returns how many there are.
	pub(super) fn len(&self) -> usize {
		self.0.len()
	}

	fn of<'a>(&'a self, who: &'a str) -> impl Iterator<Item = &'a Arc<Upload>> {
		self.0.values().filter(move |upload| upload.who == who)
	}

	/// Returns the upload that a grant is for, if it has begun.
	pub(super) fn get(&self, grant: &Grant) -> Option<Arc<Upload>> {
		self.0.get(&name(grant)).cloned()
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

	/// Fails if an uploader may not begin another upload.
	pub(super) fn check_count(&self, who: &str) -> Result<(), StoreError> {
		if self.of(who).count() >= MAX_UPLOADS_EACH {
			return Err(StoreError::TooManyUploads { who: who.into(), count: MAX_UPLOADS_EACH });
		}
		Ok(())
	}

	/// Begins the upload of this many bytes that a grant is for.
	pub(super) fn insert(&mut self, grant: &Grant, length: u64) -> Arc<Upload> {
		let upload = Arc::new(Upload {
			cid: grant.cid,
			who: grant.who.clone(),
			length,
			expires: AtomicU64::new(grant.expires),
			progress: Mutex::default(),
		});
		self.0.insert(name(grant), upload.clone());
		upload
	}

	/// Ends the upload that a grant is for. Its file stays.
	pub(super) fn remove(&mut self, grant: &Grant) {
		self.0.remove(&name(grant));
	}

	/// Removes uploads whose tokens are no longer good and on which nobody works, and old ones from before a restart.
	/// Returns how many.
	pub(super) fn collect(&mut self, dir: &Path, now: u64) -> io::Result<usize> {
		let left: Vec<_> =
			self.0.iter().filter(|(_, upload)| upload.is_left(now)).map(|(name, _)| name.clone()).collect();
		for name in &left {
			self.0.remove(name);
			remove_file(&dir.join(name))?;
		}
		let mut count = left.len();
		for entry in fs::read_dir(dir)? {
			let entry = entry?;
			let name = entry.file_name().to_string_lossy().into_owned();
			let is_upload = name.split_once('.').is_some_and(|(cid, _)| cid.parse::<Cid>().is_ok());
			if !is_upload || self.0.contains_key(&name) {
				continue;
			}
			if entry.metadata()?.modified()?.elapsed().is_ok_and(|age| age > ORPHAN_LIFE) {
				remove_file(&entry.path())?;
				count += 1;
			}
		}
		Ok(count)
	}
}
