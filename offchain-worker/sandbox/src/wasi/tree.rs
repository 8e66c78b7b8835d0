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
	world::{Fail, Halt, Result},
};
use crate::wasm::Memory;

/// Longest name and path, in bytes, and deepest path, in names. They leave room for the machine's own path before it,
/// which the module must not notice.
const LONGEST_NAME: usize = 255;
const LONGEST_PATH: usize = 1024;
const DEEPEST: usize = 32;
/// What a file or directory takes of memory at least, in bytes: a page.
const PAGE: u64 = 4096;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
	/// Read-only.
	Input,
	/// Writable.
	Output,
}

/// A place in a tree: names only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
	/// In which tree.
	pub root: Root,
	/// The names on the way. None: the tree itself.
	pub names: Vec<String>,
}

/// What is at a place.
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

impl Place {
	/// A tree itself.
	pub fn root(root: Root) -> Self {
		Self { root, names: Vec::new() }
	}

	/// A number made from the path, in place of the file system's.
	pub fn inode(&self) -> u64 {
		let mut hasher = Sha256::new_with_prefix([self.root as u8]);
		for name in &self.names {
			hasher.update(name);
			hasher.update("/");
		}
		let digest = hasher.finalize();
		u64::from_le_bytes(std::array::from_fn(|index| digest[index]))
	}

	/// A name in it.
	pub fn child(&self, name: &str) -> Self {
		let mut place = self.clone();
		place.names.push(name.into());
		place
	}

	/// Whether it is the other place, or below it.
	pub fn is_within(&self, other: &Self) -> bool {
		self.root == other.root && self.names.starts_with(&other.names)
	}

	/// Length of the path in bytes, and its depth.
	fn size(&self) -> (usize, usize) {
		(self.names.iter().map(|name| name.len() + 1).sum(), self.names.len())
	}

	/// Must be allowed to change.
	fn writable(&self) -> Result<()> {
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
	memory: Memory,
}

impl Tree {
	/// With so many bytes and files to write, which count as memory too.
	pub fn new(input: &Path, output: &Path, bytes: u64, files: u64, memory: Memory) -> Self {
		Self { input: input.into(), output: output.into(), bytes_left: bytes, files_left: files, memory }
	}

	/// The place that a path means, seen from a directory. It may not exist.
	pub fn resolve(&self, from: &Place, path: &str) -> Result<Place> {
		if path.is_empty() {
			return Err(Errno::NOENT.into());
		}
		if path.starts_with('/') {
			return Err(Errno::NOTCAPABLE.into());
		}
		if path.contains('\0') {
			return Err(Errno::INVAL.into());
		}
		let mut place = from.clone();
		for name in path.split('/') {
			match name {
				"" | "." => {}
				".." => {
					place.names.pop().ok_or(Errno::NOTCAPABLE)?;
				}
				name if name.len() > LONGEST_NAME => return Err(Errno::NAMETOOLONG.into()),
				name => place.names.push(name.into()),
			}
		}
		check(place.size())?;
		if path.ends_with('/') && self.find(&place)?.is_some_and(|stat| stat.kind != Kind::Directory) {
			return Err(Errno::NOTDIR.into());
		}
		Ok(place)
	}

	/// Where it is on this machine. What is on the way is there, and is directories.
	fn host(&self, place: &Place) -> Result<PathBuf> {
		let mut path = match place.root {
			Root::Input => self.input.clone(),
			Root::Output => self.output.clone(),
		};
		for (number, name) in place.names.iter().enumerate() {
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

	/// What is at a place.
	pub fn stat(&self, place: &Place) -> Result<Stat> {
		let inode = place.inode();
		if place.names.is_empty() {
			return Ok(Stat { kind: Kind::Directory, bytes: 0, inode });
		}
		let data = fs::symlink_metadata(self.host(place)?)?;
		let kind = kind(data.file_type());
		Ok(Stat { kind, bytes: if kind == Kind::File { data.len() } else { 0 }, inode })
	}

	/// What is at a place, if anything is.
	pub fn find(&self, place: &Place) -> Result<Option<Stat>> {
		match self.stat(place) {
			Ok(stat) => Ok(Some(stat)),
			Err(Fail::Errno(Errno::NOENT)) => Ok(None),
			Err(fail) => Err(fail),
		}
	}

	/// Opens a file that is there.
	pub fn open(&self, place: &Place) -> Result<fs::File> {
		let writable = place.root == Root::Output;
		Ok(fs::OpenOptions::new().read(true).write(writable).open(self.host(place)?)?)
	}

	/// Makes a file, and opens it.
	pub fn create(&mut self, place: &Place) -> Result<fs::File> {
		place.writable()?;
		let path = self.host(place)?;
		self.take_file()?;
		Ok(fs::OpenOptions::new().read(true).write(true).create_new(true).open(path)?)
	}

	/// Makes a directory.
	pub fn create_directory(&mut self, place: &Place) -> Result<()> {
		if self.find(place)?.is_some() {
			return Err(Errno::EXIST.into());
		}
		place.writable()?;
		let path = self.host(place)?;
		self.take_file()?;
		Ok(fs::create_dir(path)?)
	}

	/// Removes an empty directory.
	pub fn remove_directory(&mut self, place: &Place) -> Result<()> {
		place.writable()?;
		if self.stat(place)?.kind != Kind::Directory {
			return Err(Errno::NOTDIR.into());
		}
		if place.names.is_empty() {
			return Err(Errno::INVAL.into());
		}
		fs::remove_dir(self.host(place)?)?;
		self.give_back(0)
	}

	/// Removes a file. If it is still open, its space stays taken.
	pub fn remove_file(&mut self, place: &Place, open: bool) -> Result<()> {
		place.writable()?;
		let stat = self.stat(place)?;
		if stat.kind == Kind::Directory {
			return Err(Errno::ISDIR.into());
		}
		fs::remove_file(self.host(place)?)?;
		if !open {
			self.give_back(stat.bytes)?;
		}
		Ok(())
	}

	/// Gives something another name. What had that name is removed; if it is still open, its space stays taken.
	pub fn rename(&mut self, from: &Place, to: &Place, target_open: bool) -> Result<()> {
		if from.root != to.root {
			return Err(Errno::XDEV.into());
		}
		from.writable()?;
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

	/// What is in a directory, sorted by name.
	pub fn list(&self, place: &Place) -> Result<Vec<(String, Kind)>> {
		let mut entries = Vec::new();
		for entry in fs::read_dir(self.host(place)?)? {
			let entry = entry?;
			let name = entry.file_name().into_string().map_err(|name| {
				Halt::Host(format!("the input has a file whose name is not UTF-8: {}", name.to_string_lossy()))
			})?;
			entries.push((name, kind(entry.file_type()?)));
		}
		entries.sort();
		Ok(entries)
	}

	/// A file of OUT becomes longer or shorter.
	pub fn resize(&mut self, from: u64, to: u64) -> Result<()> {
		if to > from {
			self.bytes_left = self.bytes_left.checked_sub(to - from).ok_or(Halt::OutOfDisk)?;
		} else {
			self.bytes_left = self.bytes_left.saturating_add(from - to);
		}
		Ok(self.memory.change(from, to)?)
	}

	fn take_file(&mut self) -> Result<()> {
		self.files_left = self.files_left.checked_sub(1).ok_or(Halt::OutOfDisk)?;
		Ok(self.memory.change(0, PAGE)?)
	}

	/// A file of so many bytes is gone.
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

/// The longest path below a directory in bytes, and the deepest in names.
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
