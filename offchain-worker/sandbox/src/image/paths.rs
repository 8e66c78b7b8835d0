//! Paths inside of an image's root, where absolute links begin, and which `..` does not leave.

use std::{
	ffi::OsString,
	io::{self, ErrorKind},
	path::{Component, Path, PathBuf},
};

use crate::{
	job::{MOST_LINKS, MOST_STEPS},
	GUEST_INPUT, GUEST_OUTPUT,
};

/// Where programs have files for a while. Each container has it as its image does.
pub const TMP: &str = "/tmp";
/// What each container has anew, in place of what its image has there.
pub const POINTS: [&str; 5] = ["/proc", "/dev", "/sys", GUEST_INPUT, GUEST_OUTPUT];
/// The longest name, and the longest path below a root, in bytes: what Linux and its usual file systems take, whatever the
/// directory that the root is in.
pub const LONGEST_NAME: usize = 255;
pub const LONGEST_PATH: usize = 3_072;

/// Where a path of a container leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
	/// To something of the image: its path on this machine. It is not a link.
	There(PathBuf),
	/// To nothing.
	Missing,
	/// Below what each container has anew: below which [point](POINTS), and the rest of the path.
	Mount(&'static str, PathBuf),
	/// Nowhere: its links form a circle, or a name is too long.
	Nowhere,
	/// Further than it is followed: too many names are on its way.
	TooFar,
}

/// Returns the point that something below a root is below, and its path from there.
pub fn point_above(root: &Path, path: &Path) -> Option<(&'static str, PathBuf)> {
	let seen = Path::new("/").join(path.strip_prefix(root).ok()?);
	let below = |point: &'static str| Some((point, seen.strip_prefix(point).ok()?.to_owned()));
	POINTS.into_iter().filter_map(below).find(|(_, rest)| !rest.as_os_str().is_empty())
}

/// Follows a path inside of an image's root, which nobody changes.
///
/// # Errors
///
/// If the disk fails.
pub fn follow(root: &Path, path: &Path) -> io::Result<Place> {
	let mut most = MOST_STEPS;
	follow_on(root, path, &mut most)
}

/// Follows a path of at most so many names, and takes away those that are on its way.
///
/// # Errors
///
/// If the disk fails.
pub fn follow_on(root: &Path, path: &Path, most: &mut usize) -> io::Result<Place> {
	let (mut left, mut at, mut links) = (Vec::new(), root.to_owned(), 0);
	if !put_ahead(path, &mut left, most) {
		return Ok(Place::TooFar);
	}
	while let Some(name) = left.pop() {
		if name == ".." {
			if !at.symlink_metadata()?.is_dir() {
				return Ok(Place::Missing);
			}
			if at != root {
				at.pop();
			}
			continue;
		}
		let next = at.join(&name);
		if let Some((point, below)) = point_above(root, &next) {
			let rest = left.iter().rev().fold(below, |path, name| path.join(name));
			return Ok(Place::Mount(point, rest));
		}
		if name.len() > LONGEST_NAME {
			return Ok(Place::Nowhere);
		}
		let data = match next.symlink_metadata() {
			Ok(data) => data,
			Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
				return Ok(Place::Missing);
			}
			Err(error) => return Err(error),
		};
		if !data.is_symlink() {
			at = next;
			continue;
		}
		links += 1;
		if links > MOST_LINKS {
			return Ok(Place::Nowhere);
		}
		let target = next.read_link()?;
		if target.is_absolute() {
			at = root.to_owned();
		}
		if !put_ahead(&target, &mut left, most) {
			return Ok(Place::TooFar);
		}
	}
	Ok(Place::There(at))
}

/// Puts the names of a path before those that are left, the next one last, and takes them from how many there may be. Returns
/// whether there may.
fn put_ahead(path: &Path, left: &mut Vec<OsString>, most: &mut usize) -> bool {
	let names: Vec<_> = steps(path).collect();
	let Some(rest) = most.checked_sub(names.len()) else { return false };
	*most = rest;
	left.extend(names.into_iter().rev());
	true
}

