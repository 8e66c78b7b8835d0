//! Users of this machine for runs: no two runs at the same time have the same.
//!
//! A run takes two numbers, for users and for groups alike. The first is root of its user namespace, which sets it up; the
//! second is its app. Outside of the namespace nothing belongs to either. Which run has which is seen in a directory that
//! all tiers of this machine share, and that a crash does not free:
//!
//! ```text
//! /run/rlc-containers/ids/1879048192 -> /var/lib/rlc/containers/runs/rlc-7-0000beef-1
//! ```

use std::{
	fs::{self, Permissions},
	io,
	os::unix::fs::{symlink, PermissionsExt},
	path::{Path, PathBuf},
	sync::atomic::{AtomicU32, Ordering},
};

use serde_json::{json, Value};
use tracing::warn;

use super::unavailable::Unavailable;
use crate::{image::User, Error};

/// What runs have outside of the directories of tiers. It is gone when the machine restarts, and so are they.
pub const SHARED: &str = "/run/rlc-containers";
/// Whose lines of the files below are for runs.
const NAME: &str = "rlc";
/// Which users and groups the machine's owner has given to whom: `name:first:count` a line.
const FILES: [&str; 2] = ["/etc/subuid", "/etc/subgid"];
/// What is taken if there is no such line: the first numbers above those of `systemd-nspawn`, which `useradd` does not
/// give away either.
const DEFAULT: Range = Range { first: 0x7000_0000, count: 1 << 16 };
/// The first number that can be given to runs: the machine's own users are below.
const FIRST: u32 = 1 << 16;
/// How many numbers a run takes.
const PER_RUN: u32 = 2;

/// Users, or groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
	first: u32,
	count: u32,
}

/// The users and groups of this machine that runs may have.
#[derive(Debug)]
pub struct AllIds {
	users: Range,
	groups: Range,
	/// Where the links are.
	directory: PathBuf,
	/// Counts up, so that what was freed is not taken again at once.
	next: AtomicU32,
}

/// The users and groups of one run. They are the run's until they are freed, whatever becomes of this process.
#[derive(Debug)]
pub struct Ids {
	uid: u32,
	gid: u32,
	link: PathBuf,
}

impl AllIds {
	/// Finds them: lines of `/etc/subuid` and `/etc/subgid` for `rlc`, or else 65,536 numbers from 1,879,048,192 on.
	///
	/// # Errors
	///
	/// [`Unavailable::NoIds`], if these files have bad lines, or somebody else has some of these numbers;
	/// [`Unavailable::Directory`].
	pub fn find() -> Result<Self, Unavailable> {
		let [users, groups] = FILES.map(|file| fs::read_to_string(file).unwrap_or_default());
		let all = Self::find_in(&users, &groups, Path::new(SHARED).join("ids"))?;
		// Root of each run's namespace passes through it, whatever the umask.
		fs::set_permissions(SHARED, Permissions::from_mode(0o711))
			.map_err(|error| Unavailable::Directory(format!("{SHARED} cannot be opened for containers: {error}")))?;
		Ok(all)
	}

	fn find_in(users: &str, groups: &str, directory: PathBuf) -> Result<Self, Unavailable> {
		let range = |text, file| Range::find(text).map_err(|why| Unavailable::NoIds(format!("{file}: {why}")));
		let (users, groups) = (range(users, FILES[0])?, range(groups, FILES[1])?);
		fs::create_dir_all(&directory)
			.map_err(|error| Unavailable::Directory(format!("{} cannot be made: {error}", directory.display())))?;
		Ok(Self { users, groups, directory, next: AtomicU32::new(0) })
	}

	/// Returns how many runs there can be at a time.
	fn runs(&self) -> u32 {
		self.users.count.min(self.groups.count) / PER_RUN
	}

