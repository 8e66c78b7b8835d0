//! What a module has open.

use std::fs;

use tokio::sync::OwnedSemaphorePermit;

use super::{
	errno::Errno,
	fail::Result,
	rights::{self, READ, WRITE},
	tree::{Kind, Node, Root},
};
use crate::{guest::MemoryMeter, GUEST_INPUT, GUEST_OUTPUT};

/// Most that may be open at once: as many as other systems allow at first.
const MOST: usize = 1024;
/// What a name in a listing takes of memory beside its bytes.
const NAME: u64 = 48;

/// Standard output or standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
	/// Standard output.
	Output,
	/// Standard error.
	Error,
}

/// Something open.
#[derive(Debug)]
pub enum Descriptor {
	/// Standard input: empty.
	Empty,
	/// Standard output or standard error.
	Log(Stream),
	/// A directory.
	Directory(Directory),
	/// A file.
	File(File),
}

/// An open directory.
#[derive(Debug)]
pub struct Directory {
	/// Its node.
	pub node: Node,
	/// The name that the module knows it by from the beginning, if it does.
	pub name: Option<&'static str>,
	/// What was in it when the module began to list it.
	pub listing: Listing,
	/// What it says that it is good for.
	pub rights: u64,
	/// What files that are opened in it can be good for.
	pub inheriting: u64,
}

impl Directory {
	/// Returns one that has not been listed.
	pub fn new(node: Node, name: Option<&'static str>) -> Self {
		Self { node, name, listing: Listing::new(), rights: rights::DIRECTORY, inheriting: rights::ALL }
	}
}

/// The names in a directory.
pub type Listing = Vec<(String, Kind)>;

/// An open file.
#[derive(Debug)]
pub struct File {
	/// The machine's.
	pub file: fs::File,
	/// Its node.
	pub node: Node,
	/// Which of the files that have no name any more it is, if it is one.
	pub removed: Option<u64>,
	/// Where the next byte is read or written.
	pub position: u64,
	/// What it is good for.
	pub rights: u64,
	/// How it was opened, as WASI has it.
	pub flags: u8,
	/// Its part of the files that this process may have open.
	#[allow(dead_code, reason = "it is only held")]
	pub share: OwnedSemaphorePermit,
}

impl File {
	/// Writes at the end, whatever the position is.
	pub const APPEND: u8 = 1;
	/// All flags that there are.
	pub const FLAGS: u8 = 0x1f;

	/// Returns whether it can be read.
	pub fn is_readable(&self) -> bool {
		self.rights & READ != 0
	}

	/// Returns whether it can be written.
	pub fn is_writable(&self) -> bool {
		self.rights & WRITE != 0
	}

	/// Returns whether it is the file that has this name.
	fn is_of(&self, node: &Node) -> bool {
		self.removed.is_none() && self.node == *node
	}
}

impl Descriptor {
	/// Returns what it holds of memory, in bytes: the same on every machine.
	fn memory(&self) -> u64 {
		let Self::Directory(Directory { listing, .. }) = self else { return 0 };
		listing.iter().map(|(name, _)| NAME + name.len() as u64).sum()
	}
}

/// All that is open, by number. Listings count as memory.
#[derive(Debug)]
pub struct Descriptors {
	open: Vec<Option<Descriptor>>,
	/// How many files were removed while they were open.
	removed: u64,
	memory: MemoryMeter,
}

impl Descriptors {
	/// Returns what is open from the beginning.
	pub fn new(memory: MemoryMeter) -> Self {
		let tree = |root, name| Descriptor::Directory(Directory::new(Node::root(root), Some(name)));
		let open = vec![
			Some(Descriptor::Empty),
			Some(Descriptor::Log(Stream::Output)),
			Some(Descriptor::Log(Stream::Error)),
			Some(tree(Root::Input, GUEST_INPUT)),
			Some(tree(Root::Output, GUEST_OUTPUT)),
			// The last one: there are programs that do not look for the others.
			Some(tree(Root::Scratch, "/")),
		];
		Self { open, removed: 0, memory }
	}

	/// Returns one of them.
	pub fn get(&self, fd: u32) -> Result<&Descriptor> {
		Ok(self.open.get(fd as usize).and_then(Option::as_ref).ok_or(Errno::BADF)?)
	}

	/// Returns one of them, to change it.
	pub fn get_mut(&mut self, fd: u32) -> Result<&mut Descriptor> {
		Ok(self.open.get_mut(fd as usize).and_then(Option::as_mut).ok_or(Errno::BADF)?)
	}

	/// Returns one of them, which must be a file.
	pub fn file(&mut self, fd: u32) -> Result<&mut File> {
		match self.open.get_mut(fd as usize).and_then(Option::as_mut) {
			Some(Descriptor::File(file)) => Ok(file),
			Some(Descriptor::Directory(_)) => Err(Errno::ISDIR.into()),
			_ => Err(Errno::BADF.into()),
		}
	}

