//! One download into a file, which resumes after a break and is checked by its hash.

use std::{
	fs::{self, File, OpenOptions},
	io::{self, Read, SeekFrom},
	os::unix::fs::MetadataExt,
	path::{Path, PathBuf},
};

use bytes::Bytes;
use reqwest::{
	header::{HeaderValue, CONTENT_LENGTH, CONTENT_RANGE, ETAG},
	Method, StatusCode, Url,
};
use rlc_disk::Taken;
use rlc_service::blocking;
use rlc_web::shown;
use tokio::io::{AsyncSeekExt, AsyncWriteExt, BufWriter};
use tracing::debug;

use super::retries::BACKOFF;
use crate::{
	disk::lock::lock_patiently,
	error::{no_room, FetchError, FetchErrorKind},
	http::{
		headers::number,
		web::{failure, RequestFailure, Web},
	},
	sizes::CHUNK,
	Cid, HashKind, Hasher,
};

/// What to download.
pub(crate) struct Download<'a> {
	/// `GET`; an IPFS node wants `POST`, and cannot resume after a break.
	pub(crate) method: Method,
	/// Its location.
	pub(crate) url: Url,
	/// The names that the content must have. Empty: any content will do.
	pub(crate) expected: &'a [Cid],
	/// The greatest size, in bytes.
	pub(crate) max_size: u64,
	/// Told how many bytes are there, and of how many; 0 of an unknown number.
	pub(crate) progress: &'a (dyn Fn(u64, u64) + Send + Sync),
}

/// A file that is being downloaded. Nothing else writes to it.
pub(crate) struct PartFile {
	file: BufWriter<tokio::fs::File>,
	path: PathBuf,
	/// One for SHA-256, and one for each other kind that a name has.
	hashers: Vec<Hasher>,
	size: u64,
	etag: Option<HeaderValue>,
	/// What it takes of a budget, if it is on one.
	room: Option<Taken>,
}

impl PartFile {
	/// Opens a file for a content that must have these names. What is there of it is used, unless any content will do.
	pub(crate) async fn open(path: &Path, expected: &[Cid]) -> Result<Self, FetchError> {
		let mut kinds = vec![HashKind::Sha256];
		kinds.extend(expected.iter().map(Cid::hash_kind).filter(|kind| *kind != HashKind::Sha256).take(1));
		let (path, keep) = (path.to_path_buf(), !expected.is_empty());
		blocking(move || {
			let mut file = open_locked(&path)?;
			if !keep {
				file.set_len(0)?;
			}
			let mut hashers: Vec<_> = kinds.into_iter().map(HashKind::hasher).collect();
			let (mut size, mut buffer) = (0, vec![0; CHUNK]);
			loop {
				let count = file.read(&mut buffer)?;
				if count == 0 {
					break;
				}
				hashers.iter_mut().for_each(|hasher| hasher.update(&buffer[..count]));
				size += count as u64;
			}
			let file = BufWriter::with_capacity(CHUNK, tokio::fs::File::from_std(file));
			Ok(Self { file, path, hashers, size, etag: None, room: None })
		})
		.await
	}

	/// Has it take its bytes of a budget as they come.
	pub(crate) fn drawing(self, room: Taken) -> Self {
		Self { room: Some(room), ..self }
	}

	async fn reset(&mut self) -> io::Result<()> {
		self.file.seek(SeekFrom::Start(0)).await?;
		self.file.get_mut().set_len(0).await?;
		self.hashers = self.names().iter().map(Cid::hasher).collect();
		self.size = 0;
		self.etag = None;
		Ok(())
	}

	/// Adds bytes.
	pub(crate) async fn write(&mut self, bytes: &Bytes) -> io::Result<()> {
		if let Some(room) = &mut self.room {
			room.reach(self.size + bytes.len() as u64).map_err(no_room)?;
		}
		self.file.write_all(bytes).await?;
		self.hashers.iter_mut().for_each(|hasher| hasher.update(bytes));
		self.size += bytes.len() as u64;
		Ok(())
	}

	/// Returns the names of what is there, that by SHA-256 first.
	fn names(&self) -> Vec<Cid> {
		self.hashers.iter().map(|hasher| hasher.clone().finish()).collect()
	}

	/// Returns whether all that must be there is there.
	pub(crate) fn is_all(&self, expected: &[Cid]) -> bool {
		let names = self.names();
		!expected.is_empty() && expected.iter().all(|cid| names.contains(cid))
	}

	/// Returns the name by SHA-256.
	pub(crate) fn cid(&self) -> Cid {
		self.names()[0]
	}

