//! Unpacks archives: they can write nothing outside of their directory, and no more than allowed.

use std::{
	cell::Cell,
	collections::HashSet,
	ffi::{OsStr, OsString},
	fs::{self, File, Permissions},
	io::{self, Read},
	os::unix::{
		ffi::OsStrExt,
		fs::{symlink, MetadataExt, PermissionsExt},
	},
	path::{Component, Path, PathBuf},
	time::{Duration, SystemTime},
};

use sha2::{Digest, Sha256};
use tar::{Archive, Entry, EntryType};

use super::{
	paths::{self, LONGEST_NAME, LONGEST_PATH, MOST_LINKS},
	quota::Quota,
};
use crate::{kept::Sha, Error, GUEST_OUTPUT};

/// How a layer removes what lower ones have: before a name; for all that is in a directory.
const WHITEOUT: &[u8] = b".wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";
/// How many directories may be on the way to a file, and how many names with those of the links.
const DEEPEST: usize = 128;
const LONGEST: u32 = 512;
/// The longest target of a link, in bytes, and how many names a file may have: less than what any usual file system takes.
/// Each has limits of its own (XFS those of links' targets, ext4 65,000 names), and an image has to be as good on all of them.
const LONGEST_TARGET: usize = 1_023;
const MOST_NAMES: u64 = 30_000;
/// What may describe one entry of an archive, in bytes: long names and attributes, which are read into memory.
const MOST_DESCRIPTION: u64 = 1 << 20;
/// What may follow an archive's end in a layer, in bytes: programs fill their last block.
const MOST_REST: u64 = 1 << 20;

/// Unpacks the files of an archive that holds an image: no links, nothing special.
///
/// # Errors
///
/// [`Error::App`], if it is not an archive, or a bad one; [`Error::Host`], if the disk fails.
pub fn unpack_archive(archive: impl Read, directory: &Path, quota: &mut Quota) -> Result<(), Error> {
	let unpacked = each_entry(archive, quota, |mut entry, quota| {
		let names = names(&entry.path()?)?;
		if entry.header().entry_type() == EntryType::Regular {
			let Some((name, parents)) = names.split_last() else { return Ok(()) };
			let parent = enter(directory, parents, quota)?;
			let path = below(directory, &parent, name)?;
			if path.is_dir() {
				return Err(bad("a file has the name of a directory"));
			}
			quota.copy(&mut entry, &mut File::create(path)?)?;
		}
		Ok(())
	});
	unpacked.map_err(whose)
}

/// Unpacks a layer over those below it, and checks that it is what it should be.
///
/// # Errors
///
/// [`Error::App`], if it is not, or leads out of the root; [`Error::Host`], if the disk fails.
pub fn apply(layer: impl Read, content: &str, root: &Path, quota: &mut Quota) -> Result<(), Error> {
	let mut layer = Hashed { from: layer, hasher: Sha256::new() };
	let mut unpack = || -> io::Result<()> {
		let mut own = Own::default();
		each_entry(&mut layer, quota, |entry, quota| unpack_entry(entry, root, &mut own, quota))?;
		// What comes after the archive's end counts for the digest.
		match io::copy(&mut (&mut layer).take(MOST_REST + 1), &mut io::sink())? {
			..=MOST_REST => Ok(()),
			_ => Err(bad("something follows its end")),
		}
	};
	unpack().map_err(whose)?;
	let is = format!("sha256:{}", hex::encode(layer.hasher.finalize()));
	if is != content {
		return Err(Error::App(format!("the image cannot be used: its layer {content} is {is}")));
	}
	Ok(())
}

/// What a layer itself has: its whiteouts are for those below it.
///
/// By the hashes of paths, as a layer can have very many of the longest paths.
#[derive(Default)]
struct Own {
	/// Files and directories.
	paths: HashSet<Sha>,
	/// Directories out of which lower layers were taken.
	emptied: HashSet<Sha>,
}

impl Own {
	/// Adds a path below the root, and the directories that lead to it.
	fn add(&mut self, path: &Path, root: &Path) {
		for above in path.ancestors().take_while(|above| *above != root) {
			// Those that lead to one that is known are known, too.
			if !self.paths.insert(hash(above)) {
				break;
			}
		}
	}