	/// Returns one of them, which must be a directory.
	pub fn directory(&mut self, fd: u32) -> Result<&mut Directory> {
		match self.open.get_mut(fd as usize).and_then(Option::as_mut) {
			Some(Descriptor::Directory(directory)) => Ok(directory),
			Some(_) => Err(Errno::NOTDIR.into()),
			None => Err(Errno::BADF.into()),
		}
	}

	/// Returns the lowest number that is free, for [`Descriptors::put`].
	pub fn free(&self) -> Result<u32> {
		let free = self.open.iter().position(Option::is_none).unwrap_or(self.open.len());
		if free >= MOST {
			return Err(Errno::MFILE.into());
		}
		Ok(free as u32)
	}

	/// Opens something by this number, which is free.
	pub fn put(&mut self, fd: u32, descriptor: Descriptor) {
		let fd = fd as usize;
		if fd >= self.open.len() {
			self.open.resize_with(fd + 1, || None);
		}
		self.open[fd] = Some(descriptor);
	}

	/// Closes one of them. Returns the size of the file, in bytes, if that is gone: it has no name, and nobody else has it
	/// open.
	pub fn close(&mut self, fd: u32) -> Result<Option<u64>> {
		let closed = self.open.get_mut(fd as usize).and_then(Option::take).ok_or(Errno::BADF)?;
		self.memory.change(closed.memory(), 0)?;
		match closed {
			Descriptor::File(file)
				if file.removed.is_some() && !self.files().any(|open| open.removed == file.removed) =>
			{
				Ok(Some(file.file.metadata()?.len()))
			}
			_ => Ok(None),
		}
	}

	/// Gives what is open another number, and closes what had that: see [`Descriptors::close`].
	pub fn renumber(&mut self, from: u32, to: u32) -> Result<Option<u64>> {
		self.get(from)?;
		self.get(to)?;
		if from == to {
			return Ok(None);
		}
		let gone = self.close(to)?;
		self.open.swap(from as usize, to as usize);
		Ok(gone)
	}

	/// Remembers what is in a directory, in place of what was.
	pub fn list(&mut self, fd: u32, listing: Listing) -> Result<()> {
		let before = self.get(fd)?.memory();
		self.directory(fd)?.listing = listing;
		let after = self.get(fd)?.memory();
		Ok(self.memory.change(before, after)?)
	}

	/// Returns whether the file of a node is open.
	pub fn has(&self, node: &Node) -> bool {
		self.files().any(|file| file.is_of(node))
	}

	/// Remembers that the file of a node has no name any more.
	pub fn remove(&mut self, node: &Node) {
		self.removed += 1;
		for open in self.open.iter_mut().flatten() {
			match open {
				Descriptor::File(file) if file.is_of(node) => file.removed = Some(self.removed),
				_ => {}
			}
		}
	}

	/// Renames what is open of a node, and of all below it.
	pub fn rename(&mut self, from: &Node, to: &Node) {
		for open in self.open.iter_mut().flatten() {
			let node = match open {
				Descriptor::Directory(directory) => &mut directory.node,
				Descriptor::File(file) if file.removed.is_none() => &mut file.node,
				_ => continue,
			};
			if node.is_within(from) {
				node.go_along(from, to);
			}
		}
	}

	fn files(&self) -> impl Iterator<Item = &File> {
		self.open.iter().flatten().filter_map(|open| match open {
			Descriptor::File(file) => Some(file),
			_ => None,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::{super::fail::Fail, *};
	use crate::guest::Halt;

	/// Returns 10 names, which take 1,000 bytes.
	fn listing() -> Listing {
		vec![("n".repeat(52), Kind::File); 10]
	}

	fn open(descriptors: &mut Descriptors) -> u32 {
		let fd = descriptors.free().unwrap();
		descriptors.put(fd, Descriptor::Directory(Directory::new(Node::root(Root::Output), None)));
		fd
	}

	#[test]
	fn listings_count_as_memory() {
		let memory = MemoryMeter::new(2_500);
		let mut descriptors = Descriptors::new(memory.clone());
		for fd in [3, 3, 4, 4] {
			descriptors.list(fd, listing()).unwrap();
		}
		assert_eq!(memory.peak(), 2_000, "a second listing takes the place of the first");
		let third = open(&mut descriptors);
		assert!(matches!(descriptors.list(third, listing()), Err(Fail::Halt(Halt::OutOfMemory))));
	}

	#[test]
	fn closed_listing_gives_its_memory_back() {
		let mut descriptors = Descriptors::new(MemoryMeter::new(1_000));
		for _ in 0..3 {
			let (one, two) = (open(&mut descriptors), open(&mut descriptors));
			descriptors.list(one, listing()).unwrap();
			descriptors.close(one).unwrap();
			descriptors.list(two, listing()).unwrap();
			let one = open(&mut descriptors);
			descriptors.renumber(one, two).unwrap();
			assert!(matches!(descriptors.renumber(one, two), Err(Fail::Errno(Errno::BADF))), "it is {two} now");
			descriptors.list(two, listing()).unwrap();
			descriptors.renumber(two, two).unwrap();
			descriptors.close(two).unwrap();
		}
		assert_eq!(open(&mut descriptors), 6, "nothing else is open");
	}
}
