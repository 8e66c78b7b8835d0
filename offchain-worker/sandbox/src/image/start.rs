//! How an image's program begins: as whom, where, and in which directories it writes.

use std::path::Path;

use super::{paths, points, quota::Quota, settings::Settings, users::User};
use crate::Error;

/// What Docker exits with if it cannot make a container, if its program cannot be executed, and if there is none.
pub const CANNOT_CREATE: i32 = 125;
pub const CANNOT_EXECUTE: i32 = 126;
pub const NOT_FOUND: i32 = 127;
/// The home of a program for which the image has none.
const HOME: &str = paths::TMP;

/// How an image's program begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
	/// Who it is.
	pub user: User,
	/// The directory in which it begins: an absolute path.
	pub directory: String,
	/// Its home.
	pub home: String,
	/// The directories that are the user's own: that one, its home, and the image's volumes. Each is there, or is made with OUT;
	/// but `/tmp` stays everybody's.
	pub own: Vec<String>,
	/// Why it cannot begin so, if that is so.
	pub unusable: Option<Unusable>,
}

/// Why a program cannot begin as its image wants it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
	/// What its run exits with.
	pub code: i32,
	/// What is wrong.
	pub why: String,
}

impl Start {
	/// Finds how the program of an image begins, and makes the directories that this takes.
	///
	/// # Errors
	///
	/// [`Error::Host`], if the disk fails.
	pub fn make(root: &Path, settings: &Settings, quota: &mut Quota) -> Result<Self, Error> {
		// The first fault counts.
		let mut unusable = None;
		let found = User::find(root, settings.user.as_deref().unwrap_or_default());
		let user = found.map_err(Error::io("read the users of", root))?.unwrap_or_else(|why| {
			unusable = Some(Unusable { code: CANNOT_CREATE, why });
			User::default()
		});
		let directory = absolute(settings.directory.as_deref().unwrap_or_default());
		if let Some(why) = points::make_directory(root, &directory, quota)? {
			let why = format!("its working directory {directory} cannot be one: {why}");
			unusable.get_or_insert(Unusable { code: CANNOT_EXECUTE, why });
		}
		let mut own = vec![directory.clone()];
		for volume in settings.volumes.iter().map(|volume| absolute(volume)).filter(|volume| !is_anew(volume)) {
			if let Some(why) = points::make_directory(root, &volume, quota)? {
				let why = format!("its volume {volume} cannot be a directory: {why}");
				unusable.get_or_insert(Unusable { code: CANNOT_CREATE, why });
			}
			own.push(volume);
		}
		let of_image = settings.environment.iter().rev().find_map(|variable| variable.strip_prefix("HOME="));
		let home = of_image.or(user.home.as_deref()).unwrap_or(HOME).to_owned();
		// One that cannot be is the program's to find out.
		if home.starts_with('/') && !is_anew(&home) && points::make_directory(root, &home, quota)?.is_none() {
			own.push(home.clone());
		}
		Ok(Self { user, directory, home, own, unusable })
	}
}

/// Returns an absolute path, without what some builders leave in it: steps that lead nowhere, and a slash at its end.
fn absolute(path: &str) -> String {
	let names: Vec<_> = path.split('/').filter(|name| !matches!(*name, "" | ".")).collect();
	format!("/{}", names.join("/"))
}

/// Returns whether a path is, or is below, what each container has anew, where it may write in any case or nowhere.
fn is_anew(path: &str) -> bool {
	paths::POINTS.into_iter().any(|point| Path::new(path).starts_with(point))
}

#[cfg(test)]
mod tests {
	use std::{fs, os::unix::fs::MetadataExt};

	use super::*;

	fn start(settings: &Settings) -> (tempfile::TempDir, Start) {
		let root = tempfile::tempdir().unwrap();
		fs::create_dir_all(root.path().join("etc")).unwrap();
		fs::write(root.path().join("file"), "").unwrap();
		fs::write(root.path().join("etc/passwd"), "root:x:0:0::/root:\nalice:x:1000:1000::/home/alice:\n").unwrap();
		let start = Start::make(root.path(), settings, &mut Quota::of(0, 100)).unwrap();
		(root, start)
	}

	fn texts(texts: &[&str]) -> Vec<String> {
		texts.iter().map(|text| text.to_string()).collect()
	}

	#[test]
	fn working_directory_home_and_volumes_are_there_and_the_users_own() {
		let settings = Settings {
			user: Some("alice".into()),
			directory: Some("work/".into()),
			volumes: texts(&["/data", "/var/lib/./x/"]),
			..Settings::default()
		};
		let (root, start) = start(&settings);
		assert_eq!((start.user.uid, &*start.directory, &*start.home), (1000, "/work", "/home/alice"));
		assert_eq!((&start.own, &start.unusable), (&texts(&["/work", "/data", "/var/lib/x", "/home/alice"]), &None));
		for path in &start.own {
			let data = root.path().join(&path[1..]).metadata().unwrap();
			assert_eq!((data.is_dir(), data.mode() & 0o777), (true, 0o777), "{path}");
		}
	}

	#[test]
	fn image_says_where_home_is_and_root_has_one() {
		let with = |environment: &[&str]| Settings { environment: texts(environment), ..Settings::default() };
		assert_eq!(start(&with(&[])).1.home, "/root");
		assert_eq!(start(&with(&["HOME=/a", "HOME=/b"])).1.own, ["/", "/b"]);
		// Programs find out by themselves.
		for odd in ["", "relative", "/file", "/proc/self", "/file/x"] {
			let (_, start) = start(&with(&[&format!("HOME={odd}")]));
			assert_eq!((&*start.home, start.own.len(), start.unusable), (odd, 1, None), "{odd}");
		}
		let nobody = Settings { user: Some("77".into()), ..Settings::default() };
		assert_eq!(start(&nobody).1.home, "/tmp");
	}

	#[test]
	fn path_of_a_builder_is_made_absolute() {
		for (path, absolute) in
			[("", "/"), ("work", "/work"), ("./work", "/work"), ("//a/./b//", "/a/b"), ("/a/..", "/a/..")]
		{
			assert_eq!(super::absolute(path), absolute, "{path}");
		}
	}

	#[test]
	fn what_cannot_be_so_is_the_images_fault_as_in_docker() {
		let fails = |settings: Settings| {
			let unusable = start(&settings).1.unusable.unwrap();
			(unusable.code, unusable.why)
		};
		let (code, why) = fails(Settings { user: Some("bob".into()), ..Settings::default() });
		assert!(code == CANNOT_CREATE && why.contains("bob"), "{code} {why}");
		let (code, why) = fails(Settings { volumes: texts(&["/file"]), ..Settings::default() });
		assert!(code == CANNOT_CREATE && why.contains("its volume /file cannot be a directory"), "{code} {why}");
		let (code, why) = fails(Settings { directory: Some("/file".into()), ..Settings::default() });
		assert!(code == CANNOT_EXECUTE && why.contains("its working directory /file cannot be one"), "{code} {why}");
		let anew = Settings { volumes: texts(&["/dev/shm", "/iexec_out/x", "/proc"]), ..Settings::default() };
		assert_eq!(start(&anew).1.unusable, None, "they are there in any case");
	}
}
