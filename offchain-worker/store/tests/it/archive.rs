//! What is packed is unpacked as it was, and nothing else is unpacked.

use std::{
	collections::BTreeMap,
	fs,
	io::{Cursor, Write},
	os::unix::fs::symlink,
	path::Path,
};

use proptest::prelude::*;
use rlc_store::{
	archive::{pack, pack_following, unpack, ArchiveError, Packed, UnpackLimits},
	Cid, HashKind,
};
use tar::{Builder, EntryType, Header};

/// The size of tar's blocks, in bytes.
const BLOCK: usize = 512;
const PLENTY: UnpackLimits = UnpackLimits { max_size: 1 << 30, max_files: 1_000 };

fn packed(path: &Path) -> (Vec<u8>, Packed) {
	let mut bytes = Vec::new();
	let packed = pack(path, &mut bytes).unwrap();
	(bytes, packed)
}

/// Makes these files below a directory.
fn make<'a>(dir: &Path, files: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>) {
	for (name, bytes) in files {
		let path = dir.join(name);
		fs::create_dir_all(path.parent().unwrap()).unwrap();
		fs::write(path, bytes).unwrap();
	}
}

fn contents(dir: &Path) -> BTreeMap<String, Vec<u8>> {
	let mut found = BTreeMap::new();
	let mut open = vec![dir.to_path_buf()];
	while let Some(path) = open.pop() {
		if path.is_dir() {
			open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
		} else {
			let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_string();
			found.insert(name, fs::read(path).unwrap());
		}
	}
	found
}

/// Name, bytes, type, mode and time of an entry.
type Entry<'a> = (&'a [u8], &'a [u8], EntryType, u32, u64);

