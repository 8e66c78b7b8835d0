//! Uploads in pieces, which resume after any break.
//!
//! How far an upload has come is the length of its file. The bytes are hashed as they come; after a restart those that
//! are there are hashed again when the upload is opened again.

use std::{
	fs::{self, OpenOptions},
	io::{Seek, Write},
	path::PathBuf,
	sync::Arc,
};

use super::{
	contents::remove_file,
	uploads::{name, Progress, Upload},
	Disk,
};
use crate::{error::StoreError, token::Grant};

/// How far an upload has come, for its uploader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
	/// How many bytes are there.
	pub(crate) offset: u64,
	/// How many there will be.
	pub(crate) length: u64,
}

impl Reached {
	/// Describes a content that is all there.
	pub(crate) fn all(length: u64) -> Self {
		Self { offset: length, length }
	}

	/// Returns whether all bytes are there.
	pub(crate) fn is_complete(&self) -> bool {
		self.offset == self.length
	}
}

impl Disk {
	/// Begins an upload, or opens it again. A connection that wrote to it before may no longer do so.
	pub(crate) fn begin(&self, grant: &Grant, length: u64) -> Result<Reached, StoreError> {
		if let Some(size) = self.hold_if_there(grant)? {
			return Ok(Reached::all(size));
		}
		let upload = self.upload(grant, length)?;
		let mut progress = upload.progress();
		self.open_upload(grant, &upload, &mut progress)?;
		// What a connection from before still brings would make the answer wrong.
		progress.turn += 1;
		if progress.offset == length {
			self.finish(grant, &upload, &mut progress)?;
		}
		Ok(Reached { offset: progress.offset, length })
	}

	/// Returns how far an upload has come; `None` if it has not begun since the last start.
	pub(crate) fn reached(&self, grant: &Grant) -> Result<Option<Reached>, StoreError> {
		if let Some(size) = self.size_on_disk(&grant.cid)? {
			return Ok(Some(Reached::all(size)));
		}
		let upload = self.state().uploads.get(grant);
		Ok(upload.map(|upload| Reached { offset: upload.progress().offset, length: upload.length }))
	}

	/// Resumes an upload at an offset. A connection that wrote to it before may no longer do so.
	pub(crate) fn resume(self: &Arc<Self>, grant: Grant, offset: u64) -> Result<Turn, StoreError> {
		let upload = self.state().uploads.get(&grant).ok_or(StoreError::NotOpen)?;
		let turn = {
			let mut progress = upload.progress();
			if progress.is_over || progress.file.is_none() {
				return Err(StoreError::NotOpen);
			}
			if progress.offset != offset {
				return Err(StoreError::OtherOffset(progress.offset));
			}
			progress.turn += 1;
			progress.turn
		};
		Ok(Turn { disk: self.clone(), grant, upload, turn })
	}

	/// Returns the upload that a grant is for, known or new.
	fn upload(&self, grant: &Grant, length: u64) -> Result<Arc<Upload>, StoreError> {
		let state = &mut *self.state();
		if let Some(upload) = state.uploads.renew(grant, length)? {
			return Ok(upload);
		}
		if length > grant.max_size {
			return Err(StoreError::TooLarge(grant.max_size));
		}
		state.uploads.check_count(&grant.who)?;
		self.check_quotas(state, &grant.cid, &grant.who, length)?;
		Ok(state.uploads.insert(grant, length))
	}

	fn open_upload(&self, grant: &Grant, upload: &Upload, progress: &mut Progress) -> Result<(), StoreError> {
		if progress.is_over {
			return Err(StoreError::NotOpen);
		}
		if progress.file.is_some() {
			return Ok(());
		}
		let path = self.upload_path(grant);
		let mut file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
		if file.metadata()?.len() > upload.length {
			file.set_len(0)?;
		}
		file.rewind()?;
		let mut hasher = upload.cid.hasher();
		progress.offset = hasher.update_from(&file)?;
		progress.file = Some((file, hasher));
		Ok(())
	}

	/// Makes the bytes, which are all there, the content, if they are it.
	fn finish(&self, grant: &Grant, upload: &Upload, progress: &mut Progress) -> Result<(), StoreError> {
		let Some((file, hasher)) = &progress.file else { return Err(StoreError::NotOpen) };
		let is_right = hasher.clone().finish() == upload.cid;
		if is_right {
			self.sync_file(file, upload.length)?;
		}
		progress.is_over = true;
		self.conclude(grant, upload, is_right)?;
		Ok(self.sync_name(&upload.cid, upload.length)?)
	}

	fn conclude(&self, grant: &Grant, upload: &Upload, is_right: bool) -> Result<(), StoreError> {
		let state = &mut *self.state();
		state.uploads.remove(grant);
		let path = self.upload_path(grant);
		if !is_right {
			remove_file(&path)?;
			return Err(StoreError::WrongContent(upload.cid));
		}
		if state.index.is_on_disk(&upload.cid) {
			// Another upload was faster.
			remove_file(&path)?;
		} else {
			fs::rename(&path, self.prepared_location(&upload.cid)?)?;
			state.index.restored(&upload.cid);
		}
		self.hold(state, upload.cid, upload.length, &upload.who, grant.keep)
	}

	fn upload_path(&self, grant: &Grant) -> PathBuf {
		self.partial().join(name(grant))
	}
}

/// A connection's right to write to an upload, until another one resumes it.
pub(crate) struct Turn {
	disk: Arc<Disk>,
	grant: Grant,
	upload: Arc<Upload>,
	turn: u64,
}

impl Turn {
	/// Returns how many bytes there will be.
	pub(crate) fn length(&self) -> u64 {
		self.upload.length
	}

	/// Takes the next bytes. With the last ones, the content is checked and gets its name.
	pub(crate) fn write(&self, bytes: &[u8]) -> Result<Reached, StoreError> {
		let progress = &mut *self.upload.progress();
		if progress.turn != self.turn || progress.is_over {
			return Err(StoreError::NotOpen);
		}
		let length = self.upload.length;
		let offset = progress.offset + bytes.len() as u64;
		if offset > length {
			return Err(StoreError::TooLarge(length));
		}
		let Some((file, hasher)) = &mut progress.file else { return Err(StoreError::NotOpen) };
		if let Err(error) = file.write_all(bytes) {
			// What was written in part is written again.
			file.set_len(progress.offset)?;
			return Err(error.into());
		}
		hasher.update(bytes);
		progress.offset = offset;
		if offset == length {
			self.disk.finish(&self.grant, &self.upload, progress)?;
		}
		Ok(Reached { offset, length })
	}
}
