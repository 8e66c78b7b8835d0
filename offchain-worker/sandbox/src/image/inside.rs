//! Paths of archives inside of a directory, which they do not leave.

use std::{
	ffi::{OsStr, OsString},
	fs::{self, Permissions},
	io,
	os::unix::{ffi::OsStrExt, fs::PermissionsExt},
	path::{Component, Path, PathBuf},
};

use super::{
	blame::bad,
	paths::{self, LONGEST_NAME, LONGEST_PATH},
	quota::Quota,
	rights,
};
use crate::job::{MOST_LINKS, MOST_STEPS};

/// How many directories may be on the way to a file.
const DEEPEST: usize = 128;

/// Returns the path that these bytes are.
pub fn path_of(bytes: &[u8]) -> &Path {
	Path::new(OsStr::from_bytes(bytes))
}

/// Returns the names in a path of an archive.
///
/// # Errors
///
/// If it leads out of the archive, or is too deep.
pub fn names(path: &Path) -> io::Result<Vec<OsString>> {
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

/// Returns the path of a name in a directory below a root.
///
/// # Errors
///
/// If it is longer than what every machine takes.
pub fn below(root: &Path, directory: &Path, name: &OsStr) -> io::Result<PathBuf> {
	let path = directory.join(name);
	let length = path.as_os_str().len().saturating_sub(root.as_os_str().len());
	if name.len() > LONGEST_NAME || length > LONGEST_PATH {
		return Err(bad("a path is too long"));
	}
	Ok(path)
}

/// Returns the directory that a path means inside of the root, where absolute links begin, and which `..` does not leave.
/// What is missing is made.
///
/// # Errors
///
/// If the directory is missing and cannot be made; those of the disk and the quota.
pub fn enter(root: &Path, names: &[OsString], quota: &mut Quota) -> io::Result<PathBuf> {
	walk(root, names, quota, |_| true)
}

/// Returns the same, if the path leads through nothing that is below what each container has anew: it would not be there.
///
/// # Errors
///
/// Those of [`enter`], or if it does.
pub fn enter_beside_points(root: &Path, names: &[OsString], quota: &mut Quota) -> io::Result<PathBuf> {
	walk(root, names, quota, |path| paths::point_above(root, path).is_none())
}

/// Follows links as [`paths::follow`] does, but makes what is missing, and refuses what an image may not have on its way: too
/// many names, or too deep a directory.
fn walk(root: &Path, names: &[OsString], quota: &mut Quota, may_pass: impl Fn(&Path) -> bool) -> io::Result<PathBuf> {
	let mut left: Vec<OsString> = names.iter().rev().cloned().collect();
	let (mut path, mut links, mut depth, mut steps) = (root.to_owned(), 0, 0, 0);
	while let Some(name) = left.pop() {
		steps += 1;
		if steps > MOST_STEPS {
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
				fs::set_permissions(&next, Permissions::from_mode(rights::DIRECTORY))?;
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
///
/// # Errors
///
/// Those of the disk.
pub fn remove(path: &Path) -> io::Result<()> {
	match path.symlink_metadata() {
		Ok(data) if data.is_dir() => fs::remove_dir_all(path),
		Ok(_) => fs::remove_file(path),
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
		Err(error) => Err(error),
	}
}
