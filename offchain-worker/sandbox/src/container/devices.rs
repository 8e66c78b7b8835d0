//! Graphics processors: devices of this machine that containers may open.

use std::{
	io,
	os::unix::fs::{chown, FileTypeExt, MetadataExt},
	path::{Component, Path, PathBuf},
};

use rustix::fs::{major, makedev, minor, mknodat, FileType, Mode, CWD};
use serde_json::{json, Value};

/// The directory of devices.
const DEVICES: &str = "/dev";

/// A character device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
	/// Where it is, here and in containers.
	path: String,
	major: u32,
	minor: u32,
}

/// Why a device cannot be given to containers, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum NoDevice {
	/// It does not exist, or cannot be looked at.
	#[error("no containers with {}: {error}; name a device that exists, such as /dev/dri/renderD128", path.display())]
	Missing {
		/// What was named.
		path: PathBuf,
		/// What the system says.
		error: io::Error,
	},
	/// It is something else.
	#[error("no containers with {}: it is not a character device; name one (its line of ls -l begins with c)", .0.display())]
	NotADevice(PathBuf),
	/// It is not below `/dev`.
	#[error("no containers with {}: name a device by its path below /dev, without ..", .0.display())]
	Elsewhere(PathBuf),
	/// The container service does not give it.
	#[error("no containers with {path}: the container service does not give it; start it with --gpu {path}", path = .0.display())]
	NotServed(PathBuf),
}

impl Device {
	/// Finds the one at a path below `/dev`. Links are followed; in containers it has this path.
	///
	/// # Errors
	///
	/// [`NoDevice`].
	pub fn find(path: &Path) -> Result<Self, NoDevice> {
		let below = path.strip_prefix(DEVICES).ok();
		let is_plain = |below: &Path| {
			below.components().next().is_some() && below.components().all(|one| matches!(one, Component::Normal(_)))
		};
		let (Some(text), true) = (path.to_str(), below.is_some_and(is_plain)) else {
			return Err(NoDevice::Elsewhere(path.into()));
		};
		let data = path.metadata().map_err(|error| NoDevice::Missing { path: path.into(), error })?;
		if !data.file_type().is_char_device() {
			return Err(NoDevice::NotADevice(path.into()));
		}
		Ok(Self { path: text.into(), major: major(data.rdev()), minor: minor(data.rdev()) })
	}

	/// Returns where it is in containers.
	pub fn path(&self) -> &str {
		&self.path
	}

	/// Makes a file of this device that one user may open.
	///
	/// # Errors
	///
	/// Those of the file system.
	pub fn make_node(&self, at: &Path, (uid, gid): (u32, u32)) -> io::Result<()> {
		mknodat(CWD, at, FileType::CharacterDevice, Mode::RUSR | Mode::WUSR, makedev(self.major, self.minor))?;
		chown(at, Some(uid), Some(gid))
	}

	/// Allows it to be opened, but not created.
	pub fn rule(&self) -> Value {
		json!({ "allow": true, "type": "c", "major": self.major, "minor": self.minor, "access": "rw" })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn device_is_known_by_its_numbers() {
		let device = Device::find(Path::new("/dev/zero")).unwrap();
		assert_eq!(device, Device { path: "/dev/zero".into(), major: 1, minor: 5 });
	}

	#[test]
	fn other_files_are_refused() {
		let refused = |path: &str| Device::find(Path::new(path)).unwrap_err();
		for path in ["null", "/etc/passwd", "/dev", "/dev/", "/dev/../dev/null", "/devices/null"] {
			assert!(matches!(refused(path), NoDevice::Elsewhere(_)), "{path}");
		}
		assert!(matches!(refused("/dev/shm"), NoDevice::NotADevice(_)));
		assert!(matches!(refused("/dev/none"), NoDevice::Missing { .. }));
	}
}
