//! Who an image's program is: the user that it names, by number or by a name that the image's own files know.
//!
//! As in Docker, except that no program is root: one that would be is nobody in particular, and has root's home.

use std::{
	fs::File,
	io::{self, Read},
	path::Path,
};

use super::paths::{self, Place, LONGEST_PATH};

/// The user and group of a program that is nobody in particular, as numbers: `nobody` of most images.
const NOBODY: u32 = 65_534;
/// The largest number of a user or group, as for Docker.
const LARGEST: u32 = 0x7fff_ffff;
/// The files of an image that name users and groups, and how much of each is read, in bytes.
const USERS: &str = "/etc/passwd";
const GROUPS: &str = "/etc/group";
const MOST: u64 = 1 << 20;
/// Fields of their lines, which colons separate; the first is the name.
const NUMBER: usize = 2;
const GROUP: usize = 3;
const HOME: usize = 5;

/// Who a program is in its container. On this machine, each run has users of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
	/// Its user's number: never root's.
	pub uid: u32,
	/// Its group's number: never root's.
	pub gid: u32,
	/// Its home, an absolute path, if the image's files say where that is.
	pub home: Option<String>,
}

impl Default for User {
	fn default() -> Self {
		Self { uid: NOBODY, gid: NOBODY, home: None }
	}
}

impl User {
	/// Finds the user that an image names: `user`, `uid`, `user:group`, and the like. If it names none, root is meant. Returns
	/// why there is none, if that is so.
	///
	/// # Errors
	///
	/// If the disk fails.
	pub fn find(root: &Path, named: &str) -> io::Result<Result<Self, String>> {
		let (user, group) = named.split_once(':').unwrap_or((named, ""));
		let user = if user.is_empty() { "0" } else { user };
		let (users, groups) = (read(root, USERS)?, read(root, GROUPS)?);
		let entry = entry(&users, user);
		let field = |index: usize| entry.as_ref().and_then(|entry| entry.get(index).copied());
		let uid = number(field(NUMBER), user, "user", USERS);
		let gid = if group.is_empty() {
			number(field(GROUP), "0", "group", USERS)
		} else {
			let entry = self::entry(&groups, group);
			number(entry.as_ref().and_then(|entry| entry.get(NUMBER).copied()), group, "group", GROUPS)
		};
		let is_home = |home: &&str| home.starts_with('/') && home.len() <= LONGEST_PATH && !home.contains('\0');
		let home = field(HOME).filter(is_home).map(str::to_owned);
		Ok(uid.and_then(|uid| Ok(Self { uid: unless_root(uid), gid: unless_root(gid?), home })))
	}
}

/// Returns the fields of the line for a user or group of this name or number, if there is one.
fn entry<'a>(text: &'a str, named: &str) -> Option<Vec<&'a str>> {
	let number = named.parse::<u32>().ok();
	let mut entries = text.lines().map(|line| line.trim().split(':').collect::<Vec<_>>());
	entries.find(|entry| {
		let own = entry.get(NUMBER).and_then(|own| own.parse::<u32>().ok());
		entry.first() == Some(&named) || (number.is_some() && own == number)
	})
}

/// Returns the number in a field, or else the one that was named.
fn number(field: Option<&str>, named: &str, what: &str, file: &str) -> Result<u32, String> {
	let known = field.and_then(|field| field.parse().ok());
	// Images that were made from nothing name root, and have no such file.
	let is_root = named == "root";
	match known.or_else(|| named.parse::<u64>().ok()).or_else(|| is_root.then_some(0)) {
		Some(number) => u32::try_from(number)
			.ok()
			.filter(|number| *number <= LARGEST)
			.ok_or_else(|| format!("its {what} {number} is above {LARGEST}")),
		None => Err(format!("its {what} {named:?} is not in its {file}")),
	}
}

fn unless_root(number: u32) -> u32 {
	if number == 0 {
		NOBODY
	} else {
		number
	}
}

