//! Reads archives entry by entry: `tar`, as old programs, POSIX (ustar, pax), and GNU have it.
//!
//! ```text
//! [long name] [long target] [attributes]  header  content  padding  …  zeros
//!  └──────── describe the entry ────────┘
//! ```
//!
//! Headers are read by the crate `tar`. Its iterator would not do: it takes attributes apart at line breaks, which the binary
//! ones of files have too, so that a file may lose its name; and it knows only one of the four forms of files with holes.

mod attributes;
mod holes;

use std::io::{self, Read};

use tar::{EntryType, GnuExtSparseHeader, GnuSparseHeader, Header};

use self::{
	attributes::{number, Attributes},
	holes::Holes,
};
use super::blame::bad;

/// The size of an archive's blocks, in bytes.
const BLOCK: usize = 512;
/// What may describe one entry of an archive, in bytes: long names, attributes, maps of holes, which are read into memory. An
/// archive that compresses well could otherwise fill the worker's memory with one name.
const MOST_DESCRIPTION: u64 = 1 << 20;
/// The latest time of a file, in seconds since 1970: what usual file systems take.
const LATEST: u64 = 1 << 33;
/// The value of an opaque directory's attribute, and how programs that archive an overlay's layer itself name that.
const OPAQUE: &[u8] = b"y";
const OPAQUE_NAMES: [&[u8]; 2] = [b"SCHILY.xattr.trusted.overlay.opaque", b"SCHILY.xattr.user.overlay.opaque"];

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	File,
	Directory,
	/// A symbolic link.
	Symlink,
	/// One more name of a file.
	Link,
	/// A device or a pipe.
	Special,
}

/// An entry of an archive. Reading it returns its content, holes included.
pub struct Entry<'a, R> {
	/// Its path, as it is written.
	pub path: Vec<u8>,
	/// What it links to, as that is written; empty unless it is a link.
	pub target: Vec<u8>,
	pub kind: Kind,
	pub is_executable: bool,
	/// When it was changed, in seconds since 1970.
	pub modified: u64,
	/// Whether it is a directory that hides those of lower layers, by its attributes.
	pub is_opaque: bool,
	holes: Option<Holes>,
	from: &'a mut Entries<R>,
}

/// The entries of an archive.
pub struct Entries<R> {
	from: R,
	/// How many bytes of the entry's content were not read.
	left: u64,
	/// How many bytes fill its last block.
	padding: u64,
}

/// What stands before an entry's header.
#[derive(Default)]
struct Described {
	name: Option<Vec<u8>>,
	target: Option<Vec<u8>>,
	attributes: Attributes,
	/// Whether there was something.
	is_any: bool,
}

impl<R: Read> Entries<R> {
	/// Reads from this.
	pub fn new(from: R) -> Self {
		Self { from, left: 0, padding: 0 }
	}

