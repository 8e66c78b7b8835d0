//! The end of a stream.

/// Keeps the last bytes of what is written to it.
#[derive(Debug)]
pub struct Tail {
	bytes: Vec<u8>,
	limit: usize,
}

impl Tail {
	/// Keeps up to so many bytes.
	pub fn new(limit: usize) -> Self {
		Self { bytes: Vec::new(), limit }
	}

	/// Adds to the end. Costs no more than what it keeps, however much is written.
	pub fn push(&mut self, bytes: &[u8]) {
		self.bytes.extend_from_slice(&bytes[bytes.len().saturating_sub(self.limit)..]);
		// Moved once per `limit` bytes, rather than with each write.
		if self.bytes.len() > self.limit.saturating_mul(2) {
			self.trim();
		}
	}

	/// Returns what it kept.
	pub fn into_bytes(mut self) -> Vec<u8> {
		self.trim();
		self.bytes
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
	fn last_bytes_are_kept() {
		for limit in [0, 1, 3, 10, 100] {
			let mut tail = Tail::new(limit);
			let all: Vec<u8> = (0..50).collect();
			for piece in all.chunks(7) {
				tail.push(piece);
			}
			assert_eq!(tail.into_bytes(), all[50 - limit.min(50)..]);
		}
	}
}
