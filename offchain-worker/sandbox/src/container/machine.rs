//! What a tier has of its machine: programs, control groups, a directory, and the images that are unpacked in it.

use std::{
	fs::File,
	path::{Path, PathBuf},
	sync::Arc,
};

use super::{cgroups::Cgroups, ids::AllIds, names, runc::Runc};
use crate::{
	image::{self, Image},
	kept::{Digests, Kept},
	Error,
};

/// How many unpacked images are kept, and of how many bytes.
const MOST_IMAGES: usize = 16;
const MOST_IMAGE_BYTES: u64 = 32 << 30;

/// What a tier has of its machine.
#[derive(Debug)]
pub struct Machine {
	/// The program that runs containers.
	pub runc: Runc,
	/// What the kernel counts.
	pub cgroups: Cgroups,
	/// Who runs can be.
	pub ids: AllIds,
	/// Where images and runs are. Nothing else uses it.
	pub directory: PathBuf,
	images: Kept<Arc<Image>>,
	digests: Digests,
	/// Held until the last clone of the tier is dropped.
	_lock: File,
}

impl Machine {
	/// Begins with no image unpacked.
	pub fn new(runc: Runc, cgroups: Cgroups, ids: AllIds, directory: PathBuf, lock: File) -> Self {
		let images = Kept::new(MOST_IMAGES, MOST_IMAGE_BYTES);
		Self { runc, cgroups, ids, directory, images, digests: Digests::default(), _lock: lock }
	}

	/// Returns an image, unpacked now or before.
	///
	/// # Errors
	///
	/// [`Error::App`], if it is not an image that can run here; [`Error::Host`], if the machine fails.
	pub fn unpack(&self, app: &Path) -> Result<Arc<Image>, Error> {
		let digest = image::digest(app, &self.digests)?;
		self.images.get_or_make(digest, || {
			let (image, bytes) = image::unpack(app, self.directory.join("images").join(names::unique()))?;
			Ok((Arc::new(image), bytes))
		})
	}
}
