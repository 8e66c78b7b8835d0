//! Contents go to an IPFS node, of which the disk is a cache then.
//!
//! An upload is confirmed and served from the disk, and waits for no node. What has come is added to the node afterwards;
//! only then may its file go, once the journal says on the disk where it is. What is no longer held is unpinned. All of
//! it is in the journal, so it goes on after a restart, and as soon as a node that was away is back.

use std::{io, sync::Arc, time::Duration};

use futures::{stream, StreamExt};
use rlc_service::Backoff;
use tracing::{debug, info, instrument, warn};

use super::Store;
use crate::{error::UploadError, Cid, Ipfs};

/// How many contents are added at once.
const AT_ONCE: usize = 4;
/// The longest wait after a failure: how long a node that is back is not used, at most.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The waits after failures. A node may be away for days.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(200), LONGEST_WAIT);

impl Store {
	/// Keeps the store's contents on its IPFS node, [`StoreConfig::ipfs`](crate::StoreConfig::ipfs): adds what has come,
	/// unpins what is no longer held, and removes the files of what is there beyond
	/// [`StoreConfig::cache_size`](crate::StoreConfig::cache_size). Ends only when it is dropped, and continues where it was
	/// when it is called again; there must be one call at a time. Without a node it has nothing to do.
	pub async fn mirror(&self) {
		let Some(node) = &self.node else { return };
		let mut waits = BACKOFF.waits();
		let mut is_away = false;
		loop {
			let Err(error) = self.catch_up(node).await else {
				if is_away {
					info!("the IPFS node has caught up: it has all contents of the store");
				}
				is_away = false;
				waits.reset();
				self.disk.changed().await;
				continue;
			};
			let wait = waits.next_wait().unwrap_or(LONGEST_WAIT);
			let waiting = self.usage().unmirrored;
			if is_away {
				debug!("IPFS: {error}; {waiting} contents wait; again in {} ms", wait.as_millis());
			} else {
				warn!("IPFS: {error}; {waiting} contents stay on this disk until the node has them");
			}
			is_away = true;
			tokio::time::sleep(wait).await;
		}
	}

	/// Does what there is to do now. What fails is left for the next time; returns the last failure. It unpins first:
	/// what is stored again meanwhile is added after that, so that it is pinned in the end.
	async fn catch_up(&self, node: &Arc<Ipfs>) -> Result<(), UploadError> {
		let mut failure = None;
		for name in self.disk.loose() {
			match node.unpin(&name).await {
				Ok(()) => self.on_disk(move |disk| disk.unpinned(name)).await?,
				Err(error @ UploadError::Unreachable { .. }) => return Err(error),
				Err(error) => failure = Some(error),
			}
		}
		let adds = self.disk.pending().into_iter().map(|cid| {
			let (store, node) = (self.clone(), node.clone());
			async move { store.add(&node, cid).await }
		});
		let mut adds = stream::iter(adds).buffer_unordered(AT_ONCE);
		while let Some(added) = adds.next().await {
			match added {
				Ok(()) => (),
				Err(error @ UploadError::Unreachable { .. }) => return Err(error),
				Err(error) => failure = Some(error),
			}
		}
		failure.map_or(Ok(()), Err)
	}

	/// Brings a content to the node.
	#[instrument(name = "mirror", level = "debug", skip_all, fields(%cid))]
	async fn add(&self, node: &Ipfs, cid: Cid) -> Result<(), UploadError> {
		// What is damaged here must not be what is kept there.
		if self.on_disk(move |disk| disk.size_on_disk(&cid)).await?.is_none() {
			return Ok(());
		}
		let name = match node.add(&self.disk.location(&cid)).await {
			// Removed meanwhile.
			Err(UploadError::File(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
			other => other?,
		};
		Ok(self.on_disk(move |disk| disk.mirrored(&cid, name)).await?)
	}
}
