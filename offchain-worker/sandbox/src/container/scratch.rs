//! What a run writes beside OUT: a layer of its own over its image, and what its processes share.
//!
//! ```text
//! /run/rlc-containers/ID/scratch/  a file system in memory:
//!                          upper/  what the run writes, over the image
//!                           work/  the overlay's own
//!                            shm/  /dev/shm
//!                            sys/  /sys, which is only read
//! /run/rlc-containers/ID/root/     the image below `upper`: the container's root directory
//! ```
//!
//! A limit on what a process writes exists for whole file systems only, and few disks have quotas. The kernel counts a file
//! system in memory for the control group that writes it, as it does OUT. So all that a run takes counts as its memory, files
//! and directories too, and is gone with it. Its size is that of the run's memory, so the kernel ends a run that writes more,
//! for memory; what is left to limit here is how many files there are.

use std::{
	ffi::CString,
	fs::{self, Permissions},
	io,
	os::unix::fs::{chown, PermissionsExt},
	path::{Path, PathBuf},
};

use rustix::mount::{mount, MountFlags};

use crate::{Error, Limits};

/// The least that a file system in memory can have, in bytes: none at all would be no limit.
const PAGE: u64 = 4_096;
/// For how many bytes of memory there is a file: ext4's ratio. A file itself takes about 1 KiB, which the kernel counts as the
/// run's memory.
const PER_FILE: u64 = 16 << 10;
/// How many files there can be at least.
const LEAST_FILES: u64 = 16 << 10;
/// Parts of it.
const UPPER: &str = "upper";
const WORK: &str = "work";
const SHM: &str = "shm";
const SYS: &str = "sys";
/// What an overlay does is not left to how the kernel was configured: the same on every machine.
const OVERLAY: &str = "index=off,metacopy=off,redirect_dir=off";

/// Returns what becomes `/dev/shm`.
pub fn shm(scratch: &Path) -> PathBuf {
	scratch.join(SHM)
}

/// Returns what becomes `/sys`, empty at first.
pub fn sys(scratch: &Path) -> PathBuf {
	scratch.join(SYS)
}

/// Makes it in a directory, and lays it over an image in another one, for an app that is this user and group. Neither directory is
/// there before.
///
/// # Errors
///
/// [`Error::Host`].
pub fn make(scratch: &Path, image: &Path, root: &Path, limits: &Limits, user: (u32, u32)) -> Result<(), Error> {
	let failed = |what: &Path| Error::io("mount", what);
	mount_memory(scratch, limits).map_err(failed(scratch))?;
	make_parts(scratch, user).map_err(Error::io("fill", scratch))?;
	mount_over(scratch, image, root).map_err(failed(root))
}

fn mount_memory(scratch: &Path, limits: &Limits) -> io::Result<()> {
	fs::create_dir(scratch)?;
	let bytes = limits.memory.clamp(PAGE, i64::MAX as u64);
	let files = (bytes / PER_FILE).max(LEAST_FILES);
	// Root of the run passes through it.
	let options = CString::new(format!("size={bytes},nr_inodes={files},mode=0711"))?;
	Ok(mount("rlc", scratch, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, &*options)?)
}

/// Makes its directories, with these rights whatever the umask.
fn make_parts(scratch: &Path, (uid, gid): (u32, u32)) -> io::Result<()> {
	for (part, mode) in [(UPPER, 0o755), (WORK, 0o700), (SHM, 0o1777), (SYS, 0o755)] {
		let part = scratch.join(part);
		fs::create_dir(&part)?;
		fs::set_permissions(part, Permissions::from_mode(mode))?;
	}
	// The root directory of the container has its rights.
	chown(scratch.join(UPPER), Some(uid), Some(gid))
}

fn mount_over(scratch: &Path, image: &Path, root: &Path) -> io::Result<()> {
	fs::create_dir(root)?;
	let [lower, upper, work] = [image, &scratch.join(UPPER), &scratch.join(WORK)].map(escaped);
	let options = CString::new(format!("{OVERLAY},lowerdir={lower},upperdir={upper},workdir={work}"))?;
	Ok(mount("overlay", root, "overlay", MountFlags::NOSUID | MountFlags::NODEV, &*options)?)
}

/// Returns a path as an overlay's options have it.
fn escaped(path: &Path) -> String {
	let mut text = String::new();
	for letter in path.to_string_lossy().chars() {
		if ['\\', ':', ','].contains(&letter) {
			text.push('\\');
		}
		text.push(letter);
	}
	text
}
