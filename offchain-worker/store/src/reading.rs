//! Contents to read, wherever they are: on the disk, or on the IPFS node only.

use std::{
	fs::File,
	io::{self, Cursor, SeekFrom},
};

use futures::{StreamExt, TryStreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt};
use tokio_util::io::StreamReader;

use crate::{
	error::{in_full, StoreError},
	ipfs::Ipfs,
	routes::READ_AT_ONCE,
	store::{blocking, Store},
	Cid,
};

/// A content, or a part of one, to read.
pub type Reading = Box<dyn AsyncRead + Send + Unpin>;

impl Store {
	/// Open a content to read it. From the disk it can be read to its end even if it is removed meanwhile. What comes from
	/// the IPFS node is not checked on its way: whoever reads it has to compare it with its name.
	///
	/// # Errors
	///
	/// [`StoreError::NotFound`], [`StoreError::Disk`], or [`StoreError::Node`].
	pub async fn open_read(&self, cid: &Cid) -> Result<Reading, StoreError> {
		let size = self.contains(cid).await.ok_or(StoreError::NotFound(*cid))?;
		self.open_part(cid, 0, size).await
	}

	/// Open so many bytes of a content, from one on.
	pub(crate) async fn open_part(&self, cid: &Cid, first: u64, count: u64) -> Result<Reading, StoreError> {
		if let Some(file) = self.open_on_disk(cid).await? {
			let mut file = tokio::fs::File::from_std(file);
			if first > 0 {
				file.seek(SeekFrom::Start(first)).await?;
			}
			return Ok(Box::new(file.take(count)));
		}
		let node = self.0.config.ipfs.as_ref().ok_or(StoreError::NotFound(*cid))?;
		let name = self.0.state().index.name_on_node(cid).ok_or(StoreError::NotFound(*cid))?;
		from_node(node, &name, first, count).await
	}

	/// A content's file, if it is on the disk.
	async fn open_on_disk(&self, cid: &Cid) -> Result<Option<File>, StoreError> {
		let (inner, cid) = (self.0.clone(), *cid);
		blocking(move || {
			if inner.size_on_disk(&cid)?.is_none() {
				return Ok(None);
			}
			let mut state = inner.state();
			match File::open(inner.object(&cid)) {
				Err(error) if error.kind() == io::ErrorKind::NotFound => {
					// Removed by hand: known again once somebody stores it again.
					if state.index.is_on_disk(&cid) {
						inner.lose_file(&mut state, &cid)?;
					}
					Ok(None)
				}
				other => Ok(Some(other?)),
			}
		})
		.await
	}
}

/// Bytes of what an IPFS node has under a name. If there are few, they are waited for: what is wrong is said then.
async fn from_node(node: &Ipfs, name: &str, first: u64, count: u64) -> Result<Reading, StoreError> {
	if count == 0 {
		return Ok(Box::new(tokio::io::empty()));
	}
	let answer = node.cat(name, first, count).await?;
	if count > READ_AT_ONCE {
		let bytes = answer.bytes_stream().map_err(io::Error::other).boxed();
		return Ok(Box::new(StreamReader::new(bytes).take(count)));
	}
	let bytes = answer.bytes().await.map_err(|error| StoreError::Node(in_full(&error)))?;
	if bytes.len() as u64 != count {
		return Err(StoreError::Node(format!("it gave {} bytes of {name} instead of {count}", bytes.len())));
	}
	Ok(Box::new(Cursor::new(bytes)))
}
