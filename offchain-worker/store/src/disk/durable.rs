//! What survives a power cut: every content that was said to be there.
//!
//! ```text
//! bytes ──► the disk ──► the file takes its name ──► the name ──► the disk ──► it is confirmed
//! ```
//! From the moment at which it has its name until that is on the disk, a content counts as unchecked and locked. So whoever
//! asks for it meanwhile waits, and nobody is told that it is there before a power cut would leave it.

use std::{fs::File, io, path::Path};

use tracing::warn;

use super::{faults, index::Found, Disk};
use crate::Cid;

impl Disk {
	/// Returns a content's size, in bytes, if it is on the disk and known to be whole. Does not block.
	pub(crate) fn checked_size(&self, cid: &Cid) -> Option<u64> {
		let found = self.state().index.find(cid)?;
		(found.on_disk && found.checked.is_yes()).then_some(found.size)
	}

	/// Returns whether it may be there. Does not block.
	pub(crate) fn may_have(&self, cid: &Cid) -> bool {
		self.state().index.size(cid).is_some()
	}

	/// Returns a content's size, in bytes, if it is there: on the disk, or on the store's IPFS node.
	pub(crate) fn size(&self, cid: &Cid) -> io::Result<Option<u64>> {
		match self.size_on_disk(cid)? {
			Some(size) => Ok(Some(size)),
			None if self.limits.cached.is_some() => Ok(self.state().index.size(cid)),
			None => Ok(None),
		}
	}

	/// Returns a content's size, in bytes, if it is on the disk, where a power cut leaves it. A file that was there when the
	/// store was opened is read through before its first use; if it is not what its name says, it is removed, so that it can
	/// be stored again.
	pub(crate) fn size_on_disk(&self, cid: &Cid) -> io::Result<Option<u64>> {
		loop {
			let Some(found) = self.state().index.find(cid).filter(|found| found.on_disk) else { return Ok(None) };
			let checked = found.checked;
			let mut done = checked.lock();
			if *done || self.is_sound(cid)? {
				*done = true;
				return Ok(Some(found.size));
			}
			let state = &mut *self.state();
			// Meanwhile it may have been removed and stored again.
			let is_same = |now: &Found| now.on_disk && now.checked.is_same(&checked);
			if state.index.find(cid).as_ref().is_some_and(is_same) {
				warn!(%cid, "the content was damaged on the disk and is removed; it can be stored again");
				self.lose_file(state, cid)?;
				return Ok(None);
			}
		}
	}

	/// Returns whether a content's file is what its name says. It is forced to the disk then: the process that wrote it may
	/// have been killed before it did that.
	fn is_sound(&self, cid: &Cid) -> io::Result<bool> {
		let path = self.location(cid);
		if !is_whole(cid, &path)? {
			return Ok(false);
		}
		match File::open(&path) {
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
			file => faults::sync_data(&file?)?,
		}
		self.sync_name(cid)?;
		Ok(true)
	}

	/// Forces the name that a content has got to the disk.
	pub(super) fn sync_name(&self, cid: &Cid) -> io::Result<()> {
		// The directory that names it, and the one that names that.
		self.location(cid).ancestors().skip(1).take(2).try_for_each(faults::sync_dir)
	}
}

/// Forces the bytes of a file that is to be a content to the disk.
pub(super) fn sync_file(file: &File) -> io::Result<()> {
	faults::write()?;
	faults::sync_data(file)
}

/// Returns whether a file is what its name says.
pub(super) fn is_whole(cid: &Cid, path: &Path) -> io::Result<bool> {
	let file = match File::open(path) {
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
		other => other?,
	};
	let mut hasher = cid.hasher();
	hasher.update_from(file)?;
	Ok(hasher.finish() == *cid)
}
