//! What a module has open.

use std::fs;

use super::{
	errno::Errno,
	fail::Result,
	tree::{Kind, Node, Root},
};
use crate::{guest::MemoryMeter, GUEST_INPUT, GUEST_OUTPUT};

/// Most that may be open at once.
const MOST: usize = 128;
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
	/// Where the next byte is read or written.
	pub position: u64,
	/// Whether it was opened to be read.
	pub readable: bool,
	/// Whether it was opened to be written.
	pub writable: bool,
	/// Whether all is written at its end.
	pub append: bool,
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
	memory: MemoryMeter,
}

impl Descriptors {
	/// Returns what is open from the beginning.
	pub fn new(memory: MemoryMeter) -> Self {
		let tree = |root, name| {
			Descriptor::Directory(Directory { node: Node::root(root), name: Some(name), listing: Listing::new() })
		};
		let open = vec![
			Some(Descriptor::Empty),
			Some(Descriptor::Log(Stream::Output)),
			Some(Descriptor::Log(Stream::Error)),
			Some(tree(Root::Input, GUEST_INPUT)),
			Some(tree(Root::Output, GUEST_OUTPUT)),
		];
		Self { open, memory }
	}

	/// Returns one of them.
	pub fn get(&self, fd: u32) -> Result<&Descriptor> {
		Ok(self.open.get(fd as usize).and_then(Option::as_ref).ok_or(Errno::BADF)?)
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

	/// Closes one of them.
	pub fn close(&mut self, fd: u32) -> Result<()> {
		let closed = self.open.get_mut(fd as usize).and_then(Option::take).ok_or(Errno::BADF)?;
		Ok(self.memory.change(closed.memory(), 0)?)
	}

	/// Gives what is open another number, and closes what had that.
	pub fn renumber(&mut self, from: u32, to: u32) -> Result<()> {
		self.get(from)?;
		self.get(to)?;
		if from != to {
			self.close(to)?;
			self.open.swap(from as usize, to as usize);
		}
		Ok(())
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
		self.open.iter().flatten().any(|open| matches!(open, Descriptor::File(file) if file.node == *node))
	}

	/// Renames what is open of a node, and of all below it.
	pub fn rename(&mut self, from: &Node, to: &Node) {
		for open in self.open.iter_mut().flatten() {
			let node = match open {
				Descriptor::Directory(Directory { node, .. }) | Descriptor::File(File { node, .. }) => node,
				_ => continue,
			};
			if node.is_within(from) {
				let below = node.names.split_off(from.names.len());
				node.names = to.names.iter().cloned().chain(below).collect();
			}
		}
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
		let directory = Directory { node: Node::root(Root::Output), name: None, listing: Listing::new() };
		descriptors.put(fd, Descriptor::Directory(directory));
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
		assert_eq!(open(&mut descriptors), 5, "nothing else is open");
	}
}
