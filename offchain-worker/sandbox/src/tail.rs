//! The end of a stream, and the hash of all of it.

use sha2::{Digest, Sha256};

/// Keeps the last bytes of what is written to it, and hashes all of them.
#[derive(Debug)]
pub struct Tail {
	bytes: Vec<u8>,
	limit: usize,
	hasher: Sha256,
}

/// What was written to a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
	/// The last bytes.
	pub end: Vec<u8>,
	/// SHA-256 of all.
	pub sha256: [u8; 32],
}

impl Default for Written {
	/// Returns that nothing was written.
	fn default() -> Self {
		Tail::new(0).finish()
	}
}

impl Written {
	/// Returns that this was written, all of which is kept.
	pub fn of(bytes: &[u8]) -> Self {
		Self { end: bytes.into(), sha256: Sha256::digest(bytes).into() }
	}
}

impl Tail {
	/// Keeps up to this many bytes.
	pub fn new(limit: usize) -> Self {
		Self { bytes: Vec::new(), limit, hasher: Sha256::new() }
	}

	/// Adds to the end. Takes no more room than what it keeps, however much is written.
	pub fn push(&mut self, bytes: &[u8]) {
		self.hasher.update(bytes);
		self.bytes.extend_from_slice(&bytes[bytes.len().saturating_sub(self.limit)..]);
		// Moved once per `limit` bytes, rather than with each write.
		if self.bytes.len() > self.limit.saturating_mul(2) {
			self.trim();
		}
	}

	/// Returns what was written.
	pub fn finish(mut self) -> Written {
		self.trim();
		Written { end: self.bytes, sha256: self.hasher.finalize().into() }
	}

	fn trim(&mut self) {
		let excess = self.bytes.len().saturating_sub(self.limit);
		self.bytes.drain(..excess);
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn last_bytes_are_kept_and_all_are_hashed() {
		for limit in [0, 1, 3, 10, 100] {
			let mut tail = Tail::new(limit);
			let all: Vec<u8> = (0..50).collect();
			for piece in all.chunks(7) {
				tail.push(piece);
			}
			let expected = Written { end: all[50 - limit.min(50)..].to_vec(), sha256: Sha256::digest(&all).into() };
			assert_eq!(tail.finish(), expected);
		}
	}
}
