//! Unpacks layers over each other: they can write nothing outside of their root, and no more than allowed.

use std::{
	collections::HashSet,
	ffi::OsStr,
	fs::{self, File, Permissions},
	io::{self, Read},
	os::unix::{
		ffi::OsStrExt,
		fs::{symlink, MetadataExt, PermissionsExt},
	},
	path::{Component, Path},
	time::{Duration, SystemTime},
};

use sha2::{Digest, Sha256};

use super::{
	blame::{bad, of_entry, quoted, unusable, whose},
	entries::{Entries, Entry, Kind},
	inside::{below, enter, names, path_of, remove},
	quota::Quota,
	rights,
};
use crate::{kept::Sha, Error};

/// How a layer removes what lower ones have: before a name; for all that is in a directory.
const WHITEOUT: &[u8] = b".wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";
/// What AUFS keeps beside the files of its layers, at their top: what files with several names are links to, among others.
const OF_AUFS: &[u8] = b".wh..wh.";
/// The longest target of a link, in bytes, and how many names a file may have: less than what any usual file system takes.
/// Each has limits of its own (XFS those of links' targets, ext4 65,000 names), and an image has to be as good on all of them.
const LONGEST_TARGET: usize = 1_023;
pub const MOST_NAMES: u64 = 30_000;
/// What may follow an archive's end in a layer, in bytes: programs fill their last block.
const MOST_REST: u64 = 1 << 20;

/// Unpacks a layer over those below it, and checks that it is what it should be.
///
/// # Errors
///
/// [`Error::App`], if it is not, or leads out of the root; [`Error::Host`], if the disk fails.
pub fn apply(layer: impl Read, content: &str, root: &Path, quota: &mut Quota) -> Result<(), Error> {
	let mut layer = Hashed { from: layer, hasher: Sha256::new() };
	unpack(&mut layer, root, quota).map_err(whose)?;
	let is = format!("sha256:{}", hex::encode(layer.hasher.finalize()));
	if is != content {
		return Err(unusable(format!("its layer {content} is {is}")));
	}
	Ok(())
}

/// Removes what AUFS keeps for itself, once all layers are unpacked: to list the top after each would take very long, if there
/// are many of both.
///
/// # Errors
///
/// [`Error::Host`], if the disk fails.
pub fn remove_of_aufs(root: &Path) -> Result<(), Error> {
	try_remove_of_aufs(root).map_err(whose)
}

fn try_remove_of_aufs(root: &Path) -> io::Result<()> {
	for entry in fs::read_dir(root)? {
		let name = entry?.file_name();
		if name.as_bytes().starts_with(OF_AUFS) {
			remove(&root.join(name))?;
		}
	}
	Ok(())
}

fn unpack(layer: &mut impl Read, root: &Path, quota: &mut Quota) -> io::Result<()> {
	let (mut entries, mut own) = (Entries::new(&mut *layer), Own::default());
	while let Some(mut entry) = entries.next_entry()? {
		quota.entry()?;
		let unpacked = unpack_entry(&mut entry, root, &mut own, quota);
		unpacked.map_err(|error| of_entry(error, &entry.path))?;
	}
	// What comes after the archive's end counts for the digest.
	match io::copy(&mut layer.take(MOST_REST + 1), &mut io::sink())? {
		..=MOST_REST => Ok(()),
		_ => Err(bad("something follows its end")),
	}
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

	/// Removes everything that lower layers have put under a name.
	fn hide(&mut self, path: &Path) -> io::Result<()> {
		if !self.paths.contains(&hash(path)) {
			return remove(path);
		}
		// A directory of this layer may have something of theirs.
		if path.symlink_metadata().is_ok_and(|data| data.is_dir()) {
			return self.empty(path);
		}
		Ok(())
	}

	/// Removes everything that lower layers have put into a directory, at any depth. What came since is the layer's own, so
	/// once is enough.
	fn empty(&mut self, directory: &Path) -> io::Result<()> {
		if !self.emptied.insert(hash(directory)) {
			return Ok(());
		}
		for below in fs::read_dir(directory)? {
			let below = below?;
			let path = below.path();
			if !self.paths.contains(&hash(&path)) {
				remove(&path)?;
			} else if below.file_type()?.is_dir() {
				self.empty(&path)?;
			}
		}
		Ok(())
	}
}

