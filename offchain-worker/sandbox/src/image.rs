//! Checks and unpacks images.
//!
//! ```text
//! file ──► packed ──► layout: the image for this machine, its parts checked ──► layers ──► root directory
//!            │           │                                                        │
//!            ▼           ▼                                                        ▼
//!         entries    documents                                                 entries
//! ```
//!
//! Nobody writes the root directory: each run lays a layer of its own over it. So all of it belongs to the worker, and everybody
//! has the [rights] that root would have; owners, special rights, attributes and devices of the image are left out.

mod blame;
mod compressed;
mod documents;
mod entries;
mod inside;
mod layers;
mod layout;
mod packed;
pub mod paths;
mod points;
mod quota;
mod rights;
mod settings;
mod start;
#[cfg(test)]
pub mod tests;
mod users;
mod zstd;

use std::{
	fs::{self, Permissions},
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

use rlc_disk::{Budget, Part, Taken};
use tracing::warn;

pub use self::{
	blame::unusable,
	start::{Start, CANNOT_EXECUTE, NOT_FOUND},
	users::User,
};
use self::{compressed::open, quota::Quota, settings::Settings};
use crate::{
	kept::{Digests, Sha},
	Error, Stop,
};

/// What an image may hold, unpacked. Its archive may hold as much again.
const MOST_BYTES: u64 = 16 << 30;
const MOST_FILES: u64 = 1_000_000;
/// How long unpacking one may take.
pub const MOST_TIME: Duration = Duration::from_secs(600);

/// An unpacked image. Removed from disk when it is dropped.
#[derive(Debug)]
pub struct Image {
	/// The directory that becomes the root of containers.
	pub root: PathBuf,
	/// How it wants to be run.
	pub settings: Settings,
	/// How its program begins.
	pub start: Start,
	/// What is removed.
	directory: PathBuf,
	/// What it takes of the disk, once it is unpacked. Given back after the files are gone.
	#[allow(dead_code, reason = "it is only held")]
	room: Option<Taken>,
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
/// [`Error::App`], if it is too large; [`Error::Host`], if it cannot be read, or if it is stopped.
pub fn digest(image: &Path, digests: &Digests, stop: &Stop) -> Result<Sha, Error> {
	let file = if image.is_dir() { image.join(layout::INDEX) } else { image.to_owned() };
	if fs::metadata(&file).is_ok_and(|data| data.len() > MOST_BYTES) {
		return Err(unusable(format!("it has more than {MOST_BYTES} bytes")));
	}
	// It may grow while it is read.
	digests.of(&file, MOST_BYTES, stop).map_err(Error::io("read", &file))
}

/// Unpacks an image into a new directory, and takes room on the disk as it comes. Returns how many bytes it takes, too.
///
/// # Errors
///
/// [`Error::App`], if it is not an image, or not what its digests say; [`Error::OtherMachine`], if it is none for this kind
/// of machine; [`Error::Host`], if the disk fails or has no room, or if it is stopped or takes too long.
pub fn unpack(image: &Path, directory: PathBuf, disk: &Budget, stop: &Stop) -> Result<(Image, u64), Error> {
	let until = Instant::now() + MOST_TIME;
	let root = directory.join("root");
	fs::create_dir_all(&root).map_err(Error::io("create", &root))?;
	let entry = rlc_disk::per_file(&root);
	let quota = || Quota::new(MOST_BYTES, (MOST_FILES, entry), disk.count(Part::Images, 0), (stop, until));
	// Dropped after the files are.
	let (mut of_archive, mut quota) = (quota(), quota());
	// From here on, whatever happens, dropping it removes what was unpacked.
	let mut unpacked = Image { root, settings: Settings::default(), start: Start::default(), directory, room: None };
	// Whatever the rights of what is in it, other users of this machine do not get there.
	let shut = fs::set_permissions(&unpacked.directory, Permissions::from_mode(0o700));
	shut.map_err(Error::io("shut", &unpacked.directory))?;
	let archive = unpacked.directory.join("archive");
	let layout = if image.is_dir() {
		image.to_owned()
	} else {
		fs::create_dir(&archive).map_err(Error::io("create", &archive))?;
		packed::unpack_archive(open(image, stop)?, &archive, &mut of_archive)?;
		archive.clone()
	};
	let found = layout::find(&layout, &quota)?;
	for layer in &found.layers {
		layers::apply(open(&layer.file, stop)?, &layer.content, &unpacked.root, &mut quota)?;
	}
	layers::remove_of_aufs(&unpacked.root)?;
	unpacked.settings = found.settings;
	points::make_mount_points(&unpacked.root, &mut quota)?;
	unpacked.start = Start::make(&unpacked.root, &unpacked.settings, &mut quota)?;
	if layout == archive {
		fs::remove_dir_all(&archive).map_err(Error::io("remove", &archive))?;
	}
	let room = quota.into_room();
	let bytes = room.bytes();
	unpacked.room = Some(room);
	Ok((unpacked, bytes))
}
