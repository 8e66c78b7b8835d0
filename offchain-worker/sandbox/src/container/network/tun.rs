//! The device by which a gateway makes its interface, on machines that give it to root alone: a gateway is not root.

use std::{
	ffi::CStr,
	fs,
	os::unix::fs::{chown, MetadataExt},
	path::PathBuf,
};

use rustix::{
	fs::{mknodat, FileType, Mode, CWD},
	mount::{mount, MountFlags},
};

use super::super::{ids::Ids, mounts};
use crate::Error;

/// The device. What a process may do by it is up to its rights over its own network.
pub const DEVICE: &str = "/dev/net/tun";
/// What everybody may do where `udev` sets it up.
const OPEN_TO_ALL: u32 = 0o006;
/// Room for one node.
const OPTIONS: &CStr = c"size=4k,nr_inodes=4,mode=0711";

/// Returns a node of the device for root of a run's namespaces, if that may not open this machine's own. It is gone when the
/// run's mounts are removed.
///
/// # Errors
///
/// [`Error::Host`], if it cannot be made.
pub fn node(run: &str, ids: &Ids) -> Result<Option<PathBuf>, Error> {
	// The program itself says so if there is none.
	let Ok(data) = fs::metadata(DEVICE) else { return Ok(None) };
	if data.mode() & OPEN_TO_ALL == OPEN_TO_ALL {
		return Ok(None);
	}
	let directory = mounts::make_tun(run, ids)?;
	// The directory above may be on a file system without devices.
	mount("rlc", &directory, "tmpfs", MountFlags::NOSUID | MountFlags::NOEXEC, OPTIONS)
		.map_err(|error| Error::io("mount", &directory)(error.into()))?;
	let node = directory.join("node");
	mknodat(CWD, &node, FileType::CharacterDevice, Mode::RUSR | Mode::WUSR, data.rdev())
		.map_err(|error| Error::io("create", &node)(error.into()))?;
	let (uid, gid) = ids.root();
	chown(&node, Some(uid), Some(gid)).map_err(Error::io("give away", &node))?;
	Ok(Some(node))
}