	/// Removes everything that lower layers have put into a directory. What came since is the layer's own, so once is enough.
	fn empty(&mut self, directory: &Path) -> io::Result<()> {
		if !self.emptied.insert(hash(directory)) {
			return Ok(());
		}
		for below in fs::read_dir(directory)? {
			let below = below?.path();
			if !self.paths.contains(&hash(&below)) {
				remove(&below)?;
			}
		}
		Ok(())
	}
}

fn hash(path: &Path) -> Sha {
	Sha256::digest(path.as_os_str().as_bytes()).into()
}

/// Does something with each entry of an archive. An archive that compresses well could otherwise fill the worker's memory
/// with one name.
fn each_entry<R: Read>(
	from: R,
	quota: &mut Quota,
	mut with: impl FnMut(Entry<'_, Bounded<'_, R>>, &mut Quota) -> io::Result<()>,
) -> io::Result<()> {
	let left = Cell::new(MOST_DESCRIPTION);
	let mut archive = Archive::new(Bounded { from, left: &left });
	let mut entries = archive.entries()?;
	loop {
		// Covers what was not read of the entry before, too.
		left.set(MOST_DESCRIPTION);
		let Some(entry) = entries.next() else { return Ok(()) };
		// Its bytes go to the disk, within the quota.
		left.set(u64::MAX);
		quota.entry()?;
		with(entry?, quota)?;
	}
}

fn unpack_entry<R: Read>(mut entry: Entry<'_, R>, root: &Path, own: &mut Own, quota: &mut Quota) -> io::Result<()> {
	let names = names(&entry.path()?)?;
	// The root itself has neither name nor rights to set.
	let Some((name, parents)) = names.split_last() else { return Ok(()) };
	let parent = enter(root, parents, quota)?;
	let path = below(root, &parent, name)?;
	if let Some(hidden) = name.as_bytes().strip_prefix(WHITEOUT) {
		return if name.as_bytes() == OPAQUE { own.empty(&parent) } else { hide(&parent, hidden) };
	}
	let kind = entry.header().entry_type();
	match kind {
		EntryType::Directory => {
			if !path.symlink_metadata().is_ok_and(|data| data.is_dir()) {
				remove(&path)?;
				fs::create_dir(&path)?;
			}
			fs::set_permissions(&path, Permissions::from_mode(0o755))?;
		}
		EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
			remove(&path)?;
			let mut file = File::create_new(&path)?;
			quota.copy(&mut entry, &mut file)?;
			let runs = entry.header().mode()? & 0o111 != 0;
			file.set_permissions(Permissions::from_mode(if runs { 0o755 } else { 0o644 }))?;
			// Interpreters compare the times of sources and what was compiled from them.
			file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(entry.header().mtime()?.min(1 << 33)))?;
		}
		EntryType::Symlink => {
			let target = entry.link_name()?.filter(|target| !target.as_os_str().is_empty());
			let target = target.ok_or_else(|| bad("a link has no target"))?;
			if target.as_os_str().len() > LONGEST_TARGET {
				return Err(bad("the target of a link is too long"));
			}
			remove(&path)?;
			symlink(target, &path)?;
		}
		EntryType::Link => link(&entry, &path, root, quota)?,
		// Devices, pipes: nothing that an app may have.
		_ => return Ok(()),
	}
	own.add(&path, root);
	Ok(())
}

/// Gives a file of the image a second name.
fn link<R: Read>(entry: &Entry<'_, R>, path: &Path, root: &Path, quota: &mut Quota) -> io::Result<()> {
	let target = names_of_link(entry)?;
	let (name, parents) = target.split_last().ok_or_else(|| bad("a link has no target"))?;
	let target = below(root, &enter(root, parents, quota)?, name)?;
	let Some(data) = target.symlink_metadata().ok().filter(|data| !data.is_dir()) else {
		return Err(bad("a link leads to no file"));
	};
	// Linking a file to itself would remove it.
	if target == path {
		return Ok(());
	}
	if target.starts_with(path) {
		return Err(bad("a link takes the place of what it leads to"));
	}
	if data.nlink() >= MOST_NAMES {
		return Err(bad("a file has too many names"));
	}
	remove(path)?;
	fs::hard_link(target, path)
}

