//! Uploads to the store, as its routes bring them.

use std::sync::Arc;

use bytes::Bytes;

use rlc_service::blocking;

use super::Store;
use crate::{
	disk::upload::{Reached, Turn},
	error::StoreError,
	token::Grant,
	Cid,
};

impl Store {
	/// Stores bytes that a token allows.
	pub(crate) async fn put_granted(&self, grant: Grant, bytes: Bytes) -> Result<(), StoreError> {
		self.read_through(&grant.cid).await;
		self.on_disk(move |disk| disk.put_granted(&grant, &bytes)).await
	}

	/// Begins an upload, or opens it again. A connection that wrote to it before may no longer do so.
	pub(crate) async fn begin(&self, grant: Grant, length: u64) -> Result<Reached, StoreError> {
		self.read_through(&grant.cid).await;
		self.on_disk(move |disk| disk.begin(&grant, length)).await
	}

	/// Returns how far an upload has come; `None` if it has not begun since the last start.
	pub(crate) async fn reached(&self, grant: Grant) -> Result<Option<Reached>, StoreError> {
		self.read_through(&grant.cid).await;
		self.on_disk(move |disk| disk.reached(&grant)).await
	}

	/// Resumes an upload at an offset. A connection that wrote to it before may no longer do so.
	pub(crate) async fn resume(&self, grant: Grant, offset: u64) -> Result<Arc<Turn>, StoreError> {
		self.on_disk(move |disk| disk.resume(grant, offset).map(Arc::new)).await
	}

	/// Takes the next bytes of an upload. They are taken even if the caller is dropped meanwhile.
	pub(crate) async fn write(&self, turn: &Arc<Turn>, bytes: Bytes) -> Result<Reached, StoreError> {
		let turn = turn.clone();
		blocking(move || turn.write(&bytes)).await
	}

	/// Reads a content through that is there from before a restart, in its turn: a token for a few bytes is enough to ask for
	/// the largest.
	async fn read_through(&self, cid: &Cid) {
		let _ = self.contains(cid).await;
	}
}

#[cfg(test)]
mod tests {
	use std::{io::Cursor, time::Duration};

	use tokio::time::timeout;

	use super::*;
	use crate::{store::READ_THROUGH, HashKind, Keep, Room, StoreConfig};

	#[tokio::test]
	async fn upload_of_what_is_there_from_before_a_restart_waits_while_other_contents_are_read() {
		let dir = tempfile::tempdir().unwrap();
		let open = || Store::open(dir.path(), StoreConfig::new([7; 32]));
		let cid = open().await.unwrap().put(Cursor::new(b"a result"), HashKind::Sha256, "alice").await.unwrap();
		let store = open().await.unwrap();
		let (who, keep) = ("bob".to_owned(), Keep::Retention);
		let grant = Grant { cid, max_size: 8, expires: u64::MAX, who, by: None, room: Room::Trials, quota: None, keep };
		let reading = store.reads.acquire_many(READ_THROUGH as u32).await.unwrap();
		let begun = timeout(Duration::from_millis(200), store.begin(grant.clone(), 8)).await;
		assert!(begun.is_err(), "so many are read at once");
		drop(reading);
		assert!(store.begin(grant, 8).await.unwrap().is_complete());
	}
}
