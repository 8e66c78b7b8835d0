//! Where the files of a run come from, and where its result goes.

use std::{
	fs::File,
	io,
	os::fd::AsRawFd,
	path::{Path, PathBuf},
	sync::Arc,
};

use rustix::fs::{fstat, openat2, Mode, OFlags, ResolveFlags, CWD};

use super::{allowance::Taken, output::Target};
use crate::{Error, Job};

/// The files of a run.
pub struct Files {
	/// The image.
	pub image: Source,
	/// What the app reads.
	pub input: Source,
	/// What takes its result.
	pub output: Box<dyn Target + Send>,
	/// Its part of what all runs may take, if that is counted. Given back when nothing of the run goes on.
	pub room: Option<Taken>,
}

/// What is read: the file or directory of an image, or the directory of an input.
#[derive(Clone)]
pub enum Source {
	/// By its path.
	Path(PathBuf),
	/// Opened by somebody who may read it. Its path may lead elsewhere by now.
	Open(Arc<File>),
}

impl Source {
	/// Returns a path to it, which is valid while this exists.
	pub fn path(&self) -> PathBuf {
		match self {
			Self::Path(path) => path.clone(),
			Self::Open(file) => Path::new("/proc/self/fd").join(file.as_raw_fd().to_string()),
		}
	}

	/// Opens a directory of a user, by an absolute path without links.
	///
	/// # Errors
	///
	/// If it is not a directory, or somebody else's.
	pub fn open_of(path: &Path, user: u32) -> io::Result<Self> {
		let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
		let directory = openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS)?;
		if fstat(&directory)?.st_uid != user {
			return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to another user"));
		}
		Ok(Self::Open(Arc::new(directory.into())))
	}
}

impl Files {
	/// Returns those of a job.
	///
	/// # Errors
	///
	/// [`Error::Host`], if there are none at its paths.
	pub fn of(job: &Job<'_>) -> Result<Self, Error> {
		Ok(Self {
			image: Source::Path(job.app.into()),
			input: Source::Path(absolute(job.input)?),
			output: Box::new(super::output::Below(absolute(job.output)?)),
			room: None,
		})
	}
}

/// Returns the path without links, from the root.
///
/// # Errors
///
/// [`Error::Host`], if there is nothing, or its path is not UTF-8: it is written as JSON.
pub fn absolute(path: &Path) -> Result<PathBuf, Error> {
	let found = path.canonicalize().map_err(Error::io("find", path))?;
	found.to_str().ok_or_else(|| Error::Host(format!("the path {} is not UTF-8", found.display())))?;
	Ok(found)
}
