//! Decompresses what zstd compressed, with little memory, whatever it says of itself.
//!
//! The crate `ruzstd` decompresses frames. Its own limit of their windows is too large, and does not hold for the first one.

use std::io::{self, Read};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::blame::bad;

/// How a frame begins, and one that holds no content but what programs keep beside it: a number of which the last half byte
/// may be any.
const FRAME: u32 = 0xFD2F_B528;
const SKIPPED: u32 = 0x184D_2A50;
/// The largest window, in bytes: decompressing takes up to twice that of memory. Builders write no larger ones: Docker, Podman,
/// and ko 32 MiB at their best level, and the format recommends to take 8 MiB.
const LARGEST_WINDOW: u64 = 32 << 20;
/// The longest header of a frame, after its first four bytes.
const LONGEST_HEADER: usize = 14;

/// Returns whether a file of these first bytes is what zstd writes.
pub fn begins(first: &[u8]) -> bool {
	first.first_chunk::<4>().is_some_and(|first| {
		let number = u32::from_le_bytes(*first);
		number == FRAME || number & !0xf == SKIPPED
	})
}

/// Decompresses frames, one after the other.
pub struct Decoder<R> {
	from: Noted<R>,
	frame: FrameDecoder,
}

/// Keeps the error of a reader, which `ruzstd` tells as one of its own: it may be this machine's.
struct Noted<R> {
	from: R,
	error: Option<io::Error>,
}

impl<R: Read> Read for Noted<R> {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		self.from.read(buffer).map_err(|error| {
			if error.kind() == io::ErrorKind::Interrupted {
				return error;
			}
			let kind = error.kind();
			self.error = Some(error);
			kind.into()
		})
	}
}

impl<R: Read> Decoder<R> {
	/// Reads frames from this.
	pub fn new(from: R) -> Self {
		Self { from: Noted { from, error: None }, frame: FrameDecoder::new() }
	}

	/// Begins with the next frame. Returns whether there is one.
	fn begin(&mut self) -> io::Result<bool> {
		loop {
			let mut number = [0; 4];
			match self.from.read(&mut number[..1]) {
				Ok(0) => return Ok(false),
				Ok(_) => {}
				Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
				Err(error) => return Err(self.error(error)),
			}
			self.fill(&mut number[1..])?;
			match u32::from_le_bytes(number) {
				FRAME => break,
				number if number & !0xf == SKIPPED => self.skip()?,
				_ => return Err(bad("something that is not of zstd follows what is")),
			}
		}
		let mut header = FRAME.to_le_bytes().to_vec();
		self.read_header(&mut header)?;
		let begun = self.frame.reset(header.as_slice().chain(&mut self.from));
		begun.map(|()| true).map_err(|error| self.error(error))
	}

	/// Reads the header of a frame after its first four bytes, and checks how large a window it wants.
	///
	/// ```text
	/// 1 byte     window     dictionary     size of the content
	/// ss1...dd   0, 1       0, 1, 2, 4     0, 1, 2, 4, 8
	/// ```
	///
	/// The window is there unless bit 5 is set: then the whole content is one.
	fn read_header(&mut self, header: &mut Vec<u8>) -> io::Result<()> {
		let mut bytes = [0; LONGEST_HEADER];
		self.fill(&mut bytes[..1])?;
		let is_whole = bytes[0] & 0x20 != 0;
		let window = usize::from(!is_whole);
		let dictionary = [0, 1, 2, 4][usize::from(bytes[0] & 3)];
		let content = [usize::from(is_whole), 2, 4, 8][usize::from(bytes[0] >> 6)];
		let length = 1 + window + dictionary + content;
		self.fill(&mut bytes[1..length])?;
		let size = if is_whole {
			let mut size = [0; 8];
			size[..content].copy_from_slice(&bytes[length - content..length]);
			// Two bytes begin where one ends.
			u64::from_le_bytes(size) + if content == 2 { 256 } else { 0 }
		} else {
			let base = 1_u64 << (10 + (bytes[1] >> 3));
			base + base / 8 * u64::from(bytes[1] & 7)
		};
		if size > LARGEST_WINDOW {
			let most = LARGEST_WINDOW >> 20;
			return Err(bad(format!("it takes a window of {size} bytes to decompress; use a lower level of zstd, which takes {most} MiB at most")));
		}
		header.extend_from_slice(&bytes[..length]);
		Ok(())
	}

	/// Skips a frame that holds no content.
	fn skip(&mut self) -> io::Result<()> {
		let mut length = [0; 4];
		self.fill(&mut length)?;
		let length = u64::from(u32::from_le_bytes(length));
		let skipped = io::copy(&mut (&mut self.from).take(length), &mut io::sink());
		match skipped.map_err(|error| self.error(error))? {
			skipped if skipped == length => Ok(()),
			_ => Err(bad("it ends too early")),
		}
	}

	fn fill(&mut self, buffer: &mut [u8]) -> io::Result<()> {
		self.from.read_exact(buffer).map_err(|error| self.error(error))
	}

	/// Returns the error of the reader, if that was the cause; otherwise, what is read is at fault.
	fn error(&mut self, error: impl std::fmt::Display) -> io::Error {
		self.from.error.take().unwrap_or_else(|| bad(format!("it cannot be decompressed: {error}")))
	}
}

impl<R: Read> Read for Decoder<R> {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		while self.frame.can_collect() == 0 {
			if self.frame.is_finished() {
				if !self.begin()? {
					return Ok(0);
				}
				continue;
			}
			// One at a time: beside the window, no more than that is in memory.
			let decoded = self.frame.decode_blocks(&mut self.from, BlockDecodingStrategy::UptoBlocks(1));
			decoded.map_err(|error| self.error(error))?;
		}
		self.frame.read(buffer)
	}
}

#[cfg(test)]
mod parsing;
