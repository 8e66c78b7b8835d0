//! Uploads in pieces, which resume after any break.
//!
//! How far an upload has come is the length of its file. The bytes are hashed as they come; after a restart those that
//! are there are hashed again when the upload is opened again.

use std::{
	fs::{self, OpenOptions},
	io::Seek,
	path::PathBuf,
	sync::Arc,
};

use super::{
	checked::Checked,
	contents::remove_file,
	durable::sync_file,
	faults,
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
		let most = grant.max_size.min(self.most(grant.into()));
		if length > most {
			return Err(StoreError::TooLarge(most));
		}
		// Nothing is set aside: this only spares the uploader from sending bytes for which there is no room now.
		let to_come = length.saturating_sub(state.uploads.orphan(grant));
		self.check_quotas(state, &grant.cid, grant.into(), to_come)?;
		state.uploads.admit(grant, &self.partial())?;
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
		faults::write()?;
		let mut file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
		if file.metadata()?.len() > upload.length {
			file.set_len(0)?;
		}
		file.rewind()?;
		let mut hasher = upload.cid.hasher();
		progress.offset = hasher.update_from(&file)?;
		progress.file = Some((file, hasher));
		upload.count(progress.offset);
		Ok(())
	}

	/// Makes the bytes, which are all there, the content, if they are it. No power cut takes that away then. If the disk has
	/// no room for its name, it can be done again.
	fn finish(&self, grant: &Grant, upload: &Upload, progress: &mut Progress) -> Result<(), StoreError> {
		let Some((file, hasher)) = &progress.file else { return Err(StoreError::NotOpen) };
		let is_right = hasher.clone().finish() == upload.cid;
		if !is_right {
			self.drop_upload(grant, progress)?;
			return Err(StoreError::WrongContent(upload.cid));
		}
		if let Err(error) = sync_file(file) {
			// Nobody knows which bytes are on the disk, and another try would not say.
			self.drop_upload(grant, progress)?;
			return Err(error.into());
		}
		let checked = Checked::default();
		// Until its name is on the disk, others that look for it wait.
		let mut done = checked.lock();
		self.conclude(grant, upload, progress, &checked)?;
		self.sync_name(&upload.cid)?;
		*done = true;
		Ok(())
	}

	/// Ends an upload whose bytes are good for nothing.
	fn drop_upload(&self, grant: &Grant, progress: &mut Progress) -> Result<(), StoreError> {
		progress.is_over = true;
		self.state().uploads.remove(grant);
		Ok(remove_file(&self.upload_path(grant))?)
	}

	fn conclude(
		&self,
		grant: &Grant,
		upload: &Upload,
		progress: &mut Progress,
		checked: &Checked,
	) -> Result<(), StoreError> {
		let state = &mut *self.state();
		let path = self.upload_path(grant);
		if state.index.is_on_disk(&upload.cid) {
			// Another upload was faster.
			remove_file(&path)?;
		} else {
			let location = self.prepared_location(&upload.cid)?;
			fs::rename(&path, location)?;
			state.index.restored(&upload.cid, checked);
		}
		progress.is_over = true;
		state.uploads.remove(grant);
		self.hold(state, upload.cid, upload.length, grant.into(), grant.keep, checked)
	}

	/// Counts the bytes that an upload has and will have, if there is room for them.
	fn count(&self, grant: &Grant, upload: &Upload, offset: u64, more: u64) -> Result<(), StoreError> {
		let state = &mut *self.state();
		self.check_quotas(state, &upload.cid, grant.into(), more)?;
		upload.count(offset.saturating_add(more));
		Ok(())
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
		self.disk.count(&self.grant, &self.upload, progress.offset, bytes.len() as u64)?;
		if let Err(error) = faults::write_all(file, bytes) {
			// What was written in part is written again.
			file.set_len(progress.offset)?;
			self.upload.count(progress.offset);
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
