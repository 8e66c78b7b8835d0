//! The end of a stream, and the hash of all of it.

use sha2::{Digest, Sha256};

use crate::{end, Tap};

/// Keeps the last bytes of what is written to it, and hashes all of them.
#[derive(Debug)]
pub struct Tail {
	bytes: Vec<u8>,
	limit: usize,
	hasher: Sha256,
	/// What is told too, and which of its streams this is.
	tap: Option<(Tap, usize)>,
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
		Self { bytes: Vec::new(), limit, hasher: Sha256::new(), tap: None }
	}

	/// Keeps up to this many bytes of each of a program's two streams, and tells a tap, if there is one.
	pub fn both(limit: usize, tap: Option<&Tap>) -> [Self; 2] {
		[0, 1].map(|stream| Self { tap: tap.map(|tap| (tap.clone(), stream)), ..Self::new(limit) })
	}

	/// Adds to the end. Takes no more room than what it keeps, however much is written.
	pub fn push(&mut self, bytes: &[u8]) {
		self.hasher.update(bytes);
		if let Some((tap, stream)) = &self.tap {
			tap.push(*stream, bytes);
		}
		end::append(&mut self.bytes, bytes, self.limit);
	}

	/// Returns what was written.
	pub fn finish(mut self) -> Written {
		end::trim(&mut self.bytes, self.limit);
		Written { end: self.bytes, sha256: self.hasher.finalize().into() }
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn tap_is_told_which_stream_it_is() {
		let tap = Tap::new(10);
		let [mut stdout, mut stderr] = Tail::both(3, Some(&tap));
		stderr.push(b"wrong");
		stdout.push(b"hello");
		let told = tap.take(10).streams;
		assert_eq!((told[0].as_slice(), told[1].as_slice()), (&b"hello"[..], &b"wrong"[..]));
		assert_eq!(stderr.finish().end, b"ong");
	}

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
