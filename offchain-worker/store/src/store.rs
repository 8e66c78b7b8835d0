//! The store on disk.
//!
//! | in the store's directory | what |
//! |---|---|
//! | `objects/ab/bafkrei…` | whole contents, by the first byte of their hash |
//! | `partial/bafkrei….WHO` | uploads that have begun |
//! | `partial/put-…` | contents that are being written; removed at the next start |
//! | `journal` | who holds what until when, and what the IPFS node has |
//! | `lock` | held by the one process that uses the directory |

use std::{
	collections::HashMap,
	fs::{self, File},
	io::{self, Read, Write},
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use tempfile::NamedTempFile;
use tokio::sync::Notify;

use crate::{
	error::StoreError,
	index::{Index, FOR_EVER},
	lock::lock_patiently,
	token::{self, Grant, Keep, TokenError},
	upload::Uploads,
	Cid, HashKind, Ipfs,
};

/// How what is being written is called.
const WRITING: &str = "put-";

/// How a store is run.
#[derive(Clone)]
pub struct StoreConfig {
	/// How much it holds, in bytes, with the uploads that have begun.
	pub quota_total: u64,
	/// How much it holds for each of those who store, in bytes.
	pub quota_each: u64,
	/// How long it keeps things if nothing else is said.
	pub retention: Duration,
	/// The secret behind its tokens. The same after a restart, or tokens given out before are void.
	pub key: [u8; 32],
	/// The IPFS node that keeps its contents, once [`Store::mirror`] has brought them there. Nobody else may pin there what
	/// this store holds: it is unpinned when the store needs it no more.
	pub ipfs: Option<Ipfs>,
	/// How much of what the node has stays on the disk all the same, in bytes.
	pub cache_size: u64,
}

impl StoreConfig {
	/// 64 GiB in all, 16 GiB each, kept for 30 days, on the disk only.
	pub fn new(key: [u8; 32]) -> Self {
		Self {
			quota_total: 64 << 30,
			quota_each: 16 << 30,
			retention: Duration::from_secs(30 * 24 * 3600),
			key,
			ipfs: None,
			cache_size: 4 << 30,
		}
	}
}

/// What was removed by [`Store::collect`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
	/// Contents that nobody holds any more.
	pub objects: usize,
	/// Their bytes.
	pub bytes: u64,
	/// Uploads that were left unfinished.
	pub uploads: usize,
}

/// How full a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
	/// Contents.
	pub objects: usize,
	/// Their bytes.
	pub bytes: u64,
	/// Bytes set aside for uploads that have begun.
	pub reserved: u64,
	/// Uploads that have begun.
	pub uploads: usize,
	/// How many bytes there may be in all.
	pub quota: u64,
	/// Contents that are not on the store's IPFS node yet; 0 without one.
	pub unmirrored: usize,
}

/// A store: contents on disk by their CIDs. Cloning gives another handle on the same.
#[derive(Clone)]
pub struct Store(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
	dir: PathBuf,
	pub(crate) config: StoreConfig,
	state: Mutex<State>,
	/// Told when the IPFS node may have something to do.
	pub(crate) changed: Notify,
	/// Held as long as the store is open.
	_lock: File,
}

/// What changes. Locked for moments only, also while files take or leave their places.
pub(crate) struct State {
	pub(crate) index: Index,
	pub(crate) uploads: Uploads,
}

impl Store {
	/// Open the store in a directory, which is made if it is not there.
	///
	/// # Errors
	///
	/// [`StoreError::InUse`], or [`StoreError::Disk`].
	pub async fn open(dir: &Path, config: StoreConfig) -> Result<Self, StoreError> {
		let dir = dir.to_path_buf();
		blocking(move || {
			fs::create_dir_all(dir.join("objects"))?;
			fs::create_dir_all(dir.join("partial"))?;
			let lock = File::create(dir.join("lock"))?;
			if !lock_patiently(&lock)? {
				return Err(StoreError::InUse(dir));
			}
			for entry in fs::read_dir(dir.join("partial"))? {
				let entry = entry?;
				if entry.file_name().to_string_lossy().starts_with(WRITING) {
					fs::remove_file(entry.path())?;
				}
			}
			let default_until = end(now_ms(), config.retention);
			let index = Index::open(&dir.join("journal"), objects_in(&dir.join("objects"))?, default_until)?;
			let elsewhere = index.only_on_node();
			if config.ipfs.is_none() && elsewhere > 0 {
				log::warn!("{elsewhere} contents are on an IPFS node only; start with its RPC again to have them");
			}
			let state = Mutex::new(State { index, uploads: Uploads::default() });
			Ok(Self(Arc::new(Inner { dir, config, state, changed: Notify::new(), _lock: lock })))
		})
		.await
	}

	/// A token that allows an upload over [`routes`](crate::routes). Nothing is remembered of it.
	pub fn token(&self, grant: &Grant) -> String {
		token::sign(&self.0.config.key, grant)
	}