/// Returns a tar file with these entries.
fn tar(entries: &[Entry<'_>]) -> Vec<u8> {
	let mut builder = Builder::new(Vec::new());
	for (name, bytes, kind, mode, mtime) in entries {
		let mut header = Header::new_gnu();
		header.as_old_mut().name[..name.len()].copy_from_slice(name);
		header.set_entry_type(*kind);
		header.set_size(bytes.len() as u64);
		header.set_mode(*mode);
		header.set_uid(0);
		header.set_gid(0);
		header.set_mtime(*mtime);
		if matches!(kind, EntryType::Symlink | EntryType::Link) {
			header.set_link_name("/etc/passwd").unwrap();
		}
		header.set_cksum();
		builder.append(&header, *bytes).unwrap();
	}
	builder.into_inner().unwrap()
}

fn plain<'a>(name: &'a str, bytes: &'a [u8]) -> Entry<'a> {
	(name.as_bytes(), bytes, EntryType::Regular, 0o644, 0)
}

fn unpacked(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
	let dir = tempfile::tempdir().unwrap();
	let into = dir.path().join("a/b");
	let result = unpack(bytes, &into, PLENTY);
	assert_eq!(contents(dir.path()).len(), contents(&into).len(), "something was written elsewhere");
	result.map(|_| contents(&into))
}

#[test]
fn plain_tar_file_in_order_is_canonical() {
	let bytes = tar(&[plain("a", b"1"), plain("a-b", b""), plain("a.d/b", &[7; 512]), plain("b", b"2")]);
	let dir = tempfile::tempdir().unwrap();
	make(dir.path(), &unpacked(&bytes).unwrap());
	assert_eq!(packed(dir.path()).0, bytes);
}

#[test]
fn hash_is_that_of_the_bytes() {
	let dir = tempfile::tempdir().unwrap();
	fs::write(dir.path().join("result.txt"), "42").unwrap();
	let (bytes, of_dir) = packed(dir.path());
	assert_eq!((of_dir.size, of_dir.files), (bytes.len() as u64, 1));
	assert_eq!(of_dir.cid(), Cid::of(HashKind::Sha256, &bytes));
	let of_file = packed(&dir.path().join("result.txt")).1;
	assert_eq!(of_file, of_dir, "a file is packed by its name");
	let into = tempfile::tempdir().unwrap();
	assert_eq!(unpack(Cursor::new(bytes), into.path(), PLENTY).unwrap(), of_dir);
}

/// The hash of an archive may never change: it is what workers agree on. This one was also made by another program, from
/// the module's description.
#[test]
fn format_stays_as_it_is() {
	let dir = tempfile::tempdir().unwrap();
	make(
		dir.path(),
		&[("b/c".to_string(), b"hello".to_vec()), ("x".repeat(150), vec![0])].into_iter().collect::<BTreeMap<_, _>>(),
	);
	assert_eq!(
		hex::encode(packed(dir.path()).1.sha256),
		"808690a77be37cb246df5e01df0d9e97e44ba738fbf03668a98c8e6be09792a7"
	);
}

#[test]
fn times_and_modes_do_not_count() {
	use std::os::unix::fs::PermissionsExt;
	let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
	for dir in [&one, &two] {
		fs::write(dir.path().join("a"), "1").unwrap();
		fs::create_dir(dir.path().join("empty")).unwrap();
	}
	fs::set_permissions(two.path().join("a"), fs::Permissions::from_mode(0o700)).unwrap();
	fs::set_permissions(two.path().join("empty"), fs::Permissions::from_mode(0o700)).unwrap();
	assert_eq!(packed(one.path()).0, packed(two.path()).0);
}

#[test]
fn empty_directories_are_kept() {
	let (dir, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
	fs::create_dir_all(dir.path().join("a/empty")).unwrap();
	fs::create_dir_all(dir.path().join("d".repeat(150))).unwrap();
	fs::write(dir.path().join("a-b"), "1").unwrap();
	let (bytes, of_dir) = packed(dir.path());
	assert_eq!(of_dir.files, 3);
	assert_eq!(unpack(bytes.as_slice(), into.path(), PLENTY).unwrap(), of_dir);
	assert!(into.path().join("a/empty").is_dir() && into.path().join("d".repeat(150)).is_dir());
	assert_eq!(packed(into.path()).0, bytes);
	let nothing = tempfile::tempdir().unwrap();
	assert_eq!(packed(nothing.path()).0, [0_u8; 1024], "its own name does not count");
}

/// Follows links as the system does.
fn resolve(link: &Path) -> Result<std::path::PathBuf, String> {
	link.canonicalize().map_err(|_| "leads nowhere".into())
}

/// Returns the archive of a directory in which links are followed.
fn followed(dir: &Path, limits: UnpackLimits) -> Result<Vec<u8>, ArchiveError> {
	let mut bytes = Vec::new();
	pack_following(&dir.canonicalize().unwrap(), &mut bytes, limits, resolve).map(|_| bytes)
}

#[test]
fn what_links_lead_to_is_packed_in_their_place() {
	let (linked, copied) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
	for dir in [linked.path(), copied.path()] {
		fs::create_dir_all(dir.join("run-1/empty")).unwrap();
		fs::write(dir.join("run-1/file"), "data").unwrap();
	}
	symlink("run-1", linked.path().join("latest")).unwrap();
	symlink("latest/file", linked.path().join("best")).unwrap();
	symlink("file", linked.path().join("run-1/same")).unwrap();
	for dir in ["run-1", "latest"] {
		fs::create_dir_all(copied.path().join(dir).join("empty")).unwrap();
		fs::write(copied.path().join(dir).join("file"), "data").unwrap();
		fs::write(copied.path().join(dir).join("same"), "data").unwrap();
	}
	fs::write(copied.path().join("best"), "data").unwrap();
	assert_eq!(followed(linked.path(), PLENTY).unwrap(), packed(copied.path()).0, "one form, whoever made it");
	assert_eq!(followed(copied.path(), PLENTY).unwrap(), packed(copied.path()).0);
}

#[test]
fn links_that_lead_to_nothing_in_the_result_are_named() {
	for (target, why) in [
		("none", "leads nowhere"),
		("/etc/passwd", "leads out of the result"),
		("..", "leads out of the result"),
		(".", "leads around in a circle"),
		("../b", "leads around in a circle"),
	] {
		let dir = tempfile::tempdir().unwrap();
		fs::create_dir_all(dir.path().join("a")).unwrap();
		fs::create_dir_all(dir.path().join("b")).unwrap();
		symlink("../a", dir.path().join("b/a")).unwrap();
		symlink(target, dir.path().join("a/link")).unwrap();
		let root = if target == ".." { dir.path().join("a") } else { dir.path().to_path_buf() };
		let error = followed(&root, PLENTY).unwrap_err();
		assert!(matches!(error, ArchiveError::Link { .. }), "{error}");
		assert!(error.to_string().contains(why), "{target}: {error}");
		assert!(!error.to_string().contains(root.to_str().unwrap()), "where this machine has it is nobody's business");
	}
}

#[test]
fn links_to_links_do_not_make_a_result_endless() {
	let dir = tempfile::tempdir().unwrap();
	// Each directory has two links to the next one: 2^30 files in the end.
	for level in 0..30 {
		let here = dir.path().join(level.to_string());
		fs::create_dir(&here).unwrap();
		for link in ["one", "two"] {
			symlink(format!("../{}", level + 1), here.join(link)).unwrap();
		}
	}
	fs::create_dir(dir.path().join("30")).unwrap();
	assert!(matches!(followed(dir.path(), PLENTY), Err(ArchiveError::TooMany(1_000))));
	let large = tempfile::tempdir().unwrap();
	fs::write(large.path().join("file"), [7; 1_000]).unwrap();
	(0..9).for_each(|number| symlink("file", large.path().join(number.to_string())).unwrap());
	let limits = |max_size| UnpackLimits { max_size, ..PLENTY };
	assert!(followed(large.path(), limits(10_000)).is_ok());
	assert!(matches!(followed(large.path(), limits(9_999)), Err(ArchiveError::TooMuch { bytes: 10_000, most: 9_999 })));
}

#[test]
fn links_and_special_files_are_not_packed() {
	let dir = tempfile::tempdir().unwrap();
	fs::write(dir.path().join("a"), "1").unwrap();
	symlink("/etc/passwd", dir.path().join("b")).unwrap();
	let refused = |path: &Path| matches!(pack(path, Vec::new()), Err(ArchiveError::NotRegular { .. }));
	assert!(refused(dir.path()));
	assert!(refused(&dir.path().join("b")));
	fs::remove_file(dir.path().join("b")).unwrap();
	let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("b")).unwrap();
	assert!(refused(dir.path()));
	assert!(matches!(pack(&dir.path().join("none"), Vec::new()), Err(ArchiveError::Io { .. })));
}

#[test]
fn paths_that_lead_out_are_refused() {
	for name in ["/etc/x", "../x", "a/../../x", "a/..", "./a", "a//b", "a/", "..", ".", ""] {
		let result = unpacked(&tar(&[plain(name, b"1")]));
		assert!(matches!(result, Err(ArchiveError::NotCanonical(_))), "{name}: {result:?}");
	}
}

#[test]
fn what_pack_does_not_write_is_refused() {
	let long = [b"x".repeat(101), vec![0]].concat();
	let bad: [(&str, Vec<u8>); 17] = [
		("symbolic link", tar(&[(b"a", b"", EntryType::Symlink, 0o644, 0)])),
		("hard link", tar(&[(b"a", b"", EntryType::Link, 0o644, 0)])),
		("device", tar(&[(b"a", b"", EntryType::Char, 0o644, 0)])),
		("pipe", tar(&[(b"a", b"", EntryType::Fifo, 0o644, 0)])),
		("directory with a slash", tar(&[(b"a/", b"", EntryType::Directory, 0o755, 0)])),
		("mode of a directory", tar(&[(b"a", b"", EntryType::Directory, 0o644, 0)])),
		("directory with bytes", tar(&[(b"a", b"1", EntryType::Directory, 0o755, 0)])),
		("directory that is not empty", tar(&[(b"a", b"", EntryType::Directory, 0o755, 0), plain("a/b", b"")])),
		("sparse file", tar(&[(b"a", b"", EntryType::GNUSparse, 0o644, 0)])),
		("extended header", tar(&[(b"a", b"11 path=b\n\n", EntryType::XHeader, 0o644, 0), plain("b", b"")])),
		("mode", tar(&[(b"a", b"", EntryType::Regular, 0o4755, 0)])),
		("time", tar(&[(b"a", b"", EntryType::Regular, 0o644, 1)])),
		("not in order", tar(&[plain("b", b""), plain("a", b"")])),
		("twice", tar(&[plain("a", b"1"), plain("a", b"2")])),
		("file and directory", tar(&[plain("a", b""), plain("a/b", b"")])),
		(
			"short path written long",
			tar(&[(b"././@LongLink", b"a\0", EntryType::GNULongName, 0o644, 0), plain("a", b"")]),
		),
		("long path without a file", tar(&[(b"././@LongLink", &long, EntryType::GNULongName, 0o644, 0)])),
	];
	for (what, bytes) in bad {
		assert!(unpacked(&bytes).is_err(), "{what}");
	}
}

#[test]
fn damaged_archives_are_refused() {
	let good = tar(&[plain("a", b"1"), plain("b", b"2")]);
	assert!(unpacked(&good).is_ok());
	for length in (0..good.len()).step_by(128).chain([1, 511, 513, good.len() - 1]) {
		assert!(unpacked(&good[..length]).is_err(), "cut at {length}");
	}
	for at in (0..good.len()).step_by(32) {
		let mut bad = good.clone();
		bad[at] ^= 0x80;
		// Whatever is still accepted is another archive, by its hash.
		if unpacked(&bad).is_ok() {
			assert!(matches!(at, 512 | 1536), "changed at {at}");
		}
	}
	assert!(unpacked(&[good, vec![0]].concat()).is_err());
}

#[test]
fn limits_hold() {
	let bytes = tar(&[plain("a", &[1; 600]), plain("b", &[2; 600])]);
	for limits in [UnpackLimits { max_size: 1_199, max_files: 9 }, UnpackLimits { max_size: 9_999, max_files: 1 }] {
		let into = tempfile::tempdir().unwrap();
		assert!(matches!(unpack(bytes.as_slice(), into.path(), limits), Err(ArchiveError::TooLarge(_))));
	}
	let deep = tar(&[plain("a/b/c/d", b""), plain("a/b/e", b"")]);
	for (max_files, is_allowed) in [(5, true), (4, false)] {
		let (into, limits) = (tempfile::tempdir().unwrap(), UnpackLimits { max_size: 1, max_files });
		assert_eq!(unpack(deep.as_slice(), into.path(), limits).is_ok(), is_allowed, "directories count too");
	}
	// A size that is only claimed takes no space.
	let mut header = Header::new_gnu();
	header.as_old_mut().name[0] = b'a';
	header.set_entry_type(EntryType::Regular);
	header.set_size(1 << 40);
	header.set_mode(0o644);
	header.set_uid(0);
	header.set_gid(0);
	header.set_mtime(0);
	header.set_cksum();
	assert!(matches!(unpacked(header.as_bytes()), Err(ArchiveError::TooLarge(_))));
}

#[test]
fn nothing_is_overwritten() {
	let into = tempfile::tempdir().unwrap();
	fs::write(into.path().join("a"), "mine").unwrap();
	let bytes = tar(&[plain("a", b"1")]);
	assert!(matches!(unpack(bytes.as_slice(), into.path(), PLENTY), Err(ArchiveError::Io { .. })));
	assert_eq!(fs::read(into.path().join("a")).unwrap(), b"mine");
}

#[test]
fn failing_writer_is_an_error() {
	struct Full;
	impl Write for Full {
		fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
			Err(std::io::ErrorKind::StorageFull.into())
		}
		fn flush(&mut self) -> std::io::Result<()> {
			Ok(())
		}
	}
	let dir = tempfile::tempdir().unwrap();
	assert!(matches!(pack(dir.path(), Full), Err(ArchiveError::Stream(_))));
}

