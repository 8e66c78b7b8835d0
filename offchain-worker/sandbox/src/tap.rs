//! What a program writes, while it runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::end;

/// Keeps what a program wrote since it was last asked: of each stream the end, if it is much. Clones are handles on the same.
#[derive(Clone, Debug)]
pub struct Tap(Arc<Mutex<Kept>>);

/// What was written since it was last taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tapped {
	/// To standard output, and to standard error.
	pub streams: [Vec<u8>; 2],
	/// How many bytes came before that and were not kept.
	pub missed: u64,
}

#[derive(Debug)]
struct Kept {
	limit: usize,
	tapped: Tapped,
}

impl Tap {
	/// Keeps up to this many bytes of each stream.
	pub fn new(limit: usize) -> Self {
		Self(Arc::new(Mutex::new(Kept { limit, tapped: Tapped::default() })))
	}

	/// Adds to the end of standard output, which is stream 0, or of standard error.
	pub fn push(&self, stream: usize, bytes: &[u8]) {
		let mut kept = self.lock();
		let limit = kept.limit;
		let Tapped { streams, missed } = &mut kept.tapped;
		let Some(end) = streams.get_mut(stream) else { return };
		*missed = missed.saturating_add(end::append(end, bytes, limit) as u64);
	}

	/// Records that so many bytes were written that are not known.
	pub(crate) fn skip(&self, bytes: u64) {
		let missed = &mut self.lock().tapped.missed;
		*missed = missed.saturating_add(bytes);
	}

	/// Takes what was written, of each stream the last `most` bytes. What may be the beginning of a character stays for the next
	/// time.
	pub fn take(&self, most: usize) -> Tapped {
		let mut kept = self.lock();
		let mut taken = std::mem::take(&mut kept.tapped);
		for (end, rest) in taken.streams.iter_mut().zip(&mut kept.tapped.streams) {
			let whole = match std::str::from_utf8(end) {
				Err(error) if error.error_len().is_none() => error.valid_up_to(),
				_ => end.len(),
			};
			*rest = end.split_off(whole);
			taken.missed = taken.missed.saturating_add(end::trim(end, most) as u64);
		}
		taken
	}

	fn lock(&self) -> MutexGuard<'_, Kept> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Tapped {
	/// Returns whether nothing was written.
	pub fn is_empty(&self) -> bool {
		self.streams.iter().all(Vec::is_empty) && self.missed == 0
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn taken(streams: [&str; 2], missed: u64) -> Tapped {
		Tapped { streams: streams.map(|text| text.as_bytes().to_vec()), missed }
	}

	#[test]
	fn what_was_written_is_taken_once() {
		let tap = Tap::new(100);
		tap.push(0, b"one ");
		tap.push(1, b"wrong");
		tap.push(0, b"two");
		assert_eq!(tap.clone().take(100), taken(["one two", "wrong"], 0));
		assert!(tap.take(100).is_empty());
	}

	#[test]
	fn much_is_kept_from_its_end_and_counted() {
		let tap = Tap::new(4);
		tap.push(0, b"0123456789");
		assert_eq!(tap.take(100), taken(["6789", ""], 6));
		for _ in 0..1_000 {
			tap.push(1, b"ab");
		}
		let Tapped { streams, missed } = tap.take(100);
		assert!(streams[1].len() <= 8 && streams[1].len() as u64 + missed == 2_000, "{streams:?} {missed}");
		tap.push(0, b"0123");
		assert_eq!(tap.take(3), taken(["123", ""], 1));
	}

	#[test]
	fn characters_are_not_cut() {
		let tap = Tap::new(100);
		let text = "é".as_bytes();
		tap.push(0, &text[..1]);
		assert!(tap.take(100).is_empty());
		tap.push(0, &text[1..]);
		assert_eq!(tap.take(100), taken(["é", ""], 0));
		tap.push(0, b"\xff.");
		assert_eq!(tap.take(100).streams[0], b"\xff.", "what is not text is not the beginning of a character");
	}
}
