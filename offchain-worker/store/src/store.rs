//! The store: a directory on disk, and an IPFS node behind it if there is one.

mod config;
mod mirror;
mod reading;
mod uploads;

use std::{io::Read, path::Path, sync::Arc};

pub use self::{config::StoreConfig, reading::Reading};
use rlc_service::blocking;
use tokio::sync::Semaphore;

use crate::{
	clock::now_ms,
	disk::{collect::Collected, quotas::Usage, Disk},
	error::StoreError,
	token::{self, Grant, TokenError},
	Cid, HashKind, Ipfs,
};

/// How many files from before a restart are hashed at once before their first use. Others wait, without a thread.
const READ_THROUGH: usize = 4;

/// A store: contents by their CIDs. Clones are handles on the same store.
#[derive(Clone)]
pub struct Store {
	disk: Arc<Disk>,
	/// The secret behind its tokens.
	key: [u8; 32],
	node: Option<Arc<Ipfs>>,
	/// Lets files be read through.
	reads: Arc<Semaphore>,
}

impl Store {
	/// Opens the store in a directory, which is made if it is missing.
	///
	/// # Errors
	///
	/// [`StoreError::InUse`], or [`StoreError::Disk`].
	pub async fn open(dir: &Path, config: StoreConfig) -> Result<Self, StoreError> {
		let (dir, limits) = (dir.to_path_buf(), config.limits());
		let disk = blocking(move || Disk::open(&dir, limits)).await?;
		let reads = Arc::new(Semaphore::new(READ_THROUGH));
		Ok(Self { disk: Arc::new(disk), key: config.key, node: config.ipfs.map(Arc::new), reads })
	}

	/// Returns a token that allows an upload over [`routes`](crate::routes). Nothing is remembered of it.
	pub fn token(&self, grant: &Grant) -> String {
		token::sign(&self.key, grant)
	}

	/// Returns what a token allows now, for a content.
	///
	/// # Errors
	///
	/// [`TokenError`].
	pub fn check_token(&self, token: &str, cid: &Cid) -> Result<Grant, TokenError> {
		token::check(&self.key, token, cid, now_ms())
	}

	/// Stores a content for a holder, for the usual time, in the room for results: bytes (`Cursor`, `&'static [u8]`) or a file.
	///
	/// # Errors
	///
	/// [`StoreError`], if there is no room, or reading or writing fails.
	pub async fn put(&self, content: impl Read + Send + 'static, kind: HashKind, who: &str) -> Result<Cid, StoreError> {
		let who = who.to_string();
		self.on_disk(move |disk| disk.put(content, kind, &who)).await
	}

	/// Holds a content that is there for one more holder, for the usual time from now, in the part of the room for uploads that
	/// has it. The holder may have `quota` bytes in all.
	///
	/// # Errors
	///
	/// [`StoreError::NotFound`], or that there is no room on its quota.
	pub async fn keep(&self, cid: &Cid, who: &str, quota: u64) -> Result<(), StoreError> {
		let (cid, who) = (*cid, who.to_string());
		self.on_disk(move |disk| disk.keep(&cid, &who, quota)).await
	}

	/// Ends a hold. The content is removed at once if nobody else holds it.
	///
	/// # Errors
	///
	/// [`StoreError::Disk`].
	pub async fn release(&self, cid: &Cid, who: &str) -> Result<(), StoreError> {
		let (cid, who) = (*cid, who.to_string());
		self.on_disk(move |disk| disk.release(&cid, &who)).await
	}

	/// Holds a content until it is unpinned or released.
	///
	/// # Errors
	///
	/// [`StoreError::NotFound`], or [`StoreError::Disk`].
	pub fn pin(&self, cid: &Cid, who: &str) -> Result<(), StoreError> {
		self.disk.pin(cid, who)
	}

	/// Holds a content for the usual time from now, whether it was pinned or not.
	///
	/// # Errors
	///
	/// [`StoreError::NotFound`], or [`StoreError::Disk`].
	pub fn unpin(&self, cid: &Cid, who: &str) -> Result<(), StoreError> {
		self.disk.unpin(cid, who)
	}

	/// Sets the second clock, in ms, if there is one: contents are then kept until their time is over by the machine's clock
	/// and by this one. Neither a clock that jumps nor one that is far off ends anything too early. Call it often: it stands
	/// still in between.
	pub fn set_second_clock(&self, now: u64) {
		self.disk.set_second_clock(now);
	}

	/// Removes contents that are no longer held when the machine's clock says `now`, in ms, those first whose time ended
	/// first, and uploads whose tokens are no longer good. Call it now and then; a full store does it by itself.
	///
	/// # Errors
	///
	/// [`StoreError::Disk`].
	pub async fn collect(&self, now: u64) -> Result<Collected, StoreError> {
		self.on_disk(move |disk| disk.collect(now)).await
	}

	/// Returns how full the store is.
	pub fn usage(&self) -> Usage {
		self.disk.usage()
	}

	/// Returns how many bytes a holder has, with what has come of its uploads.
	pub fn held_by(&self, who: &str) -> u64 {
		self.disk.held_by(who)
	}

	/// Does something with the disk, on a thread that may wait for it.
	async fn on_disk<T: Send + 'static, E: From<std::io::Error> + Send + 'static>(
		&self,
		work: impl FnOnce(&Arc<Disk>) -> Result<T, E> + Send + 'static,
	) -> Result<T, E> {
		let disk = self.disk.clone();
		blocking(move || work(&disk)).await
	}
}
