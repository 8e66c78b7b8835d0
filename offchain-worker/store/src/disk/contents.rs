//! Contents get their files, and lose them.

use std::{
	collections::HashMap,
	fs::{self, File},
	io::{self, Read},
	path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{checked::Checked, durable::sync_file, faults, quotas::Claim, Disk, State, WRITING};
use crate::{
	error::StoreError,
	token::{Grant, Keep, Room},
	Cid, HashKind,
};

/// How many bytes are read at once.
const BUFFER: usize = 64 * 1024;

impl Disk {
	/// Stores what a reader has, for the usual time, in the room for results.
	pub(crate) fn put(&self, mut content: impl Read, kind: HashKind, who: &str) -> Result<Cid, StoreError> {
		let claim = Claim { who, room: Room::Results, quota: None };
		let most = self.most(claim);
		let mut file = self.new_file()?;
		let (mut hasher, mut size, mut buffer) = (kind.hasher(), 0, vec![0; BUFFER]);
		loop {
			let count = content.read(&mut buffer)?;
			if count == 0 {
				break;
			}
			size += count as u64;
			if size > most {
				return Err(StoreError::TooLarge(most));
			}
			hasher.update(&buffer[..count]);
			faults::write_all(&mut file, &buffer[..count])?;
		}
		let cid = hasher.finish();
		self.take(file, cid, size, claim, Keep::Retention)?;
		Ok(cid)
	}

	/// Stores bytes that a token allows.
	pub(crate) fn put_granted(&self, grant: &Grant, bytes: &[u8]) -> Result<(), StoreError> {
		if !grant.cid.verify(bytes) {
			return Err(StoreError::WrongContent(grant.cid));
		}
		if self.hold_if_there(grant)?.is_some() {
			return Ok(());
		}
		let size = bytes.len() as u64;
		let most = self.most(grant.into());
		if size > most {
			return Err(StoreError::TooLarge(most));
		}
		// Bytes for which there is no room are not written first.
		self.check_quotas(&mut self.state(), &grant.cid, grant.into(), size)?;
		let mut file = self.new_file()?;
		faults::write_all(&mut file, bytes)?;
		self.take(file, grant.cid, size, grant.into(), grant.keep)
	}

	fn new_file(&self) -> Result<NamedTempFile, StoreError> {
		faults::write()?;
		Ok(tempfile::Builder::new().prefix(WRITING).tempfile_in(self.partial())?)
	}

	/// Makes a file that was hashed as it came the content that it is. No power cut takes that away then.
	fn take(&self, file: NamedTempFile, cid: Cid, size: u64, claim: Claim<'_>, keep: Keep) -> Result<(), StoreError> {
		sync_file(file.as_file())?;
		// What is there from before and damaged gives way.
		self.size_on_disk(&cid)?;
		let checked = Checked::default();
		// Until its name is on the disk, others that look for it wait.
		let mut done = checked.lock();
		self.name(file, cid, size, claim, keep, &checked)?;
		self.sync_name(&cid)?;
		*done = true;
		Ok(())
	}

	fn name(
		&self,
		file: NamedTempFile,
		cid: Cid,
		size: u64,
		claim: Claim<'_>,
		keep: Keep,
		checked: &Checked,
	) -> Result<(), StoreError> {
		let mut state = self.state();
		self.check_quotas(&mut state, &cid, claim, size)?;
		// What is there already may have gone to make room, or to the node only.
		if !state.index.is_on_disk(&cid) {
			file.persist(self.prepared_location(&cid)?).map_err(|error| error.error)?;
			state.index.restored(&cid, checked);
		}
		self.hold(&mut state, cid, size, claim, keep, checked)
	}

	/// Returns where a content's file belongs, once the directory is there.
	pub(super) fn prepared_location(&self, cid: &Cid) -> io::Result<PathBuf> {
		faults::write()?;
		let location = self.location(cid);
		if let Some(dir) = location.parent() {
			fs::create_dir_all(dir)?;
		}
		Ok(location)
	}

	/// Opens a content's file, if it is on the disk and whole.
	pub(crate) fn open_file(&self, cid: &Cid) -> io::Result<Option<File>> {
		if self.size_on_disk(cid)?.is_none() {
			return Ok(None);
		}
		let mut state = self.state();
		match File::open(self.location(cid)) {
			Err(error) if error.kind() == io::ErrorKind::NotFound => {
				// Removed by hand: known again once it is stored again.
				if state.index.is_on_disk(cid) {
					self.lose_file(&mut state, cid)?;
				}
				Ok(None)
			}
			other => Ok(Some(other?)),
		}
	}

	/// Removes a content, from the disk and from what the node is to keep.
	pub(super) fn remove(&self, state: &mut State, cid: &Cid) -> io::Result<()> {
		remove_file(&self.location(cid))?;
		state.index.remove(cid)?;
		self.changed.notify_one();
		Ok(())
	}
}

/// Removes a file, if it is there.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
	match fs::remove_file(path) {
		Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
		_ => Ok(()),
	}
}

/// Returns the contents in a directory with their sizes. Other files are left alone.
pub(super) fn list(dir: &Path) -> io::Result<HashMap<Cid, u64>> {
	let mut found = HashMap::new();
	for shard in fs::read_dir(dir)? {
		let shard = shard?;
		if !shard.file_type()?.is_dir() {
			continue;
		}
		for entry in fs::read_dir(shard.path())? {
			let entry = entry?;
			if let Some(cid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
				found.insert(cid, entry.metadata()?.len());
			}
		}
	}
	Ok(found)
}
