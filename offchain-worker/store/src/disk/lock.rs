//! Files that one process writes at a time.

use std::{
	fs::{File, TryLockError},
	io,
	time::{Duration, Instant},
};

/// How long to wait for another process, which may be about to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Locks a file until it is closed. Returns whether that was possible.
pub(crate) fn lock_patiently(file: &File) -> io::Result<bool> {
	let began = Instant::now();
	loop {
		match file.try_lock() {
			Ok(()) => return Ok(true),
			Err(TryLockError::Error(error)) => return Err(error),
			Err(TryLockError::WouldBlock) if began.elapsed() > PATIENCE => return Ok(false),
			Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
		}
	}
}
