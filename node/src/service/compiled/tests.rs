use std::{
	fs::{File, Permissions},
	os::unix::fs::{symlink, PermissionsExt},
};

use tempfile::TempDir;

use super::*;

/// Makes a home directory as a system does.
fn home() -> TempDir {
	tempfile::tempdir().expect("a folder")
}

fn set_mode(path: &Path, mode: u32) {
	fs::set_permissions(path, Permissions::from_mode(mode)).expect("its own folder");
}

/// Makes a directory and those above it as programs make caches.
fn make_all(path: &Path) {
	DirBuilder::new().recursive(true).mode(0o700).create(path).expect("a folder");
}

/// Opens the directory of this user in a home.
fn open(home: &Path) -> Result<PathBuf, Refusal> {
	Shared::of(Some(home.into()), None).expect("a home").open(geteuid().as_raw())
}

#[test]
fn nodes_that_begin_anew_share() {
	let kept = Path::new("/var/lib/rlc/chains/x/runtimes");
	let gone = Path::new("/tmp/x/chains/x/runtimes");
	let temporary = Some(Path::new("/tmp"));
	assert!(begins_anew(&ChainType::Development, kept, temporary));
	assert!(begins_anew(&ChainType::Live, gone, temporary));
	assert!(!begins_anew(&ChainType::Live, kept, temporary));
	assert!(!begins_anew(&ChainType::Local, gone, None));
}

#[test]
fn directory_is_below_the_caches_of_the_user() {
	let found = |home: Option<&str>, caches: Option<&str>| {
		Shared::of(home.map(PathBuf::from), caches.map(PathBuf::from)).map(|shared| (shared.directory, shared.top))
	};
	let is = |directory: &str, top: &str| Some((PathBuf::from(directory), PathBuf::from(top)));
	assert_eq!(found(Some("/home/a"), None), is("/home/a/.cache/rlc/runtimes", "/home/a"));
	assert_eq!(found(Some("/home/a"), Some("/home/a/c")), is("/home/a/c/rlc/runtimes", "/home/a"));
	assert_eq!(found(Some("/home/a"), Some("/c")), is("/c/rlc/runtimes", "/"));
	assert_eq!(found(None, Some("/c")), is("/c/rlc/runtimes", "/"));
	for relative in ["", "c"] {
		assert_eq!(found(Some("/home/a"), Some(relative)), is("/home/a/.cache/rlc/runtimes", "/home/a"));
		assert_eq!(found(Some(relative), None), None);
	}
	assert_eq!(found(None, None), None);
}

#[test]
fn directory_is_made_for_this_user_alone() {
	let home = home();
	let directory = open(home.path()).expect("a safe home");
	for part in directory.ancestors().take_while(|part| *part != home.path()) {
		assert_eq!(fs::metadata(part).expect("a folder").mode() & 0o777, 0o700, "{}", part.display());
	}
	assert_eq!(open(home.path()).expect("the same again"), directory);
}

#[test]
fn readable_caches_are_used() {
	let home = home();
	let caches = home.path().join(".cache");
	make_all(&caches);
	set_mode(home.path(), 0o755);
	set_mode(&caches, 0o755);
	open(home.path()).expect("others can only read there");
}

#[test]
fn writable_parts_are_refused_before_anything_is_made_there() {
	for mode in [0o770, 0o707, 0o1777] {
		for part in ["", ".cache", ".cache/rlc", ".cache/rlc/runtimes"] {
			let home = home();
			let part = home.path().join(part);
			make_all(&part);
			set_mode(&part, mode);
			assert!(matches!(open(home.path()), Err(Refusal::Open(found)) if found == part), "{}", part.display());
			assert_eq!(fs::read_dir(&part).expect("a folder").count(), 0);
		}
	}
}

#[test]
fn directory_that_others_can_enter_is_refused() {
	let home = home();
	let directory = open(home.path()).expect("a safe home");
	set_mode(&directory, 0o755);
	assert!(matches!(open(home.path()), Err(Refusal::Open(found)) if found == directory));
}