	/// Takes users and groups for a run, whose directory is or will be this one.
	///
	/// # Errors
	///
	/// [`Error::Host`], if runs have all of them.
	pub fn take(&self, run: &Path) -> Result<Ids, Error> {
		for _ in 0..self.runs() {
			let offset = self.next.fetch_add(1, Ordering::Relaxed) % self.runs() * PER_RUN;
			let (uid, gid) = (self.users.first + offset, self.groups.first + offset);
			let link = self.directory.join(uid.to_string());
			match symlink(run, &link) {
				Ok(()) => return Ok(Ids { uid, gid, link }),
				Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
				Err(error) => return Err(Error::io("create", &link)(error)),
			}
		}
		Err(Error::Host(format!("all users for containers are taken, as {} shows", self.directory.display())))
	}
}

impl Ids {
	/// Returns those from this number on, which are not taken.
	#[cfg(test)]
	pub fn fixed(first: u32) -> Self {
		Self { uid: first, gid: first, link: PathBuf::new() }
	}

	/// Returns user and group of the namespace's root.
	pub fn root(&self) -> (u32, u32) {
		(self.uid, self.gid)
	}

	/// Returns user and group of the app.
	pub fn user(&self) -> (u32, u32) {
		(self.uid + 1, self.gid + 1)
	}

	/// Returns what users and groups of the namespace are on this machine, as the runtime specification has it: root, and the
	/// app, by its user in there.
	pub fn mappings(&self, app: &User) -> [Value; 2] {
		[(self.uid, app.uid), (self.gid, app.gid)].map(|(first, app)| {
			json!([
				{ "containerID": 0, "hostID": first, "size": 1 },
				{ "containerID": app, "hostID": first + 1, "size": 1 },
			])
		})
	}

	/// Gives them back. Nothing of the run is left that has them.
	pub fn free(self) {
		if let Err(error) = fs::remove_file(&self.link) {
			warn!("users of a container stay taken: {} cannot be removed: {error}", self.link.display());
		}
	}
}

/// Frees what a crash left to the runs of a tier. Nothing of them is left that has it.
///
/// # Errors
///
/// [`Error::Host`], if something stays.
pub fn free_left(state: &Path) -> Result<(), Error> {
	free_left_in(&Path::new(SHARED).join("ids"), state)
}

fn free_left_in(directory: &Path, state: &Path) -> Result<(), Error> {
	for link in fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()) {
		if fs::read_link(&link).is_ok_and(|run| run.starts_with(state)) {
			fs::remove_file(&link).map_err(Error::io("remove", &link))?;
		}
	}
	Ok(())
}

impl Range {
	/// Finds the one for runs in a file, and checks that nobody else has a part of it.
	fn find(text: &str) -> Result<Self, String> {
		let mut found = None;
		let mut others = Vec::new();
		for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
			match (Self::parse(line), line.split(':').next() == Some(NAME)) {
				(Some(range), true) if found.is_none() => found = Some(range),
				(Some(_), true) => {
					return Err(format!("the line `{line}` is a second one of `{NAME}`; leave only one"))
				}
				(None, true) => return Err(format!("the line `{line}` does not have the form `{NAME}:FIRST:COUNT`")),
				(Some(range), false) => others.push((line, range)),
				// Whoever reads it finds out.
				(None, false) => {}
			}
		}
		let range = found.unwrap_or(DEFAULT);
		if range.first < FIRST || range.count < PER_RUN || range.first.checked_add(range.count).is_none() {
			return Err(format!("`{NAME}` needs {PER_RUN} numbers or more, from {FIRST} on"));
		}
		match others.iter().find(|(_, other)| other.overlaps(range)) {
			Some((line, _)) => Err(format!(
				"containers and `{line}` have numbers in common; give `{NAME}` others by a line {NAME}:FIRST:COUNT"
			)),
			None => Ok(range),
		}
	}

	fn parse(line: &str) -> Option<Self> {
		let (_, numbers) = line.split_once(':')?;
		let (first, count) = numbers.split_once(':')?;
		Some(Self { first: first.parse().ok()?, count: count.parse().ok()? })
	}

	fn overlaps(self, other: Self) -> bool {
		let end = |range: Self| u64::from(range.first) + u64::from(range.count);
		u64::from(self.first) < end(other) && u64::from(other.first) < end(self)
	}
}

