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
	fs::{fstat, open, openat2, Mode, OFlags, ResolveFlags},
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

/// Gives a directory to a user and group, if there is one, and it is not the one for temporary files: everybody writes there in
/// any case. If its owner were not that of the image's files in it, whether a program may open these would depend on the
/// machine's `fs.protected_regular`.
///
/// # Errors
///
/// If the machine fails.
pub fn give(root: impl AsFd, path: &Path, (uid, gid): (u32, u32)) -> io::Result<()> {
	match inside(root, path, OFlags::RDONLY | OFlags::DIRECTORY) {
		Ok(directory) if is_temporary(&directory)? => Ok(()),
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

/// Returns whether a directory is the one for temporary files, by whatever path it was opened. No other of an image is sticky.
fn is_temporary(directory: impl AsFd) -> io::Result<bool> {
	Ok(Mode::from_raw_mode(fstat(directory)?.st_mode).contains(Mode::SVTX))
}

#[cfg(test)]
mod tests {
	use std::{
		fs::{self, Permissions},
		os::unix::fs::{symlink, MetadataExt, PermissionsExt},
	};

	use super::*;

	#[test]
	fn directory_for_temporary_files_is_not_given_away_by_any_path() {
		let root = tempfile::tempdir().unwrap();
		let temporary = root.path().join("tmp");
		fs::create_dir_all(root.path().join("var")).unwrap();
		fs::create_dir(&temporary).unwrap();
		fs::set_permissions(&temporary, Permissions::from_mode(0o1777)).unwrap();
		symlink("/tmp", root.path().join("var/tmp")).unwrap();
		let (opened, own) = (enter(root.path()).unwrap(), temporary.metadata().unwrap().uid());
		for path in ["/tmp", "/tmp/", "/var/../tmp", "/var/tmp"] {
			// Only root could give it away.
			give(&opened, Path::new(path), (own + 1, own + 1)).unwrap();
			assert_eq!(temporary.metadata().unwrap().uid(), own, "{path}");
		}
	}
}
