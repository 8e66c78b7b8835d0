//! Where contents come from: stores, IPFS, the web, files of this machine.

use std::{
	fs::{self, File},
	io::{self, Read, Write},
	path::Path,
	sync::Arc,
};

use reqwest::{Method, Url};
use rlc_disk::{Part, Taken};
use rlc_service::blocking;

use super::{blocks::Blocks, config::FetchConfig, location::Location, tree::Tree};
use crate::{
	client::download::{download, Download, PartFile},
	disk::cache::{Cache, Fetched},
	error::{beginning, no_room, FetchError, FetchErrorKind},
	http::{url::content_url, web::Web},
	ipfs::{cat_url, name::BlockName},
	sizes::CHUNK,
	Cid, HashKind,
};

/// What contents come from, and the cache to which they go.
pub(super) struct Sources {
	pub(super) config: FetchConfig,
	pub(super) web: Web,
	pub(super) cache: Arc<Cache>,
}

/// Removes an unfinished file, however its fetch ends.
struct Unfinished<'a>(&'a Path);

impl Drop for Unfinished<'_> {
	fn drop(&mut self) {
		// It may have been moved to the cache, or never have begun.
		let _ = fs::remove_file(self.0);
	}
}

impl Sources {
	/// Fetches a content from its location, by way of an unfinished file at `part`.
	pub(super) async fn fetch(
		self: &Arc<Self>,
		location: &Location,
		expected: &[Cid],
		part: &Path,
	) -> Result<Fetched, FetchError> {
		let _unfinished = Unfinished(part);
		match location {
			Location::Web(url) => {
				// The stores are near, and have the same content if its name is known.
				if let Some(Ok(file)) = self.in_stores(expected, part).await {
					return Ok(file);
				}
				self.download(Method::GET, url, expected, part).await
			}
			Location::File(path) => self.copy(path, expected, part).await,
			Location::Ipfs { root, path } => {
				// The stores are near, and have the same content if its hash is known.
				if let Some(Ok(file)) = self.in_stores(expected, part).await {
					return Ok(file);
				}
				let blocks = Blocks::from_all(&self.web, &self.config);
				self.read_tree(blocks, root, path, expected, part).await
			}
			Location::Content(cid) => self.find(cid, expected, part).await,
		}
	}

	/// Looks for a content in the stores, one after the other, and then in IPFS.
	async fn find(self: &Arc<Self>, cid: &Cid, expected: &[Cid], part: &Path) -> Result<Fetched, FetchError> {
		let mut error = FetchError::new(FetchErrorKind::NotFound, format!("{cid} is in none of the stores"));
		let mut failed = |new: FetchError| {
			// That a content did not come from where it may be says more than that it is not there.
			if new.kind != FetchErrorKind::NotFound {
				error = new;
			}
		};
		match self.in_stores(expected, part).await {
			Some(Ok(file)) => return Ok(file),
			Some(Err(error)) => failed(error),
			None => (),
		}
		match self.cat(&cid.to_string(), expected, part).await {
			Some(Ok(file)) => return Ok(file),
			Some(Err(error)) => failed(error),
			None => (),
		}
		// IPFS has such names for files of one block. Most names that are not in the stores are of no file anywhere.
		if let Some(block) = self.block_of(cid) {
			let blocks = Blocks::from_gateways(&self.web, &self.config);
			if let Ok(file) = self.read_tree(blocks, &block, &[], expected, part).await {
				return Ok(file);
			}
		}
		Err(error)
	}

	/// Returns the block that is a content, if gateways may have it.
	fn block_of(&self, cid: &Cid) -> Option<BlockName> {
		let is_asked = !self.config.gateways.is_empty() && cid.hash_kind() == HashKind::Sha256;
		is_asked.then(|| BlockName::of(cid::Cid::try_from(cid.to_string()).ok()?).ok())?
	}

	/// Reads a file of IPFS, from these blocks, into an unfinished file.
	async fn read_tree(
		self: &Arc<Self>,
		blocks: Blocks<'_>,
		root: &BlockName,
		path: &[String],
		expected: &[Cid],
		unfinished: &Path,
	) -> Result<Fetched, FetchError> {
		let mut part = PartFile::open(unfinished, &[]).await?.drawing(self.room()?);
		Tree { blocks, max_size: self.config.max_size }.read(root, path, &mut part).await?;
		if !expected.is_empty() && !part.is_all(expected) {
			let words = format!("{root} in IPFS is not what its checksum says");
			return Err(FetchError::new(FetchErrorKind::WrongChecksum, words));
		}
		self.keep(part, expected, unfinished).await
	}

	/// Looks for a content in the stores, one after the other. `None`: there is no store, or the name is not known.
	async fn in_stores(self: &Arc<Self>, expected: &[Cid], part: &Path) -> Option<Result<Fetched, FetchError>> {
		let cid = expected.first()?;
		let mut last = None;
		for store in &self.config.stores {
			match self.download(Method::GET, &content_url(store, cid), expected, part).await {
				Ok(file) => return Some(Ok(file)),
				Err(new) if last.is_none() || new.kind != FetchErrorKind::NotFound => last = Some(Err(new)),
				Err(_) => {}
			}
		}
		last
	}