	/// Returns the next entry. Until the archive has ended: what follows its end is not read.
	///
	/// # Errors
	///
	/// If it is not one, or its description too long; those of the reader.
	pub fn next_entry(&mut self) -> io::Result<Option<Entry<'_, R>>> {
		let (mut left, mut described) = (MOST_DESCRIPTION, Described::default());
		// Of what needs no content.
		self.skip(&mut left)?;
		let header = loop {
			let Some(header) = self.header()? else {
				return if described.is_any { Err(bad("it ends where a file should follow")) } else { Ok(None) };
			};
			take(&mut left, BLOCK as u64)?;
			match header.entry_type() {
				EntryType::GNULongName => described.name = Some(text(self.description(&header, &mut left)?)),
				EntryType::GNULongLink => described.target = Some(text(self.description(&header, &mut left)?)),
				EntryType::XHeader => {
					described.attributes = Attributes::parse(&self.description(&header, &mut left)?)?;
				}
				EntryType::XGlobalHeader => {
					// Those of all that follow: nothing that tells one file from another.
					self.description(&header, &mut left)?;
					continue;
				}
				_ => break header,
			}
			described.is_any = true;
		};
		self.entry(&header, described, &mut left).map(Some)
	}

	fn entry(&mut self, header: &Header, described: Described, left: &mut u64) -> io::Result<Entry<'_, R>> {
		let Described { name, target, attributes, .. } = described;
		let (sparse, listed) = (attributes.sparse, attributes.path);
		let path = name.or(sparse.name).or(listed).unwrap_or_else(|| header.path_bytes().into_owned());
		let target = target.or(attributes.target).or_else(|| header.link_name_bytes().map(Vec::from));
		let kind = kind(header, &path)?;
		let is_file = kind == Kind::File;
		self.left = match attributes.size {
			_ if !is_file => 0,
			Some(size) => size,
			None => size(header)?,
		};
		self.padding = padding(self.left);
		let holes = if header.entry_type() == EntryType::GNUSparse {
			let gnu = header.as_gnu().ok_or_else(|| bad("a file with holes is not as GNU has it"))?;
			let mut map = Vec::new();
			add(&mut map, &gnu.sparse)?;
			if gnu.is_extended() {
				self.more_of_map(&mut map, left)?;
			}
			Some(Holes::new(&map, gnu.real_size()?, self.left)?)
		} else if sparse.is_in_content && is_file {
			let map = self.map_in_content(left)?;
			Some(Holes::new(&map, sparse.size.unwrap_or(0), self.left)?)
		} else if let Some(whole) = sparse.size.filter(|_| is_file) {
			Some(Holes::new(&sparse.map, whole, self.left)?)
		} else {
			None
		};
		Ok(Entry {
			path,
			target: target.unwrap_or_default(),
			kind,
			is_executable: header.mode().unwrap_or(0) & 0o111 != 0,
			modified: header.mtime().ok().filter(|time| *time <= LATEST).unwrap_or(0),
			is_opaque: attributes.is_opaque,
			holes,
			from: self,
		})
	}

	/// Returns the next header, unless the archive ends.
	fn header(&mut self) -> io::Result<Option<Header>> {
		let mut header = Header::new_old();
		match fill(&mut self.from, header.as_mut_bytes())? {
			0 => return Ok(None),
			BLOCK => {}
			_ => return Err(bad("it ends within a header")),
		}
		if header.as_bytes().iter().all(|byte| *byte == 0) {
			return Ok(None);
		}
		if !has_its_checksum(&header) {
			return Err(bad("it is not an archive, or a damaged one"));
		}
		Ok(Some(header))
	}

	/// Reads what describes the entry to come.
	fn description(&mut self, header: &Header, left: &mut u64) -> io::Result<Vec<u8>> {
		let size = size(header)?;
		take(left, size)?;
		(self.left, self.padding) = (size, padding(size));
		let mut bytes = vec![0; usize::try_from(size).map_err(|_| bad("a description is too long"))?];
		self.read_whole(&mut bytes)?;
		self.skip(left)?;
		Ok(bytes)
	}

	/// Reads the rest of the map of a file with holes, as GNU has it: in blocks after the header.
	fn more_of_map(&mut self, map: &mut Vec<u64>, left: &mut u64) -> io::Result<()> {
		let mut more = GnuExtSparseHeader::new();
		loop {
			take(left, BLOCK as u64)?;
			if fill(&mut self.from, more.as_mut_bytes())? != BLOCK {
				return Err(bad("it ends within a header"));
			}
			add(map, more.sparse())?;
			if !more.is_extended() {
				return Ok(());
			}
		}
	}

	/// Reads the map with which the content of a file with holes begins, as POSIX's version 1.0 has it: in decimal, a number a
	/// line, how many pairs there are and then these, in blocks of their own.
	fn map_in_content(&mut self, left: &mut u64) -> io::Result<Vec<u64>> {
		let (mut digits, mut map, mut pairs) = (Vec::new(), Vec::new(), None);
		loop {
			take(left, BLOCK as u64)?;
			let mut block = [0; BLOCK];
			self.read_whole(&mut block)?;
			for byte in block {
				if byte != b'\n' {
					digits.push(byte);
					continue;
				}
				let number = number(&digits)?;
				digits.clear();
				match pairs {
					None => pairs = Some(number),
					Some(_) => map.push(number),
				}
				if pairs.and_then(|pairs| pairs.checked_mul(2)) == Some(map.len() as u64) {
					return Ok(map);
				}
			}
		}
	}

	/// Fills a buffer with content.
	fn read_whole(&mut self, buffer: &mut [u8]) -> io::Result<()> {
		let mut done = 0;
		while done < buffer.len() {
			match self.read_content(&mut buffer[done..]) {
				Ok(0) => return Err(bad("a file is shorter than its description")),
				Ok(count) => done += count,
				Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
				Err(error) => return Err(error),
			}
		}
		Ok(())
	}

	fn read_content(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
		let count = self.from.read(&mut buffer[..most])?;
		if count == 0 && most > 0 {
			return Err(bad("it ends within a file"));
		}
		self.left -= count as u64;
		Ok(count)
	}

	/// Skips what is left of an entry, if that is not more than this.
	fn skip(&mut self, most: &mut u64) -> io::Result<()> {
		take(most, self.left)?;
		let mut buffer = [0; BLOCK];
		while self.left > 0 {
			let count = usize::try_from(self.left).unwrap_or(BLOCK).min(BLOCK);
			self.read_whole(&mut buffer[..count])?;
		}
		let padding = std::mem::take(&mut self.padding) as usize;
		// Some programs leave out the last one.
		fill(&mut self.from, &mut buffer[..padding])?;
		Ok(())
	}
}

