//! OUT of a container: memory of a fixed size, copied when the run is over.
//!
//! A limit on what a process writes exists for whole file systems only. One in memory is made in no time, needs nothing
//! installed, and leaves nothing behind.

use std::{
	ffi::CString,
	fs::{self, File},
	io::{self, Read},
	os::unix::fs::{chown, symlink},
	path::{Path, PathBuf},
};

use rustix::mount::{mount, unmount, MountFlags, UnmountFlags};

use super::ids::Ids;
use crate::{Error, Limits, LONGEST_OUTPUT_PATH};

/// What a file takes at least, in bytes: a page.
const PAGE: u64 = 4096;
/// The deepest directory that is copied, as in the Wasm tier.
const DEEPEST: u32 = 32;

/// Returns the size of a file system in which every OUT within its limits fits, in bytes.
pub fn size(limits: &Limits) -> u64 {
	limits.output.saturating_add(limits.files.saturating_add(1).saturating_mul(PAGE))
}

/// Makes OUT, which belongs to the app.
///
/// # Errors
///
/// [`Error::Host`].
pub fn create(output: &Path, limits: &Limits, ids: &Ids) -> Result<(), Error> {
	fs::create_dir_all(output).map_err(Error::io("create", output))?;
	let (uid, gid) = ids.user();
	let options = format!(
		"size={},nr_inodes={},mode=0700,uid={uid},gid={gid}",
		size(limits),
		// The directory itself is one too.
		limits.files.saturating_add(1)
	);
	let options = CString::new(options).expect("it is made of letters and numbers");
	mount("rlc", output, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, &*options)
		.map_err(|error| Error::Host(format!("{} could not be mounted: {error}", output.display())))
}

/// Makes a directory below OUT, and those that lead to it. They belong to the app, too.
///
/// # Errors
///
/// [`Error::Host`].
pub fn create_below(output: &Path, below: &Path, ids: &Ids) -> Result<(), Error> {
	let ((uid, gid), mut path) = (ids.user(), output.to_owned());
	for name in below {
		path.push(name);
		let made = fs::create_dir(&path).and_then(|()| chown(&path, Some(uid), Some(gid)));
		made.map_err(Error::io("create", &path))?;
	}
	Ok(())
}

/// Removes OUT, if it is there. Nobody uses it any longer, or can see it afterwards.
///
/// # Errors
///
/// [`Error::Host`], if it stays.
pub fn remove(output: &Path) -> Result<(), Error> {
	// "Not mounted" is what is wanted.
	let _ = unmount(output, UnmountFlags::DETACH);
	match fs::remove_dir(output) {
		Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("unmount", output)(error)),
		_ => Ok(()),
	}
}

/// What takes the result of a run.
pub trait Target {
	/// Makes a directory.
	///
	/// # Errors
	///
	/// If the target fails, as with the others.
	fn directory(&mut self, path: &Path) -> io::Result<()>;

	/// Makes a symbolic link.
	fn link(&mut self, path: &Path, target: &Path) -> io::Result<()>;

	/// Makes a file with all that can be read, which is so many bytes.
	fn file(&mut self, path: &Path, content: &mut dyn Read, bytes: u64) -> io::Result<()>;
}

/// A directory as target.
pub struct Below(pub PathBuf);

impl Target for Below {
	fn directory(&mut self, path: &Path) -> io::Result<()> {
		fs::create_dir(self.0.join(path))
	}

	fn link(&mut self, path: &Path, target: &Path) -> io::Result<()> {
		symlink(target, self.0.join(path))
	}

	fn file(&mut self, path: &Path, content: &mut dyn Read, _: u64) -> io::Result<()> {
		io::copy(content, &mut File::create_new(self.0.join(path))?).map(drop)
	}
}

/// Copies OUT. Files and directories become the target's owner's; symbolic links stay links, sockets and pipes are left out.
/// Returns `false` if it has more than the limits allow, counted as in the Wasm tier.
///
/// # Errors
///
/// [`Error::Host`].
pub fn copy(from: &Path, to: &mut dyn Target, limits: &Limits) -> Result<bool, Error> {
	let mut left = Left { bytes: limits.output, files: limits.files };
	copy_directory(from, Path::new(""), to, &mut left, 0)
		.map_err(|error| Error::Host(format!("OUT could not be copied: {error}")))
}

struct Left {
	bytes: u64,
	files: u64,
}

/// Copies a directory. `path` is where it is below OUT.
fn copy_directory(from: &Path, path: &Path, to: &mut dyn Target, left: &mut Left, depth: u32) -> io::Result<bool> {
	if depth > DEEPEST {
		return Ok(false);
	}
	for entry in fs::read_dir(from)? {
		let entry = entry?;
		let (kind, path) = (entry.file_type()?, path.join(entry.file_name()));
		let Some(files) = left.files.checked_sub(1) else { return Ok(false) };
		left.files = files;
		if path.as_os_str().len() > LONGEST_OUTPUT_PATH {
			return Ok(false);
		}
		if kind.is_dir() {
			to.directory(&path)?;
			if !copy_directory(&entry.path(), &path, to, left, depth + 1)? {
				return Ok(false);
			}
		} else if kind.is_symlink() {
			let target = fs::read_link(entry.path())?;
			// XFS takes no longer one, and what is copied on one machine is on all.
			if target.as_os_str().len() >= LONGEST_OUTPUT_PATH {
				return Ok(false);
			}
			to.link(&path, &target)?;
		} else if kind.is_file() {
			// Its listed size counts: holes would become bytes.
			let bytes = entry.metadata()?.len();
			let Some(rest) = left.bytes.checked_sub(bytes) else { return Ok(false) };
			left.bytes = rest;
			to.file(&path, &mut File::open(entry.path())?.take(bytes), bytes)?;
		}
	}
	Ok(true)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn copied(from: &Path, limits: &Limits) -> (tempfile::TempDir, bool) {
		let to = tempfile::tempdir().unwrap();
		let fits = copy(from, &mut Below(to.path().into()), limits).unwrap();
		(to, fits)
	}

	#[test]
	fn path_that_is_too_long_is_not_taken() {
		let out = tempfile::tempdir().unwrap();
		let deep = |names: usize| (0..names).fold(out.path().to_owned(), |path, _| path.join("n".repeat(200)));
		fs::create_dir_all(deep(5)).unwrap();
		assert!(copied(out.path(), &Limits::default()).1);
		fs::create_dir(deep(6)).unwrap();
		assert!(!copied(out.path(), &Limits::default()).1);
	}

	#[test]
	fn link_whose_target_is_too_long_is_not_taken() {
		// A file system in memory, as OUT is: others may not take the longer one.
		let out = tempfile::tempdir_in("/dev/shm").unwrap();
		symlink("x".repeat(1_023), out.path().join("longest")).unwrap();
		assert!(copied(out.path(), &Limits::default()).1);
		symlink("x".repeat(1_024), out.path().join("longer")).unwrap();
		assert!(!copied(out.path(), &Limits::default()).1);
	}
}
