//! What a run with devices has on this machine beside its directory: their nodes, and in the run's own layer over the image what
//! is mounted and linked.
//!
//! ```text
//! /run/rlc-containers/ID/dev   a file system in memory:
//!                        0, 1  the devices, open to the app, whatever their mode on this machine
//! ```
//! The image itself, which other runs share, stays as it is. Its own links may lead anywhere: they are followed as if the
//! image were all there is.

use std::{
	ffi::CStr,
	fmt::Display,
	fs, io,
	os::{
		fd::{AsFd, BorrowedFd, OwnedFd},
		unix::fs::chown,
	},
	path::{Path, PathBuf},
};

use rustix::{
	fs::{chmodat, makedev, mkdirat, mknodat, openat, symlinkat, unlinkat, AtFlags, FileType, Mode, OFlags, CWD},
	io::Errno,
	mount::{mount, MountFlags},
};
use serde_json::{json, Value};

use super::{
	super::root::{enter, inside},
	edits::{Edits, Link, Mount},
};
use crate::{image::paths, Error};

/// Room for nodes.
const OPTIONS: &CStr = c"size=64k,nr_inodes=1k,mode=0711";

/// What a run with devices has on this machine beside its directory.
#[derive(Debug)]
pub struct Layer {
	/// Its directory.
	directory: PathBuf,
	edits: Edits,
}

impl Layer {
	/// Returns that of a run in a directory for it alone. It has to be [made](Self::make).
	pub fn new(directory: PathBuf, edits: Edits) -> Self {
		Self { directory, edits }
	}

	/// Returns what is mounted, as the runtime specification has it. Nodes come after `/dev`.
	pub fn mounts(&self) -> impl Iterator<Item = Value> + '_ {
		let files = self.edits.mounts.iter().map(|mount| {
			// Not with what is mounted below it: only the first would be read-only.
			let options = ["bind", "rprivate", "nosuid", "nodev", "ro"];
			json!({ "destination": mount.path, "type": "bind", "source": mount.host, "options": options })
		});
		let nodes = self.edits.nodes.iter().enumerate().map(move |(index, node)| {
			let options = ["bind", "rprivate", "nosuid", "noexec", "ro"];
			json!({ "destination": node.path, "type": "bind", "source": self.node(index), "options": options })
		});
		files.chain(nodes)
	}

	/// Returns where in the container files and links of the devices are, in place of what the image has there.
	pub fn paths(&self) -> impl Iterator<Item = &str> {
		let mounts = self.edits.mounts.iter().map(|mount| mount.path.as_str());
		mounts.chain(self.edits.links.iter().map(|link| link.path.as_str()))
	}

	/// Returns which devices can be opened, as the runtime specification has it. None can be made.
	pub fn rules(&self) -> impl Iterator<Item = Value> + '_ {
		self.edits.nodes.iter().map(|node| {
			let (major, minor) = node.number;
			json!({ "allow": true, "type": "c", "major": major, "minor": minor, "access": node.access.letters() })
		})
	}

	/// Sets the variables that the devices have.
	pub fn set_environment(&self, variables: &mut Vec<String>) {
		self.edits.set_environment(variables);
	}

	/// Sees that no link of an image leads away what is mounted, where `runc` would not find it.
	///
	/// # Errors
	///
	/// [`Error::OtherMachine`]: others have the files of their devices elsewhere.
	pub fn check(&self, image: &Path) -> Result<(), Error> {
		match self.paths().find(|path| paths::is_misled(image, Path::new(path))) {
			Some(path) => {
				let why = format!("links of the image lead {path} away, which the devices of this machine need");
				Err(Error::OtherMachine(why))
			}
			None => Ok(()),
		}
	}

	fn node(&self, index: usize) -> PathBuf {
		self.directory.join(index.to_string())
	}

	/// Makes it, for an app that is this user and group, and in the run's root directory what is mounted on and linked.
	///
	/// # Errors
	///
	/// [`Error::OtherMachine`], if what the image has is in the way; [`Error::Host`].
	pub fn make(&self, user: (u32, u32), root: &Path) -> Result<(), Error> {
		self.make_nodes(user).map_err(failed)?;
		let root = enter(root).map_err(failed)?;
		for one in &self.edits.links {
			link(&root, one).map_err(|error| of_path(&one.path, error))?;
		}
		for one in &self.edits.mounts {
			mount_point(&root, one).map_err(|error| of_path(&one.path, error))?;
		}
		Ok(())
	}

	fn make_nodes(&self, (uid, gid): (u32, u32)) -> io::Result<()> {
		fs::create_dir(&self.directory)?;
		// The directory above may be on a file system without devices.
		mount("rlc", &self.directory, "tmpfs", MountFlags::NOSUID | MountFlags::NOEXEC, OPTIONS)?;
		for (index, node) in self.edits.nodes.iter().enumerate() {
			let path = self.node(index);
			let mode = Mode::RUSR | Mode::WUSR;
			mknodat(CWD, &path, FileType::CharacterDevice, mode, makedev(node.number.0, node.number.1))?;
			chown(&path, Some(uid), Some(gid))?;
		}
		Ok(())
	}
}

