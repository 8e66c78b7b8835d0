//! Paths, quotas and renaming in IN and OUT.

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
	tree.resolve(&Node::root(Root::Output), path, false).unwrap()
}

fn errno<T: std::fmt::Debug>(result: Result<T>) -> Errno {
	match result.unwrap_err() {
		Fail::Errno(errno) => errno,
		Fail::Halt(halt) => panic!("{halt}"),
	}
}

#[test]
fn paths_cannot_leave_the_directory_that_they_are_seen_from() {
	let (_directory, tree) = tree(0, 0);
	let (root, below) = (Node::root(Root::Output), Node::root(Root::Output).child("a"));
	let resolve = |from: &Node, path: &str| tree.resolve(from, path, true);
	assert_eq!(resolve(&root, "./a//b/../c").unwrap().names, ["a", "c"]);
	assert_eq!(resolve(&below, "b/..").unwrap(), below);
	for (from, path) in
		[(&root, ".."), (&root, "a/../../b"), (&below, ".."), (&below, "b/../../a/b"), (&root, "/etc/passwd")]
	{
		assert_eq!(errno(resolve(from, path)), Errno::NOTCAPABLE, "{path}");
	}
	assert_eq!(errno(resolve(&root, "")), Errno::NOENT);
	assert_eq!(errno(resolve(&root, "a\0")), Errno::INVAL);
	assert_eq!(errno(resolve(&root, &"a".repeat(256))), Errno::NAMETOOLONG);
	assert_eq!(errno(resolve(&root, &"a/".repeat(33))), Errno::NAMETOOLONG);
	assert_eq!(resolve(&root, &"./".repeat(2048)).unwrap(), root);
	assert_eq!(errno(resolve(&root, &"./".repeat(2049))), Errno::NAMETOOLONG);
	assert_eq!(errno(resolve(&root, &format!("{}/", "a".repeat(250)).repeat(5))), Errno::NAMETOOLONG);
}

#[test]
fn one_directory_has_all_others() {
	let (directory, mut tree) = tree(100, 10);
	let (top, input) = (Node::root(Root::Scratch), Node::root(Root::Input));
	let resolve = |tree: &Tree, path: &str| tree.resolve(&top, path, false).unwrap();
	fs::write(directory.path().join("in/file"), "x").unwrap();
	assert_eq!(resolve(&tree, "iexec_in/file"), input.child("file"));
	assert_eq!(resolve(&tree, "tmp/../iexec_out/../iexec_in"), input);
	assert_eq!(resolve(&tree, "iexec_in/iexec_out").root, Root::Input, "only in the top");
	assert_eq!(errno(tree.resolve(&input, "../tmp", false)), Errno::NOTCAPABLE);
	assert_eq!(fs::read_dir(directory.path().join("out")).unwrap().count(), 0, "nothing is made before it is needed");

	let (file, result) = (resolve(&tree, "tmp/file"), output(&tree, "result"));
	tree.create(&file).unwrap().set_len(7).unwrap();
	tree.resize(0, 7).unwrap();
	tree.create_directory(&resolve(&tree, "own")).unwrap();
	let names =
		|tree: &Tree, node: &Node| tree.list(node).unwrap().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
	assert_eq!(names(&tree, &top), ["iexec_in", "iexec_out", "own", "tmp"]);
	assert_eq!(names(&tree, &output(&tree, ".")), [""; 0], "what is beside the result is not seen in it");
	tree.rename(&file, &result, false).unwrap();
	assert_eq!(tree.stat(&result).unwrap().bytes, 7, "what was written beside it can become the result");
	for fixed in ["tmp", "iexec_in", "iexec_out", "."] {
		let fixed = resolve(&tree, fixed);
		assert_ne!(tree.stat(&fixed).unwrap().inode, tree.stat(&result).unwrap().inode);
		assert_eq!(tree.stat(&fixed).unwrap().kind, Kind::Directory);
		if fixed.root != Root::Input {
			assert_eq!(errno(tree.remove_directory(&fixed)), Errno::BUSY);
			assert_eq!(errno(tree.rename(&fixed, &output(&tree, "moved"), false)), Errno::BUSY);
		}
	}
	tree.clear().unwrap();
	assert_eq!(fs::read_dir(directory.path().join("out")).unwrap().count(), 1, "the result stays, and nothing else");
	tree.clear().unwrap();
}

