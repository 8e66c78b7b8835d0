//! Checks and unpacks images.
//!
//! ```text
//! file ──► archive ──► layout: the image for this machine, its parts checked ──► layers ──► root directory
//! ```
//!
//! The root directory is only ever used read-only, by one unprivileged user. So all of it belongs to the worker and can
//! be read by everybody; owners, special rights, attributes and devices of the image are left out.

mod layers;
mod layout;
mod settings;
#[cfg(test)]
mod tests;

use std::{
	fs::{self, File},
	io::{self, Read},
	path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use tracing::warn;

use self::{layers::Budget, settings::Settings};
use crate::{
	kept::{Digests, Sha},
	Error,
};

/// What an image may hold, unpacked. Its archive may hold as much again.
pub const MOST_BYTES: u64 = 16 << 30;
const MOST_FILES: u64 = 1_000_000;

/// An unpacked image. Removed from disk when it is dropped.
#[derive(Debug)]
pub struct Image {
	/// The directory that becomes the root of containers.
	pub root: PathBuf,
	/// How it wants to be run.
	pub settings: Settings,
	/// What is removed.
	directory: PathBuf,
}

impl Drop for Image {
	fn drop(&mut self) {
		if let Err(error) = fs::remove_dir_all(&self.directory) {
			warn!("the unpacked image {} cannot be removed: {error}", self.directory.display());
		}
	}
}

/// Returns the digest by which an image is known: that of its file, or of the index of its layout, which fixes all else.
///
/// # Errors
///
/// [`Error::Host`], if it cannot be read.
pub fn digest(image: &Path, digests: &Digests) -> Result<Sha, Error> {
	let file = if image.is_dir() { image.join(layout::INDEX) } else { image.to_owned() };
	digests.of(&file).map_err(Error::io("read", &file))
}

/// Unpacks an image into a new directory. Returns how many bytes it takes, too.
///
/// # Errors
///
/// [`Error::App`], if it is not an image for this machine, or not what its digests say; [`Error::Host`], if the disk fails.
pub fn unpack(image: &Path, directory: PathBuf) -> Result<(Image, u64), Error> {
	let root = directory.join("root");
	fs::create_dir_all(&root).map_err(Error::io("create", &root))?;
	// From here on, whatever happens, dropping it removes what was unpacked.
	let mut unpacked = Image { root, settings: Settings::default(), directory };
	let archive = unpacked.directory.join("archive");
	let layout = if image.is_dir() {
		image.to_owned()
	} else {
		fs::create_dir(&archive).map_err(Error::io("create", &archive))?;
		layers::unpack_archive(open(image)?, &archive, &mut Budget::new(MOST_BYTES, MOST_FILES))?;
		archive.clone()
	};
	let found = layout::find(&layout)?;
	let mut budget = Budget::new(MOST_BYTES, MOST_FILES);
	for layer in &found.layers {
		layers::apply(open(&layer.file)?, &layer.content, &unpacked.root, &mut budget)?;
	}
	unpacked.settings = found.settings;
	layers::make_mount_points(&unpacked.root, unpacked.settings.directory.as_deref(), &mut budget)?;
	if layout == archive {
		fs::remove_dir_all(&archive).map_err(Error::io("remove", &archive))?;
	}
	Ok((unpacked, MOST_BYTES - budget.bytes))
}

/// Opens a file to read it, decompressed if need be.
fn open(path: &Path) -> Result<Box<dyn Read>, Error> {
	let mut file = File::open(path).map_err(Error::io("open", path))?;
	let mut first = Vec::new();
	(&mut file).take(4).read_to_end(&mut first).map_err(Error::io("read", path))?;
	let whole = io::Cursor::new(first.clone()).chain(file);
	match first[..] {
		[0x1f, 0x8b, ..] => Ok(Box::new(MultiGzDecoder::new(whole))),
		[0x28, 0xb5, 0x2f, 0xfd] => {
			Err(Error::App("the image is compressed with zstd; compress it with gzip, or not at all".into()))
		}
		_ => Ok(Box::new(io::BufReader::new(whole))),
	}
}