fn hash(path: &Path) -> Sha {
	Sha256::digest(path.as_os_str().as_bytes()).into()
}

fn unpack_entry<R: Read>(entry: &mut Entry<'_, R>, root: &Path, own: &mut Own, quota: &mut Quota) -> io::Result<()> {
	let names = names(path_of(&entry.path))?;
	let Some((name, parents)) = names.split_last() else {
		// The root itself has neither name nor rights to set.
		return if entry.is_opaque { own.empty(root) } else { Ok(()) };
	};
	let parent = enter(root, parents, quota)?;
	let path = below(root, &parent, name)?;
	match name.as_bytes().strip_prefix(WHITEOUT) {
		Some(_) if name.as_bytes() == OPAQUE => return own.empty(&parent),
		// Neither files nor whiteouts.
		Some(_) if name.as_bytes().starts_with(OF_AUFS) => return Ok(()),
		Some(hidden) => return own.hide(&parent.join(hidden_name(hidden)?)),
		None => {}
	}
	match entry.kind {
		Kind::Directory => {
			if !path.symlink_metadata().is_ok_and(|data| data.is_dir()) {
				remove(&path)?;
				fs::create_dir(&path)?;
			}
			fs::set_permissions(&path, Permissions::from_mode(rights::DIRECTORY))?;
			if entry.is_opaque {
				own.empty(&path)?;
			}
		}
		Kind::File => {
			remove(&path)?;
			let mut file = File::create_new(&path)?;
			quota.copy(entry, &mut file)?;
			file.set_permissions(Permissions::from_mode(rights::of_file(entry.is_executable)))?;
			// Interpreters compare the times of sources and what was compiled from them.
			file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(entry.modified))?;
		}
		Kind::Symlink => {
			if entry.target.is_empty() {
				return Err(bad("a link has no target"));
			}
			if entry.target.len() > LONGEST_TARGET {
				return Err(bad("the target of a link is too long"));
			}
			remove(&path)?;
			symlink(path_of(&entry.target), &path)?;
		}
		Kind::Link => link(&entry.target, &path, root, quota)?,
		// Nothing that an app may have. It takes the place of what lower layers have all the same: an overlay's layer has such
		// devices for whiteouts.
		Kind::Special => return remove(&path),
	}
	own.add(&path, root);
	Ok(())
}

/// Gives a file of the image a second name.
fn link(target: &[u8], path: &Path, root: &Path, quota: &mut Quota) -> io::Result<()> {
	let names = names(path_of(target))?;
	let (name, parents) = names.split_last().ok_or_else(|| bad("a link has no target"))?;
	let file = below(root, &enter(root, parents, quota)?, name)?;
	let Some(data) = file.symlink_metadata().ok().filter(|data| !data.is_dir()) else {
		return Err(bad(format!("it is a hard link to {}, which is not a file that comes before it", quoted(target))));
	};
	// Linking a file to itself would remove it.
	if file == path {
		return Ok(());
	}
	if file.starts_with(path) {
		return Err(bad("a link takes the place of what it leads to"));
	}
	if data.nlink() >= MOST_NAMES {
		return Err(bad("a file has too many names"));
	}
	remove(path)?;
	fs::hard_link(file, path)
}

/// Returns the name that a whiteout hides.
fn hidden_name(name: &[u8]) -> io::Result<&OsStr> {
	match path_of(name).components().next() {
		Some(Component::Normal(name)) => Ok(name),
		_ => Err(bad("a whiteout has no name")),
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

#[cfg(test)]
mod parsing;
