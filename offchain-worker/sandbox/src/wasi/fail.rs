//! How a call can fail, and whether the module is told.

use std::io;

use super::errno::Errno;
use crate::guest::Halt;

/// How a call can fail.
#[derive(Debug)]
pub enum Fail {
	/// The module is told.
	Errno(Errno),
	/// The run ends.
	Halt(Halt),
}

/// What calls return.
pub type Result<T> = std::result::Result<T, Fail>;

impl From<Errno> for Fail {
	fn from(errno: Errno) -> Self {
		Self::Errno(errno)
	}
}

impl From<Halt> for Fail {
	fn from(halt: Halt) -> Self {
		Self::Halt(halt)
	}
}

/// A module is told those of the machine's errors that would be the same on every machine.
impl From<io::Error> for Fail {
	fn from(error: io::Error) -> Self {
		Self::Errno(match error.kind() {
			io::ErrorKind::AlreadyExists => Errno::EXIST,
			io::ErrorKind::DirectoryNotEmpty => Errno::NOTEMPTY,
			io::ErrorKind::IsADirectory => Errno::ISDIR,
			io::ErrorKind::NotADirectory => Errno::NOTDIR,
			io::ErrorKind::NotFound => Errno::NOENT,
			_ => return Self::Halt(Halt::Host(format!("its files cannot be read or written: {error}"))),
		})
	}
}
