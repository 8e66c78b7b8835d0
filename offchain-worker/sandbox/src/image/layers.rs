//! Unpacks archives: they can write nothing outside of their directory, and no more than allowed.

use std::{
	cell::Cell,
	collections::HashSet,
	ffi::{OsStr, OsString},
	fs::{self, File, Permissions},
	io::{self, Read, Write},
	os::unix::{
		ffi::OsStrExt,
		fs::{symlink, PermissionsExt},
	},
	path::{Component, Path, PathBuf},
	time::{Duration, Instant, SystemTime},
};

use rlc_disk::Taken;
use sha2::{Digest, Sha256};
use tar::{Archive, Entry, EntryType};

use crate::{kept::Sha, Error, Stop, GUEST_INPUT, GUEST_OUTPUT};

/// How a layer removes what lower ones have: before a name; for all that is in a directory.
const WHITEOUT: &[u8] = b".wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";
/// How many symbolic links may be on the way to a file, how many directories, and how many names with those of the links.
const MOST_LINKS: u32 = 40;
const DEEPEST: usize = 128;
const LONGEST: u32 = 512;
/// What may describe one entry of an archive, in bytes: long names and attributes, which are read into memory.
const MOST_DESCRIPTION: u64 = 1 << 20;
/// How much of a file is read at once, in bytes.
const CHUNK: usize = 16 << 10;
/// What the smallest file takes of a disk, in bytes.
const BLOCK: u64 = 4096;
/// What may follow an archive's end in a layer, in bytes: programs fill their last block.
const MOST_REST: u64 = 1 << 20;

/// What may still be unpacked, and until when.
#[derive(Debug)]
pub struct Budget {
	/// Bytes of files.
	bytes: u64,
	/// Entries of archives, whatever they are, and the directories that lead to them.
	entries: u64,
	/// What it takes of the disk, as it comes.
	room: Taken,
	/// How many bytes that are by now.
	taken: u64,
	/// Ends it early.
	stop: Stop,
	/// Ends it at last.
	until: Instant,
}

impl Budget {
	/// Allows this much, which takes its room on the disk, until it is stopped or the time has come.
	pub fn new(bytes: u64, entries: u64, room: Taken, (stop, until): (&Stop, Instant)) -> Self {
		Self { bytes, entries, room, taken: 0, stop: stop.clone(), until }
	}

	/// Returns what was taken of the disk.
	pub fn into_room(self) -> Taken {
		let mut room = self.room;
		room.set(self.taken);
		room
	}

	/// Takes room for bytes that are about to be written.
	fn draw(&mut self, bytes: u64) -> io::Result<()> {
		if self.stop.is_stopped() || Instant::now() > self.until {
			return Err(io::Error::new(io::ErrorKind::TimedOut, "it was stopped, or took too long"));
		}
		self.taken = self.taken.saturating_add(bytes);
		self.room.reach(self.taken).map_err(|error| io::Error::new(io::ErrorKind::StorageFull, error))
	}

	fn entry(&mut self) -> io::Result<()> {
		self.entries = self.entries.checked_sub(1).ok_or_else(|| bad("it has too many files"))?;
		// Its place in a directory, and what its last block has too much.
		self.draw(BLOCK)
	}

	/// Writes a file as far as allowed.
	fn copy(&mut self, from: &mut impl Read, to: &mut File) -> io::Result<()> {
		let mut buffer = [0; CHUNK];
		loop {
			let count = match from.read(&mut buffer) {
				Ok(0) => return Ok(()),
				Ok(count) => count,
				Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
				Err(error) => return Err(error),
			};
			self.bytes = self.bytes.checked_sub(count as u64).ok_or_else(|| bad("it is too large"))?;
			self.draw(count as u64)?;
			to.write_all(&buffer[..count])?;
		}
	}
}

#[cfg(test)]
impl Budget {
	/// Allows this much on a disk without end.
	pub fn of(bytes: u64, entries: u64) -> Self {
		let room = rlc_disk::Budget::unlimited().count(rlc_disk::Part::Images, 0);
		Self::new(bytes, entries, room, (&Stop::new(), Instant::now() + Duration::from_secs(600)))
	}
}