/// Removes what lower layers have put under a name.
fn hide(directory: &Path, name: &[u8]) -> io::Result<()> {
	match Path::new(OsStr::from_bytes(name)).components().next() {
		Some(Component::Normal(name)) => remove(&directory.join(name)),
		_ => Err(bad("a whiteout has no name")),
	}
}

fn names_of_link<R: Read>(entry: &Entry<'_, R>) -> io::Result<Vec<OsString>> {
	names(&entry.link_name()?.ok_or_else(|| bad("a link has no target"))?)
}

/// Makes the directories that a container has anew, the one that it starts in, and the files: no container can write the
/// image, not even `runc` for one. It takes over the rights of a directory that is there. The files are for networks, and
/// made for all: one image serves containers with and without, in any order. Returns why no program can begin where the
/// image wants it to, if that is so.
///
/// # Errors
///
/// [`Error::App`], if they cannot be; [`Error::Host`], if the disk fails.
pub fn make_mount_points(root: &Path, start: Option<&str>, quota: &mut Quota) -> Result<Option<String>, Error> {
	for point in paths::POINTS {
		let mode = if point == paths::TMP { 0o1777 } else { 0o755 };
		make_point(&root.join(point.trim_start_matches('/')), mode, quota).map_err(whose)?;
	}
	let mut make_file = |name: &str| {
		let path = enter_beside_points(root, &names(Path::new("/etc"))?, quota)?.join(name);
		if path.symlink_metadata().is_ok_and(|data| data.is_file()) {
			return Ok(());
		}
		remove(&path)?;
		File::create_new(&path)?.set_permissions(Permissions::from_mode(0o644))
	};
	["hosts", "resolv.conf"].into_iter().try_for_each(|name| make_file(name).map_err(whose))?;
	let Some(start) = start else { return Ok(None) };
	let Err(error) = make_start(root, start, quota) else { return Ok(None) };
	let why = format!("its working directory {start} cannot be one: {error}");
	match whose(error) {
		Error::Host(failed) => Err(Error::Host(failed)),
		_ => Ok(Some(why)),
	}
}

/// Makes a directory to mount on, in place of whatever else has its name. It is the root's own: `runc` follows links to it,
/// and some of them as if they were this machine's.
fn make_point(path: &Path, mode: u32, quota: &mut Quota) -> io::Result<()> {
	if !path.symlink_metadata().is_ok_and(|data| data.is_dir()) {
		remove(path)?;
		quota.entry()?;
		fs::create_dir(path)?;
	}
	fs::set_permissions(path, Permissions::from_mode(mode))
}

/// Makes the directory in which a program begins, if it is to be one of the image's.
fn make_start(root: &Path, start: &str, quota: &mut Quota) -> io::Result<()> {
	let names = names(Path::new(start))?;
	let path = names.iter().fold(PathBuf::from("/"), |path, name| path.join(name));
	// `runc` makes what is missing of it, where it may write.
	if [paths::TMP, GUEST_OUTPUT].iter().any(|point| path.starts_with(point)) {
		let is_long = names.iter().any(|name| name.len() > LONGEST_NAME) || path.as_os_str().len() > LONGEST_PATH;
		return if is_long { Err(bad("a path is too long")) } else { Ok(()) };
	}
	enter_beside_points(root, &names, quota).map(drop)
}

/// Returns the names in a path of an archive.
fn names(path: &Path) -> io::Result<Vec<OsString>> {
	let mut names = Vec::new();
	for component in path.components() {
		match component {
			Component::Normal(name) => names.push(name.to_owned()),
			Component::CurDir | Component::RootDir => {}
			Component::ParentDir | Component::Prefix(_) => return Err(bad("a path leads out of it")),
		}
	}
	if names.len() > DEEPEST {
		return Err(bad("a path is too deep"));
	}
	Ok(names)
}

/// Returns the path of a name in a directory below a root, if it is not longer than what every machine takes.
fn below(root: &Path, directory: &Path, name: &OsStr) -> io::Result<PathBuf> {
	let path = directory.join(name);
	let length = path.as_os_str().len().saturating_sub(root.as_os_str().len());
	if name.len() > LONGEST_NAME || length > LONGEST_PATH {
		return Err(bad("a path is too long"));
	}
	Ok(path)
}