#[test]
fn links_of_the_module_are_followed_within_the_directory_that_they_are_seen_from() {
	let (_directory, mut tree) = tree(100, 100);
	let root = Node::root(Root::Scratch);
	let scratch = |tree: &Tree, path: &str| tree.resolve(&root, path, false).unwrap();
	for dir in ["a", "a/b"] {
		tree.create_directory(&scratch(&tree, dir)).unwrap();
	}
	tree.create(&scratch(&tree, "a/b/file")).unwrap();
	for (link, target) in [
		("to-b", "a/b"),
		("a/up", "../a/./b/"),
		("out", "../../secret"),
		("a/out", ".."),
		("circle", "circle"),
		("nowhere", "a/none"),
		("to-file", "to-b/file"),
	] {
		tree.create_link(&scratch(&tree, link), target).unwrap();
	}
	let resolve = |path: &str| tree.resolve(&root, path, true);
	for path in ["to-b/file", "a/up/file", "to-b/../b/file", "to-file", "a/out/to-file"] {
		assert_eq!(resolve(path).unwrap().names, ["a", "b", "file"], "{path}");
	}
	assert_eq!(resolve("nowhere").unwrap().names, ["a", "none"]);
	assert_eq!(errno(resolve("out")), Errno::NOTCAPABLE);
	assert_eq!(errno(resolve("circle")), Errno::LOOP);
	assert_eq!(errno(tree.resolve(&root.child("a"), "out/to-b", true)), Errno::NOTCAPABLE, "seen from a");
	let link = tree.resolve(&root, "to-file", false).unwrap();
	assert_eq!((tree.stat(&link).unwrap().kind, tree.stat(&link).unwrap().bytes), (Kind::Link, 9));
	assert_eq!(tree.target(&link).unwrap().as_deref(), Some("to-b/file"));
	assert_eq!(errno(resolve("to-file/")), Errno::NOTDIR);
	// One that was opened as a directory, and replaced.
	assert_eq!(errno(tree.list(&scratch(&tree, "to-b"))), Errno::NOTDIR);
	assert_eq!(errno(tree.create_link(&output(&tree, "link"), "a")), Errno::NOTSUP, "not in a result");
	for moved in ["to-file", "a"] {
		assert_eq!(errno(tree.rename(&scratch(&tree, moved), &output(&tree, "x"), false)), Errno::XDEV, "{moved}");
	}
	tree.create_link(&scratch(&tree, "longest"), &"a/".repeat(511)).unwrap();
	for wrong in ["/etc/passwd", "", "a\0", &"a/".repeat(512)] {
		assert!(tree.create_link(&scratch(&tree, "wrong"), wrong).is_err(), "{wrong}");
	}
	assert_eq!(errno(tree.create_link(&scratch(&tree, "circle"), "a")), Errno::EXIST);
	tree.remove_file(&scratch(&tree, "circle"), false).unwrap();
}

#[test]
fn times_stay_with_what_they_were_set_of() {
	let (directory, mut tree) = tree(0, 10);
	fs::write(directory.path().join("in/file"), "x").unwrap();
	tree.create_directory(&output(&tree, "d")).unwrap();
	tree.create(&output(&tree, "d/a")).unwrap();
	let (file, before) = (output(&tree, "d/a"), Times::default());
	tree.set_times(&file, NewTimes::new(1, 2, 4).unwrap(), 9).unwrap();
	assert_eq!(tree.stat(&file).unwrap().times, Times { modified: 2, ..before });
	tree.set_times(&file, NewTimes::new(1, 2, 2).unwrap(), 9).unwrap();
	tree.rename(&output(&tree, "d"), &output(&tree, "e"), false).unwrap();
	let file = output(&tree, "e/a");
	assert_eq!(tree.stat(&file).unwrap().times, Times { accessed: 9, modified: 2 });
	tree.remove_file(&file, false).unwrap();
	tree.create(&file).unwrap();
	assert_eq!(tree.stat(&file).unwrap().times, before, "another one");
	for both in [3, 12, 16] {
		assert_eq!(errno(NewTimes::new(1, 2, both)), Errno::INVAL);
	}
	let input = Node::root(Root::Input).child("file");
	assert_eq!(errno(tree.set_times(&input, NewTimes::new(1, 2, 4).unwrap(), 9)), Errno::ROFS);
}

#[test]
fn times_of_what_is_gone_are_not_kept() {
	let (_directory, mut tree) = tree(0, 1);
	for round in 0..100 {
		let directory = output(&tree, &format!("d{round}"));
		tree.create_directory(&directory).unwrap();
		tree.set_times(&directory, NewTimes::new(1, 2, 5).unwrap(), 9).unwrap();
		tree.remove_directory(&directory).unwrap();
		// By a descriptor that is still open.
		assert_eq!(errno(tree.set_times(&directory, NewTimes::new(1, 2, 5).unwrap(), 9)), Errno::NOENT);
		assert_eq!(tree.times(&directory), Times::default());
	}
}

#[test]
fn symbolic_links_of_the_input_are_not_followed() {
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
fn what_is_removed_while_open_keeps_its_space_until_it_is_closed() {
	let (_directory, mut tree) = tree(10, 1);
	let a = output(&tree, "a");
	let _open = tree.create(&a).unwrap();
	tree.remove_file(&a, true).unwrap();
	assert!(matches!(tree.create(&a), Err(Fail::Halt(Halt::OutOfDisk))));
	tree.give_back(0).unwrap();
	tree.create(&a).unwrap();
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
