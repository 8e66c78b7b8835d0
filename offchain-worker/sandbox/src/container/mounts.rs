//! What a run gets of this machine's files beside OUT: a layer of its own over its image, its input, and what it and its network
//! have of devices.
//!
//! Image and input are shared with other runs. The image is below the layer, where nothing writes. The input is mounted
//! read-only by this process, outside of the run's user namespace, so the kernel does not let anything in the namespace change
//! that mount, even root: see "Locked mounts" in `mount_namespaces(7)`. And all is mounted where root of the namespace can
//! reach it, and no other user of this machine, whatever the rights of the directories that it comes from.

use std::{
	fs::{self, Permissions},
	io,
	os::unix::fs::{chown, PermissionsExt},
	path::{Path, PathBuf},
};

use rustix::{
	fs::statvfs,
	mount::{mount_bind, mount_remount, unmount, MountFlags, UnmountFlags},
};

use super::{
	devices::Layer,
	ids::{Ids, SHARED},
	scratch,
};
use crate::{Error, Limits};

/// The names of what is mounted in the directory of a run.
const ROOT: &str = "root";
const SCRATCH: &str = "scratch";
const INPUT: &str = "in";
const DEVICES: &str = "dev";
const TUN: &str = "tun";

/// The directory of a run's mounts.
fn directory_of(run: &str) -> PathBuf {
	Path::new(SHARED).join(run)
}

/// Returns where the root directory of a run is: its image, and over it what it writes.
pub fn root(run: &str) -> PathBuf {
	directory_of(run).join(ROOT)
}

/// Returns where what a run writes beside OUT is.
pub fn scratch(run: &str) -> PathBuf {
	directory_of(run).join(SCRATCH)
}

/// Returns where the input of a run is.
pub fn input(run: &str) -> PathBuf {
	directory_of(run).join(INPUT)
}

/// Returns where what a run has of devices is.
pub fn devices(run: &str) -> PathBuf {
	directory_of(run).join(DEVICES)
}

/// Returns whether nothing more can be written to the file system of this directory.
pub fn is_full(path: &Path) -> bool {
	statvfs(path).is_ok_and(|disk| disk.f_bavail == 0 || disk.f_ffree == 0)
}

/// Makes the mounts of a run within these limits, `input` and `devices` if there are any. They are there until they are removed,
/// also after an error.
///
/// # Errors
///
/// [`Error::OtherMachine`], if what the image has is in the way of devices; [`Error::Host`].
pub fn make(
	run: &str,
	ids: &Ids,
	limits: &Limits,
	image: &Path,
	input: Option<&Path>,
	devices: Option<&Layer>,
) -> Result<(), Error> {
	let root = make_directory(run, ids)?.join(ROOT);
	scratch::make(&scratch(run), image, &root, limits, ids.user())?;
	if let Some(devices) = devices {
		devices.make(ids.user(), &root)?;
	}
	if let Some(input) = input {
		mount_read_only(input, &self::input(run))?;
	}
	Ok(())
}

/// Makes the directory in which a run's network has what it needs of devices.
///
/// # Errors
///
/// [`Error::Host`].
pub fn make_tun(run: &str, ids: &Ids) -> Result<PathBuf, Error> {
	let tun = make_directory(run, ids)?.join(TUN);
	fs::create_dir(&tun).map_err(Error::io("create", &tun))?;
	Ok(tun)
}

/// Makes the directory of a run's mounts, unless it is there. Beside root of this machine, only root of the run passes it.
fn make_directory(run: &str, ids: &Ids) -> Result<PathBuf, Error> {
	let directory = directory_of(run);
	fs::create_dir_all(&directory).map_err(Error::io("create", &directory))?;
	let shut = chown(&directory, None, Some(ids.root().1))
		.and_then(|()| fs::set_permissions(&directory, Permissions::from_mode(0o710)));
	shut.map_err(Error::io("give away", &directory))?;
	Ok(directory)
}

/// Removes the mounts of a run, if they are there.
///
/// # Errors
///
/// [`Error::Host`], if something stays.
pub fn remove(run: &str) -> Result<(), Error> {
	let directory = directory_of(run);
	for part in [ROOT, SCRATCH, INPUT, DEVICES, TUN].map(|part| directory.join(part)) {
		// "Not mounted" is what is wanted. What is mounted still is not removed: its directory is busy.
		let _ = unmount(&part, UnmountFlags::DETACH);
		remove_directory(&part)?;
	}
	remove_directory(&directory)
}

fn remove_directory(path: &Path) -> Result<(), Error> {
	match fs::remove_dir(path) {
		Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
		_ => Ok(()),
	}
}

fn mount_read_only(from: &Path, to: &Path) -> Result<(), Error> {
	fs::create_dir(to).map_err(Error::io("create", to))?;
	let flags = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
	mount_bind(from, to)
		.and_then(|()| mount_remount(to, flags, ""))
		.map_err(|error| Error::io("mount", to)(error.into()))
}

#[cfg(test)]
mod tests {
	use std::{os::unix::fs::MetadataExt, process::Command};

	use rlc_testing::skip;

	use super::*;
	use crate::container::names;

	#[test]
	fn mounts_that_never_were_are_removed() {
		assert!(remove("rlc-none-of-this-name").is_ok());
	}

	/// Tries to make a mount writable, as root of a new mount namespace, and of a new user namespace if there is one.
	fn unlocks(options: &[&str], mount: &Path) -> bool {
		let mut unshare = Command::new("unshare");
		unshare.args(options).args(["--mount", "--", "mount", "-o", "remount,bind,rw"]).arg(mount);
		unshare.output().unwrap().status.success()
	}

	#[test]
	fn image_and_input_stay_as_they_are_even_for_root_of_a_namespace() {
		let directory = tempfile::Builder::new().prefix("a:b,c").tempdir().unwrap();
		let (image, input) = (directory.path().join("image"), directory.path().join("in"));
		for path in [&image, &input] {
			fs::create_dir(path).unwrap();
			fs::write(path.join("file"), "").unwrap();
		}
		let (run, ids) = (names::unique(), Ids::fixed(0x7100_0000));
		let limits = Limits { memory: 1 << 20, ..Limits::default() };
		let made = make(&run, &ids, &limits, &image, Some(&input), None);
		if let (Err(why), false) = (&made, rustix::process::geteuid().is_root()) {
			skip!("needs mount: {why}");
		}
		made.unwrap();
		let mount = self::input(&run);
		assert!(mount.join("file").exists() && fs::write(mount.join("new"), "").is_err());
		assert!(unlocks(&[], &mount), "outside of user namespaces root can");
		assert!(!unlocks(&["--user", "--map-root-user"], &mount));
		let own = root(&run);
		assert_eq!(own.metadata().unwrap().uid(), ids.user().0, "the root directory is the app's");
		fs::write(own.join("new"), "").unwrap();
		fs::remove_file(own.join("file")).unwrap();
		let there: Vec<_> = fs::read_dir(&image).unwrap().map(|entry| entry.unwrap().file_name()).collect();
		assert_eq!(there, ["file"], "the run's layer alone has changed");
		let too_much = fs::write(own.join("large"), vec![0; 2 << 20]).unwrap_err();
		assert_eq!(too_much.kind(), io::ErrorKind::StorageFull);
		let data = directory_of(&run).metadata().unwrap();
		assert_eq!((data.mode() & 0o777, data.uid(), data.gid()), (0o710, 0, 0x7100_0000), "others cannot pass");
		remove(&run).unwrap();
		assert!(!directory_of(&run).exists() && image.join("file").exists() && input.join("file").exists());
	}
}
