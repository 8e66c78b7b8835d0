//! Canonical archives: one file for a result of many, with the same bytes on every machine.
//!
//! A canonical archive is a tar file that holds regular files and empty directories, in the order of their paths' bytes,
//! with mode 0644 and 0755, time 0, user and group 0 and no names of them. Other directories are there through the paths of
//! what is in them, and the archive of an empty directory is empty. Any tar program can unpack it; [`unpack`] accepts nothing
//! else. Byte by byte, for those who write it elsewhere:
//!
//! - A file is a header, its bytes, and zeros up to a multiple of 512. The end is 1024 zeros.
//! - A header is 512 bytes, GNU's: at 0 the path, at 100 the mode, 108 the user, 116 the group (8 bytes each), 124 the
//!   size, 136 the time (12 bytes each), 148 the checksum (8 bytes), at 156 `0`, or `5` for a directory, at 257 `ustar  ` and
//!   a zero. The rest is zeros. Numbers are octal digits, filled with `0` from the left, and a zero; a size of 8 GiB or more
//!   is GNU's binary.
//! - A path of more than 100 bytes comes before, as a file of type `L` named `././@LongLink` with the path and a zero as
//!   its bytes; the header has the first 100 bytes then.

mod hashing;
#[cfg(test)]
mod parsing;
mod paths;
mod tree;

use std::{
	ffi::OsStr,
	fs::{self, File},
	io::{self, Read, Write},
	os::unix::ffi::OsStrExt,
	path::{Path, PathBuf},
};

use tar::{EntryType, Header};

pub use self::tree::LONGEST_PATH;
use self::{
	hashing::Hashing,
	paths::Paths,
	tree::{entries_of, Found, Links},
};
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
	/// How many files and empty directories it holds.
	pub files: u32,
}

impl Packed {
	/// Returns the archive's name in a store.
	pub fn cid(&self) -> Cid {
		Cid::of_sha256(self.sha256)
	}
}

/// How much may come out of an archive, or go into one by way of links.
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
	/// A symbolic link leads to nothing in the result.
	#[error("{} is a symbolic link that {why}; link to what is in the result, or copy it", .path.display())]
	Link {
		/// Its path in the result.
		path: PathBuf,
		/// Where it leads.
		why: String,
	},
	/// With what links lead to, there are more files and directories than may go into an archive.
	#[error("with what its links lead to, the result has more than {0} files and directories")]
	TooMany(u32),
	/// With what links lead to, there are more bytes than may go into an archive.
	#[error("with what its links lead to, the result has {bytes} bytes, and {most} are allowed")]
	TooMuch {
		/// How many there are.
		bytes: u64,
		/// How many are allowed.
		most: u64,
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

/// What an entry of an archive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
	File,
	EmptyDirectory,
}

/// Packs a file, by its name, or what is in a directory, by its path in it. Blocks.
///
/// Symbolic links are not followed, not even `path` itself. The caller has to check whether `path` leads through one.
///
/// # Errors
///
/// [`ArchiveError`], if there is anything but regular files and directories, or reading or writing fails. What was written
/// then is not an archive.
pub fn pack(path: &Path, to: impl Write) -> Result<Packed, ArchiveError> {
	write(entries_of(path, None)?, to)
}

/// Does the same, but packs what a symbolic link in a directory leads to in the place of the link, if that is in the
/// directory too. Blocks.
///
/// `resolve` returns where a link leads, by its path, or in words what it does instead: "leads nowhere". The answer, and
/// `path`, lead through no links. `limits` bound what is packed, counting again what a link leads to.
///
/// # Errors
///
/// As [`pack`]; also if a link leads nowhere, out of the directory, or around in a circle, or there is too much.
pub fn pack_following(
	path: &Path,
	to: impl Write,
	limits: UnpackLimits,
	resolve: impl Fn(&Path) -> Result<PathBuf, String>,
) -> Result<Packed, ArchiveError> {
	write(entries_of(path, Some(&Links { resolve: &resolve, limits }))?, to)
}

/// Writes an archive of what was found.
fn write(entries: Vec<Found>, to: impl Write) -> Result<Packed, ArchiveError> {
	let mut out = Hashing::new(to);
	let mut files = 0;
	for Found { name, path, kind } in entries {
		match kind {
			Kind::File => pack_file(&name, &path, &mut out)?,
			Kind::EmptyDirectory => out.write_all(&headers(&name, 0, kind)).map_err(ArchiveError::Stream)?,
		}
		files += 1;
	}
	out.write_all(&[0; 2 * BLOCK]).and_then(|()| out.flush()).map_err(ArchiveError::Stream)?;
	Ok(out.done(files))
}