/// Trees of files, with names of all lengths.
fn trees() -> impl Strategy<Value = BTreeMap<String, Vec<u8>>> {
	let part = prop_oneof![4 => "[a-c.é -]{1,3}", 1 => "[a-b]{90,200}"]
		.prop_filter("a name", |part| part != "." && part != "..");
	let path = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"));
	let bytes = prop_oneof![
		4 => prop::collection::vec(any::<u8>(), 0..40),
		1 => (510_usize..515).prop_map(|length| vec![1; length]),
	];
	prop::collection::btree_map(path, bytes, 0..12).prop_map(|mut tree| {
		// A file is not a directory.
		let names: Vec<_> = tree.keys().cloned().collect();
		tree.retain(|name, _| !names.iter().any(|other| other.starts_with(&format!("{name}/"))));
		tree
	})
}

/// Returns a byte to change: in which header, where, into what. Mostly in name, size or type, and what means something
/// there.
fn change() -> impl Strategy<Value = (prop::sample::Index, usize, u8)> {
	let at = prop_oneof![0..4_usize, 0..100_usize, 124..136_usize, Just(156_usize), 0..BLOCK];
	let byte = prop_oneof![4 => prop::sample::select(&b"\0/.ab0127Lgx\x80"[..]), 1 => any::<u8>()];
	(any::<prop::sample::Index>(), at, byte)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn what_was_packed_comes_out(tree in trees()) {
		let (from, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
		make(from.path(), &tree);
		let (bytes, packed) = packed(from.path());
		prop_assert_eq!(unpack(bytes.as_slice(), into.path(), PLENTY).unwrap(), packed);
		prop_assert_eq!(contents(into.path()), tree);
	}

	#[test]
	fn order_of_making_does_not_count(tree in trees().prop_flat_map(|tree| {
		let files: Vec<_> = tree.into_iter().collect();
		(Just(files.clone()), Just(files).prop_shuffle())
	})) {
		let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
		make(one.path(), tree.0.iter().map(|(name, bytes)| (name, bytes)));
		make(two.path(), tree.1.iter().map(|(name, bytes)| (name, bytes)));
		prop_assert_eq!(packed(one.path()).0, packed(two.path()).0);
	}

	#[test]
	fn changed_archive_is_refused_or_canonical(changes in prop::collection::vec(change(), 0..3)) {
		let (long, short) = ([b"x".repeat(150), vec![0]].concat(), "x".repeat(100));
		let mut bytes = tar(&[
			plain("a", b"1"),
			plain("a.d/b", &[7; 512]),
			plain("b", b""),
			(b"././@LongLink", &long, EntryType::GNULongName, 0o644, 0),
			plain(&short, b"2"),
		]);
		let is_header = |at: &usize| bytes[at + 257..].starts_with(b"ustar");
		let headers: Vec<_> = (0..bytes.len()).step_by(BLOCK).filter(is_header).collect();
		prop_assert_eq!(headers.len(), 5);
		for (which, at, byte) in &changes {
			let header = &mut bytes[*which.get(&headers)..][..BLOCK];
			header[*at] = *byte;
			// As an attacker would: the checksum alone must not be what keeps it out.
			let mut sealed = Header::new_old();
			sealed.as_mut_bytes().copy_from_slice(header);
			sealed.set_cksum();
			header.copy_from_slice(sealed.as_bytes());
		}
		let dir = tempfile::tempdir().unwrap();
		let into = dir.path().join("into");
		let result = unpack(bytes.as_slice(), &into, PLENTY);
		prop_assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "something was written elsewhere");
		match result {
			Ok(_) => prop_assert_eq!(packed(&into).0, bytes),
			Err(error) => prop_assert!(!changes.is_empty(), "{error}"),
		}
	}

	#[test]
	fn any_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..2_048)) {
		let _ = unpacked(&bytes);
	}
}
