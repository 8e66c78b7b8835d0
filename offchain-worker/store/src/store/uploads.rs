//! Uploads to the store, as its routes bring them.

use std::sync::Arc;

use bytes::Bytes;

use rlc_service::blocking;

use super::Store;
use crate::{
	disk::upload::{Reached, Turn},
	error::StoreError,
	token::Grant,
};

impl Store {
	/// Stores bytes that a token allows.
	pub(crate) async fn put_granted(&self, grant: Grant, bytes: Bytes) -> Result<(), StoreError> {
		self.on_disk(move |disk| disk.put_granted(&grant, &bytes)).await
	}

	/// Begins an upload, or opens it again. A connection that wrote to it before may no longer do so.
	pub(crate) async fn begin(&self, grant: Grant, length: u64) -> Result<Reached, StoreError> {
		self.on_disk(move |disk| disk.begin(&grant, length)).await
	}

	/// Returns how far an upload has come; `None` if it has not begun since the last start.
	pub(crate) async fn reached(&self, grant: Grant) -> Result<Option<Reached>, StoreError> {
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
}
