//! Writes that fail as they do on a full disk. Tests say which of them; outside of tests, none does.

use std::io::{self, Write};

/// Comes before a write that has no bytes of its own: a new file, a new name. Fails if a test wants it to.
#[cfg(not(test))]
pub(super) fn write() -> io::Result<()> {
	Ok(())
}

/// Writes all bytes. Fails after some of them if a test wants it to.
#[cfg(not(test))]
pub(super) fn write_all(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
	to.write_all(bytes)
}

#[cfg(test)]
pub(super) use self::tests::{write, write_all};

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use std::cell::Cell;

	thread_local! {
		/// How many writes of this thread go well before the disk is full. `None`: all of them.
		static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
		/// How many writes have failed since.
		static FAILED: Cell<usize> = const { Cell::new(0) };
	}

	/// Does something on a disk that is full after this many writes. Also returns how many writes failed.
	pub fn full_after<T>(writes: usize, work: impl FnOnce() -> T) -> (T, usize) {
		LEFT.set(Some(writes));
		let done = work();
		LEFT.set(None);
		(done, FAILED.replace(0))
	}

	/// Returns whether the next write fails. Once the disk is full, it stays so.
	fn is_full() -> bool {
		let Some(left) = LEFT.get() else { return false };
		LEFT.set(Some(left.saturating_sub(1)));
		if left == 0 {
			FAILED.set(FAILED.get() + 1);
		}
		left == 0
	}

	pub fn write() -> io::Result<()> {
		if is_full() {
			return Err(io::ErrorKind::StorageFull.into());
		}
		Ok(())
	}

	pub fn write_all(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
		if is_full() {
			to.write_all(&bytes[..bytes.len() / 2])?;
			return Err(io::ErrorKind::StorageFull.into());
		}
		to.write_all(bytes)
	}
}
