//! A node that is started again.

use std::{
	collections::BTreeMap,
	ffi::OsStr,
	fs,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	time::SystemTime,
};

use crate::common::program::{path, Running};

/// What a node says before it needs the runtime for that.
const BUILDS: &str = "Building the genesis block";
/// A node of its own.
const QUIET: [&str; 7] = ["--no-mdns", "--no-prometheus", "--no-telemetry", "--port", "0", "--rpc-port", "0"];

#[test]
fn node_builds_the_genesis_block_at_its_first_start_alone() {
	let folder = tempfile::tempdir().expect("a folder");
	let arguments = ["--dev", "--base-path", path(folder.path())];
	for times in [1, 0] {
		let mut node = Running::start(&[&arguments[..], &QUIET].concat());
		node.says("proposing at ", 1);
		assert_eq!(node.said().matches(BUILDS).count(), times, "{}", node.said());
		node.stop();
	}
}

#[test]
fn second_development_node_of_a_user_compiles_nothing() {
	let home = tempfile::tempdir().expect("a folder");
	let variables = [("HOME", home.path().as_os_str()), ("XDG_CACHE_HOME", OsStr::new(""))];
	let compiled = [(); 2].map(|()| {
		let folder = tempfile::tempdir().expect("a folder");
		let arguments = ["--dev", "--base-path", path(folder.path())];
		let mut node = Running::start_with(&[&arguments[..], &QUIET].concat(), &variables);
		node.says("proposing at ", 1);
		node.stop();
		assert_eq!(runtimes(folder.path()), BTreeMap::new(), "it has none of its own");
		runtimes(home.path())
	});
	assert_eq!(compiled[0].len(), 1, "the compiled runtime is kept");
	assert_eq!(compiled[0], compiled[1]);
}

#[test]
fn user_whose_home_others_can_write_shares_nothing() {
	let home = tempfile::tempdir().expect("a folder");
	fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).expect("its own folder");
	let variables = [("HOME", home.path().as_os_str()), ("XDG_CACHE_HOME", OsStr::new(""))];
	let folder = tempfile::tempdir().expect("a folder");
	let arguments = ["--dev", "--base-path", path(folder.path())];
	let mut node = Running::start_with(&[&arguments[..], &QUIET].concat(), &variables);
	node.says("proposing at ", 1);
	node.stop();
	assert_eq!(runtimes(home.path()), BTreeMap::new());
	assert_eq!(runtimes(folder.path()).len(), 1, "it keeps its own");
}

/// Returns the compiled runtimes below a folder, and when each was written.
fn runtimes(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
	let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
	while let Some(folder) = folders.pop() {
		for entry in fs::read_dir(folder).expect("a folder").flatten() {
			let (path, data) = (entry.path(), entry.metadata().expect("its data"));
			if data.is_dir() {
				folders.push(path);
			} else if path.iter().any(|part| part == "runtimes") && path.extension().is_none() {
				files.insert(path, data.modified().expect("a time"));
			}
		}
	}
	files
}