#[cfg(test)]
mod tests {
	use std::collections::HashSet;

	use super::*;

	fn find(users: &str, groups: &str) -> Result<(AllIds, tempfile::TempDir), Unavailable> {
		let directory = tempfile::tempdir().unwrap();
		AllIds::find_in(users, groups, directory.path().join("ids")).map(|ids| (ids, directory))
	}

	#[test]
	fn owner_of_the_machine_says_which() {
		let (ids, _directory) = find("me:100000:65536\n", "").unwrap();
		assert_eq!((ids.users, ids.groups), (DEFAULT, DEFAULT));
		let (ids, _directory) =
			find("me:100000:65536\nrlc:300000:1000\n", "# none\nrlc:500000:100\nme:65536:1\n").unwrap();
		let ids = ids.take(Path::new("/runs/a")).unwrap();
		assert_eq!((ids.root(), ids.user()), ((300_000, 500_000), (300_001, 500_001)));
		let mapped = |first, app| {
			json!([
				{ "containerID": 0, "hostID": first, "size": 1 },
				{ "containerID": app, "hostID": first + 1, "size": 1 },
			])
		};
		assert_eq!(ids.mappings(&User::default()), [mapped(300_000, 65534), mapped(500_000, 65534)]);
		let alice = User { uid: 1000, gid: 50, home: None };
		assert_eq!(ids.mappings(&alice), [mapped(300_000, 1000), mapped(500_000, 50)]);
	}

	#[test]
	fn what_belongs_to_others_is_not_taken() {
		for (text, said) in [
			("rlc:0:65536", "from 65536 on"),
			("rlc:1000:65536", "from 65536 on"),
			("rlc:100000:1", "2 numbers or more"),
			("rlc:4294967295:2", "2 numbers or more"),
			("rlc:100000", "does not have the form `rlc:FIRST:COUNT`"),
			("rlc:100000:ten", "does not have the form"),
			("rlc:100000:10\nrlc:200000:10", "`rlc:200000:10` is a second one"),
			("rlc:100000:10\nme:100009:1", "`me:100009:1` have numbers in common"),
			("me:1879048000:65536", "`me:1879048000:65536` have numbers in common"),
		] {
			for (users, groups, file) in [(text, "", "/etc/subuid"), ("", text, "/etc/subgid")] {
				let why = find(users, groups).unwrap_err().to_string();
				assert!(why.contains(said) && why.contains(file), "{text}: {why}");
			}
		}
	}

	#[test]
	fn no_two_runs_share() {
		let (all, directory) = find("rlc:100000:7", "rlc:100000:1000").unwrap();
		let state = directory.path().join("state");
		let run = |number: u32| state.join("runs").join(number.to_string());
		let mut taken: Vec<_> = (0..3).map(|number| all.take(&run(number)).unwrap()).collect();
		let numbers: HashSet<_> = taken.iter().flat_map(|ids| [ids.root(), ids.user()]).collect();
		assert_eq!(numbers.len(), 6);
		assert!(matches!(all.take(&run(3)), Err(Error::Host(why)) if why.contains("taken")));
		// Another tier of the machine, which counts for itself.
		let other = AllIds::find_in("rlc:100000:7", "rlc:100000:1000", all.directory.clone()).unwrap();
		assert!(other.take(Path::new("/other/runs/1")).is_err());
		let freed = taken.remove(1);
		let numbers = freed.root();
		freed.free();
		let theirs = other.take(Path::new("/other/runs/1")).unwrap();
		assert_eq!(theirs.root(), numbers);
		// A crash of the first.
		free_left_in(&all.directory, &state).unwrap();
		assert_eq!(fs::read_link(&theirs.link).unwrap(), Path::new("/other/runs/1"));
		assert_eq!(fs::read_dir(&all.directory).unwrap().count(), 1);
	}
}
