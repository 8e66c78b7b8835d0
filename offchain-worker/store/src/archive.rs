//! Canonical archives: one file for a result of many, with the same bytes on every machine.
//!
//! A canonical archive is a tar file that holds regular files only, in the order of their paths' bytes, each with mode
//! 0644, time 0, user and group 0 and no names of them. Directories are there through their files' paths. Any tar program
//! can unpack it; [`unpack`] accepts nothing else. Byte by byte, for those who write it elsewhere:
//!
//! - A file is a header, its bytes, and zeros up to a multiple of 512. The end is 1024 zeros.
//! - A header is 512 bytes, GNU's: at 0 the path, at 100 the mode, 108 the user, 116 the group (8 bytes each), 124 the
//!   size, 136 the time (12 bytes each), 148 the checksum (8 bytes), at 156 `0`, at 257 `ustar  ` and a zero. The rest is
//!   zeros. Numbers are octal digits, filled with `0` from the left, and a zero; a size of 8 GiB or more is GNU's binary.
//! - A path of more than 100 bytes comes before, as a file of type `L` named `././@LongLink` with the path and a zero as
//!   its bytes; the header has the first 100 bytes then.

#[cfg(test)]
mod parsing;
mod paths;

use std::{
	ffi::{OsStr, OsString},
	fs::{self, File},
	io::{self, Read, Write},
	os::unix::ffi::{OsStrExt, OsStringExt},
	path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use tar::{EntryType, Header};

use self::paths::Paths;
use crate::Cid;

/// The size of tar's blocks, in bytes.
const BLOCK: usize = 512;
/// Up to this many bytes, a path stands in its file's header.
const SHORT_PATH: usize = 100;
/// The longest path, in bytes: that of Linux.
const MAX_PATH: u64 = 4096;
/// The name of the entry that holds a long path.
const LONG_PATH: &[u8] = b"././@LongLink";

/// What an archive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packed {
	/// SHA-256 of the archive.
	pub sha256: [u8; 32],
	/// The archive's size, in bytes.
	pub size: u64,
	/// How many files it holds.
	pub files: u32,
}

impl Packed {
	/// Returns the archive's name in a store.
	pub fn cid(&self) -> Cid {
		Cid::of_sha256(self.sha256)
	}
}

/// How much may come out of an archive.
#[derive(Clone, Copy, Debug)]
pub struct UnpackLimits {
	/// All files together, in bytes.
	pub max_size: u64,
	/// How many files and directories.
	pub max_files: u32,
}

/// Why something cannot be packed or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
	/// Reading or writing failed.
	#[error("{}: {error}", .path.display())]
	Io {
		/// What was read or written.
		path: PathBuf,
		/// What happened.
		error: io::Error,
	},
	/// The archive itself could not be read or written.
	#[error("the archive cannot be read or written: {0}")]
	Stream(io::Error),
	/// It is neither a regular file nor a directory of those.
	#[error("{} is a {kind}; a result consists of regular files only", .path.display())]
	NotRegular {
		/// Its path.
		path: PathBuf,
		/// What it is.
		kind: &'static str,
	},
	/// A file changed while it was packed.
	#[error("{} changed while it was packed; is the app still running?", .0.display())]
	Changed(PathBuf),
	/// The archive is not one that [`pack`] writes.
	#[error("not a canonical archive: {0}")]
	NotCanonical(&'static str),
	/// The archive holds more than is allowed.
	#[error("the archive holds more than {max_size} bytes, or {max_files} files and directories", max_size = .0.max_size, max_files = .0.max_files)]
	TooLarge(UnpackLimits),
}

/// Packs a file, by its name, or a directory's files, by their paths in it. Blocks.
///
/// Symbolic links are not followed, not even `path` itself. The caller has to check whether `path` leads through one.
///
/// # Errors
///
/// [`ArchiveError`], if there is anything but regular files and directories, or reading or writing fails. What was written
/// then is not an archive.
pub fn pack(path: &Path, to: impl Write) -> Result<Packed, ArchiveError> {
	let mut out = Hashing::new(to);
	let mut files = 0;
	for (name, file) in files_of(path)? {
		pack_file(&name, &file, &mut out)?;
		files += 1;
	}
	out.write_all(&[0; 2 * BLOCK]).and_then(|()| out.flush()).map_err(ArchiveError::Stream)?;
	Ok(out.done(files))
}

