//! Contents to read, wherever they are: on the disk, or on the IPFS node only.

use std::io::{self, Cursor, SeekFrom};

use futures::{StreamExt, TryStreamExt};
use rlc_service::one_line;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt};
use tokio_util::io::StreamReader;
use tracing::warn;

use super::Store;
use crate::{error::StoreError, sizes::READ_AT_ONCE, Cid, Ipfs};

/// A content, or a part of one, to read.
pub type Reading = Box<dyn AsyncRead + Send + Unpin>;

impl Store {
	/// Returns a content's size, in bytes, if it is there.
	pub async fn contains(&self, cid: &Cid) -> Option<u64> {
		if let Some(size) = self.disk.checked_size(cid) {
			return Some(size);
		}
		if !self.disk.may_have(cid) {
			return None;
		}
		let cid = *cid;
		// Anyone can ask for any content, so at most a few threads are busy with that. It never fails: nobody closes it.
		let _permit = self.reads.acquire().await.ok()?;
		self.on_disk(move |disk| disk.size(&cid)).await.unwrap_or_else(|error| {
			warn!(%cid, "the content cannot be read: {error}");
			None
		})
	}

	/// Opens a content to read it. From the disk it can be read to its end even if it is removed meanwhile. What comes from
	/// the IPFS node is not checked on its way: the reader has to compare it with its name.
	///
	/// # Errors
	///
	/// [`StoreError::NotFound`], [`StoreError::Disk`], or [`StoreError::Node`].
	pub async fn open_read(&self, cid: &Cid) -> Result<Reading, StoreError> {
		let size = self.contains(cid).await.ok_or(StoreError::NotFound(*cid))?;
		self.open_part(cid, 0, size).await
	}

	/// Opens this many bytes of a content, from one on.
	pub(crate) async fn open_part(&self, cid: &Cid, first: u64, count: u64) -> Result<Reading, StoreError> {
		let wanted = *cid;
		if let Some(file) = self.on_disk(move |disk| disk.open_file(&wanted)).await? {
			let mut file = tokio::fs::File::from_std(file);
			if first > 0 {
				file.seek(SeekFrom::Start(first)).await?;
			}
			return Ok(Box::new(file.take(count)));
		}
		let node = self.node.as_ref().ok_or(StoreError::NotFound(*cid))?;
		let name = self.disk.name_on_node(cid).ok_or(StoreError::NotFound(*cid))?;
		from_node(node, &name, first, count).await
	}
}

/// Returns bytes of what an IPFS node has under a name. Few are waited for, so that a failure is an error at once.
async fn from_node(node: &Ipfs, name: &str, first: u64, count: u64) -> Result<Reading, StoreError> {
	if count == 0 {
		return Ok(Box::new(tokio::io::empty()));
	}
	let answer = node.cat(name, first, count).await?;
	if count > READ_AT_ONCE {
		let bytes = answer.bytes_stream().map_err(io::Error::other).boxed();
		return Ok(Box::new(StreamReader::new(bytes).take(count)));
	}
	let bytes = answer.bytes().await.map_err(|error| StoreError::Node(one_line(&error)))?;
	if bytes.len() as u64 != count {
		return Err(StoreError::Node(format!("it gave {} bytes of {name} instead of {count}", bytes.len())));
	}
	Ok(Box::new(Cursor::new(bytes)))
}
