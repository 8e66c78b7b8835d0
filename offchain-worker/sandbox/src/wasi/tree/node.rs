//! Files and directories by their names, as modules see them, and what is told of them.

use sha2::{Digest, Sha256};

use super::times::Times;
use crate::{GUEST_INPUT, GUEST_OUTPUT};

/// The directory for files that are needed for a while, in `/`. There from the beginning, unlike all else in it.
const TEMPORARY: &str = "tmp";

/// One of the trees of which `/` consists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Root {
	/// IN. Read-only.
	Input,
	/// OUT.
	Output,
	/// `/` and all in it but IN and OUT. Writable, and gone after the run.
	Scratch,
}

/// A node of a tree, by names only. It need not exist.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
	/// The tree.
	pub root: Root,
	/// The names on the way. Empty: the root of the tree.
	pub names: Vec<String>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
	/// A directory.
	Directory,
	/// A regular file.
	File,
	/// A symbolic link. Those of IN are not followed.
	Link,
	/// Something else. Not opened.
	Other,
}

/// What is told of a file or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
	/// What it is.
	pub kind: Kind,
	/// The size of a file or link. 0 for others: it depends on the file system.
	pub bytes: u64,
	/// A number of its own.
	pub inode: u64,
	/// When it was read and written.
	pub times: Times,
}

impl Root {
	/// The trees that are directories in `/`, with their paths.
	pub const MOUNTED: [(Self, &'static str); 2] = [(Self::Input, GUEST_INPUT), (Self::Output, GUEST_OUTPUT)];

	/// Returns the tree whose root has this name in `/`.
	fn named(name: &str) -> Option<Self> {
		let mut mounted = Self::MOUNTED.into_iter();
		mounted.find_map(|(root, path)| (path.strip_prefix('/') == Some(name)).then_some(root))
	}
}

impl Node {
	/// Returns the root of a tree.
	pub fn root(root: Root) -> Self {
		Self { root, names: Vec::new() }
	}

	/// Returns the names of what `/` holds from the beginning, none of which can be removed.
	pub fn fixed_names() -> impl Iterator<Item = &'static str> {
		let mounted = Root::MOUNTED.into_iter().filter_map(|(_, path)| path.strip_prefix('/'));
		mounted.chain([TEMPORARY])
	}

	/// Returns whether it is a directory that is always there.
	pub fn is_fixed(&self) -> bool {
		self.names.is_empty() || self.root == Root::Scratch && self.names == [TEMPORARY]
	}

	/// Returns a number made from the path, instead of the file system's.
	pub fn inode(&self) -> u64 {
		let mut hasher = Sha256::new_with_prefix([self.root as u8]);
		for name in &self.names {
			hasher.update(name);
			hasher.update("/");
		}
		let digest = hasher.finalize();
		u64::from_le_bytes(std::array::from_fn(|index| digest[index]))
	}

	/// Goes to what has this name in it.
	pub fn enter(&mut self, name: &str) {
		match Root::named(name) {
			Some(root) if self.root == Root::Scratch && self.names.is_empty() => self.root = root,
			_ => self.names.push(name.into()),
		}
	}

	/// Goes to what it is in. `/` is in itself.
	pub fn leave(&mut self) {
		if self.names.pop().is_none() {
			self.root = Root::Scratch;
		}
	}

	/// Returns how many directories lead to it from `/`.
	pub fn depth(&self) -> usize {
		self.names.len() + usize::from(self.root != Root::Scratch)
	}

	/// Returns the node of a name in it.
	pub fn child(&self, name: &str) -> Self {
		let mut node = self.clone();
		node.enter(name);
		node
	}

	/// Returns whether it is the other node, or below it in its tree.
	pub fn is_within(&self, other: &Self) -> bool {
		self.root == other.root && self.names.starts_with(&other.names)
	}

	/// Goes along with a node that it is within, when that is renamed.
	pub fn go_along(&mut self, from: &Self, to: &Self) {
		let below = self.names.split_off(from.names.len());
		self.root = to.root;
		self.names = to.names.iter().cloned().chain(below).collect();
	}

	/// Returns the length of its path in its tree, in bytes, and its depth there.
	pub fn size(&self) -> (usize, usize) {
		(self.names.iter().map(|name| name.len() + 1).sum(), self.names.len())
	}
}