	/// Asks the IPFS node, if there is one.
	async fn cat(self: &Arc<Self>, name: &str, expected: &[Cid], part: &Path) -> Option<Result<Fetched, FetchError>> {
		let url = cat_url(self.config.ipfs.as_ref()?, name);
		Some(self.download(Method::POST, &url, expected, part).await)
	}

	/// Downloads a content, first into an unfinished file.
	async fn download(
		self: &Arc<Self>,
		method: Method,
		url: &Url,
		expected: &[Cid],
		path: &Path,
	) -> Result<Fetched, FetchError> {
		let mut part = PartFile::open(path, expected).await?.drawing(self.room()?);
		let max_size = self.config.max_size;
		let wanted = Download { method, url: url.clone(), expected, max_size, progress: &|_, _| () };
		download(&self.web, &wanted, &mut part).await?;
		self.keep(part, expected, path).await
	}

	/// Moves an unfinished file, in which all has come, to the cache.
	async fn keep(self: &Arc<Self>, part: PartFile, expected: &[Cid], path: &Path) -> Result<Fetched, FetchError> {
		let cid = expected.first().copied().unwrap_or_else(|| part.cid());
		// Its own name until it is in the cache, where it may be known already.
		let whole = path.with_extension("whole");
		let _unfinished = Unfinished(&whole);
		let room = part.finish(&whole).await?;
		let (inner, file) = (self.clone(), whole.clone());
		blocking(move || {
			let room = room.map_or_else(|| inner.room(), Ok)?;
			Ok(inner.cache.insert(&file, cid, room)?)
		})
		.await
	}

	/// Returns what something that is not here yet takes of the budget.
	fn room(&self) -> io::Result<Taken> {
		self.config.budget.take(Part::Cache, 0).map_err(no_room)
	}

	/// Copies a file of this machine.
	async fn copy(self: &Arc<Self>, path: &Path, expected: &[Cid], part: &Path) -> Result<Fetched, FetchError> {
		if !self.config.allow_file {
			let path = beginning(path.display());
			let words = format!("file://{path} is not fetched: files of this machine are not allowed here");
			return Err(FetchError::new(FetchErrorKind::NotAllowed, words));
		}
		let (inner, path, expected, part) = (self.clone(), path.to_path_buf(), expected.to_vec(), part.to_path_buf());
		blocking(move || {
			let (cid, room) = copy_file(&path, &part, inner.config.max_size, inner.room()?)?;
			if expected.iter().any(|expected| *expected != cid) {
				let words = format!("file://{} is not what its checksum says", beginning(path.display()));
				return Err(FetchError::new(FetchErrorKind::WrongChecksum, words));
			}
			Ok(inner.cache.insert(&part, cid, room)?)
		})
		.await
	}
}

/// Copies a regular file, and returns its name by SHA-256, and what it takes of its budget.
fn copy_file(from: &Path, to: &Path, max_size: u64, room: Taken) -> Result<(Cid, Taken), FetchError> {
	let mut target = Drawing { file: File::create(to)?, size: 0, room };
	let cid = read_file(from, &mut target, max_size)?;
	target.file.sync_all()?;
	Ok((cid, target.room))
}

/// A file that takes its bytes of a budget as they come.
struct Drawing {
	file: File,
	size: u64,
	room: Taken,
}

impl Write for Drawing {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		self.room.reach(self.size + bytes.len() as u64).map_err(no_room)?;
		let written = self.file.write(bytes)?;
		self.size += written as u64;
		Ok(written)
	}

	fn flush(&mut self) -> io::Result<()> {
		self.file.flush()
	}
}

/// Writes the bytes of a regular file to `target`, and returns their name by SHA-256.
pub(super) fn read_file(from: &Path, target: &mut impl Write, max_size: u64) -> Result<Cid, FetchError> {
	let shown = format!("file://{}", beginning(from.display()));
	let unreadable = |kind, words: &str| FetchError::new(kind, format!("{shown}: {words}"));
	let failed = |error: io::Error| match error.kind() {
		io::ErrorKind::NotFound => unreadable(FetchErrorKind::NotFound, "no such file"),
		_ => unreadable(FetchErrorKind::Unreachable, &error.to_string()),
	};
	// Asked first: opening a pipe would wait for its other end.
	if !fs::metadata(from).map_err(failed)?.is_file() {
		return Err(unreadable(FetchErrorKind::NotAllowed, "not a regular file"));
	}
	let mut source = File::open(from).map_err(failed)?.take(max_size.saturating_add(1));
	let (mut hasher, mut size, mut buffer) = (HashKind::Sha256.hasher(), 0, vec![0; CHUNK]);
	loop {
		let count = source.read(&mut buffer).map_err(failed)?;
		if count == 0 {
			break;
		}
		size += count as u64;
		if size > max_size {
			return Err(FetchError::too_large(&shown, max_size));
		}
		hasher.update(&buffer[..count]);
		target.write_all(&buffer[..count])?;
	}
	Ok(hasher.finish())
}
