//! Paths, quotas and renaming in IN and OUT.

use std::os::unix::fs::symlink;

use super::*;

fn tree(bytes: u64, files: u64) -> (tempfile::TempDir, Tree) {
	let directory = tempfile::tempdir().unwrap();
	let (input, output) = (directory.path().join("in"), directory.path().join("out"));
	fs::create_dir(&input).unwrap();
	fs::create_dir(&output).unwrap();
	let tree = Tree::new(&input, &output, bytes, files, MemoryMeter::new(u64::MAX));
	(directory, tree)
}

fn output(tree: &Tree, path: &str) -> Node {
	tree.resolve(&Node::root(Root::Output), path).unwrap()
}

fn errno<T: std::fmt::Debug>(result: Result<T>) -> Errno {
	match result.unwrap_err() {
		Fail::Errno(errno) => errno,
		Fail::Halt(halt) => panic!("{halt}"),
	}
}

#[test]
fn paths_cannot_leave_their_tree() {
	let (_directory, tree) = tree(0, 0);
	let (root, below) = (Node::root(Root::Output), Node::root(Root::Output).child("a"));
	assert_eq!(tree.resolve(&root, "./a//b/../c").unwrap().names, ["a", "c"]);
	assert_eq!(tree.resolve(&below, "..").unwrap(), root);
	for (from, path) in [(&root, ".."), (&root, "a/../../b"), (&below, "../../x"), (&root, "/etc/passwd")] {
		assert_eq!(errno(tree.resolve(from, path)), Errno::NOTCAPABLE, "{path}");
	}
	assert_eq!(errno(tree.resolve(&root, "")), Errno::NOENT);
	assert_eq!(errno(tree.resolve(&root, &"a".repeat(256))), Errno::NAMETOOLONG);
	assert_eq!(errno(tree.resolve(&root, &"a/".repeat(33))), Errno::NAMETOOLONG);
	assert_eq!(tree.resolve(&root, &"./".repeat(2048)).unwrap(), root);
	assert_eq!(errno(tree.resolve(&root, &"./".repeat(2049))), Errno::NAMETOOLONG);
	assert_eq!(errno(tree.resolve(&root, &format!("{}/", "a".repeat(250)).repeat(5))), Errno::NAMETOOLONG);
}

#[test]
fn symbolic_links_are_not_followed() {
	let (directory, tree) = tree(0, 0);
	symlink("/etc", directory.path().join("in/link")).unwrap();
	symlink("/etc/passwd", directory.path().join("in/file")).unwrap();
	let root = Node::root(Root::Input);
	assert_eq!(tree.stat(&root.child("file")).unwrap().kind, Kind::Link);
	assert_eq!(errno(tree.stat(&root.child("link").child("passwd"))), Errno::LOOP);
	assert_eq!(errno(tree.open(&root.child("link").child("passwd"))), Errno::LOOP);
}

#[test]
fn files_and_bytes_are_counted_and_given_back() {
	let (_directory, mut tree) = tree(10, 2);
	let (a, b, c) = (output(&tree, "a"), output(&tree, "b"), output(&tree, "c"));
	tree.create(&a).unwrap().set_len(7).unwrap();
	tree.resize(0, 7).unwrap();
	tree.create_directory(&b).unwrap();
	assert!(matches!(tree.create(&c), Err(Fail::Halt(Halt::OutOfDisk))));
	assert!(matches!(tree.resize(7, 11), Err(Fail::Halt(Halt::OutOfDisk))));
	tree.remove_directory(&b).unwrap();
	tree.remove_file(&a, false).unwrap();
	tree.resize(0, 10).unwrap();
	tree.create(&a).unwrap();
	tree.create(&b).unwrap();
	assert!(matches!(tree.create(&c), Err(Fail::Halt(Halt::OutOfDisk))));
}

#[test]
fn what_is_removed_while_open_keeps_its_space() {
	let (_directory, mut tree) = tree(10, 1);
	let a = output(&tree, "a");
	let _open = tree.create(&a).unwrap();
	tree.remove_file(&a, true).unwrap();
	assert!(matches!(tree.create(&a), Err(Fail::Halt(Halt::OutOfDisk))));
}

#[test]
fn renaming_cannot_make_paths_too_deep() {
	let (_directory, mut tree) = tree(0, 100);
	for top in ["a", "b"] {
		let mut node = Node::root(Root::Output);
		for name in std::iter::once(top).chain(std::iter::repeat_n("d", 19)) {
			node = node.child(name);
			tree.create_directory(&node).unwrap();
		}
	}
	let deep = output(&tree, &format!("b{}", "/d".repeat(19)));
	assert_eq!(errno(tree.rename(&output(&tree, "a"), &deep.child("x"), false)), Errno::NAMETOOLONG);
	tree.rename(&output(&tree, "a"), &output(&tree, "b/x"), false).unwrap();
	assert_eq!(errno(tree.rename(&output(&tree, "b"), &output(&tree, "b/x/y"), false)), Errno::INVAL);
}

#[test]
fn input_cannot_be_changed() {
	let (directory, mut tree) = tree(10, 10);
	fs::write(directory.path().join("in/file"), "x").unwrap();
	let (file, new) = (Node::root(Root::Input).child("file"), Node::root(Root::Input).child("new"));
	assert_eq!(errno(tree.create(&new)), Errno::ROFS);
	assert_eq!(errno(tree.create_directory(&new)), Errno::ROFS);
	assert_eq!(errno(tree.remove_file(&file, false)), Errno::ROFS);
	assert_eq!(errno(tree.rename(&file, &new, false)), Errno::ROFS);
	assert_eq!(errno(tree.rename(&file, &output(&tree, "x"), false)), Errno::XDEV);
}

#[test]
fn removed_files_take_no_memory() {
	let directory = tempfile::tempdir().unwrap();
	// Room for two small files, or a long one.
	let mut tree = Tree::new(directory.path(), directory.path(), 1 << 30, 100, MemoryMeter::new(2 * PAGE));
	let node = |tree: &Tree, name: &str| output(tree, name);
	for round in 0..10 {
		let (one, two) = (node(&tree, &format!("{round}a")), node(&tree, &format!("{round}b")));
		tree.create(&one).unwrap();
		tree.resize(0, PAGE).unwrap();
		assert!(matches!(tree.create(&two), Err(Fail::Halt(Halt::OutOfMemory))));
		fs::File::options().write(true).open(directory.path().join(&one.names[0])).unwrap().set_len(PAGE).unwrap();
		tree.remove_file(&one, false).unwrap();
		tree.create_directory(&one).unwrap();
		tree.create(&two).unwrap();
		tree.rename(&two, &node(&tree, "c"), false).unwrap();
		tree.remove_directory(&one).unwrap();
		tree.remove_file(&node(&tree, "c"), false).unwrap();
	}
}