/// Unpacks the files of an archive that holds an image: no links, nothing special.
///
/// # Errors
///
/// [`Error::App`], if it is not an archive, or a bad one; [`Error::Host`], if the disk fails.
pub fn unpack_archive(archive: impl Read, directory: &Path, budget: &mut Budget) -> Result<(), Error> {
	let unpacked = each_entry(archive, budget, |mut entry, budget| {
		let names = names(&entry.path()?)?;
		if entry.header().entry_type() == EntryType::Regular {
			let Some((name, parents)) = names.split_last() else { return Ok(()) };
			let parent = enter(directory, parents, budget)?;
			budget.copy(&mut entry, &mut File::create(parent.join(name))?)?;
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
pub fn apply(layer: impl Read, content: &str, root: &Path, budget: &mut Budget) -> Result<(), Error> {
	let mut layer = Hashed { from: layer, hasher: Sha256::new() };
	let mut unpack = || -> io::Result<()> {
		let mut own = Own::default();
		each_entry(&mut layer, budget, |entry, budget| unpack_entry(entry, root, &mut own, budget))?;
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
	budget: &mut Budget,
	mut with: impl FnMut(Entry<'_, Bounded<'_, R>>, &mut Budget) -> io::Result<()>,
) -> io::Result<()> {
	let left = Cell::new(MOST_DESCRIPTION);
	let mut archive = Archive::new(Bounded { from, left: &left });
	let mut entries = archive.entries()?;
	loop {
		// Covers what was not read of the entry before, too.
		left.set(MOST_DESCRIPTION);
		let Some(entry) = entries.next() else { return Ok(()) };
		// Its bytes go to the disk, within the budget.
		left.set(u64::MAX);
		budget.entry()?;
		with(entry?, budget)?;
	}
}

fn unpack_entry<R: Read>(mut entry: Entry<'_, R>, root: &Path, own: &mut Own, budget: &mut Budget) -> io::Result<()> {
	let names = names(&entry.path()?)?;
	// The root itself has neither name nor rights to set.
	let Some((name, parents)) = names.split_last() else { return Ok(()) };
	let parent = enter(root, parents, budget)?;
	if let Some(hidden) = name.as_bytes().strip_prefix(WHITEOUT) {
		return if name.as_bytes() == OPAQUE { own.empty(&parent) } else { hide(&parent, hidden) };
	}
	let path = parent.join(name);
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
			budget.copy(&mut entry, &mut file)?;
			let runs = entry.header().mode()? & 0o111 != 0;
			file.set_permissions(Permissions::from_mode(if runs { 0o755 } else { 0o644 }))?;
			// Interpreters compare the times of sources and what was compiled from them.
			file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(entry.header().mtime()?.min(1 << 33)))?;
		}
		EntryType::Symlink => {
			let target = entry.link_name()?.filter(|target| !target.as_os_str().is_empty());
			let target = target.ok_or_else(|| bad("a link has no target"))?;
			remove(&path)?;
			symlink(target, &path)?;
		}
		EntryType::Link => {
			let target = names_of_link(&entry)?;
			let (name, parents) = target.split_last().ok_or_else(|| bad("a link has no target"))?;
			let target = enter(root, parents, budget)?.join(name);
			if !target.symlink_metadata().is_ok_and(|data| !data.is_dir()) {
				return Err(bad("a link leads to no file"));
			}
			// Linking a file to itself would remove it.
			if target != path {
				remove(&path)?;
				fs::hard_link(target, &path)?;
			}
		}
		// Devices, pipes: nothing that an app may have.
		_ => return Ok(()),
	}
	own.add(&path, root);
	Ok(())
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
/// made for all: one image serves containers with and without, in any order.
///
/// # Errors
///
/// [`Error::App`], if something else is there; [`Error::Host`], if the disk fails.
pub fn make_mount_points(root: &Path, start: Option<&str>, budget: &mut Budget) -> Result<(), Error> {
	let mut make = |point: &str, mode| {
		let path = enter(root, &names(Path::new(point))?, budget)?;
		fs::set_permissions(path, Permissions::from_mode(mode))
	};
	for point in ["/proc", "/dev", GUEST_INPUT, GUEST_OUTPUT] {
		make(point, 0o755).map_err(whose)?;
	}
	make("/tmp", 0o1777).map_err(whose)?;
	if let Some(start) = start {
		match names(Path::new(start)).and_then(|names| enter(root, &names, budget)).map_err(whose) {
			// The run says that nothing can start there.
			Ok(_) | Err(Error::App(_)) => {}
			Err(failed) => return Err(failed),
		}
	}
	let mut make_file = |name: &str| {
		let path = enter(root, &names(Path::new("/etc"))?, budget)?.join(name);
		if path.symlink_metadata().is_ok_and(|data| data.is_file()) {
			return Ok(());
		}
		remove(&path)?;
		File::create_new(&path)?.set_permissions(Permissions::from_mode(0o644))
	};
	["hosts", "resolv.conf"].into_iter().try_for_each(|name| make_file(name).map_err(whose))
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

/// Returns the directory that a path means inside of the root, where absolute links begin, and which `..` does not leave.
/// What is missing is made.
fn enter(root: &Path, names: &[OsString], budget: &mut Budget) -> io::Result<PathBuf> {
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
		let next = path.join(&name);
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
				let steps = target.components().filter_map(|component| match component {
					Component::Normal(name) => Some(name.to_owned()),
					Component::ParentDir => Some("..".into()),
					_ => None,
				});
				left.extend(steps.collect::<Vec<_>>().into_iter().rev());
				continue;
			}
			Ok(_) => return Err(bad("a path goes through a file")),
			Err(error) if error.kind() == io::ErrorKind::NotFound => {
				budget.entry()?;
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

/// Tells whose fault an error is: the operating system's errors are this machine's, but for those about names and links that
/// cannot be, and so is it if there is no room or no time; all others are the archive's.
fn whose(error: io::Error) -> Error {
	use io::ErrorKind::{AlreadyExists, InvalidFilename, IsADirectory, NotADirectory, TooManyLinks};
	let is_of_archive =
		matches!(error.kind(), AlreadyExists | InvalidFilename | IsADirectory | NotADirectory | TooManyLinks);
	let is_of_machine = rlc_disk::is_full(&error) || error.kind() == io::ErrorKind::TimedOut;
	if is_of_machine || (error.raw_os_error().is_some() && !is_of_archive) {
		Error::Host(format!("the image could not be unpacked: {error}"))
	} else {
		Error::App(format!("the image cannot be unpacked: {error}"))
	}
}

#[cfg(test)]
mod parsing;
