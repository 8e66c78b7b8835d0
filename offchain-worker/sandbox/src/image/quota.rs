//! What may still be unpacked of an image, and until when.

use std::{
	fs::File,
	io::{self, Read, Write},
	time::Instant,
};

use rlc_disk::Taken;

use crate::{kept::UntilStopped, Stop};

/// How much of a file is read at once, in bytes.
const CHUNK: usize = 16 << 10;

/// What may still be unpacked of an image, and until when.
#[derive(Debug)]
pub struct Quota {
	/// Bytes of files.
	bytes: u64,
	/// Entries of archives, whatever they are, and the directories that lead to them.
	entries: u64,
	/// What each of them takes of the disk, in bytes.
	entry: u64,
	/// What it takes of the disk, as it comes.
	room: Taken,
	/// How many bytes it has taken so far.
	taken: u64,
	/// Ends it early.
	stop: Stop,
	/// Ends it at last.
	until: Instant,
}

impl Quota {
	/// Allows so many bytes, and entries of so many bytes each beside them, which take their room on the disk, until it is
	/// stopped or the time has come.
	pub fn new(bytes: u64, (entries, entry): (u64, u64), room: Taken, (stop, until): (&Stop, Instant)) -> Self {
		Self { bytes, entries, entry, room, taken: 0, stop: stop.clone(), until }
	}

	/// Returns what was taken of the disk.
	pub fn into_room(self) -> Taken {
		let mut room = self.room;
		room.set(self.taken);
		room
	}

	/// Takes room for an entry.
	///
	/// # Errors
	///
	/// If there are too many, if the disk has no room, or if the time is over.
	pub fn entry(&mut self) -> io::Result<()> {
		self.entries = self.entries.checked_sub(1).ok_or_else(|| exceeded("it has too many files"))?;
		// Its place in a directory, what its last block has too much, and that the disk can hold one file less.
		self.draw(self.entry)
	}

	/// Writes a file as far as allowed.
	///
	/// # Errors
	///
	/// If it is too large, if the disk has no room, or if the time is over; those of both files.
	pub fn copy(&mut self, from: &mut impl Read, to: &mut File) -> io::Result<()> {
		let mut buffer = [0; CHUNK];
		loop {
			let count = match from.read(&mut buffer) {
				Ok(0) => return Ok(()),
				Ok(count) => count,
				Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
				Err(error) => return Err(error),
			};
			self.bytes = self.bytes.checked_sub(count as u64).ok_or_else(|| exceeded("it is too large"))?;
			self.draw(count as u64)?;
			to.write_all(&buffer[..count])?;
		}
	}

	/// Checks that it goes on.
	///
	/// # Errors
	///
	/// If it is stopped, or the time is over.
	pub fn check_time(&self) -> io::Result<()> {
		if self.stop.is_stopped() || Instant::now() > self.until {
			return Err(io::Error::new(io::ErrorKind::TimedOut, "it was stopped, or took too long"));
		}
		Ok(())
	}

	/// Returns what reads a file until it is stopped.
	pub fn reader(&self, file: File) -> UntilStopped<File> {
		UntilStopped::new(file, &self.stop)
	}

	/// Takes room for bytes that are about to be written.
	fn draw(&mut self, bytes: u64) -> io::Result<()> {
		self.check_time()?;
		self.taken = self.taken.saturating_add(bytes);
		self.room.reach(self.taken).map_err(|error| io::Error::new(io::ErrorKind::StorageFull, error))
	}
}

#[cfg(test)]
impl Quota {
	/// Allows this much on a disk without end.
	pub fn of(bytes: u64, entries: u64) -> Self {
		let room = rlc_disk::Budget::unlimited().count(rlc_disk::Part::Images, 0);
		Self::new(bytes, (entries, 4_096), room, (&Stop::new(), Instant::now() + std::time::Duration::from_secs(600)))
	}
}

/// Returns the fault of an image, whichever of its files comes last.
fn exceeded(cause: &str) -> io::Error {
	io::Error::new(io::ErrorKind::FileTooLarge, cause)
}
