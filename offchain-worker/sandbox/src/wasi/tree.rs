//! IN and OUT: paths that cannot leave them, and quotas.

#[cfg(test)]
mod tests;

use std::{
	fs, io,
	path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
	errno::Errno,
	fail::{Fail, Result},
};
use crate::guest::{Halt, MemoryMeter};

/// Longest name and path, in bytes, and deepest path, in names. They leave room for the machine's own path before it,
/// which the module must not notice.
const LONGEST_NAME: usize = 255;
const LONGEST_PATH: usize = 1024;
const DEEPEST: usize = 32;
/// The longest text of a path, in bytes: that of Linux. A module's memory can hold one of more names than ours could.
const LONGEST_TEXT: usize = 4096;
/// What a file or directory takes of memory at least, in bytes: a page.
const PAGE: u64 = 4096;

/// One of the two trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
	/// Read-only.
	Input,
	/// Writable.
	Output,
}

/// A node of a tree, by names only. It need not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
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
	/// A symbolic link. Not followed.
	Link,
	/// Something else. Not opened.
	Other,
}

/// What is told of a file or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
	/// What it is.
	pub kind: Kind,
	/// The size of a file. 0 for others: it depends on the file system.
	pub bytes: u64,
	/// A number of its own.
	pub inode: u64,
}

impl Node {
	/// Returns the root of a tree.
	pub fn root(root: Root) -> Self {
		Self { root, names: Vec::new() }
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

	/// Returns the node of a name in it.
	pub fn child(&self, name: &str) -> Self {
		let mut node = self.clone();
		node.names.push(name.into());
		node
	}

	/// Returns whether it is the other node, or below it.
	pub fn is_within(&self, other: &Self) -> bool {
		self.root == other.root && self.names.starts_with(&other.names)
	}

	/// Returns the length of the path in bytes, and its depth.
	fn size(&self) -> (usize, usize) {
		(self.names.iter().map(|name| name.len() + 1).sum(), self.names.len())
	}

	/// Fails if it must not change.
	fn check_writable(&self) -> Result<()> {
		match self.root {
			Root::Output => Ok(()),
			Root::Input => Err(Errno::ROFS.into()),
		}
	}
}

/// IN, OUT, and what may still be written.
pub struct Tree {
	input: PathBuf,
	output: PathBuf,
	bytes_left: u64,
	files_left: u64,
	memory: MemoryMeter,
}

impl Tree {
	/// Allows this many bytes and files to be written, which count as memory too.
	pub fn new(input: &Path, output: &Path, bytes: u64, files: u64, memory: MemoryMeter) -> Self {
		Self { input: input.into(), output: output.into(), bytes_left: bytes, files_left: files, memory }
	}

	/// Returns the node that a path means, seen from a directory. It may not exist.
	pub fn resolve(&self, from: &Node, path: &str) -> Result<Node> {
		if path.is_empty() {
			return Err(Errno::NOENT.into());
		}
		if path.len() > LONGEST_TEXT {
			return Err(Errno::NAMETOOLONG.into());
		}
		if path.starts_with('/') {
			return Err(Errno::NOTCAPABLE.into());
		}
		if path.contains('\0') {
			return Err(Errno::INVAL.into());
		}
		let mut node = from.clone();
		for name in path.split('/') {
			match name {
				"" | "." => {}
				".." => {
					node.names.pop().ok_or(Errno::NOTCAPABLE)?;
				}
				name if name.len() > LONGEST_NAME => return Err(Errno::NAMETOOLONG.into()),
				name => node.names.push(name.into()),
			}
		}
		check(node.size())?;
		if path.ends_with('/') && self.find(&node)?.is_some_and(|stat| stat.kind != Kind::Directory) {
			return Err(Errno::NOTDIR.into());
		}
		Ok(node)
	}

	/// Returns its path on this machine. All that is on the way exists, and is directories.
	fn host(&self, node: &Node) -> Result<PathBuf> {
		let mut path = match node.root {
			Root::Input => self.input.clone(),
			Root::Output => self.output.clone(),
		};
		for (number, name) in node.names.iter().enumerate() {
			if number > 0 {
				match kind(fs::symlink_metadata(&path)?.file_type()) {
					Kind::Directory => {}
					Kind::Link => return Err(Errno::LOOP.into()),
					_ => return Err(Errno::NOTDIR.into()),
				}
			}
			path.push(name);
		}
		Ok(path)
	}

	/// Returns what is told of a node.
	pub fn stat(&self, node: &Node) -> Result<Stat> {
		let inode = node.inode();
		if node.names.is_empty() {
			return Ok(Stat { kind: Kind::Directory, bytes: 0, inode });
		}
		let data = fs::symlink_metadata(self.host(node)?)?;
		let kind = kind(data.file_type());
		Ok(Stat { kind, bytes: if kind == Kind::File { data.len() } else { 0 }, inode })
	}

	/// Returns what is told of a node, if it exists.
	pub fn find(&self, node: &Node) -> Result<Option<Stat>> {
		match self.stat(node) {
			Ok(stat) => Ok(Some(stat)),
			Err(Fail::Errno(Errno::NOENT)) => Ok(None),
			Err(fail) => Err(fail),
		}
	}

	/// Opens a file that exists.
	pub fn open(&self, node: &Node) -> Result<fs::File> {
		let writable = node.root == Root::Output;
		Ok(fs::OpenOptions::new().read(true).write(writable).open(self.host(node)?)?)
	}

