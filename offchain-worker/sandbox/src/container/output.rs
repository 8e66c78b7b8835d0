//! OUT of a container: memory of a fixed size, copied when the run is over.
//!
//! A limit on what a process writes exists for whole file systems only. One in memory is made in no time, needs nothing
//! installed, and leaves nothing behind.

use std::{
	ffi::CString,
	fs::{self, File},
	io::{self, Read},
	os::unix::fs::symlink,
	path::Path,
};

use rustix::{
	fs::statvfs,
	mount::{mount, unmount, MountFlags, UnmountFlags},
};

use super::ids::Ids;
use crate::{Error, Limits};

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

/// Removes OUT, if it is there. Nobody uses it any longer, or can see it afterwards.
pub fn remove(output: &Path) {
	// "Not mounted" is what is wanted.
	let _ = unmount(output, UnmountFlags::DETACH);
}

/// Returns whether nothing more can be written to OUT.
pub fn is_full(output: &Path) -> bool {
	statvfs(output).is_ok_and(|disk| disk.f_bavail == 0 || disk.f_ffree == 0)
}

/// Copies OUT. Files and directories become the worker's; symbolic links stay links, sockets and pipes are left out.
/// Returns `false` if it has more than the limits allow, counted as in the Wasm tier.
///
/// # Errors
///
/// [`Error::Host`].
pub fn copy(from: &Path, to: &Path, limits: &Limits) -> Result<bool, Error> {
	let mut left = Left { bytes: limits.output, files: limits.files };
	copy_directory(from, to, &mut left, 0)
		.map_err(|error| Error::Host(format!("OUT could not be copied to {}: {error}", to.display())))
}

struct Left {
	bytes: u64,
	files: u64,
}

fn copy_directory(from: &Path, to: &Path, left: &mut Left, depth: u32) -> io::Result<bool> {
	if depth > DEEPEST {
		return Ok(false);
	}
	for entry in fs::read_dir(from)? {
		let entry = entry?;
		let (kind, to) = (entry.file_type()?, to.join(entry.file_name()));
		let Some(files) = left.files.checked_sub(1) else { return Ok(false) };
		left.files = files;
		if kind.is_dir() {
			fs::create_dir(&to)?;
			if !copy_directory(&entry.path(), &to, left, depth + 1)? {
				return Ok(false);
			}
		} else if kind.is_symlink() {
			symlink(fs::read_link(entry.path())?, &to)?;
		} else if kind.is_file() {
			// Its listed size counts: holes would become bytes.
			let bytes = entry.metadata()?.len();
			let Some(rest) = left.bytes.checked_sub(bytes) else { return Ok(false) };
			left.bytes = rest;
			io::copy(&mut File::open(entry.path())?.take(bytes), &mut File::create_new(&to)?)?;
		}
	}
	Ok(true)
}