/// Returns the regular files at or below a path with their names in the archive, in the archive's order.
fn files_of(root: &Path) -> Result<Vec<(Vec<u8>, PathBuf)>, ArchiveError> {
	let name = root.file_name().unwrap_or(OsStr::new("result"));
	let mut found = Vec::new();
	// `None`: the root, whose own name counts only if it is a file.
	let mut open = vec![(None::<OsString>, root.to_path_buf())];
	while let Some((relative, path)) = open.pop() {
		let at = |error| ArchiveError::Io { path: path.clone(), error };
		let kind = fs::symlink_metadata(&path).map_err(at)?.file_type();
		if kind.is_file() {
			found.push((relative.unwrap_or_else(|| name.into()).into_vec(), path));
		} else if kind.is_dir() {
			for entry in fs::read_dir(&path).map_err(at)? {
				let entry = entry.map_err(at)?;
				let mut child = relative.clone().unwrap_or_default();
				if !child.is_empty() {
					child.push("/");
				}
				child.push(entry.file_name());
				open.push((Some(child), entry.path()));
			}
		} else {
			let kind = if kind.is_symlink() { "symbolic link" } else { "special file" };
			return Err(ArchiveError::NotRegular { path, kind });
		}
	}
	found.sort();
	Ok(found)
}

fn pack_file(name: &[u8], path: &Path, out: &mut impl Write) -> Result<(), ArchiveError> {
	let at = |error| ArchiveError::Io { path: path.into(), error };
	let mut file = File::open(path).map_err(at)?;
	let size = file.metadata().map_err(at)?.len();
	out.write_all(&headers(name, size)).map_err(ArchiveError::Stream)?;
	let mut buffer = vec![0; buffer_size(size)];
	let mut left = size;
	loop {
		// One byte more than is due shows a file that grows.
		let count = file.read(&mut buffer).map_err(at)?;
		if count == 0 {
			break;
		}
		left = left.checked_sub(count as u64).ok_or_else(|| ArchiveError::Changed(path.into()))?;
		out.write_all(&buffer[..count]).map_err(ArchiveError::Stream)?;
	}
	if left > 0 {
		return Err(ArchiveError::Changed(path.into()));
	}
	out.write_all(&[0; BLOCK][..padding(size)]).map_err(ArchiveError::Stream)
}

/// Unpacks an archive into a directory, which is made if it is missing. Nothing is overwritten. Blocks.
///
/// The answer describes the archive that was read: compare its hash, if that was not done before.
///
/// # Errors
///
/// [`ArchiveError`], if it is not what [`pack`] writes, or more than the limits allow. The files before the fault remain.
pub fn unpack(from: impl Read, into: &Path, limits: UnpackLimits) -> Result<Packed, ArchiveError> {
	fs::create_dir_all(into).map_err(|error| ArchiveError::Io { path: into.into(), error })?;
	walk(from, limits, |name, size, input| unpack_file(input, &into.join(OsStr::from_bytes(name)), size))
}

/// Reads an archive. `file` is given each file's path and size, and reads that many bytes.
fn walk<R: Read>(
	from: R,
	limits: UnpackLimits,
	mut file: impl FnMut(&[u8], u64, &mut Hashing<R>) -> Result<(), ArchiveError>,
) -> Result<Packed, ArchiveError> {
	let mut input = Hashing::new(from);
	let mut paths = Paths::default();
	let (mut files, mut left, mut left_names) = (0, limits.max_size, limits.max_files);
	while let Some((name, size)) = read_headers(&mut input)? {
		// A path can be that of very many directories.
		left_names = left_names.checked_sub(paths.take(&name)?).ok_or(ArchiveError::TooLarge(limits))?;
		left = left.checked_sub(size).ok_or(ArchiveError::TooLarge(limits))?;
		file(&name, size, &mut input)?;
		read_padding(&mut input, size)?;
		files += 1;
	}
	if input.read(&mut [0]).map_err(ArchiveError::Stream)? > 0 {
		return Err(ArchiveError::NotCanonical("something follows its end"));
	}
	Ok(input.done(files))
}

/// Returns the next file's path and size; `None` at the end.
fn read_headers(input: &mut impl Read) -> Result<Option<(Vec<u8>, u64)>, ArchiveError> {
	let mut seen = block(input)?;
	if seen == [0; BLOCK] {
		if block(input)? != [0; BLOCK] {
			return Err(ArchiveError::NotCanonical("a header is empty"));
		}
		return Ok(None);
	}
	let mut header = header_of(&seen);
	let mut name = up_to_zero(&header.as_old().name);
	if header.entry_type() == EntryType::GNULongName {
		let length = size_of(&header)?;
		if length > MAX_PATH {
			return Err(ArchiveError::NotCanonical("a path is too long"));
		}
		let blocks = (length as usize).div_ceil(BLOCK);
		let start = seen.len();
		for _ in 0..blocks {
			seen.extend(block(input)?);
		}
		name = up_to_zero(&seen[start..]);
		let rest = block(input)?;
		header = header_of(&rest);
		seen.extend(rest);
	}
	let size = size_of(&header)?;
	// Links, devices, other modes, owners and times, and other ways to write the same all end here.
	if seen != headers(&name, size) {
		return Err(ArchiveError::NotCanonical(
			"a header is not that of a regular file of mode 0644 without owner and time",
		));
	}
	Ok(Some((name, size)))
}