fn failed(error: impl Display) -> Error {
	Error::Host(format!("the devices of the container cannot be set up: {error}"))
}

/// Returns why a path of the devices cannot be made. If the image has something in the way, this machine is not to blame: the
/// others would meet it too, and the task would never end. Nor has the app failed: other machines have their devices elsewhere.
fn of_path(path: &str, error: io::Error) -> Error {
	// EXIST: a link that leads nowhere.
	let in_the_way = [Errno::EXIST, Errno::ISDIR, Errno::LOOP, Errno::NAMETOOLONG, Errno::NOTDIR];
	if Errno::from_io_error(&error).is_some_and(|errno| in_the_way.contains(&errno)) {
		return Error::OtherMachine(format!("what is at {path} in the image is in the way of devices: {error}"));
	}
	failed(format!("{path} in the image: {error}"))
}

/// Returns the directory of a path in a root directory, made if need be, and the name in it.
fn parent<'a>(root: &OwnedFd, path: &'a str) -> io::Result<(OwnedFd, &'a str)> {
	let (directories, name) = path.rsplit_once('/').unwrap_or(("", path));
	let mut there = root.try_clone()?;
	let mut so_far = PathBuf::from("/");
	for part in directories.split('/').filter(|part| !part.is_empty()) {
		so_far.push(part);
		there = match inside(root, &so_far, OFlags::PATH | OFlags::DIRECTORY) {
			Err(error) if error.kind() == io::ErrorKind::NotFound => {
				make_directory(&there, part)?;
				inside(root, &so_far, OFlags::PATH | OFlags::DIRECTORY)?
			}
			directory => directory?,
		};
	}
	Ok((there, name))
}

/// Makes a directory that the app may enter, whatever the umask.
fn make_directory(at: &OwnedFd, name: &str) -> io::Result<()> {
	let mode = Mode::from_raw_mode(0o755);
	mkdirat(at, name, mode)?;
	Ok(chmodat(at, name, mode, AtFlags::empty())?)
}

/// Removes a file or link, if it is there.
fn make_room(directory: BorrowedFd<'_>, name: &str) -> io::Result<()> {
	match unlinkat(directory, name, AtFlags::empty()) {
		Ok(()) | Err(Errno::NOENT) => Ok(()),
		Err(error) => Err(error.into()),
	}
}

fn link(root: &OwnedFd, link: &Link) -> io::Result<()> {
	let (directory, name) = parent(root, &link.path)?;
	make_room(directory.as_fd(), name)?;
	Ok(symlinkat(&link.target, &directory, name)?)
}

/// Makes an empty file or directory to mount on, unless there is one.
fn mount_point(root: &OwnedFd, mount: &Mount) -> io::Result<()> {
	let is_directory = mount.host.is_dir();
	if let Ok(there) = inside(root, Path::new(&mount.path), OFlags::PATH) {
		let kind = FileType::from_raw_mode(rustix::fs::fstat(&there)?.st_mode);
		if (kind == FileType::Directory) == is_directory {
			return Ok(());
		}
	}
	let (directory, name) = parent(root, &mount.path)?;
	make_room(directory.as_fd(), name)?;
	if is_directory {
		return make_directory(&directory, name);
	}
	let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
	openat(&directory, name, flags, Mode::from_raw_mode(0o644))?;
	Ok(())
}

#[cfg(test)]
mod tests;
