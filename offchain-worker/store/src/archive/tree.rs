//! What of a file or directory goes into an archive.

use std::{
	ffi::{OsStr, OsString},
	fs, iter,
	os::unix::ffi::OsStringExt,
	path::{Path, PathBuf},
	rc::Rc,
};

use super::{ArchiveError, Kind, UnpackLimits};

/// The longest path of what a link leads to, in bytes: that of files in OUT.
pub const LONGEST_PATH: usize = 1_024;

/// What has an entry in an archive.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
	/// Its path in the archive.
	pub name: Vec<u8>,
	/// Its path on this machine.
	pub path: PathBuf,
	pub kind: Kind,
}

/// Which links are followed.
pub(super) struct Links<'a> {
	/// Returns where a link leads, without any links on the way, or what is wrong with it: "leads nowhere".
	pub resolve: &'a dyn Fn(&Path) -> Result<PathBuf, String>,
	/// How much there may be, counting again what a link leads to.
	pub limits: UnpackLimits,
}

/// What is still to be looked at.
struct Open {
	/// Its path in the archive. `None`: the root, whose own name counts only if it is a file.
	name: Option<OsString>,
	path: PathBuf,
	/// The links by which it was reached.
	by: Option<Rc<By>>,
}

/// A link that was followed.
struct By {
	/// The directory in which it is, without any links on the way.
	directory: PathBuf,
	before: Option<Rc<By>>,
}

/// Returns what is at or below a path, in the order of an archive: regular files and empty directories. Without `links`, none
/// is followed.
pub(super) fn entries_of(root: &Path, links: Option<&Links<'_>>) -> Result<Vec<Found>, ArchiveError> {
	let mut walk = Walk { root, links, found: Vec::new(), seen: 0, bytes: 0 };
	let mut open = vec![Open { name: None, path: root.to_path_buf(), by: None }];
	while let Some(next) = open.pop() {
		walk.look(next, &mut open)?;
	}
	walk.found.sort();
	if let Some(Links { limits, .. }) = links.filter(|links| walk.bytes > links.limits.max_size) {
		return Err(ArchiveError::TooMuch { bytes: walk.bytes, most: limits.max_size });
	}
	Ok(walk.found)
}

struct Walk<'a> {
	root: &'a Path,
	links: Option<&'a Links<'a>>,
	found: Vec<Found>,
	/// How many files and directories there are, and how many bytes files have.
	seen: u32,
	bytes: u64,
}

impl Walk<'_> {
	fn look(&mut self, mut next: Open, open: &mut Vec<Open>) -> Result<(), ArchiveError> {
		let kind = |path: &Path| fs::symlink_metadata(path).map_err(|error| io_at(path, error));
		let mut data = kind(&next.path)?;
		if let (true, Some(name), Some(links)) = (data.is_symlink(), &next.name, self.links) {
			let target = follow(self.root, links, name, &next)?;
			let directory = parent(&next.path);
			next.by = Some(Rc::new(By { directory, before: next.by }));
			next.path = target;
			data = kind(&next.path)?;
		}
		if data.is_file() {
			self.bytes = self.bytes.saturating_add(data.len());
			let name = next.name.unwrap_or_else(|| self.root.file_name().unwrap_or(OsStr::new("result")).into());
			self.found.push(Found { name: name.into_vec(), path: next.path, kind: Kind::File });
			return Ok(());
		}
		if !data.is_dir() {
			let kind = if data.is_symlink() { "symbolic link" } else { "special file" };
			return Err(ArchiveError::NotRegular { path: next.path, kind });
		}
		let mut is_empty = true;
		for entry in fs::read_dir(&next.path).map_err(|error| io_at(&next.path, error))? {
			let entry = entry.map_err(|error| io_at(&next.path, error))?;
			is_empty = false;
			self.count()?;
			let name = match &next.name {
				None => entry.file_name(),
				Some(above) => [above.as_os_str(), OsStr::new("/"), &entry.file_name()].into_iter().collect(),
			};
			open.push(Open { name: Some(name), path: entry.path(), by: next.by.clone() });
		}
		if let Some(name) = next.name.filter(|_| is_empty) {
			self.found.push(Found { name: name.into_vec(), path: next.path, kind: Kind::EmptyDirectory });
		}
		Ok(())
	}

	/// Counts a file or directory. Links to directories with links could lead to very many.
	fn count(&mut self) -> Result<(), ArchiveError> {
		let Some(Links { limits, .. }) = self.links else { return Ok(()) };
		self.seen += 1;
		if self.seen > limits.max_files {
			return Err(ArchiveError::TooMany(limits.max_files));
		}
		Ok(())
	}
}

/// Returns where a link leads, if its target is in the tree and the link is not below its own target.
fn follow(root: &Path, links: &Links<'_>, name: &OsStr, link: &Open) -> Result<PathBuf, ArchiveError> {
	let refused = |why: &str| ArchiveError::Link { path: name.into(), why: why.into() };
	let target = (links.resolve)(&link.path).map_err(|why| refused(&why))?;
	if !target.starts_with(root) {
		return Err(refused("leads out of the result"));
	}
	let here = parent(&link.path);
	let before = iter::successors(link.by.as_deref(), |by| by.before.as_deref()).map(|by| &by.directory);
	if iter::once(&here).chain(before).any(|directory| directory.starts_with(&target)) {
		return Err(refused("leads around in a circle"));
	}
	if name.len() > LONGEST_PATH {
		return Err(refused("leads to a path that is too long"));
	}
	Ok(target)
}

fn parent(path: &Path) -> PathBuf {
	path.parent().unwrap_or(path).to_path_buf()
}

fn io_at(path: &Path, error: std::io::Error) -> ArchiveError {
	ArchiveError::Io { path: path.into(), error }
}
