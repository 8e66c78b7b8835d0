//! What an archive's hash and size are.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use super::Packed;

/// Hashes and counts what goes through.
pub(super) struct Hashing<T> {
	inner: T,
	hasher: Sha256,
	size: u64,
}

impl<T> Hashing<T> {
	pub(super) fn new(inner: T) -> Self {
		Self { inner, hasher: Sha256::new(), size: 0 }
	}

	/// Returns what went through, as an archive of so many files.
	pub(super) fn done(self, files: u32) -> Packed {
		Packed { sha256: self.hasher.finalize().into(), size: self.size, files }
	}

	fn saw(&mut self, bytes: &[u8]) {
		self.hasher.update(bytes);
		self.size += bytes.len() as u64;
	}
}

impl<T: Write> Write for Hashing<T> {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		let count = self.inner.write(bytes)?;
		self.saw(&bytes[..count]);
		Ok(count)
	}

	fn flush(&mut self) -> io::Result<()> {
		self.inner.flush()
	}
}

impl<T: Read> Read for Hashing<T> {
	fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
		let count = self.inner.read(bytes)?;
		self.saw(&bytes[..count]);
		Ok(count)
	}
}
