//! Reads files of an image, which may be compressed.

use std::{
	fs::File,
	io::{self, Read},
	path::Path,
};

use flate2::read::MultiGzDecoder;

use super::{zstd, MOST_BYTES};
use crate::{kept::UntilStopped, Error, Stop};

const GZIP: &[u8] = &[0x1f, 0x8b];
/// How files begin that other programs compressed, and by what.
const OTHERS: [(&[u8], &str); 3] = [(b"BZh91AY", "bzip2"), (b"\xfd7zXZ\0", "xz"), (b"\x04\x22\x4d\x18", "lz4")];
/// How many bytes tell.
const HEAD: u64 = 7;

/// Opens a file to read it, decompressed if need be. The file may grow meanwhile, or be much of what decompresses to nothing:
/// so it ends where images do, or when it is stopped.
///
/// # Errors
///
/// [`Error::App`], if it is compressed in another way than with gzip or zstd; [`Error::Host`], if it cannot be read.
pub fn open(path: &Path, stop: &Stop) -> Result<Box<dyn Read>, Error> {
	let file = File::open(path).map_err(Error::io("open", path))?;
	let mut file = UntilStopped::new(file, stop).take(MOST_BYTES);
	let mut first = Vec::new();
	(&mut file).take(HEAD).read_to_end(&mut first).map_err(Error::io("read", path))?;
	let whole = io::BufReader::new(io::Cursor::new(first.clone()).chain(file));
	if first.starts_with(GZIP) {
		return Ok(Box::new(MultiGzDecoder::new(whole)));
	}
	if zstd::begins(&first) {
		return Ok(Box::new(zstd::Decoder::new(whole)));
	}
	if let Some((_, program)) = OTHERS.iter().find(|(begin, _)| first.starts_with(begin)) {
		let cause = format!("the image is compressed with {program}; compress it with gzip or zstd, or not at all");
		return Err(Error::App(cause));
	}
	Ok(Box::new(whole))
}
