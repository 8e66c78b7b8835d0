//! What zstd compressed, as strangers write it. The format's own library compresses here.

use std::io::Write;

use proptest::{collection::vec, prelude::*, sample::select};
use rlc_testing::spoiled;

use super::*;

fn contents() -> impl Strategy<Value = Vec<u8>> {
	(vec(any::<u8>(), 0..600), 1..40_usize).prop_map(|(bytes, times)| bytes.repeat(times))
}

fn frame(content: &[u8], level: i32, has_checksum: bool) -> Vec<u8> {
	let mut encoder = ::zstd::Encoder::new(Vec::new(), level).unwrap();
	encoder.include_checksum(has_checksum).unwrap();
	encoder.write_all(content).unwrap();
	encoder.finish().unwrap()
}

/// Returns a frame that holds no content.
fn skipped(bytes: &[u8]) -> Vec<u8> {
	let length = u32::try_from(bytes.len()).unwrap();
	[&(SKIPPED + 7).to_le_bytes()[..], &length.to_le_bytes(), bytes].concat()
}

/// Returns several frames, and what they contain.
fn frames() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
	vec((contents(), select(vec![1, 3]), any::<bool>(), any::<bool>()), 0..4).prop_map(|parts| {
		let (mut bytes, mut whole) = (Vec::new(), Vec::new());
		for (content, level, has_checksum, is_skipped) in parts {
			if is_skipped {
				bytes.extend(skipped(&content));
			} else {
				bytes.extend(frame(&content, level, has_checksum));
				whole.extend(content);
			}
		}
		(bytes, whole)
	})
}

fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
	let mut read = Vec::new();
	// A few bytes may be of any size decompressed.
	Decoder::new(bytes).take(1 << 20).read_to_end(&mut read).map(|_| read)
}

proptest! {
	#[test]
	fn what_was_compressed_is_read_back((bytes, whole) in frames()) {
		prop_assert_eq!(read(&bytes).unwrap(), whole);
	}

	#[test]
	fn what_is_spoiled_is_at_fault_itself(bytes in spoiled(frames().prop_map(|(bytes, _)| bytes))) {
		if let Err(error) = read(&bytes) {
			prop_assert_eq!((error.kind(), error.raw_os_error()), (io::ErrorKind::InvalidData, None), "{}", error);
		}
	}
}

#[test]
fn every_level_of_the_format_is_read_up_to_the_largest_window() {
	let content = b"what is compressed ".repeat(200_000);
	for level in [-5, 1, 9, 19] {
		assert_eq!(read_whole(&frame(&content, level, true)), content, "{level}");
	}
	let windowed = |log| {
		let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
		encoder.window_log(log).unwrap();
		encoder.write_all(&content).unwrap();
		encoder.finish().unwrap()
	};
	assert_eq!(read_whole(&windowed(25)), content);
	let refused = read(&windowed(26)).unwrap_err().to_string();
	assert!(refused.contains("it takes a window of 67108864 bytes to decompress; use a lower level"), "{refused}");
}

fn read_whole(bytes: &[u8]) -> Vec<u8> {
	let mut read = Vec::new();
	Decoder::new(bytes).read_to_end(&mut read).unwrap();
	read
}

#[test]
fn frame_that_claims_to_be_huge_takes_no_memory() {
	// All of it at once, of 1 TiB; a window of 3 TiB and more.
	let whole = [&FRAME.to_le_bytes()[..], &[0xe0], &(1_u64 << 40).to_le_bytes(), &[0; 9]].concat();
	let window = [&FRAME.to_le_bytes()[..], &[0x00, 0xff], &[0; 9]].concat();
	for bytes in [whole, window] {
		assert!(read(&bytes).unwrap_err().to_string().contains("it takes a window of"));
	}
}

#[test]
fn what_follows_must_be_of_zstd() {
	let mut bytes = frame(b"one", 1, true);
	assert!(begins(&bytes) && begins(&skipped(b"")) && !begins(b"\x1f\x8b\x08\x00") && !begins(b""));
	bytes.extend(b"more");
	assert!(read(&bytes).unwrap_err().to_string().contains("not of zstd"));
	assert!(read(&frame(b"one", 1, true)[..9]).is_err(), "cut");
	assert!(read(&skipped(b"12345")[..10]).is_err(), "cut");
}

/// Fails once it was read, as a disk would.
struct Failing<'a>(&'a [u8], fn() -> io::Error);

impl Read for Failing<'_> {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		match self.0.read(buffer)? {
			0 => Err(self.1()),
			count => Ok(count),
		}
	}
}

#[test]
fn error_of_the_disk_stays_one() {
	let bytes = [skipped(b"beside"), frame(&b"content".repeat(99), 3, true)].concat();
	for end in 0..bytes.len() {
		let fails = |error: fn() -> io::Error| {
			Decoder::new(Failing(&bytes[..end], error)).read_to_end(&mut Vec::new()).unwrap_err()
		};
		assert_eq!(fails(|| io::Error::from_raw_os_error(5)).raw_os_error(), Some(5), "{end}");
		assert_eq!(fails(|| io::Error::new(io::ErrorKind::TimedOut, "stopped")).to_string(), "stopped", "{end}");
	}
}