fn pack_file(name: &[u8], path: &Path, out: &mut impl Write) -> Result<(), ArchiveError> {
	let at = |error| ArchiveError::Io { path: path.into(), error };
	let mut file = File::open(path).map_err(at)?;
	let size = file.metadata().map_err(at)?.len();
	out.write_all(&headers(name, size, Kind::File)).map_err(ArchiveError::Stream)?;
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
	walk(from, limits, |entry, input| {
		let path = into.join(OsStr::from_bytes(&entry.name));
		match entry.kind {
			Kind::File => unpack_file(input, &path, entry.size),
			Kind::EmptyDirectory => unpack_directory(&path),
		}
	})
}

/// An entry of an archive that is read.
struct Entry {
	name: Vec<u8>,
	kind: Kind,
	/// In bytes.
	size: u64,
}

/// Reads an archive. `take` is given each entry, and reads as many bytes as that has.
fn walk<R: Read>(
	from: R,
	limits: UnpackLimits,
	mut take: impl FnMut(&Entry, &mut Hashing<R>) -> Result<(), ArchiveError>,
) -> Result<Packed, ArchiveError> {
	let mut input = Hashing::new(from);
	let mut paths = Paths::default();
	let (mut files, mut left, mut left_names) = (0, limits.max_size, limits.max_files);
	while let Some(entry) = read_headers(&mut input)? {
		// A path can be that of very many directories.
		left_names = left_names.checked_sub(paths.take(&entry.name)?).ok_or(ArchiveError::TooLarge(limits))?;
		left = left.checked_sub(entry.size).ok_or(ArchiveError::TooLarge(limits))?;
		take(&entry, &mut input)?;
		read_padding(&mut input, entry.size)?;
		files += 1;
	}
	if input.read(&mut [0]).map_err(ArchiveError::Stream)? > 0 {
		return Err(ArchiveError::NotCanonical("something follows its end"));
	}
	Ok(input.done(files))
}

/// Returns the next entry; `None` at the end.
fn read_headers(input: &mut impl Read) -> Result<Option<Entry>, ArchiveError> {
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
	let is_directory = header.entry_type() == EntryType::Directory;
	let (kind, size) = if is_directory { (Kind::EmptyDirectory, 0) } else { (Kind::File, size_of(&header)?) };
	// Links, devices, other modes, owners and times, and other ways to write the same all end here.
	if seen != headers(&name, size, kind) {
		return Err(ArchiveError::NotCanonical(
			"a header is not that of a regular file of mode 0644, or of a directory of mode 0755, without owner and time",
		));
	}
	Ok(Some(Entry { name, kind, size }))
}

fn unpack_directory(path: &Path) -> Result<(), ArchiveError> {
	let at = |error| ArchiveError::Io { path: path.into(), error };
	if let Some(parent) = path.parent() {
		fs::create_dir_all(parent).map_err(at)?;
	}
	fs::create_dir(path).map_err(at)
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

/// Writes what comes before a file's bytes, or stands for a directory, in the one way that is canonical.
fn headers(name: &[u8], size: u64, kind: Kind) -> Vec<u8> {
	let kind = match kind {
		Kind::File => EntryType::Regular,
		Kind::EmptyDirectory => EntryType::Directory,
	};
	if name.len() <= SHORT_PATH {
		return header(name, size, kind).as_bytes().to_vec();
	}
	let length = name.len() as u64 + 1;
	let mut bytes = header(LONG_PATH, length, EntryType::GNULongName).as_bytes().to_vec();
	bytes.extend_from_slice(name);
	bytes.resize(bytes.len() + 1 + padding(length), 0);
	bytes.extend_from_slice(header(&name[..SHORT_PATH], size, kind).as_bytes());
	bytes
}

fn header(name: &[u8], size: u64, kind: EntryType) -> Header {
	let mut header = Header::new_gnu();
	header.as_old_mut().name[..name.len()].copy_from_slice(name);
	header.set_entry_type(kind);
	header.set_size(size);
	header.set_mode(if kind == EntryType::Directory { 0o755 } else { 0o644 });
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