fn unpack_file(input: &mut impl Read, path: &Path, size: u64) -> Result<(), ArchiveError> {
	let at = |error| ArchiveError::Io { path: path.into(), error };
	if let Some(parent) = path.parent() {
		fs::create_dir_all(parent).map_err(at)?;
	}
	let mut file = File::create_new(path).map_err(at)?;
	let mut buffer = vec![0; buffer_size(size)];
	let mut left = size;
	while left > 0 {
		let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
		let count = input.read(&mut buffer[..most]).map_err(ArchiveError::Stream)?;
		if count == 0 {
			return Err(ArchiveError::NotCanonical("it ends early"));
		}
		file.write_all(&buffer[..count]).map_err(at)?;
		left -= count as u64;
	}
	Ok(())
}

/// Reads what fills a file's last block.
fn read_padding(input: &mut impl Read, size: u64) -> Result<(), ArchiveError> {
	let mut pad = [0; BLOCK];
	let pad = &mut pad[..padding(size)];
	read_exact(input, pad)?;
	if pad.iter().any(|byte| *byte != 0) {
		return Err(ArchiveError::NotCanonical("there are bytes between its files"));
	}
	Ok(())
}

/// Writes what comes before a file's bytes, in the one way that is canonical.
fn headers(name: &[u8], size: u64) -> Vec<u8> {
	if name.len() <= SHORT_PATH {
		return header(name, size, EntryType::Regular).as_bytes().to_vec();
	}
	let length = name.len() as u64 + 1;
	let mut bytes = header(LONG_PATH, length, EntryType::GNULongName).as_bytes().to_vec();
	bytes.extend_from_slice(name);
	bytes.resize(bytes.len() + 1 + padding(length), 0);
	bytes.extend_from_slice(header(&name[..SHORT_PATH], size, EntryType::Regular).as_bytes());
	bytes
}

fn header(name: &[u8], size: u64, kind: EntryType) -> Header {
	let mut header = Header::new_gnu();
	header.as_old_mut().name[..name.len()].copy_from_slice(name);
	header.set_entry_type(kind);
	header.set_size(size);
	header.set_mode(0o644);
	header.set_uid(0);
	header.set_gid(0);
	header.set_mtime(0);
	header.set_cksum();
	header
}

fn header_of(block: &[u8]) -> Header {
	let mut header = Header::new_old();
	header.as_mut_bytes().copy_from_slice(block);
	header
}

fn size_of(header: &Header) -> Result<u64, ArchiveError> {
	header.entry_size().map_err(|_| ArchiveError::NotCanonical("a size is not a number"))
}

fn up_to_zero(bytes: &[u8]) -> Vec<u8> {
	bytes.iter().copied().take_while(|byte| *byte != 0).collect()
}

fn padding(size: u64) -> usize {
	(BLOCK - (size % BLOCK as u64) as usize) % BLOCK
}

/// Returns the size of a buffer for a file, in bytes. A small file needs no large one; one byte more than the file shows
/// its end.
fn buffer_size(size: u64) -> usize {
	size.saturating_add(1).min(128 * 1024) as usize
}

fn block(input: &mut impl Read) -> Result<Vec<u8>, ArchiveError> {
	let mut block = vec![0; BLOCK];
	read_exact(input, &mut block)?;
	Ok(block)
}

fn read_exact(input: &mut impl Read, bytes: &mut [u8]) -> Result<(), ArchiveError> {
	input.read_exact(bytes).map_err(|error| match error.kind() {
		io::ErrorKind::UnexpectedEof => ArchiveError::NotCanonical("it ends early"),
		_ => ArchiveError::Stream(error),
	})
}

/// Hashes and counts what goes through.
struct Hashing<T> {
	inner: T,
	hasher: Sha256,
	size: u64,
}

impl<T> Hashing<T> {
	fn new(inner: T) -> Self {
		Self { inner, hasher: Sha256::new(), size: 0 }
	}

	fn done(self, files: u32) -> Packed {
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
