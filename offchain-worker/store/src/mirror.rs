//! Contents on an IPFS node, of which the disk is a cache then.
//!
//! An upload is confirmed and served from the disk, and waits for no node. What has come is added to the node afterwards;
//! only then may its file go, once the journal says on the disk where it is. What nobody holds any more is unpinned. All
//! of it is in the journal, so it goes on after a restart, and as soon as a node that was away is back.

use std::{fs, io, time::Duration};

use futures::{stream, StreamExt};

use crate::{
	error::UploadError,
	ipfs::Ipfs,
	store::{blocking, Inner, State, Store},
	Cid,
};

/// How many contents are added at once.
const AT_ONCE: usize = 4;
/// The wait after the first failure; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest wait: how long a node that is back is not used, at most.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl Store {
	/// Keep the store's contents on its IPFS node, [`StoreConfig::ipfs`](crate::StoreConfig::ipfs): add what has come, unpin
	/// what nobody holds any more, and remove the files of what is there beyond
	/// [`StoreConfig::cache_size`](crate::StoreConfig::cache_size). It ends only when it is dropped, and goes on where it
	/// was when it is called again; one at a time. Without a node it has nothing to do.
	pub async fn mirror(&self) {
		let Some(node) = &self.0.config.ipfs else { return };
		let mut wait: Option<Duration> = None;
		loop {
			let Err(error) = self.catch_up(node).await else {
				if wait.take().is_some() {
					log::info!("the IPFS node has all that it shall have again");
				}
				self.0.changed.notified().await;
				continue;
			};
			let next = wait.map_or(FIRST_WAIT, |wait| (wait * 2).min(LONGEST_WAIT));
			let waiting = self.usage().unmirrored;
			match wait.replace(next) {
				None => log::warn!("IPFS: {error}; {waiting} contents stay on this disk until the node has them"),
				Some(_) => log::debug!("IPFS: {error}; {waiting} contents wait; again in {} ms", next.as_millis()),
			}
			tokio::time::sleep(next).await;
		}
	}

	/// Does what there is to do now. What fails is left for the next time; returns the last failure. First it unpins: what is
	/// stored again meanwhile is added after that, so that it is pinned in the end.
	async fn catch_up(&self, node: &Ipfs) -> Result<(), UploadError> {
		let mut failure = None;
		let loose = self.0.state().index.loose();
		for name in loose {
			match node.unpin(&name).await {
				Ok(()) => {
					let inner = self.0.clone();
					blocking(move || inner.state().index.unpinned(name)).await?;
				}
				Err(error @ UploadError::Unreachable { .. }) => return Err(error),
				Err(error) => failure = Some(error),
			}
		}
		let pending = self.0.state().index.pending();
		let adds = pending.into_iter().map(|cid| {
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
	async fn add(&self, node: &Ipfs, cid: Cid) -> Result<(), UploadError> {
		let inner = self.0.clone();
		// What is damaged here must not be what is kept there.
		if blocking(move || inner.size_on_disk(&cid)).await?.is_none() {
			return Ok(());
		}
		let name = match node.add(&self.0.object(&cid)).await {
			// Removed meanwhile.
			Err(UploadError::File(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
			other => other?,
		};
		let inner = self.0.clone();
		let noted = blocking(move || {
			inner.state().index.mirrored(&cid, name)?;
			inner.evict()
		});
		Ok(noted.await?)
	}
}

impl Inner {
	/// Remove files that the node has too, as far as they are more than the disk shall keep. Blocks.
	pub(crate) fn evict(&self) -> io::Result<()> {
		if self.config.ipfs.is_none() {
			return Ok(());
		}
		let (surplus, journal) = {
			let state = self.state();
			let surplus = state.index.surplus(self.config.cache_size);
			if surplus.is_empty() {
				return Ok(());
			}
			(surplus, state.index.journal()?)
		};
		// From then on only the journal knows of them.
		journal.sync_data()?;
		for cid in surplus {
			let state = &mut *self.state();
			// Meanwhile it may have been removed, and stored anew.
			if state.index.is_cached(&cid) {
				self.lose_file(state, &cid)?;
			}
		}
		Ok(())
	}

	/// Remove the file of a content: the content too, unless the node has it. Blocks.
	pub(crate) fn lose_file(&self, state: &mut State, cid: &Cid) -> io::Result<()> {
		if state.index.name_on_node(cid).is_none() {
			return self.remove_object(state, cid);
		}
		match fs::remove_file(self.object(cid)) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
			_ => state.index.evicted(cid),
		}
		Ok(())
	}
}
