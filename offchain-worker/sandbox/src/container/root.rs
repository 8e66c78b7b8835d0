//! The root directory of a run, which its image's own links do not leave.

use std::{
	fs::File,
	io::{self, Write},
	os::{
		fd::{AsFd, OwnedFd},
		unix::fs::fchown,
	},
	path::Path,
};

use rustix::{
	fs::{open, openat2, Mode, OFlags, ResolveFlags},
	io::Errno,
};

/// How often a path is tried to be opened while others rename or mount something on this machine.
const MOST_TRIES: u32 = 100;

/// Opens a root directory.
///
/// # Errors
///
/// If there is none.
pub fn enter(root: &Path) -> io::Result<OwnedFd> {
	Ok(open(root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
}

/// Opens what is at a path in a root directory, out of which no link leads.
///
/// # Errors
///
/// If there is nothing, or something else.
pub fn inside(root: impl AsFd, path: &Path, flags: OFlags) -> io::Result<OwnedFd> {
	let (root, resolve) = (root.as_fd(), ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS);
	for _ in 0..MOST_TRIES {
		match openat2(root, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve) {
			// It went up by `..` meanwhile, and the kernel does not know whether that led out.
			Err(Errno::AGAIN) => {}
			opened => return Ok(opened?),
		}
	}
	Err(Errno::AGAIN.into())
}

/// Writes a file that is there, and gives it to a user and group.
///
/// # Errors
///
/// If it is not, or cannot be written.
pub fn write(root: impl AsFd, path: &Path, text: &str, (uid, gid): (u32, u32)) -> io::Result<()> {
	let mut file = File::from(inside(root, path, OFlags::WRONLY | OFlags::TRUNC | OFlags::NOFOLLOW)?);
	file.write_all(text.as_bytes())?;
	fchown(&file, Some(uid), Some(gid))
}

/// Gives a directory to a user and group, if there is one.
///
/// # Errors
///
/// If the machine fails.
pub fn give(root: impl AsFd, path: &Path, (uid, gid): (u32, u32)) -> io::Result<()> {
	match inside(root, path, OFlags::RDONLY | OFlags::DIRECTORY) {
		Ok(directory) => fchown(directory, Some(uid), Some(gid)),
		// Made with OUT, or hidden by devices.
		Err(error) if is_none(&error) => Ok(()),
		Err(error) => Err(error),
	}
}

fn is_none(error: &io::Error) -> bool {
	let none = [Errno::LOOP, Errno::NAMETOOLONG, Errno::NOENT, Errno::NOTDIR];
	Errno::from_io_error(error).is_some_and(|errno| none.contains(&errno))
}