	/// Returns how many bytes are there.
	pub(crate) fn size(&self) -> u64 {
		self.size
	}

	/// Moves the whole file to its location. It is on the disk then. Returns what it takes of its budget.
	pub(crate) async fn finish(mut self, location: &Path) -> Result<Option<Taken>, FetchError> {
		self.file.flush().await?;
		self.file.get_ref().sync_all().await?;
		tokio::fs::rename(&self.path, location).await?;
		Ok(self.room)
	}

	/// Removes the file.
	pub(crate) async fn remove(self) {
		// If it cannot be removed, it is in the way of nothing.
		let _ = tokio::fs::remove_file(&self.path).await;
	}
}

/// Opens a file that nothing else writes to.
fn open_locked(path: &Path) -> Result<File, FetchError> {
	loop {
		let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
		if !lock_patiently(&file)? {
			let words = format!("{} is being written by another program; wait for it, or stop it", path.display());
			return Err(FetchError::new(FetchErrorKind::Disk, words));
		}
		// The program that had it before may have moved or removed it.
		let had = file.metadata()?.ino();
		if fs::metadata(path).is_ok_and(|now| now.ino() == had) {
			return Ok(file);
		}
	}
}

/// Downloads into a file, until it is whole and what it must be.
pub(crate) async fn download(web: &Web, wanted: &Download<'_>, part: &mut PartFile) -> Result<(), FetchError> {
	if part.size > 0 && part.is_all(wanted.expected) {
		return Ok(());
	}
	// What is there from before may be of something else.
	let mut from_before = part.size > 0;
	let mut waits = BACKOFF.waits();
	loop {
		let before = part.size;
		match attempt(web, wanted, part).await {
			Ok(()) if wanted.expected.is_empty() || part.is_all(wanted.expected) => return Ok(()),
			Ok(()) if from_before => {
				from_before = false;
				part.reset().await?;
			}
			Ok(()) => {
				let words = format!("{} is not what its checksum says", shown(&wanted.url));
				return Err(FetchError::new(FetchErrorKind::WrongChecksum, words));
			}
			Err(RequestFailure::Final(error)) => return Err(error),
			Err(RequestFailure::Again(error)) => {
				// What came so far survives this program.
				part.file.flush().await?;
				if part.size > before {
					waits.reset();
				}
				let Some(wait) = waits.next_wait() else { return Err(error) };
				debug!("{error}; again in {} ms", wait.as_millis());
				tokio::time::sleep(wait).await;
			}
		}
	}
}

async fn attempt(web: &Web, wanted: &Download<'_>, part: &mut PartFile) -> Result<(), RequestFailure> {
	let disk = |error: io::Error| RequestFailure::Final(error.into());
	// Only if the rest is sure to be of the same content.
	let can_resume = wanted.method == Method::GET && (!wanted.expected.is_empty() || part.etag.is_some());
	if !can_resume || part.size > wanted.max_size {
		part.reset().await.map_err(disk)?;
	}
	let mut response = web.request(wanted.method.clone(), &wanted.url, part.size, part.etag.as_ref()).await?;
	let headers = response.headers();
	match response.status() {
		StatusCode::PARTIAL_CONTENT if starts_at(headers.get(CONTENT_RANGE), part.size) => (),
		StatusCode::OK => {
			let etag = headers.get(ETAG).filter(|etag| !etag.as_bytes().starts_with(b"W/")).cloned();
			part.reset().await.map_err(disk)?;
			part.etag = etag;
		}
		status => {
			part.reset().await.map_err(disk)?;
			let words = format!("{} answers {status} to a request for a part", shown(&wanted.url));
			return Err(RequestFailure::Again(FetchError::new(FetchErrorKind::Unreachable, words)));
		}
	}
	let too_large = || RequestFailure::Final(FetchError::too_large(&shown(&wanted.url), wanted.max_size));
	let declared = number(response.headers(), CONTENT_LENGTH).map(|length| length.saturating_add(part.size));
	if declared.is_some_and(|size| size > wanted.max_size) {
		return Err(too_large());
	}
	while let Some(chunk) = response.chunk().await.map_err(|error| failure(&wanted.url, &error))? {
		if part.size + chunk.len() as u64 > wanted.max_size {
			return Err(too_large());
		}
		part.write(&chunk).await.map_err(disk)?;
		(wanted.progress)(part.size, declared.unwrap_or(0));
	}
	part.file.flush().await.map_err(disk)
}

fn starts_at(range: Option<&HeaderValue>, at: u64) -> bool {
	range.and_then(|range| range.to_str().ok()).is_some_and(|range| range.starts_with(&format!("bytes {at}-")))
}
