//! What a tier has of its machine: programs, control groups, a directory, and the images that are unpacked in it.

use std::{
	path::{Path, PathBuf},
	sync::Arc,
};

use rlc_disk::{Budget, GiveWay};
use tokio::{process::Child, sync::Semaphore};

use super::{cgroups::Cgroups, files::Source, ids::AllIds, names, reaper::Reaper, runc::Runc};
use crate::{
	image::{self, Image},
	kept::{Digests, Kept},
	Error, Stop,
};

/// How many unpacked images are kept, and of how many bytes.
const MOST_IMAGES: usize = 16;
const MOST_IMAGE_BYTES: u64 = 32 << 30;
/// How many images are unpacked at a time. Nobody may be waiting for one of them any longer.
const MOST_UNPACKED_AT_ONCE: usize = 4;

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
	/// Taken by who unpacks an image.
	pub unpacking: Arc<Semaphore>,
	images: Kept<Arc<Image>>,
	digests: Digests,
	/// Ends all runs if this process ends. Holds the lock of the directory, also for a moment after the last clone of the
	/// tier is dropped.
	reaper: Reaper,
}

impl Machine {
	/// Begins with no image unpacked.
	pub fn new(runc: Runc, cgroups: Cgroups, ids: AllIds, directory: PathBuf, reaper: Reaper) -> Self {
		let images = Kept::new(MOST_IMAGES, MOST_IMAGE_BYTES);
		let unpacking = Arc::new(Semaphore::new(MOST_UNPACKED_AT_ONCE));
		Self { runc, cgroups, ids, directory, unpacking, images, digests: Digests::default(), reaper }
	}

	/// Returns an image, unpacked now or before. What is unpacked takes room on the disk.
	///
	/// # Errors
	///
	/// [`Error::App`], if it is not an image that can run here; [`Error::Host`], if the machine fails or has no room, or if
	/// it is stopped. Others that wait for the same image try again then.
	pub fn unpack(&self, app: &Source, disk: &Budget, stop: &Stop) -> Result<Arc<Image>, Error> {
		let app = app.path();
		let digest = image::digest(&app, &self.digests)?;
		self.images.get_or_make(digest, || {
			let (image, bytes) = image::unpack(&app, self.directory.join("images").join(names::unique()), disk, stop)?;
			Ok((Arc::new(image), bytes))
		})
	}

	/// Starts a container, whose bundle is in this directory.
	///
	/// # Errors
	///
	/// [`Error::Host`], if it cannot be started, or would not be ended with this process.
	pub fn start(&self, name: &str, bundle: &Path, log: &Path) -> Result<Child, Error> {
		let failed = |error| Error::Host(format!("the container would not end with this process: {error}"));
		self.reaper.ensure().map_err(failed)?;
		let group = self.cgroups.programs().map_err(|error| Error::Host(format!("no control group: {error}")))?;
		self.runc.run(&group, name, bundle, log)
	}
}

impl GiveWay for Machine {
	fn idle(&self) -> u64 {
		self.images.idle(is_idle)
	}

	fn give_way(&self, bytes: u64) {
		self.images.let_go(bytes, is_idle);
	}
}

/// Returns whether no container runs an image.
fn is_idle(image: &Arc<Image>) -> bool {
	Arc::strong_count(image) == 1
}