/// Reads a file of the image, which nobody changes; nothing, if there is none.
fn read(root: &Path, path: &str) -> io::Result<String> {
	let mut bytes = Vec::new();
	if let Place::There(file) = paths::follow(root, Path::new(path))? {
		if file.symlink_metadata()?.is_file() {
			File::open(file)?.take(MOST).read_to_end(&mut bytes)?;
		}
	}
	Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
	use std::{fs, os::unix::fs::symlink};

	use super::*;

	fn image() -> tempfile::TempDir {
		let root = tempfile::tempdir().unwrap();
		fs::create_dir(root.path().join("etc")).unwrap();
		let users = "root:x:0:0:root:/root:/bin/sh\n\nalice:x:1000:1001::/home/alice:/bin/sh\nbroken\n\
			relative:x:5:5::home:\nno-number:x:x:x::/home/x:\nlast:x:7:8::/l";
		fs::write(root.path().join(&USERS[1..]), users).unwrap();
		fs::write(root.path().join(&GROUPS[1..]), "root:x:0:\nstaff:x:50:alice\n").unwrap();
		root
	}

	fn find(named: &str) -> Result<(u32, u32, Option<String>), String> {
		let found = User::find(image().path(), named).unwrap();
		found.map(|user| (user.uid, user.gid, user.home))
	}

	fn user(uid: u32, gid: u32, home: &str) -> Result<(u32, u32, Option<String>), String> {
		Ok((uid, gid, Some(home.to_owned()).filter(|home| !home.is_empty())))
	}

	#[test]
	fn user_is_found_by_name_and_by_number() {
		for named in ["alice", "1000", "alice:", "1000:1001"] {
			assert_eq!(find(named), user(1000, 1001, "/home/alice"), "{named}");
		}
		assert_eq!(find("alice:staff"), user(1000, 50, "/home/alice"));
		assert_eq!(
			(find("alice:50"), find("alice:77")),
			(user(1000, 50, "/home/alice"), user(1000, 77, "/home/alice"))
		);
		assert_eq!((find("last"), find("relative")), (user(7, 8, "/l"), user(5, 5, "")));
		assert_eq!(find("4242"), user(4242, NOBODY, ""), "a number need not have a name");
	}

	#[test]
	fn root_is_nobody_with_roots_home() {
		for named in ["", "root", "0", "0:0", ":", "root:root", ":staff"] {
			let (uid, _, home) = find(named).unwrap();
			assert_eq!((uid, home.as_deref()), (NOBODY, Some("/root")), "{named}");
		}
		assert_eq!(find("alice:root"), user(1000, NOBODY, "/home/alice"));
		assert_eq!(find(":staff"), user(NOBODY, 50, "/root"));
		let bare = tempfile::tempdir().unwrap();
		assert_eq!(User::find(bare.path(), "root:root").unwrap(), Ok(User::default()), "an image made from nothing");
	}

	#[test]
	fn user_that_nobody_knows_is_the_images_fault() {
		for named in ["bob", "alice:none", "no-number", "-1", "broken"] {
			let why = find(named).unwrap_err();
			assert!(why.contains("is not in its /etc/"), "{named}: {why}");
		}
		for named in ["2147483648", "4294967296", "alice:4294967295"] {
			let why = find(named).unwrap_err();
			assert!(why.contains("is above 2147483647"), "{named}: {why}");
		}
	}

	/// Its files are read as if the image were all there is, and only if they are files.
	#[test]
	fn files_of_users_are_the_images_own() {
		let (image, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
		fs::write(outside.path().join("passwd"), "bob:x:9:9::/b:\n").unwrap();
		symlink(outside.path(), image.path().join("etc")).unwrap();
		assert!(User::find(image.path(), "bob").unwrap().is_err());
		fs::remove_file(image.path().join("etc")).unwrap();
		fs::create_dir_all(image.path().join("etc/passwd")).unwrap();
		fs::create_dir(image.path().join("usr")).unwrap();
		symlink("../usr/group", image.path().join("etc/group")).unwrap();
		fs::write(image.path().join("usr/group"), "wheel:x:10:\n").unwrap();
		let user = User::find(image.path(), "1:wheel").unwrap().unwrap();
		assert_eq!(user, User { uid: 1, gid: 10, home: None });
	}
}
