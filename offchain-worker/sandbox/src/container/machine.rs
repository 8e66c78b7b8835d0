//! What a tier has of its machine: programs, control groups, a directory, and the images that are unpacked in it.

use std::{
	path::{Path, PathBuf},
	sync::Arc,
	time::{Duration, Instant},
};

use rlc_disk::{Budget, GiveWay};
use tokio::process::Child;

use super::{
	blocking,
	cgroups::Cgroups,
	files::Source,
	ids::AllIds,
	names,
	reaper::Reaper,
	runc::Runc,
	unpacking::{Unpacking, Unpackings},
};
use crate::{
	image::{self, Image, MOST_TIME},
	kept::{Digests, Kept, Sha},
	Error, Stop,
};

/// How many unpacked images are kept, and of how many bytes.
const MOST_IMAGES: usize = 16;
const MOST_IMAGE_BYTES: u64 = 32 << 30;
/// How many images are unpacked at a time.
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
	images: Kept<Arc<Image>>,
	/// Of those that take too long, nothing comes.
	unpackings: Unpackings<Option<Arc<Image>>>,
	digests: Digests,
	/// Ends all runs if this process ends. Holds the lock of the directory, also for a moment after the last clone of the
	/// tier is dropped.
	reaper: Reaper,
}

impl Machine {
	/// Begins with no image unpacked.
	pub fn new(runc: Runc, cgroups: Cgroups, ids: AllIds, directory: PathBuf, reaper: Reaper) -> Self {
		let images = Kept::new(MOST_IMAGES, MOST_IMAGE_BYTES);
		let unpackings = Unpackings::new(MOST_UNPACKED_AT_ONCE);
		Self { runc, cgroups, ids, directory, images, unpackings, digests: Digests::default(), reaper }
	}

	/// Returns the digest by which an image is known.
	///
	/// # Errors
	///
	/// [`Error::App`], if it is too large; [`Error::Host`], if it cannot be read, or if it is stopped.
	pub async fn digest(self: &Arc<Self>, app: Source, stop: Stop) -> Result<Sha, Error> {
		let machine = self.clone();
		blocking(move || image::digest(&app.path(), &machine.digests, &stop)).await
	}

	/// Returns the unpacking of an image, by its digest: that of others that wait for it, or one of its own. Nothing comes of it
	/// if the image takes too long. It fails with [`Error::App`], if it is not an image that can run here; [`Error::Host`], if the
	/// machine fails or has no room on the disk, or if nobody waits any longer.
	pub fn unpack(self: &Arc<Self>, digest: Sha, app: Source, disk: Budget) -> Arc<Unpacking<Option<Arc<Image>>>> {
		let machine = self.clone();
		self.unpackings.join(digest, move |stop| {
			// Unpacked by others since it was looked for.
			if let Some(image) = machine.unpacked(&digest) {
				return Ok(Some(image));
			}
			let directory = machine.directory.join("images").join(names::unique());
			let start = Instant::now();
			let unpacked = image::unpack(&app.path(), directory, &disk, stop);
			let Some((image, bytes)) = in_time(unpacked, start.elapsed(), stop)? else { return Ok(None) };
			let image = Arc::new(image);
			machine.images.keep(digest, image.clone(), bytes);
			Ok(Some(image))
		})
	}

	/// Returns an image that was unpacked before.
	pub fn unpacked(&self, digest: &Sha) -> Option<Arc<Image>> {
		self.images.get(digest)
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

/// Returns what was unpacked in this time, or nothing if it was broken off for that: most images take less on any machine.
fn in_time<T>(unpacked: Result<T, Error>, time: Duration, stop: &Stop) -> Result<Option<T>, Error> {
	match unpacked {
		Err(Error::Host(_)) if time >= MOST_TIME && !stop.is_stopped() => Ok(None),
		unpacked => unpacked.map(Some),
	}
}

/// Returns whether no container runs an image.
fn is_idle(image: &Arc<Image>) -> bool {
	Arc::strong_count(image) == 1
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn image_that_takes_too_long_is_not_this_machines_fault() {
		let (stop, failed) = (Stop::new(), || Err::<u8, _>(Error::Host("it took too long".into())));
		assert!(matches!(in_time(failed(), MOST_TIME, &stop), Ok(None)));
		assert!(matches!(in_time(failed(), MOST_TIME / 2, &stop), Err(Error::Host(_))), "it failed otherwise");
		assert!(matches!(in_time(Err::<u8, _>(Error::App("it is bad".into())), MOST_TIME, &stop), Err(Error::App(_))));
		assert!(matches!(in_time(Ok(7), MOST_TIME, &stop), Ok(Some(7))));
		stop.stop();
		assert!(matches!(in_time(failed(), MOST_TIME, &stop), Err(Error::Host(_))), "nobody waits");
	}
}
