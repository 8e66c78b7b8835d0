//! What a module has open.

use std::fs;

use super::{
	errno::Errno,
	fail::Result,
	tree::{Kind, Node, Root},
};
use crate::{GUEST_INPUT, GUEST_OUTPUT};

/// Most that may be open at once.
const MOST: usize = 128;

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
	pub listing: Vec<(String, Kind)>,
}

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

/// All that is open, by number.
#[derive(Debug)]
pub struct Descriptors(Vec<Option<Descriptor>>);

impl Default for Descriptors {
	fn default() -> Self {
		let tree = |root, name| {
			Descriptor::Directory(Directory { node: Node::root(root), name: Some(name), listing: Vec::new() })
		};
		Self(vec![
			Some(Descriptor::Empty),
			Some(Descriptor::Log(Stream::Output)),
			Some(Descriptor::Log(Stream::Error)),
			Some(tree(Root::Input, GUEST_INPUT)),
			Some(tree(Root::Output, GUEST_OUTPUT)),
		])
	}
}

impl Descriptors {
	/// Returns one of them.
	pub fn get(&self, fd: u32) -> Result<&Descriptor> {
		Ok(self.0.get(fd as usize).and_then(Option::as_ref).ok_or(Errno::BADF)?)
	}

	/// Returns one of them, which must be a file.
	pub fn file(&mut self, fd: u32) -> Result<&mut File> {
		match self.0.get_mut(fd as usize).and_then(Option::as_mut) {
			Some(Descriptor::File(file)) => Ok(file),
			Some(Descriptor::Directory(_)) => Err(Errno::ISDIR.into()),
			_ => Err(Errno::BADF.into()),
		}
	}

	/// Returns one of them, which must be a directory.
	pub fn directory(&mut self, fd: u32) -> Result<&mut Directory> {
		match self.0.get_mut(fd as usize).and_then(Option::as_mut) {
			Some(Descriptor::Directory(directory)) => Ok(directory),
			Some(_) => Err(Errno::NOTDIR.into()),
			None => Err(Errno::BADF.into()),
		}
	}

	/// Returns the lowest number that is free, for [`Descriptors::put`].
	pub fn free(&self) -> Result<u32> {
		let free = self.0.iter().position(Option::is_none).unwrap_or(self.0.len());
		if free >= MOST {
			return Err(Errno::MFILE.into());
		}
		Ok(free as u32)
	}

	/// Opens something by this number.
	pub fn put(&mut self, fd: u32, descriptor: Descriptor) {
		let fd = fd as usize;
		if fd >= self.0.len() {
			self.0.resize_with(fd + 1, || None);
		}
		self.0[fd] = Some(descriptor);
	}

	/// Closes one of them.
	pub fn close(&mut self, fd: u32) -> Result<Descriptor> {
		Ok(self.0.get_mut(fd as usize).and_then(Option::take).ok_or(Errno::BADF)?)
	}

	/// Returns whether the file of a node is open.
	pub fn has(&self, node: &Node) -> bool {
		self.0.iter().flatten().any(|open| matches!(open, Descriptor::File(file) if file.node == *node))
	}

	/// Renames what is open of a node, and of all below it.
	pub fn rename(&mut self, from: &Node, to: &Node) {
		for open in self.0.iter_mut().flatten() {
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
