//! Files with holes, of which an archive has only what is between them.

use std::io;

use crate::image::blame::bad;

/// A file with holes that is read.
#[derive(Debug)]
pub struct Holes {
	/// Where what the archive has of it begins and ends, the last one first.
	pieces: Vec<(u64, u64)>,
	/// How far it is read.
	at: u64,
	/// Its size with the holes, in bytes.
	size: u64,
}

impl Holes {
	/// Takes offsets and lengths in turn, the size of the file, and how many bytes the archive has of it.
	///
	/// # Errors
	///
	/// If they do not fit each other.
	pub fn new(map: &[u64], size: u64, data: u64) -> io::Result<Self> {
		let (pairs, rest) = map.as_chunks::<2>();
		let (mut pieces, mut end, mut sum) = (Vec::with_capacity(pairs.len()), 0, 0_u64);
		for &[start, length] in pairs {
			let next = start.checked_add(length).filter(|next| start >= end && *next <= size);
			end = next.ok_or_else(|| bad("the map of a file with holes is not in order"))?;
			// No more than the size in all.
			sum += length;
			pieces.push((start, end));
		}
		if !rest.is_empty() || sum != data {
			return Err(bad("the map of a file with holes is not that of its content"));
		}
		pieces.reverse();
		Ok(Self { pieces, at: 0, size })
	}

	/// Reads on: zeros of a hole, or what `data` reads.
	///
	/// # Errors
	///
	/// Those of `data`.
	pub fn read(&mut self, buffer: &mut [u8], data: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
		while let Some(&(start, end)) = self.pieces.last() {
			if self.at < start {
				return Ok(self.zeros(buffer, start));
			}
			if self.at < end {
				let most = buffer.len().min(usize::try_from(end - self.at).unwrap_or(usize::MAX));
				let count = data(&mut buffer[..most])?;
				self.at += count as u64;
				return Ok(count);
			}
			self.pieces.pop();
		}
		Ok(self.zeros(buffer, self.size))
	}

	fn zeros(&mut self, buffer: &mut [u8], until: u64) -> usize {
		let count = buffer.len().min(usize::try_from(until - self.at).unwrap_or(usize::MAX));
		buffer[..count].fill(0);
		self.at += count as u64;
		count
	}
}
