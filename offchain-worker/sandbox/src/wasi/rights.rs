//! Rights of preview 1, as bits. Programs ask for more of them than they use, so only two decide what is done with a file:
//! to read, and to write. A directory's say what a program may want to know of it.

use super::{errno::Errno, fail::Result};

/// All that there are.
pub const ALL: u64 = (1 << 30) - 1;
/// To read a file.
pub const READ: u64 = 1 << 1;
/// To write it.
pub const WRITE: u64 = 1 << 6;
/// To empty a file when it is opened.
pub const TRUNCATE: u64 = 1 << 19;
/// To look at what is open.
pub const LOOK: u64 = 1 << 21;
/// To set the size of an open file.
const SET_SIZE: u64 = 1 << 22;
/// What comes with [`WRITE`]: to reserve space, and to set the size.
const SHAPE: u64 = 1 << 8 | SET_SIZE;
/// To set flags of what is open.
const SET_FLAGS: u64 = 1 << 3;
/// What can be done with every file: seek and tell, sync, advise, look, set its times, and wait for it.
const FILE: u64 = 1 << 2 | 1 << 5 | 1 << 4 | 1 | 1 << 7 | LOOK | 1 << 23 | 1 << 27 | SET_FLAGS;
/// What can be done with every directory: all about what is in it, from making one (9) to removing a file (26).
pub const DIRECTORY: u64 = (((1 << 27) - (1 << 9)) & !SET_SIZE) | SET_FLAGS;

/// Returns those of a file that was opened with these.
pub fn of_file(asked: u64) -> u64 {
	let write = if asked & WRITE != 0 { WRITE | SHAPE } else { 0 };
	FILE | (asked & READ) | write
}

/// Gives some up. None can be had again.
///
/// # Errors
///
/// [`Errno::NOTCAPABLE`], if they are not a part of what is held.
pub fn reduce(held: &mut u64, to: u64) -> Result<()> {
	if to & !*held != 0 {
		return Err(Errno::NOTCAPABLE.into());
	}
	*held = to;
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	/// What the Go library asks for to read: all rights but some of those to write.
	const GO_READS: u64 = 0x0ff7_febe;

	#[test]
	fn only_the_right_to_write_means_writing() {
		assert_eq!(of_file(GO_READS) & (READ | WRITE | SHAPE), READ);
		assert_eq!(of_file(ALL) & (READ | WRITE | SHAPE), READ | WRITE | SHAPE);
		assert_eq!(of_file(0) & (READ | WRITE | SHAPE), 0);
	}

	#[test]
	fn directory_is_neither_read_nor_written_nor_sized() {
		assert_eq!(DIRECTORY & (READ | WRITE | SHAPE | 1 << 2), 0);
		assert_ne!(DIRECTORY & TRUNCATE, 0);
	}

	#[test]
	fn rights_are_only_given_up() {
		let mut held = READ | WRITE;
		assert!(reduce(&mut held, READ).is_ok());
		assert!(reduce(&mut held, READ | WRITE).is_err());
		assert_eq!(held, READ);
	}
}
