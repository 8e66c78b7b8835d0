//! Contents whose time is over are removed.

use super::{Disk, State};
use crate::error::StoreError;

/// What [`Store::collect`](crate::Store::collect) removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
	/// Contents that are no longer held.
	pub objects: usize,
	/// Their bytes.
	pub bytes: u64,
	/// Uploads that were left unfinished.
	pub uploads: usize,
}

impl Disk {
	/// Removes what is no longer held when the machine's clock says `now`, in ms, and files that the node has too beyond their
	/// limit.
	pub(crate) fn collect(&self, now: u64) -> Result<Collected, StoreError> {
		let collected = self.collect_in(&mut self.state(), now)?;
		self.evict()?;
		Ok(collected)
	}

	/// Removes what is no longer held when the machine's clock says `now`, in ms. Uploads go by that clock alone: whoever has
	/// not finished one sends it again.
	pub(super) fn collect_in(&self, state: &mut State, now: u64) -> Result<Collected, StoreError> {
		let uploads = state.uploads.collect(&self.partial(), now)?;
		let mut collected = Collected { uploads, ..Default::default() };
		for (cid, who) in state.index.ended(self.clocks.earliest(now)) {
			if let Some(size) = self.release_in(state, &cid, &who)? {
				collected.objects += 1;
				collected.bytes += size;
			}
		}
		Ok(collected)
	}
}