	/// Makes a file, and opens it.
	pub fn create(&mut self, node: &Node) -> Result<fs::File> {
		node.check_writable()?;
		let path = self.host(node)?;
		self.take_file()?;
		Ok(fs::OpenOptions::new().read(true).write(true).create_new(true).open(path)?)
	}

	/// Makes a directory.
	pub fn create_directory(&mut self, node: &Node) -> Result<()> {
		if self.find(node)?.is_some() {
			return Err(Errno::EXIST.into());
		}
		node.check_writable()?;
		let path = self.host(node)?;
		self.take_file()?;
		Ok(fs::create_dir(path)?)
	}

	/// Removes an empty directory.
	pub fn remove_directory(&mut self, node: &Node) -> Result<()> {
		node.check_writable()?;
		if self.stat(node)?.kind != Kind::Directory {
			return Err(Errno::NOTDIR.into());
		}
		if node.names.is_empty() {
			return Err(Errno::INVAL.into());
		}
		fs::remove_dir(self.host(node)?)?;
		self.give_back(0)
	}

	/// Removes a file. If it is still open, its space stays taken.
	pub fn remove_file(&mut self, node: &Node, open: bool) -> Result<()> {
		node.check_writable()?;
		let stat = self.stat(node)?;
		if stat.kind == Kind::Directory {
			return Err(Errno::ISDIR.into());
		}
		fs::remove_file(self.host(node)?)?;
		if !open {
			self.give_back(stat.bytes)?;
		}
		Ok(())
	}

	/// Renames a node. What had the new name is removed; if it is still open, its space stays taken.
	pub fn rename(&mut self, from: &Node, to: &Node, target_open: bool) -> Result<()> {
		if from.root != to.root {
			return Err(Errno::XDEV.into());
		}
		from.check_writable()?;
		let moved = self.stat(from)?;
		if from == to {
			return Ok(());
		}
		if from.names.is_empty() || to.names.is_empty() || to.is_within(from) {
			return Err(Errno::INVAL.into());
		}
		let replaced = self.find(to)?;
		match (moved.kind, replaced.map(|stat| stat.kind)) {
			(Kind::Directory, None | Some(Kind::Directory)) => {}
			(Kind::Directory, _) => return Err(Errno::NOTDIR.into()),
			(_, Some(Kind::Directory)) => return Err(Errno::ISDIR.into()),
			_ => {}
		}
		let (from, host) = (self.host(from)?, self.host(to)?);
		if moved.kind == Kind::Directory {
			let ((bytes, depth), below) = (to.size(), longest(&from)?);
			check((bytes + below.0, depth + below.1))?;
		}
		fs::rename(from, host)?;
		if let Some(stat) = replaced.filter(|_| !target_open) {
			self.give_back(stat.bytes)?;
		}
		Ok(())
	}

	/// Lists a directory, sorted by name.
	pub fn list(&self, node: &Node) -> Result<Vec<(String, Kind)>> {
		let mut entries = Vec::new();
		for entry in fs::read_dir(self.host(node)?)? {
			let entry = entry?;
			let name = entry.file_name().into_string().map_err(|name| {
				Halt::Host(format!("the input has a file whose name is not UTF-8: {}", name.to_string_lossy()))
			})?;
			entries.push((name, kind(entry.file_type()?)));
		}
		entries.sort();
		Ok(entries)
	}

	/// Counts that a file of OUT becomes longer or shorter.
	pub fn resize(&mut self, from: u64, to: u64) -> Result<()> {
		if to > from {
			self.bytes_left = self.bytes_left.checked_sub(to - from).ok_or(Halt::OutOfDisk)?;
		} else {
			self.bytes_left = self.bytes_left.saturating_add(from - to);
		}
		Ok(self.memory.change(from, to)?)
	}

	/// Counts a new file.
	fn take_file(&mut self) -> Result<()> {
		self.files_left = self.files_left.checked_sub(1).ok_or(Halt::OutOfDisk)?;
		Ok(self.memory.change(0, PAGE)?)
	}

	/// Counts that a file of this many bytes is gone.
	fn give_back(&mut self, bytes: u64) -> Result<()> {
		self.files_left += 1;
		self.resize(bytes, 0)?;
		Ok(self.memory.change(PAGE, 0)?)
	}
}

fn kind(kind: fs::FileType) -> Kind {
	match kind {
		kind if kind.is_dir() => Kind::Directory,
		kind if kind.is_file() => Kind::File,
		kind if kind.is_symlink() => Kind::Link,
		_ => Kind::Other,
	}
}

fn check((bytes, depth): (usize, usize)) -> Result<()> {
	if bytes > LONGEST_PATH || depth > DEEPEST {
		return Err(Errno::NAMETOOLONG.into());
	}
	Ok(())
}

/// Returns the longest path below a directory in bytes, and the deepest in names.
fn longest(directory: &Path) -> io::Result<(usize, usize)> {
	let mut most = (0, 0);
	for entry in fs::read_dir(directory)? {
		let entry = entry?;
		let below = if entry.file_type()?.is_dir() { longest(&entry.path())? } else { (0, 0) };
		let bytes = entry.file_name().len() + 1 + below.0;
		most = (most.0.max(bytes), most.1.max(1 + below.1));
	}
	Ok(most)
}