/// Returns whether links of an image lead a path below what each container has anew, though the path itself does not; or so far
/// that they may.
pub fn is_misled(root: &Path, path: &Path) -> bool {
	match follow(root, path) {
		Ok(Place::Mount(point, _)) => !path.starts_with(point),
		Ok(Place::TooFar) => true,
		_ => false,
	}
}

/// Returns the names in a path, and `..`.
pub fn steps(path: &Path) -> impl DoubleEndedIterator<Item = OsString> + '_ {
	path.components().filter_map(|component| match component {
		Component::Normal(name) => Some(name.to_owned()),
		Component::ParentDir => Some("..".into()),
		_ => None,
	})
}

#[cfg(test)]
mod tests {
	use std::{fs, os::unix::fs::symlink};

	use super::*;

	fn root() -> tempfile::TempDir {
		let root = tempfile::tempdir().unwrap();
		fs::create_dir_all(root.path().join("usr/bin")).unwrap();
		for point in POINTS {
			fs::create_dir(root.path().join(&point[1..])).unwrap();
		}
		fs::write(root.path().join("usr/bin/app"), "").unwrap();
		for (link, target) in [
			("bin", "usr/bin"),
			("up", "../../../../usr/bin/app"),
			("away", "/iexec_in/app"),
			("through", "/proc/self/../../usr"),
			("circle", "circle"),
		] {
			symlink(target, root.path().join(link)).unwrap();
		}
		root
	}

	#[test]
	fn path_leads_where_it_does_in_a_container() {
		let root = root();
		let follow = |path: &str| follow(root.path(), Path::new(path)).unwrap();
		let app = || Place::There(root.path().join("usr/bin/app"));
		for path in ["/bin/app", "usr/bin/./app", "/up", "/../bin/app", "/bin/../bin/app", "/dev/../up"] {
			assert_eq!(follow(path), app(), "{path}");
		}
		assert_eq!(
			(follow("/"), follow("/dev")),
			(Place::There(root.path().into()), Place::There(root.path().join("dev")))
		);
		for path in ["/none", "/bin/app/x", "/bin/app/../app", "/none/../bin/app"] {
			assert_eq!(follow(path), Place::Missing, "{path}");
		}
		for path in ["/circle", "/circle/x", &"n".repeat(LONGEST_NAME + 1)] {
			assert_eq!(follow(path), Place::Nowhere, "{path}");
		}
		let mount = |point, rest: &str| Place::Mount(point, rest.into());
		assert_eq!((follow("/away"), follow("/away/x")), (mount(GUEST_INPUT, "app"), mount(GUEST_INPUT, "app/x")));
		assert_eq!(follow("/sys/a/../b"), mount("/sys", "a/../b"), "whether there is an a is not known");
		assert_eq!(follow("/through/bin/app"), mount("/proc", "self/../../usr/bin/app"));
		assert_eq!(follow("/process"), Place::Missing, "it only begins like a point");
	}

	/// Each link leads over many names to the next one.
	#[test]
	fn path_is_not_followed_too_far() {
		let root = root();
		let around = |names: usize| "usr/../".repeat(names / 2);
		for number in 0..30 {
			symlink(format!("{}{}", around(100), number + 1), root.path().join(number.to_string())).unwrap();
		}
		fs::write(root.path().join("30"), "").unwrap();
		let follow = |path: &str| follow(root.path(), Path::new(path)).unwrap();
		assert_eq!(follow("/25"), Place::There(root.path().join("30")));
		assert_eq!((follow("/0"), follow("/24")), (Place::TooFar, Place::TooFar));
		assert!(is_misled(root.path(), Path::new("/0")), "who knows");
		let path = |names: usize| format!("/{}bin/app", around(names));
		assert_eq!(follow(&path(MOST_STEPS - 4)), Place::There(root.path().join("usr/bin/app")));
		assert_eq!(follow(&path(MOST_STEPS - 2)), Place::TooFar);
	}

	#[test]
	fn only_links_mislead() {
		let root = root();
		assert!(is_misled(root.path(), Path::new("/away")) && is_misled(root.path(), Path::new("/through/lib")));
		assert!(!is_misled(root.path(), Path::new("/dev/x")) && !is_misled(root.path(), Path::new("/bin/app")));
	}
}
