//! What the disk knows of an IPFS node: which contents are there, and which files may go because of that.

use std::io;

use super::{contents::remove_file, Disk, State};
use crate::Cid;

impl Disk {
	/// Returns the contents that the node does not have for sure.
	pub(crate) fn pending(&self) -> Vec<Cid> {
		self.state().index.pending()
	}

	/// Returns the names on the node that are no longer needed.
	pub(crate) fn loose(&self) -> Vec<String> {
		self.state().index.loose()
	}

	/// Returns what a content is called on the node, if it is there.
	pub(crate) fn name_on_node(&self, cid: &Cid) -> Option<String> {
		self.state().index.name_on_node(cid)
	}

	/// Notes that the node has a content, under a name. Its file may go then.
	pub(crate) fn mirrored(&self, cid: &Cid, name: String) -> io::Result<()> {
		self.state().index.mirrored(cid, name)?;
		self.evict()
	}

	/// Notes that the node no longer keeps a name.
	pub(crate) fn unpinned(&self, name: String) -> io::Result<()> {
		self.state().index.unpinned(name)
	}

	/// Removes files that the node has too, as far as they take more than the disk is to keep.
	pub(super) fn evict(&self) -> io::Result<()> {
		let Some(most) = self.limits.cached else { return Ok(()) };
		let (surplus, journal) = {
			let state = self.state();
			let surplus = state.index.surplus(most);
			if surplus.is_empty() {
				return Ok(());
			}
			(surplus, state.index.journal()?)
		};
		// From then on only the journal knows of them.
		journal.sync_data()?;
		for cid in surplus {
			let state = &mut *self.state();
			// Meanwhile it may have been removed and stored again.
			if state.index.is_cached(&cid) {
				self.lose_file(state, &cid)?;
			}
		}
		Ok(())
	}

	/// Removes the file of a content: the content too, unless the node has it.
	pub(super) fn lose_file(&self, state: &mut State, cid: &Cid) -> io::Result<()> {
		if state.index.name_on_node(cid).is_none() {
			return self.remove(state, cid);
		}
		remove_file(&self.location(cid))?;
		state.index.evicted(cid);
		Ok(())
	}
}
