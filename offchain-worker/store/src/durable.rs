//! What survives a power cut, and what is noticed of what does not.

use std::{
	fs::File,
	io::{self, Read},
	path::Path,
	sync::{Arc, Mutex, PoisonError},
};

use crate::{
	index::Found,
	routes::MAX_PUT,
	store::{Inner, Store},
	Cid,
};

/// Contents of more than this many bytes are on the disk before they are confirmed. A power cut may tear smaller ones:
/// forcing each to the disk would take longer than all else that is done with a small result.
const SYNCED_FROM: u64 = MAX_PUT + 1;

/// Whether a content was seen to be what its name says since the store was opened. Locked while it is read through.
#[derive(Clone, Default)]
pub(crate) struct Checked(Arc<Mutex<bool>>);

impl Checked {
	/// Of what was hashed as it came.
	pub(crate) fn yes() -> Self {
		Self(Arc::new(Mutex::new(true)))
	}

	/// Without waiting for who is reading it through.
	pub(crate) fn is_yes(&self) -> bool {
		self.0.try_lock().is_ok_and(|checked| *checked)
	}
}

impl Store {
	/// A content's size, in bytes, if it is there.
	pub async fn contains(&self, cid: &Cid) -> Option<u64> {
		let found = self.0.state().index.find(cid)?;
		if found.on_disk && found.checked.is_yes() {
			return Some(found.size);
		}
		let (inner, cid) = (self.0.clone(), *cid);
		let size = crate::store::blocking(move || inner.whole_size(&cid)).await;
		size.unwrap_or_else(|error| {
			log::warn!("{cid} cannot be read: {error}");
			None
		})
	}
}

impl Inner {
	/// A content's size, in bytes, if it is there: on the disk, or on the store's IPFS node. Blocks.
	pub(crate) fn whole_size(&self, cid: &Cid) -> io::Result<Option<u64>> {
		match self.size_on_disk(cid)? {
			Some(size) => Ok(Some(size)),
			None if self.config.ipfs.is_some() => Ok(self.state().index.size(cid)),
			None => Ok(None),
		}
	}

	/// A content's size, in bytes, if it is on the disk. What was there when the store was opened is read through before it
	/// is used for the first time; if it is not what its name says it is removed, so that it can be stored anew. Blocks.
	pub(crate) fn size_on_disk(&self, cid: &Cid) -> io::Result<Option<u64>> {
		loop {
			let Some(found) = self.state().index.find(cid).filter(|found| found.on_disk) else { return Ok(None) };
			let checked = found.checked;
			// Before the state, never after it.
			let mut done = checked.0.lock().unwrap_or_else(PoisonError::into_inner);
			if *done || is_whole(cid, &self.object(cid))? {
				*done = true;
				return Ok(Some(found.size));
			}
			let state = &mut *self.state();
			// Meanwhile it may have been removed, and stored anew.
			let same = |now: &Found| now.on_disk && Arc::ptr_eq(&now.checked.0, &checked.0);
			if state.index.find(cid).as_ref().is_some_and(same) {
				log::warn!("{cid} was damaged on the disk and is removed; it can be stored anew");
				self.lose_file(state, cid)?;
				return Ok(None);
			}
		}
	}

	/// Force a file to the disk, if its content is of a size to be.
	pub(crate) fn sync_file(&self, file: &File, size: u64) -> io::Result<()> {
		if size >= SYNCED_FROM {
			file.sync_data()?;
		}
		Ok(())
	}

	/// Force the place that such a content has got to the disk.
	pub(crate) fn sync_place(&self, cid: &Cid, size: u64) -> io::Result<()> {
		if size < SYNCED_FROM {
			return Ok(());
		}
		// The directory that names it, and the one that names that.
		self.object(cid).ancestors().skip(1).take(2).try_for_each(|dir| File::open(dir)?.sync_all())
	}
}

/// Whether a file is what its name says.
fn is_whole(cid: &Cid, path: &Path) -> io::Result<bool> {
	let mut file = match File::open(path) {
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
		other => other?,
	};
	let (mut hasher, mut buffer) = (cid.hasher(), vec![0; 64 * 1024]);
	loop {
		match file.read(&mut buffer)? {
			0 => return Ok(hasher.finish() == *cid),
			count => hasher.update(&buffer[..count]),
		}
	}
}