	/// What a token allows now, for a content.
	///
	/// # Errors
	///
	/// [`TokenError`].
	pub fn check_token(&self, token: &str, cid: &Cid) -> Result<Grant, TokenError> {
		token::check(&self.0.config.key, token, cid, now_ms())
	}

	/// Store a content for somebody, for the usual time: bytes (`Cursor`, `&'static [u8]`) or a file.
	///
	/// # Errors
	///
	/// [`StoreError`], if there is no room, or reading or writing fails.
	pub async fn put(
		&self,
		mut content: impl Read + Send + 'static,
		kind: HashKind,
		who: &str,
	) -> Result<Cid, StoreError> {
		let (store, who) = (self.clone(), who.to_string());
		blocking(move || {
			let mut file = store.0.new_file()?;
			let (mut hasher, mut size, mut buffer) = (kind.hasher(), 0, vec![0; 64 * 1024]);
			loop {
				let count = content.read(&mut buffer)?;
				if count == 0 {
					break;
				}
				size += count as u64;
				if size > store.0.config.quota_each.min(store.0.config.quota_total) {
					return Err(StoreError::TooLarge(store.0.config.quota_each.min(store.0.config.quota_total)));
				}
				hasher.update(&buffer[..count]);
				file.write_all(&buffer[..count])?;
			}
			let cid = hasher.finish();
			store.0.take(file, cid, size, &who, Keep::Retention)?;
			Ok(cid)
		})
		.await
	}

	/// Store bytes that a token allows.
	pub(crate) async fn put_granted(&self, grant: Grant, bytes: Bytes) -> Result<(), StoreError> {
		let store = self.clone();
		blocking(move || {
			if !grant.cid.verify(&bytes) {
				return Err(StoreError::WrongContent(grant.cid));
			}
			if store.0.hold_if_there(&grant)?.is_some() {
				return Ok(());
			}
			let mut file = store.0.new_file()?;
			file.write_all(&bytes)?;
			store.0.take(file, grant.cid, bytes.len() as u64, &grant.who, grant.keep)
		})
		.await
	}

	/// Somebody needs a content no more. It goes at once if nobody else does.
	///
	/// # Errors
	///
	/// [`StoreError::Disk`].
	pub async fn release(&self, cid: &Cid, who: &str) -> Result<(), StoreError> {
		let (inner, cid, who) = (self.0.clone(), *cid, who.to_string());
		blocking(move || inner.release(&mut inner.state(), &cid, &who).map(|_| ())).await
	}

	/// Keep a content for somebody until it is unpinned or released.
	///
	/// # Errors
	///
	/// [`StoreError::NotFound`], or [`StoreError::Disk`].
	pub fn pin(&self, cid: &Cid, who: &str) -> Result<(), StoreError> {
		self.hold_until(cid, who, FOR_EVER)
	}

	/// Keep a content for somebody for the usual time from now, pinned or not before.
	///
	/// # Errors
	///
	/// [`StoreError::NotFound`], or [`StoreError::Disk`].
	pub fn unpin(&self, cid: &Cid, who: &str) -> Result<(), StoreError> {
		self.hold_until(cid, who, end(now_ms(), self.0.config.retention))
	}

	fn hold_until(&self, cid: &Cid, who: &str, until: u64) -> Result<(), StoreError> {
		let mut state = self.0.state();
		let size = state.index.size(cid).ok_or(StoreError::NotFound(*cid))?;
		Ok(state.index.hold(*cid, size, who, until)?)
	}

	/// Remove what nobody holds any more at a time, in ms, those first whose time ended first, and uploads whose tokens
	/// are no longer good. To be called now and then; the store does it itself when it is full.
	///
	/// # Errors
	///
	/// [`StoreError::Disk`].
	pub async fn collect(&self, now: u64) -> Result<Collected, StoreError> {
		let inner = self.0.clone();
		blocking(move || {
			let collected = inner.collect(&mut inner.state(), now)?;
			inner.evict()?;
			Ok(collected)
		})
		.await
	}

	/// How full the store is.
	pub fn usage(&self) -> Usage {
		let state = self.0.state();
		Usage {
			objects: state.index.len(),
			bytes: state.index.total(),
			reserved: state.uploads.reserved(),
			uploads: state.uploads.len(),
			quota: self.0.config.quota_total,
			unmirrored: self.0.config.ipfs.as_ref().map_or(0, |_| state.index.count_pending()),
		}
	}
}

impl Inner {
	pub(crate) fn state(&self) -> MutexGuard<'_, State> {
		// What is behind the lock is right after each step, so also after a panic.
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	pub(crate) fn partial(&self) -> PathBuf {
		self.dir.join("partial")
	}

	pub(crate) fn object(&self, cid: &Cid) -> PathBuf {
		self.dir.join("objects").join(hex::encode(&cid.digest()[..1])).join(cid.to_string())
	}

