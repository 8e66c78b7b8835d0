//! `/` with IN and OUT: paths that cannot leave it, and quotas.
//!
//! What is not in IN or OUT is kept beside what is in OUT, where the caller has room for it, until the run has ended.

mod node;
mod times;
mod walk;

#[cfg(test)]
mod tests;

use std::{
	cell::Cell,
	ffi::OsStr,
	fs, io,
	os::unix::{
		ffi::OsStrExt,
		fs::{symlink, OpenOptionsExt},
	},
	path::{Path, PathBuf},
};

use rustix::fs::OFlags;

use self::times::AllTimes;
pub use self::{
	node::{Kind, Node, Root, Stat},
	times::{NewTimes, Times},
};
use super::{
	errno::Errno,
	fail::{Fail, Result},
};
use crate::{
	guest::{Halt, MemoryMeter},
	LONGEST_OUTPUT_PATH,
};

/// Longest name and path, in bytes, and deepest path, in names. They leave room for the machine's own path before it,
/// which the module must not notice.
const LONGEST_NAME: usize = 255;
const LONGEST_PATH: usize = LONGEST_OUTPUT_PATH;
const DEEPEST: usize = 32;
/// What a file or directory takes of memory at least, in bytes: a page.
const PAGE: u64 = 4096;
/// The name in OUT of the directory that has what is in `/`. Not UTF-8, so that no module can name it.
const SCRATCH: &[u8] = b"\xffscratch";

/// IN, OUT, all else in `/`, and what may still be written.
pub struct Tree {
	input: PathBuf,
	output: PathBuf,
	/// Whether there is a directory for all else. Most runs need none.
	has_scratch: Cell<bool>,
	/// Whether the module made a symbolic link: only then can a name on the way be one.
	has_links: bool,
	times: AllTimes,
	bytes_left: u64,
	files_left: u64,
	memory: MemoryMeter,
}

impl Tree {
	/// Allows this many bytes and files to be written, which count as memory too.
	pub fn new(input: &Path, output: &Path, bytes: u64, files: u64, memory: MemoryMeter) -> Self {
		Self {
			input: input.into(),
			output: output.into(),
			has_scratch: Cell::new(false),
			has_links: false,
			times: AllTimes::default(),
			bytes_left: bytes,
			files_left: files,
			memory,
		}
	}

	/// Removes what is not in IN or OUT.
	///
	/// # Errors
	///
	/// If it stays: it must not become part of a result.
	pub fn clear(&self) -> io::Result<()> {
		if self.has_scratch.replace(false) {
			fs::remove_dir_all(self.output.join(OsStr::from_bytes(SCRATCH)))?;
		}
		Ok(())
	}