#[test]
fn links_are_refused() {
	for part in [".cache", ".cache/rlc", ".cache/rlc/runtimes"] {
		let elsewhere = home();
		let home = home();
		let part = home.path().join(part);
		make_all(part.parent().expect("a parent"));
		symlink(elsewhere.path(), &part).expect("a link");
		assert!(matches!(open(home.path()), Err(Refusal::NotDirectory(found)) if found == part), "{}", part.display());
		assert_eq!(fs::read_dir(elsewhere.path()).expect("a folder").count(), 0, "nothing is made behind it");
	}
}

#[test]
fn file_in_the_way_is_refused() {
	let home = home();
	let file = home.path().join(".cache");
	File::create(&file).expect("a file");
	assert!(matches!(open(home.path()), Err(Refusal::NotDirectory(found)) if found == file));
}

#[test]
fn missing_home_is_not_made() {
	let homes = home();
	let home = homes.path().join("nobody");
	assert!(matches!(open(&home), Err(Refusal::Unusable { path, .. }) if path == home));
	assert!(!home.exists());
}

#[test]
fn directory_of_another_user_is_refused() {
	let home = home();
	open(home.path()).expect("a safe home");
	// Root's directories may be on the way, but the last one is the user's own.
	let shared = Shared::of(Some(home.path().into()), None).expect("a home");
	assert!(matches!(shared.open(geteuid().as_raw() + 1), Err(Refusal::Foreign(_))));
}

#[test]
fn caches_below_a_directory_of_everyone_are_refused() {
	let home = home();
	let shared = Shared::of(None, Some(home.path().into())).expect("caches");
	set_mode(home.path(), 0o777);
	assert!(shared.open(geteuid().as_raw()).is_err());
	assert_eq!(entries(home.path()).count(), 0);
}

/// A directory with files of the library, each as old as it says.
struct Library(TempDir);

impl Library {
	fn with(now: SystemTime, files: &[(&str, Duration)]) -> Self {
		let library = Self(home());
		fs::create_dir_all(library.version()).expect("a folder");
		for (name, age) in files {
			let file = File::create(library.version().join(name)).expect("a file");
			file.set_modified(now - *age).expect("its own file");
		}
		library
	}

	fn version(&self) -> PathBuf {
		self.0.path().join(MODULES).join("wasmtime-1")
	}

	fn names(&self) -> Vec<String> {
		let mut names: Vec<_> = entries(&self.version())
			.map(|file| file.file_name().expect("a name").to_string_lossy().into_owned())
			.collect();
		names.sort();
		names
	}
}

#[test]
fn runtimes_are_removed_that_nobody_used_for_long() {
	let now = SystemTime::now();
	let (long, short) = (UNUSED + Duration::from_secs(60), UNUSED - Duration::from_secs(60));
	let library = Library::with(
		now,
		&[
			("unused", long),
			("unused.stats", long),
			("old-but-used", long),
			("old-but-used.stats", short),
			("new", short),
			("unused-without-stats", long),
		],
	);
	prune(library.0.path(), now);
	assert_eq!(library.names(), ["new", "old-but-used", "old-but-used.stats"]);
}

#[test]
fn what_a_killed_node_began_to_write_is_removed() {
	let now = SystemTime::now();
	let (long, short) = (ABANDONED + Duration::from_secs(60), ABANDONED - Duration::from_secs(60));
	let library = Library::with(
		now,
		&[
			("a", short),
			("a.stats", short),
			("a.wip-atomic-write-mod", long),
			("b.wip-atomic-write-mod", short),
			("c", long),
		],
	);
	prune(library.0.path(), now);
	assert_eq!(library.names(), ["a", "a.stats", "b.wip-atomic-write-mod", "c"]);
}

#[test]
fn directory_without_runtimes_is_left_alone() {
	let home = home();
	prune(home.path(), SystemTime::now());
	assert_eq!(entries(home.path()).count(), 0);
}
