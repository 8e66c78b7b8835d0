//! A store's directory: contents, uploads that have begun, and who holds what until when.
//!
//! | in the directory | what |
//! |---|---|
//! | `objects/ab/bafkrei…` | whole contents, by the first byte of their hash |
//! | `partial/bafkrei….WHO` | uploads that have begun |
//! | `partial/put-…` | contents that are being written; removed at the next start |
//! | `journal` | who holds what until when, and what the IPFS node has |
//! | `lock` | held by the one process that uses the directory |
//!
//! ```text
//! contents, upload ── the file takes its name ──► holds ──► index ──► journal
//!       │                                                     │
//!   durable: forced to the disk, checked before use         held: the same in memory
//!   quotas: is there room
//! ```
//!
//! All of it blocks, and none of it knows HTTP. Of an IPFS node it knows only which contents are there (`node`).

pub(crate) mod cache;
mod checked;
pub(crate) mod collect;
mod contents;
mod durable;
mod faults;
mod held;
mod holds;
mod index;
mod journal;
pub(crate) mod lock;
mod node;
pub(crate) mod quotas;
pub(crate) mod upload;
pub(crate) mod uploads;

use std::{
	fs::{self, File},
	io,
	path::{Path, PathBuf},
	sync::{Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};

use tokio::sync::Notify;
use tracing::warn;

use self::{index::Index, lock::lock_patiently, uploads::Uploads};
use crate::{
	clock::{after, in_ms, Clocks},
	error::StoreError,
	Cid,
};

/// How the names of files begin that are being written.
const WRITING: &str = "put-";

/// How much a disk keeps, and for how long.
pub(crate) struct Limits {
	/// Bytes in all, with what has come of uploads that are not finished.
	pub(crate) total: u64,
	/// Bytes of what accounts upload. The rest is for results.
	pub(crate) uploads: u64,
	/// Bytes of what accounts upload that have paid nothing so far, of those.
	pub(crate) trials: u64,
	/// Bytes for each holder.
	pub(crate) each: u64,
	/// How long contents are held if nothing else is said.
	pub(crate) retention: Duration,
	/// Bytes of the files that stay although the IPFS node has them too. `None`: there is no node, so contents that are
	/// only there are not available.
	pub(crate) cached: Option<u64>,
	/// Whether contents expire by a second clock too.
	pub(crate) second_clock: bool,
}

/// A store's directory.
pub(crate) struct Disk {
	dir: PathBuf,
	limits: Limits,
	clocks: Clocks,
	state: Mutex<State>,
	/// Notified when contents have come or gone: the IPFS node may have something to do.
	changed: Notify,
	/// Held as long as the store is open.
	_lock: File,
}

/// What changes. Locked for moments only, including those in which files get their names or are removed.
struct State {
	index: Index,
	uploads: Uploads,
	/// When it was last collected because it was full.
	collected: Option<Instant>,
}

impl Disk {
	/// Opens a directory, which is made if it is missing.
	pub(crate) fn open(dir: &Path, limits: Limits) -> Result<Self, StoreError> {
		rlc_disk::private_dir(dir)?;
		fs::create_dir_all(dir.join("objects"))?;
		fs::create_dir_all(dir.join("partial"))?;
		let lock = File::create(dir.join("lock"))?;
		if !lock_patiently(&lock)? {
			return Err(StoreError::InUse(dir.into()));
		}
		for entry in fs::read_dir(dir.join("partial"))? {
			let entry = entry?;
			if entry.file_name().to_string_lossy().starts_with(WRITING) {
				fs::remove_file(entry.path())?;
			}
		}
		let journal = dir.join("journal");
		let clocks = Clocks::new(limits.second_clock, last_written(&journal)?);
		let default_until = after(clocks.latest(), limits.retention);
		let index = Index::open(&journal, contents::list(&dir.join("objects"))?, default_until)?;
		let elsewhere = index.only_on_node();
		if limits.cached.is_none() && elsewhere > 0 {
			warn!("{elsewhere} contents are on an IPFS node only; start with its RPC again to have them");
		}
		let uploads = Uploads::after_restart(&dir.join("partial"))?;
		let state = Mutex::new(State { index, uploads, collected: None });
		Ok(Self { dir: dir.into(), limits, clocks, state, changed: Notify::new(), _lock: lock })
	}

	/// Sets the second clock, in ms, if there is one.
	pub(crate) fn set_second_clock(&self, now: u64) {
		self.clocks.set_second(now);
	}

	/// Waits until contents have come or gone.
	pub(crate) async fn changed(&self) {
		self.changed.notified().await;
	}

	fn state(&self) -> MutexGuard<'_, State> {
		// What is behind the lock is right after each step, so also after a panic.
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Returns the directory of uploads.
	fn partial(&self) -> PathBuf {
		self.dir.join("partial")
	}

	/// Returns where a content's file is, if it is on the disk.
	pub(crate) fn location(&self, cid: &Cid) -> PathBuf {
		self.dir.join("objects").join(hex::encode(&cid.digest()[..1])).join(cid.to_string())
	}
}

/// Returns when a file was last written to, in ms; 0 if there is none.
fn last_written(path: &Path) -> io::Result<u64> {
	match fs::metadata(path) {
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
		data => Ok(in_ms(data?.modified()?)),
	}
}

#[cfg(test)]
mod tests;
