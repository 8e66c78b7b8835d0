//! Uploads in pieces, which go on after any break.
//!
//! How far an upload has come is the length of its file. The bytes are hashed as they come; after a restart those that
//! are there are hashed anew when the upload is opened again.

use std::{
	collections::HashMap,
	fs::{self, File, OpenOptions},
	io::{self, Read, Seek, Write},
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, Mutex, MutexGuard, PoisonError,
	},
	time::Duration,
};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::{
	error::StoreError,
	store::{blocking, Store},
	token::Grant,
	Cid, Hasher,
};

/// The most uploads in pieces that one may have at once.
pub const MAX_UPLOADS_EACH: usize = 8;

/// How long an upload from before a restart is kept if nobody opens it.
const ORPHAN_LIFE: Duration = Duration::from_secs(24 * 3600);

/// How an upload is called on disk: by its content and by who uploads, so that nobody can spoil another's.
type Name = String;

fn name(grant: &Grant) -> Name {
	format!("{}.{}", grant.cid, hex::encode(&Sha256::digest(&grant.who)[..16]))
}

/// The uploads that have begun.
#[derive(Default)]
pub(crate) struct Uploads(HashMap<Name, Arc<Upload>>);

impl Uploads {
	/// Bytes set aside for them.
	pub(crate) fn reserved(&self) -> u64 {
		self.0.values().map(|upload| upload.length).sum()
	}

	/// Bytes set aside for one's.
	pub(crate) fn reserved_by(&self, who: &str) -> u64 {
		self.of(who).map(|upload| upload.length).sum()
	}

	/// How many there are.
	pub(crate) fn len(&self) -> usize {
		self.0.len()
	}

	fn of<'a>(&'a self, who: &'a str) -> impl Iterator<Item = &'a Arc<Upload>> {
		self.0.values().filter(move |upload| upload.who == who)
	}

	/// Forget those whose tokens are no longer good and on which nobody works, and old ones from before a restart.
	/// Returns how many.
	pub(crate) fn collect(&mut self, dir: &Path, now: u64) -> io::Result<usize> {
		// Who works on one has got it under the lock that is held now.
		let over =
			|upload: &Arc<Upload>| upload.expires.load(Ordering::Relaxed) <= now && Arc::strong_count(upload) == 1;
		let over: Vec<_> = self.0.iter().filter(|(_, upload)| over(upload)).map(|(name, _)| name.clone()).collect();
		for name in &over {
			self.0.remove(name);
			remove(&dir.join(name))?;
		}
		let mut count = over.len();
		for entry in fs::read_dir(dir)? {
			let entry = entry?;
			let name = entry.file_name().to_string_lossy().into_owned();
			let upload = name.split_once('.').is_some_and(|(cid, _)| cid.parse::<Cid>().is_ok());
			if !upload || self.0.contains_key(&name) {
				continue;
			}
			if entry.metadata()?.modified()?.elapsed().is_ok_and(|age| age > ORPHAN_LIFE) {
				remove(&entry.path())?;
				count += 1;
			}
		}
		Ok(count)
	}
}

/// One upload.
pub(crate) struct Upload {
	cid: Cid,
	who: String,
	/// The content's size, in bytes.
	length: u64,
	/// Until when its token is good, in ms.
	expires: AtomicU64,
	progress: Mutex<Progress>,
}

/// How far an upload has come.
#[derive(Default)]
struct Progress {
	/// What is written to; `None` before the first opening.
	file: Option<(File, Hasher)>,
	/// How many bytes are there.
	offset: u64,
	/// Grows with each request to open it or to go on; only the last one may write.
	turn: u64,
	/// Whether it is over, well or not.
	over: bool,
}

impl Upload {
	// Locked before the store's state, never after it.
	fn progress(&self) -> MutexGuard<'_, Progress> {
		self.progress.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// How far an upload has come, for its uploader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
	/// How many bytes are there.
	pub(crate) offset: u64,
	/// How many there will be.
	pub(crate) length: u64,
}

impl Reached {
	pub(crate) fn is_complete(&self) -> bool {
		self.offset == self.length
	}
}

impl Store {
	/// Begin an upload, or open it again. Who wrote to it before may not any more.
	pub(crate) async fn begin(&self, grant: Grant, length: u64) -> Result<Reached, StoreError> {
		let store = self.clone();
		blocking(move || {
			if let Some(size) = store.0.hold_if_there(&grant)? {
				return Ok(Reached { offset: size, length: size });
			}
			let upload = store.upload(&grant, length)?;
			let mut progress = upload.progress();
			store.open_file(&grant, &upload, &mut progress)?;
			// What a connection from before still brings would make the answer wrong.
			progress.turn += 1;
			if progress.offset == length {
				store.finish(&grant, &upload, &mut progress)?;
			}
			Ok(Reached { offset: progress.offset, length })
		})
		.await
	}

	/// How far an upload has come; `None` if it has not begun since the last start.
	pub(crate) async fn reached(&self, grant: Grant) -> Result<Option<Reached>, StoreError> {
		let store = self.clone();
		blocking(move || {
			if let Some(size) = store.0.size_on_disk(&grant.cid)? {
				return Ok(Some(Reached { offset: size, length: size }));
			}
			let upload = store.0.state().uploads.0.get(&name(&grant)).cloned();
			Ok(upload.map(|upload| Reached { offset: upload.progress().offset, length: upload.length }))
		})
		.await
	}

