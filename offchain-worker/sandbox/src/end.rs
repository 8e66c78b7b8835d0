//! The end of a stream: its last bytes, however much is written.

/// Adds to the end of a stream, of which the last `limit` bytes are kept, and some more for a while. Returns how many bytes are
/// kept no longer.
pub fn append(end: &mut Vec<u8>, bytes: &[u8], limit: usize) -> usize {
	let skipped = bytes.len().saturating_sub(limit);
	end.extend_from_slice(&bytes[skipped..]);
	// Moved once per `limit` bytes, rather than with each write.
	if end.len() <= limit.saturating_mul(2) {
		return skipped;
	}
	skipped + trim(end, limit)
}

/// Removes all but the last `limit` bytes. Returns how many.
pub fn trim(end: &mut Vec<u8>, limit: usize) -> usize {
	let excess = end.len().saturating_sub(limit);
	end.drain(..excess);
	excess
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn last_bytes_are_kept_and_the_rest_is_counted() {
		for limit in [0, 1, 4, 100] {
			let (mut end, mut gone) = (Vec::new(), 0);
			for written in 1..=50_u8 {
				gone += append(&mut end, &[written; 3], limit);
				assert!(end.len() <= 2 * limit && end.len() + gone == 3 * usize::from(written));
			}
			gone += trim(&mut end, limit);
			assert_eq!((end.len(), end.len() + gone), (limit.min(150), 150));
		}
	}
}