	/// Returns its path on this machine. All that is on the way exists, and is directories.
	fn host(&self, node: &Node) -> Result<PathBuf> {
		let mut path = match node.root {
			Root::Input => self.input.clone(),
			Root::Output => self.output.clone(),
			Root::Scratch => self.scratch()?,
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

	/// Returns the machine's directory for what is neither in IN nor in OUT, which is made when it is first needed.
	fn scratch(&self) -> io::Result<PathBuf> {
		let path = self.output.join(OsStr::from_bytes(SCRATCH));
		if !self.has_scratch.replace(true) {
			let fixed = Node::fixed_names().map(|name| path.join(name));
			for path in std::iter::once(path.clone()).chain(fixed) {
				fs::create_dir(path).or_else(|error| match error.kind() {
					io::ErrorKind::AlreadyExists => Ok(()),
					_ => Err(error),
				})?;
			}
		}
		Ok(path)
	}

	/// Returns what is told of a node.
	pub fn stat(&self, node: &Node) -> Result<Stat> {
		let (inode, times) = (node.inode(), self.times.of(node));
		if node.is_fixed() {
			return Ok(Stat { kind: Kind::Directory, bytes: 0, inode, times });
		}
		let data = fs::symlink_metadata(self.host(node)?)?;
		let kind = kind(data.file_type());
		Ok(Stat { kind, bytes: if matches!(kind, Kind::File | Kind::Link) { data.len() } else { 0 }, inode, times })
	}

	/// Returns what is told of the times of a node.
	pub fn times(&self, node: &Node) -> Times {
		self.times.of(node)
	}

	/// Sets times of a node that exists. `now`: in ns since the Unix epoch.
	pub fn set_times(&mut self, node: &Node, new: NewTimes, now: u64) -> Result<()> {
		// A directory that is open may have been removed: nothing counts its times, and nothing would remove them.
		self.stat(node)?;
		check_writable(node)?;
		self.times.set(node, new, now);
		Ok(())
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
		let mut options = fs::OpenOptions::new();
		// It is known to be a file. Should it ever be a link, that must not lead out of here.
		options.read(true).write(node.root != Root::Input).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
		Ok(options.open(self.host(node)?)?)
	}

	/// Makes a file, and opens it.
	pub fn create(&mut self, node: &Node) -> Result<fs::File> {
		check_writable(node)?;
		let path = self.host(node)?;
		self.take_file()?;
		Ok(fs::OpenOptions::new().read(true).write(true).create_new(true).open(path)?)
	}

	/// Makes a directory.
	pub fn create_directory(&mut self, node: &Node) -> Result<()> {
		if self.find(node)?.is_some() {
			return Err(Errno::EXIST.into());
		}
		check_writable(node)?;
		let path = self.host(node)?;
		self.take_file()?;
		Ok(fs::create_dir(path)?)
	}

	/// Makes a symbolic link. What it leads to need not exist. There are none in OUT, which others read after the run, and
	/// would follow.
	pub fn create_link(&mut self, node: &Node, target: &str) -> Result<()> {
		if self.find(node)?.is_some() {
			return Err(Errno::EXIST.into());
		}
		check_writable(node)?;
		if node.root != Root::Scratch {
			return Err(Errno::NOTSUP.into());
		}
		walk::check_target(target)?;
		let path = self.host(node)?;
		self.take_file()?;
		symlink(target, path)?;
		self.has_links = true;
		Ok(())
	}

	/// Removes an empty directory.
	pub fn remove_directory(&mut self, node: &Node) -> Result<()> {
		check_writable(node)?;
		if self.stat(node)?.kind != Kind::Directory {
			return Err(Errno::NOTDIR.into());
		}
		if node.is_fixed() {
			return Err(Errno::BUSY.into());
		}
		fs::remove_dir(self.host(node)?)?;
		self.times.remove(node);
		self.give_back(0)
	}

	/// Removes a file or link. If it is still open, it stays taken, until [`Tree::give_back`].
	pub fn remove_file(&mut self, node: &Node, open: bool) -> Result<()> {
		check_writable(node)?;
		let stat = self.stat(node)?;
		if stat.kind == Kind::Directory {
			return Err(Errno::ISDIR.into());
		}
		fs::remove_file(self.host(node)?)?;
		self.times.remove(node);
		if !open {
			self.give_back(bytes_of(stat))?;
		}
		Ok(())
	}

	/// Renames a node. What had the new name is removed; if it is still open, it stays taken, until [`Tree::give_back`].
	pub fn rename(&mut self, from: &Node, to: &Node, target_open: bool) -> Result<()> {
		if from.root != to.root && [from.root, to.root].contains(&Root::Input) {
			return Err(Errno::XDEV.into());
		}
		check_writable(from)?;
		let moved = self.stat(from)?;
		if from == to {
			return Ok(());
		}
		if from.is_fixed() || to.is_fixed() {
			return Err(Errno::BUSY.into());
		}
		if to.is_within(from) {
			return Err(Errno::INVAL.into());
		}
		let replaced = self.find(to)?;
		match (moved.kind, replaced.map(|stat| stat.kind)) {
			(Kind::Directory, None | Some(Kind::Directory)) => {}
			(Kind::Directory, _) => return Err(Errno::NOTDIR.into()),
			(_, Some(Kind::Directory)) => return Err(Errno::ISDIR.into()),
			_ => {}
		}
		let (old, new) = (self.host(from)?, self.host(to)?);
		let mut has_links = moved.kind == Kind::Link;
		if moved.kind == Kind::Directory {
			let ((bytes, depth), below) = (to.size(), Below::look(&old)?);
			check((bytes + below.bytes, depth + below.depth))?;
			has_links = below.has_links;
		}
		if has_links && to.root != Root::Scratch {
			return Err(Errno::XDEV.into());
		}
		fs::rename(old, new)?;
		self.times.rename(from, to);
		if let Some(stat) = replaced.filter(|_| !target_open) {
			self.give_back(bytes_of(stat))?;
		}
		Ok(())
	}

	/// Lists a directory, sorted by name.
	pub fn list(&self, node: &Node) -> Result<Vec<(String, Kind)>> {
		// It may have been replaced, by a link too, since it was opened.
		if self.stat(node)?.kind != Kind::Directory {
			return Err(Errno::NOTDIR.into());
		}
		let is_output = node.root == Root::Output && node.names.is_empty();
		let mut entries = Vec::new();
		for entry in fs::read_dir(self.host(node)?)? {
			let entry = entry?;
			if is_output && entry.file_name().as_bytes() == SCRATCH {
				continue;
			}
			let name = entry.file_name().into_string().map_err(|name| {
				Halt::Host(format!("the input has a file whose name is not UTF-8: {}", name.to_string_lossy()))
			})?;
			entries.push((name, kind(entry.file_type()?)));
		}
		entries.sort();
		Ok(entries)
	}

	/// Counts that a file becomes longer or shorter.
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

	/// Counts that a file of this many bytes is gone: that it has no name, and nobody has it open.
	pub fn give_back(&mut self, bytes: u64) -> Result<()> {
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

fn check_writable(node: &Node) -> Result<()> {
	match node.root {
		Root::Output | Root::Scratch => Ok(()),
		Root::Input => Err(Errno::ROFS.into()),
	}
}

/// Returns how many bytes were counted of what is told of. Those of links were not.
fn bytes_of(stat: Stat) -> u64 {
	if stat.kind == Kind::File {
		stat.bytes
	} else {
		0
	}
}

fn check((bytes, depth): (usize, usize)) -> Result<()> {
	if bytes > LONGEST_PATH || depth > DEEPEST {
		return Err(Errno::NAMETOOLONG.into());
	}
	Ok(())
}

/// What is below a directory.
#[derive(Default)]
struct Below {
	/// The longest path, in bytes.
	bytes: usize,
	/// The deepest path, in names.
	depth: usize,
	/// Whether there are symbolic links.
	has_links: bool,
}

impl Below {
	fn look(directory: &Path) -> io::Result<Self> {
		let mut most = Self::default();
		for entry in fs::read_dir(directory)? {
			let entry = entry?;
			let kind = entry.file_type()?;
			let below = if kind.is_dir() { Self::look(&entry.path())? } else { Self::default() };
			most.bytes = most.bytes.max(entry.file_name().len() + 1 + below.bytes);
			most.depth = most.depth.max(1 + below.depth);
			most.has_links |= below.has_links || kind.is_symlink();
		}
		Ok(most)
	}
}