	/// Go on with an upload at an offset. Who did so before may not any more.
	pub(crate) async fn go_on(&self, grant: Grant, offset: u64) -> Result<Turn, StoreError> {
		let store = self.clone();
		blocking(move || {
			let upload = store.0.state().uploads.0.get(&name(&grant)).cloned().ok_or(StoreError::NotOpen)?;
			let mut progress = upload.progress();
			if progress.over || progress.file.is_none() {
				return Err(StoreError::NotOpen);
			}
			if progress.offset != offset {
				return Err(StoreError::OtherOffset(progress.offset));
			}
			progress.turn += 1;
			let turn = progress.turn;
			drop(progress);
			Ok(Turn { store, grant, upload, turn })
		})
		.await
	}

	/// The upload that a grant is for, known or new.
	fn upload(&self, grant: &Grant, length: u64) -> Result<Arc<Upload>, StoreError> {
		let state = &mut *self.0.state();
		if let Some(upload) = state.uploads.0.get(&name(grant)) {
			if upload.length != length {
				return Err(StoreError::OtherLength(upload.length));
			}
			upload.expires.fetch_max(grant.expires, Ordering::Relaxed);
			return Ok(upload.clone());
		}
		if length > grant.max_size {
			return Err(StoreError::TooLarge(grant.max_size));
		}
		if state.uploads.of(&grant.who).count() >= MAX_UPLOADS_EACH {
			return Err(StoreError::TooManyUploads { who: grant.who.clone(), count: MAX_UPLOADS_EACH });
		}
		self.0.check_quotas(state, &grant.cid, &grant.who, length)?;
		let upload = Arc::new(Upload {
			cid: grant.cid,
			who: grant.who.clone(),
			length,
			expires: AtomicU64::new(grant.expires),
			progress: Mutex::default(),
		});
		state.uploads.0.insert(name(grant), upload.clone());
		Ok(upload)
	}

	fn open_file(&self, grant: &Grant, upload: &Upload, progress: &mut Progress) -> Result<(), StoreError> {
		if progress.over {
			return Err(StoreError::NotOpen);
		}
		if progress.file.is_some() {
			return Ok(());
		}
		let path = self.path(grant);
		let mut file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
		if file.metadata()?.len() > upload.length {
			file.set_len(0)?;
		}
		let (mut hasher, mut offset, mut buffer) = (upload.cid.hasher(), 0, vec![0; 256 * 1024]);
		file.rewind()?;
		loop {
			let count = file.read(&mut buffer)?;
			if count == 0 {
				break;
			}
			hasher.update(&buffer[..count]);
			offset += count as u64;
		}
		progress.file = Some((file, hasher));
		progress.offset = offset;
		Ok(())
	}

	/// All bytes are there: they become the content, if they are it.
	fn finish(&self, grant: &Grant, upload: &Upload, progress: &mut Progress) -> Result<(), StoreError> {
		let Some((file, hasher)) = &progress.file else { return Err(StoreError::NotOpen) };
		let right = hasher.clone().finish() == upload.cid;
		if right {
			self.0.sync_file(file, upload.length)?;
		}
		progress.over = true;
		self.arrive(grant, upload, right)?;
		Ok(self.0.sync_place(&upload.cid, upload.length)?)
	}

	fn arrive(&self, grant: &Grant, upload: &Upload, right: bool) -> Result<(), StoreError> {
		let state = &mut *self.0.state();
		state.uploads.0.remove(&name(grant));
		let path = self.path(grant);
		if !right {
			remove(&path)?;
			return Err(StoreError::WrongContent(upload.cid));
		}
		if state.index.is_on_disk(&upload.cid) {
			// Somebody else was faster.
			remove(&path)?;
		} else {
			fs::rename(&path, self.0.place(&upload.cid)?)?;
			state.index.placed(&upload.cid);
		}
		self.0.hold(state, upload.cid, upload.length, &upload.who, grant.keep)
	}

	fn path(&self, grant: &Grant) -> PathBuf {
		self.0.partial().join(name(grant))
	}
}

/// A connection's right to write to an upload, until another one goes on with it.
pub(crate) struct Turn {
	store: Store,
	grant: Grant,
	upload: Arc<Upload>,
	turn: u64,
}

impl Turn {
	/// How many bytes there will be.
	pub(crate) fn length(&self) -> u64 {
		self.upload.length
	}

	/// Take the next bytes. With the last ones, the content is checked and gets its place.
	///
	/// If the caller is dropped meanwhile, the bytes are taken all the same.
	pub(crate) async fn write(self: &Arc<Self>, bytes: Bytes) -> Result<Reached, StoreError> {
		let this = self.clone();
		blocking(move || {
			let progress = &mut *this.upload.progress();
			if progress.turn != this.turn || progress.over {
				return Err(StoreError::NotOpen);
			}
			let length = this.upload.length;
			let offset = progress.offset + bytes.len() as u64;
			if offset > length {
				return Err(StoreError::TooLarge(length));
			}
			let Some((file, hasher)) = &mut progress.file else { return Err(StoreError::NotOpen) };
			if let Err(error) = file.write_all(&bytes) {
				// What was written in part is written again.
				file.set_len(progress.offset)?;
				return Err(error.into());
			}
			hasher.update(&bytes);
			progress.offset = offset;
			if offset == length {
				this.store.finish(&this.grant, &this.upload, progress)?;
			}
			Ok(Reached { offset, length })
		})
		.await
	}
}

fn remove(path: &Path) -> io::Result<()> {
	match fs::remove_file(path) {
		Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
		_ => Ok(()),
	}
}