/// Returns the directory that a path means inside of the root, where absolute links begin, and which `..` does not leave.
/// What is missing is made.
fn enter(root: &Path, names: &[OsString], quota: &mut Quota) -> io::Result<PathBuf> {
	walk(root, names, quota, |_| true)
}

/// Returns the same, if the path leads through nothing that is below what each container has anew: it would not be there.
fn enter_beside_points(root: &Path, names: &[OsString], quota: &mut Quota) -> io::Result<PathBuf> {
	walk(root, names, quota, |path| paths::point_above(root, path).is_none())
}

fn walk(root: &Path, names: &[OsString], quota: &mut Quota, may_pass: impl Fn(&Path) -> bool) -> io::Result<PathBuf> {
	let mut left: Vec<OsString> = names.iter().rev().cloned().collect();
	let (mut path, mut links, mut depth, mut steps) = (root.to_owned(), 0, 0, 0);
	while let Some(name) = left.pop() {
		steps += 1;
		if steps > LONGEST {
			return Err(bad("a path is too long"));
		}
		if name == ".." {
			if path != root {
				path.pop();
				depth -= 1;
			}
			continue;
		}
		let next = below(root, &path, &name)?;
		if !may_pass(&next) {
			return Err(bad("a path leads below a directory that each container has anew"));
		}
		match next.symlink_metadata() {
			Ok(data) if data.is_dir() => path = next,
			Ok(data) if data.is_symlink() => {
				links += 1;
				if links > MOST_LINKS {
					return Err(bad("links form a circle"));
				}
				let target = next.read_link()?;
				if target.is_absolute() {
					(path, depth) = (root.to_owned(), 0);
				}
				left.extend(paths::steps(&target).rev());
				continue;
			}
			Ok(_) => return Err(bad("a path goes through a file")),
			Err(error) if error.kind() == io::ErrorKind::NotFound => {
				quota.entry()?;
				fs::create_dir(&next)?;
				fs::set_permissions(&next, Permissions::from_mode(0o755))?;
				path = next;
			}
			Err(error) => return Err(error),
		}
		depth += 1;
		if depth > DEEPEST {
			return Err(bad("a path is too deep"));
		}
	}
	Ok(path)
}

/// Removes whatever has this name. Links are not followed.
fn remove(path: &Path) -> io::Result<()> {
	match path.symlink_metadata() {
		Ok(data) if data.is_dir() => fs::remove_dir_all(path),
		Ok(_) => fs::remove_file(path),
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
		Err(error) => Err(error),
	}
}

/// Hashes what is read.
struct Hashed<R> {
	from: R,
	hasher: Sha256,
}

impl<R: Read> Read for Hashed<R> {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		let count = self.from.read(buffer)?;
		self.hasher.update(&buffer[..count]);
		Ok(count)
	}
}

/// Reads as many bytes as are left.
struct Bounded<'a, R> {
	from: R,
	left: &'a Cell<u64>,
}

impl<R: Read> Read for Bounded<'_, R> {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		let left = self.left.get();
		if left == 0 && !buffer.is_empty() {
			return Err(bad("the description of a file is too long"));
		}
		let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
		let count = self.from.read(&mut buffer[..most])?;
		self.left.set(left - count as u64);
		Ok(count)
	}
}

fn bad(cause: &str) -> io::Error {
	io::Error::new(io::ErrorKind::InvalidData, cause)
}

/// Tells whose fault an error is. Whatever the operating system says is this machine's: file systems differ in what they take,
/// so what an image may have is checked before they are asked. It is this machine's, too, if there is no room or no time.
/// All others are the archive's.
fn whose(error: io::Error) -> Error {
	let is_of_machine =
		error.raw_os_error().is_some() || rlc_disk::is_full(&error) || error.kind() == io::ErrorKind::TimedOut;
	if is_of_machine {
		Error::Host(format!("the image could not be unpacked: {error}"))
	} else {
		Error::App(format!("the image cannot be unpacked: {error}"))
	}
}

#[cfg(test)]
mod parsing;