	fn new_file(&self) -> Result<NamedTempFile, StoreError> {
		Ok(tempfile::Builder::new().prefix(WRITING).tempfile_in(self.partial())?)
	}

	/// If a content is on the disk already, it is held as the grant says. Returns its size.
	pub(crate) fn hold_if_there(&self, grant: &Grant) -> Result<Option<u64>, StoreError> {
		let Some(size) = self.size_on_disk(&grant.cid)? else { return Ok(None) };
		let mut state = self.state();
		self.check_quotas(&mut state, &grant.cid, &grant.who, size)?;
		// It may have gone to make room, or to the node only.
		if !state.index.is_on_disk(&grant.cid) {
			return Ok(None);
		}
		self.hold(&mut state, grant.cid, size, &grant.who, grant.keep)?;
		Ok(Some(size))
	}

	fn take(&self, file: NamedTempFile, cid: Cid, size: u64, who: &str, keep: Keep) -> Result<(), StoreError> {
		self.sync_file(file.as_file(), size)?;
		// What is there from before and damaged gives way.
		self.size_on_disk(&cid)?;
		self.put_in_place(file, cid, size, who, keep)?;
		Ok(self.sync_place(&cid, size)?)
	}

	fn put_in_place(&self, file: NamedTempFile, cid: Cid, size: u64, who: &str, keep: Keep) -> Result<(), StoreError> {
		let mut state = self.state();
		self.check_quotas(&mut state, &cid, who, size)?;
		// What is there already may have gone to make room, or to the node only.
		if !state.index.is_on_disk(&cid) {
			let place = self.place(&cid)?;
			file.persist(place).map_err(|error| error.error)?;
			state.index.placed(&cid);
		}
		self.hold(&mut state, cid, size, who, keep)
	}

	/// Where an object goes; its directory is there then.
	pub(crate) fn place(&self, cid: &Cid) -> io::Result<PathBuf> {
		let place = self.object(cid);
		if let Some(dir) = place.parent() {
			fs::create_dir_all(dir)?;
		}
		Ok(place)
	}

	pub(crate) fn hold(&self, state: &mut State, cid: Cid, size: u64, who: &str, keep: Keep) -> Result<(), StoreError> {
		let until = match keep {
			Keep::Retention => end(now_ms(), self.config.retention),
			Keep::ForMs(ms) => now_ms().saturating_add(ms),
		};
		// What is pinned, or kept for longer, remains so.
		let until = until.max(state.index.until(&cid, who).unwrap_or(0));
		state.index.hold(cid, size, who, until)?;
		self.changed.notify_one();
		Ok(())
	}

	/// Ends somebody's hold. Returns the size of the object if it is gone with that.
	fn release(&self, state: &mut State, cid: &Cid, who: &str) -> Result<Option<u64>, StoreError> {
		if !state.index.release(cid, who)? {
			return Ok(None);
		}
		let size = state.index.size(cid);
		self.remove_object(state, cid)?;
		Ok(size)
	}

	pub(crate) fn remove_object(&self, state: &mut State, cid: &Cid) -> io::Result<()> {
		match fs::remove_file(self.object(cid)) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
			_ => state.index.remove(cid)?,
		}
		self.changed.notify_one();
		Ok(())
	}

	pub(crate) fn collect(&self, state: &mut State, now: u64) -> Result<Collected, StoreError> {
		let mut collected = Collected { uploads: state.uploads.collect(&self.partial(), now)?, ..Default::default() };
		for (cid, who) in state.index.ended(now) {
			if let Some(size) = self.release(state, &cid, &who)? {
				collected.objects += 1;
				collected.bytes += size;
			}
		}
		Ok(collected)
	}
}

/// The objects in a directory, with their sizes. Other files are left alone.
fn objects_in(dir: &Path) -> io::Result<HashMap<Cid, u64>> {
	let mut found = HashMap::new();
	for shard in fs::read_dir(dir)? {
		let shard = shard?;
		if !shard.file_type()?.is_dir() {
			continue;
		}
		for entry in fs::read_dir(shard.path())? {
			let entry = entry?;
			if let Some(cid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
				found.insert(cid, entry.metadata()?.len());
			}
		}
	}
	Ok(found)
}

fn end(now: u64, after: Duration) -> u64 {
	now.saturating_add(u64::try_from(after.as_millis()).unwrap_or(FOR_EVER))
}

/// Now, in ms since the Unix epoch.
pub(crate) fn now_ms() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(since.as_millis()).unwrap_or(FOR_EVER)
}

/// Runs what waits for the disk on a thread for that.
pub(crate) async fn blocking<T: Send + 'static, E: From<io::Error> + Send + 'static>(
	work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
	match tokio::task::spawn_blocking(work).await {
		Ok(result) => result,
		Err(error) => match error.try_into_panic() {
			Ok(panic) => std::panic::resume_unwind(panic),
			Err(_) => Err(io::Error::other("the program is ending").into()),
		},
	}
}