impl<R: Read> Read for Entry<'_, R> {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		match &mut self.holes {
			None => self.from.read_content(buffer),
			Some(holes) => holes.read(buffer, |buffer| self.from.read_content(buffer)),
		}
	}
}

/// Returns what an entry is.
fn kind(header: &Header, path: &[u8]) -> io::Result<Kind> {
	Ok(match header.entry_type() {
		EntryType::Directory => Kind::Directory,
		// As old programs write directories.
		EntryType::Regular | EntryType::Continuous if path.ends_with(b"/") => Kind::Directory,
		EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => Kind::File,
		EntryType::Symlink => Kind::Symlink,
		EntryType::Link => Kind::Link,
		EntryType::Char | EntryType::Block | EntryType::Fifo => Kind::Special,
		other => return Err(bad(format!("it has an entry of the unknown kind {:?}", char::from(other.as_byte())))),
	})
}

/// Returns the size of an entry's content by its header, in bytes. What has none may leave it blank.
fn size(header: &Header) -> io::Result<u64> {
	let is_blank = header.as_old().size.iter().all(|byte| matches!(byte, 0 | b' '));
	if is_blank {
		Ok(0)
	} else {
		header.entry_size()
	}
}

fn padding(size: u64) -> u64 {
	(BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}

/// Returns whether a header is one: by the sum of its bytes, which old programs take as signed.
fn has_its_checksum(header: &Header) -> bool {
	let Ok(written) = header.cksum() else { return false };
	let bytes = header.as_bytes();
	// The sum counts itself as spaces.
	let summed = || bytes[..148].iter().chain(&[b' '; 8]).chain(&bytes[156..]);
	let unsigned: u32 = summed().map(|byte| u32::from(*byte)).sum();
	let signed: i64 = summed().map(|byte| i64::from(byte.cast_signed())).sum();
	written == unsigned || i64::from(written) == signed
}

/// Adds pairs of offset and length to the map of a file with holes.
fn add(map: &mut Vec<u64>, pairs: &[GnuSparseHeader]) -> io::Result<()> {
	for pair in pairs.iter().filter(|pair| !pair.is_empty()) {
		map.extend([pair.offset()?, pair.length()?]);
	}
	Ok(())
}

/// Takes from what may still describe an entry.
fn take(left: &mut u64, bytes: u64) -> io::Result<()> {
	*left = left.checked_sub(bytes).ok_or_else(|| bad("the description of a file is too long"))?;
	Ok(())
}

/// Returns a text that a zero byte ends.
fn text(mut bytes: Vec<u8>) -> Vec<u8> {
	let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
	bytes.truncate(end);
	bytes
}

/// Fills a buffer as far as there is something, and returns how far.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
	let mut done = 0;
	while done < buffer.len() {
		match from.read(&mut buffer[done..]) {
			Ok(0) => break,
			Ok(count) => done += count,
			Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
			Err(error) => return Err(error),
		}
	}
	Ok(done)
}

#[cfg(test)]
mod tests;
