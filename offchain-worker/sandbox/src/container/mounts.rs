//! What a run gets of this machine's files beside OUT: its image and its input, and what it and its network have of devices.
//!
//! Image and input are shared with other runs. They are mounted read-only by this process, outside of the run's user
//! namespace, so the kernel does not let anything in the namespace change these mounts, even root: see "Locked mounts" in
//! `mount_namespaces(7)`. And they are mounted where root of the namespace can reach them, and no other user of this
//! machine, whatever the rights of the directories that they come from.

use std::{
	fs::{self, Permissions},
	io,
	os::unix::fs::{chown, PermissionsExt},
	path::{Path, PathBuf},
};

use rustix::mount::{mount_bind, mount_remount, unmount, MountFlags, UnmountFlags};

use super::{
	devices::Layer,
	ids::{Ids, SHARED},
};
use crate::Error;

/// The names of what is mounted in the directory of a run.
const ROOT: &str = "root";
const INPUT: &str = "in";
const DEVICES: &str = "dev";
const TUN: &str = "tun";

/// The directory of a run's mounts.
fn directory_of(run: &str) -> PathBuf {
	Path::new(SHARED).join(run)
}

/// Returns where the image of a run is.
pub fn root(run: &str) -> PathBuf {
	directory_of(run).join(ROOT)
}

/// Returns where the input of a run is.
pub fn input(run: &str) -> PathBuf {
	directory_of(run).join(INPUT)
}

/// Returns where what a run has of devices is.
pub fn devices(run: &str) -> PathBuf {
	directory_of(run).join(DEVICES)
}

/// Makes the mounts of a run, `input` and `devices` if there are any. They are there until they are removed, also after an
/// error.
///
/// # Errors
///
/// [`Error::Host`].
pub fn make(run: &str, ids: &Ids, image: &Path, input: Option<&Path>, devices: Option<&Layer>) -> Result<(), Error> {
	let directory = make_directory(run, ids)?;
	let root = match devices {
		Some(devices) => devices.make(ids.user(), image)?,
		None => image.into(),
	};
	mount_read_only(&root, &directory.join(ROOT))?;
	if let Some(input) = input {
		mount_read_only(input, &directory.join(INPUT))?;
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
	for part in [ROOT, INPUT, DEVICES, TUN].map(|part| directory.join(part)) {
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
	fn root_of_a_namespace_cannot_make_them_writable() {
		let directory = tempfile::tempdir().unwrap();
		let (image, input) = (directory.path().join("image"), directory.path().join("in"));
		for path in [&image, &input] {
			fs::create_dir(path).unwrap();
			fs::write(path.join("file"), "").unwrap();
		}
		let (run, ids) = (names::unique(), Ids::fixed(0x7100_0000));
		let made = make(&run, &ids, &image, Some(&input), None);
		if let (Err(why), false) = (&made, rustix::process::geteuid().is_root()) {
			skip!("needs mount: {why}");
		}
		made.unwrap();
		let mounts = [root(&run), self::input(&run)];
		for mount in &mounts {
			assert!(mount.join("file").exists() && fs::write(mount.join("new"), "").is_err());
			assert!(unlocks(&[], mount), "outside of user namespaces root can");
			assert!(!unlocks(&["--user", "--map-root-user"], mount));
		}
		let data = directory_of(&run).metadata().unwrap();
		assert_eq!((data.mode() & 0o777, data.uid(), data.gid()), (0o710, 0, 0x7100_0000), "others cannot pass");
		remove(&run).unwrap();
		assert!(!directory_of(&run).exists() && image.join("file").exists() && input.join("file").exists());
	}
}
