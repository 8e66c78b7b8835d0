//! Unpacks the archive that holds an image: its files, and links to them, as `docker save` writes for equal layers.

use std::{
	collections::BTreeMap,
	ffi::OsString,
	fs::{self, File},
	io::{self, Read},
	os::unix::fs::MetadataExt,
	path::Path,
};

use super::{
	blame::{bad, of_entry, whose},
	entries::{Entries, Entry, Kind},
	inside::{below, enter, names, path_of},
	layers::MOST_NAMES,
	paths::{self, LONGEST_PATH},
	quota::Quota,
};
use crate::{job::MOST_LINKS, Error};

/// How many links an archive may have. An image has far fewer layers.
const MOST: usize = 1_000;

/// Links by their names, and to what: as names below the archive's root.
type Links = BTreeMap<Vec<OsString>, Vec<OsString>>;

/// Unpacks the files of an archive that holds an image. A link to a file becomes one more name of it; all other links, and
/// what is special, are left out.
///
/// # Errors
///
/// [`Error::App`], if it is not an archive, or a bad one; [`Error::Host`], if the disk fails.
pub fn unpack_archive(archive: impl Read, directory: &Path, quota: &mut Quota) -> Result<(), Error> {
	unpack(archive, directory, quota).map_err(whose)
}

fn unpack(archive: impl Read, directory: &Path, quota: &mut Quota) -> io::Result<()> {
	let (mut entries, mut links) = (Entries::new(archive), Links::new());
	while let Some(mut entry) = entries.next_entry()? {
		quota.entry()?;
		let unpacked = unpack_entry(&mut entry, directory, &mut links, quota);
		unpacked.map_err(|error| of_entry(error, &entry.path))?;
	}
	for name in links.keys() {
		if let Some(file) = target(&links, name) {
			link(file, name, directory, quota)?;
		}
	}
	Ok(())
}

fn unpack_entry<R: Read>(
	entry: &mut Entry<'_, R>,
	directory: &Path,
	links: &mut Links,
	quota: &mut Quota,
) -> io::Result<()> {
	let names = names(path_of(&entry.path))?;
	let Some((name, parents)) = names.split_last() else { return Ok(()) };
	match entry.kind {
		Kind::File => {
			let path = below(directory, &enter(directory, parents, quota)?, name)?;
			if path.is_dir() {
				return Err(bad("a file has the name of a directory"));
			}
			// Of two with one name, the later one counts.
			links.remove(&names);
			quota.copy(entry, &mut File::create(path)?)
		}
		Kind::Symlink | Kind::Link => {
			if links.len() == MOST {
				return Err(bad(format!("it has more than {MOST} links")));
			}
			if entry.path.len().max(entry.target.len()) > LONGEST_PATH {
				return Err(bad("a path is too long"));
			}
			let from = if entry.kind == Kind::Symlink { parents } else { &[] };
			let target = resolved(from, path_of(&entry.target));
			links.insert(names, target);
			Ok(())
		}
		Kind::Directory | Kind::Special => Ok(()),
	}
}

/// Returns where a path leads from a directory of the archive, which it does not leave.
fn resolved(from: &[OsString], path: &Path) -> Vec<OsString> {
	let mut names = if path.is_absolute() { Vec::new() } else { from.to_vec() };
	for step in paths::steps(path) {
		if step == ".." {
			names.pop();
		} else {
			names.push(step);
		}
	}
	names
}

/// Returns what a link leads to at last.
fn target<'a>(links: &'a Links, name: &'a [OsString]) -> Option<&'a [OsString]> {
	let mut at = name;
	for _ in 0..MOST_LINKS {
		match links.get(at) {
			Some(next) => at = next,
			None => return Some(at),
		}
	}
	None
}

/// Gives a file one more name, unless the file is missing.
fn link(file: &[OsString], name: &[OsString], directory: &Path, quota: &mut Quota) -> io::Result<()> {
	let file = file.iter().fold(directory.to_owned(), |path, name| path.join(name));
	let Some(data) = file.symlink_metadata().ok().filter(|data| data.is_file()) else { return Ok(()) };
	if data.nlink() >= MOST_NAMES {
		return Err(bad("a file has too many names"));
	}
	let Some((name, parents)) = name.split_last() else { return Ok(()) };
	let path = below(directory, &enter(directory, parents, quota)?, name)?;
	if path.is_dir() {
		return Err(bad("a link has the name of a directory"));
	}
	// What comes before a link of the same name.
	match fs::remove_file(&path) {
		Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
		_ => fs::hard_link(file, path),
	}
}
