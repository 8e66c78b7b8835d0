//! What containers need to be in their image: directories to mount on, files to fill, and where the program begins and writes.
//!
//! All of it is made as the image is unpacked, so that every run has the same, and so that what an image lacks is seen in it.

use std::{
	fs::{self, File, Permissions},
	io,
	os::unix::fs::{symlink, PermissionsExt},
	path::{Path, PathBuf},
};

use super::{
	blame::{bad, whose},
	inside::{enter_beside_points, names, remove},
	paths::{self, LONGEST_NAME, LONGEST_PATH},
	quota::Quota,
	rights,
};
use crate::{Error, GUEST_OUTPUT};

/// Where the files are that each run has its own text for, and what they are called.
const SETTINGS: &str = "/etc";
const FILES: [&str; 3] = ["hosts", "hostname", "resolv.conf"];
/// What old programs read for the mounts that the kernel lists, as Docker has it.
const MOUNTS: (&str, &str) = ("mtab", "/proc/mounts");

/// Makes the directories that a container has anew, one for temporary files, and the files that each run fills. It takes over
/// a directory that is there.
///
/// # Errors
///
/// [`Error::App`], if they cannot be; [`Error::Host`], if the disk fails.
pub fn make_mount_points(root: &Path, quota: &mut Quota) -> Result<(), Error> {
	make_all(root, quota).map_err(whose)
}

fn make_all(root: &Path, quota: &mut Quota) -> io::Result<()> {
	for point in paths::POINTS {
		make_point(root, point, rights::DIRECTORY, quota)?;
	}
	make_point(root, paths::TMP, rights::TEMPORARY, quota)?;
	let settings = enter_beside_points(root, &names(Path::new(SETTINGS))?, quota)?;
	for file in FILES.map(|name| settings.join(name)) {
		if !file.symlink_metadata().is_ok_and(|data| data.is_file()) {
			remove(&file)?;
			quota.entry()?;
			File::create_new(&file)?.set_permissions(Permissions::from_mode(rights::of_file(false)))?;
		}
	}
	let mounts = settings.join(MOUNTS.0);
	if mounts.symlink_metadata().is_err() {
		quota.entry()?;
		symlink(MOUNTS.1, mounts)?;
	}
	Ok(())
}

/// Makes a directory, in place of whatever else has its name. It is the root's own: `runc` follows links to what it mounts on,
/// and some of them as if they were this machine's.
fn make_point(root: &Path, point: &str, mode: u32, quota: &mut Quota) -> io::Result<()> {
	let path = root.join(point.trim_start_matches('/'));
	if !path.symlink_metadata().is_ok_and(|data| data.is_dir()) {
		remove(&path)?;
		quota.entry()?;
		fs::create_dir(&path)?;
	}
	fs::set_permissions(&path, Permissions::from_mode(mode))
}

/// Makes a directory in which a program begins or writes, unless it is there or made with OUT. Returns why it cannot be one, if
/// that is so.
///
/// # Errors
///
/// [`Error::Host`], if the disk fails.
pub fn make_directory(root: &Path, path: &str, quota: &mut Quota) -> Result<Option<String>, Error> {
	let Err(error) = try_make_directory(root, path, quota) else { return Ok(None) };
	let why = error.to_string();
	match whose(error) {
		Error::Host(failed) => Err(Error::Host(failed)),
		_ => Ok(Some(why)),
	}
}

fn try_make_directory(root: &Path, path: &str, quota: &mut Quota) -> io::Result<()> {
	let names = names(Path::new(path))?;
	let path = names.iter().fold(PathBuf::from("/"), |path, name| path.join(name));
	// Each run makes what is missing of it.
	if path.starts_with(GUEST_OUTPUT) {
		let is_long = names.iter().any(|name| name.len() > LONGEST_NAME) || path.as_os_str().len() > LONGEST_PATH;
		return if is_long { Err(bad("a path is too long")) } else { Ok(()) };
	}
	enter_beside_points(root, &names, quota).map(drop)
}
