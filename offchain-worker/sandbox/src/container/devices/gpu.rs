//! A device that runs can be given.

use std::{
	collections::BTreeSet,
	os::unix::fs::{FileTypeExt, MetadataExt},
	path::{Component, Path, PathBuf},
};

use rustix::fs::{major, minor};

use super::{
	edits::{Access, Edits, Node},
	NoDevice,
};

/// The directory of devices.
const DEVICES: &str = "/dev";

/// A device that runs can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gpu {
	/// What the machine's owner calls it: `vendor.com/class=name`, or a path.
	pub name: String,
	/// The file that describes it.
	pub source: Option<PathBuf>,
	/// The numbers of its own nodes, without those that all devices of its specification have.
	pub own: BTreeSet<(u32, u32)>,
	/// What it changes in a container.
	pub edits: Edits,
	/// What its specification names and containers do not get.
	pub left_out: Vec<String>,
}

impl Gpu {
	/// Returns the device at a path below `/dev`. Links are followed; in containers it has this path.
	///
	/// # Errors
	///
	/// [`NoDevice`].
	pub fn at(path: &Path) -> Result<Self, NoDevice> {
		let node = node(path, path)?;
		Ok(Self {
			name: node.path.clone(),
			source: None,
			own: BTreeSet::from([node.number]),
			edits: Edits { nodes: BTreeSet::from([node]), ..Edits::default() },
			left_out: Vec::new(),
		})
	}

	/// Returns whether all of this device is part of the other one, as `nvidia.com/gpu=0` is of `nvidia.com/gpu=all`.
	pub fn is_part_of(&self, other: &Self) -> bool {
		!self.own.is_empty() && self.own.is_subset(&other.own)
	}
}

/// Finds the device at `host`, which containers see at `path`. Both are below `/dev`, unless `host` is elsewhere by a
/// specification.
///
/// # Errors
///
/// [`NoDevice`].
pub fn node(path: &Path, host: &Path) -> Result<Node, NoDevice> {
	let is_below = is_plain(path) && path.starts_with(DEVICES) && path != Path::new(DEVICES);
	let Some(text) = path.to_str().filter(|_| is_below) else { return Err(NoDevice::Elsewhere(path.into())) };
	let data = host.metadata().map_err(|error| NoDevice::Missing { path: host.into(), error })?;
	if !data.file_type().is_char_device() {
		return Err(NoDevice::NotADevice(host.into()));
	}
	let number = (major(data.rdev()), minor(data.rdev()));
	Ok(Node { path: text.into(), host: host.into(), number, access: Access::Both })
}

/// Returns whether a path is absolute, and written in the shortest way: one place has one such path.
pub fn is_plain(path: &Path) -> bool {
	let is_named = |part| matches!(part, Component::RootDir | Component::Normal(_));
	path.is_absolute()
		&& path.components().all(is_named)
		&& path.as_os_str() == path.components().collect::<PathBuf>().as_os_str()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn device_is_known_by_its_numbers() {
		let gpu = Gpu::at(Path::new("/dev/zero")).unwrap();
		assert_eq!((&*gpu.name, gpu.own), ("/dev/zero", BTreeSet::from([(1, 5)])));
	}

	#[test]
	fn other_files_are_refused() {
		let refused = |path: &str| Gpu::at(Path::new(path)).unwrap_err();
		for path in
			["null", "/etc/passwd", "/dev", "/dev/", "/dev/../dev/null", "/dev//null", "/dev/null/", "/devices/null"]
		{
			assert!(matches!(refused(path), NoDevice::Elsewhere(_)), "{path}");
		}
		assert!(matches!(refused("/dev/shm"), NoDevice::NotADevice(_)));
		assert!(matches!(refused("/dev/none"), NoDevice::Missing { .. }));
	}
}
