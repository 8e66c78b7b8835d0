//! Archives of images as strangers write them.

use std::{collections::BTreeMap, io::Cursor, os::unix::fs::MetadataExt};

use flate2::{read::MultiGzDecoder, write::GzEncoder, Compression};
use proptest::{
	collection::{btree_map, vec},
	option,
	prelude::*,
	sample::{select, Index},
};
use rlc_testing::spoiled;
use tar::{Builder, EntryType, Header};

use super::*;
use crate::image::packed::unpack_archive;

/// The size of tar's blocks, in bytes.
const BLOCK: usize = 512;
const BYTES: u64 = 1 << 16;

/// Returns an archive with a few entries that concern each other. Names are written as they are.
fn archives() -> impl Strategy<Value = Vec<u8>> {
	// Two files of zeros are too large, and compress a thousandfold.
	let zeros = entry(EntryType::Regular, "a", "", &vec![0; BYTES as usize * 2 / 3]);
	vec(prop_oneof![12 => entries(), 3 => described(), 3 => sparse(), 1 => Just(zeros)], 0..5).prop_map(|entries| {
		let mut archive = entries.concat();
		archive.resize(archive.len() + 2 * BLOCK, 0);
		archive
	})
}

fn entries() -> impl Strategy<Value = Vec<u8>> {
	let kind = select(vec![
		EntryType::Regular,
		EntryType::Directory,
		EntryType::Symlink,
		EntryType::Link,
		EntryType::Fifo,
		EntryType::Char,
		EntryType::Continuous,
		EntryType::GNULongName,
		EntryType::GNULongLink,
	]);
	(kind, names(), targets(), 0..20_usize)
		.prop_map(|(kind, name, target, size)| entry(kind, &name, &target, &vec![b'a'; size]))
}

fn names() -> impl Strategy<Value = String> {
	"(/|\\./)?([ab]|\\.\\.|\\.wh\\.[ab]|\\.wh\\.\\.wh\\.(\\.opq|plnk))(/([ab]|\\.\\.|\\.wh\\.b)){0,2}/?"
}

fn targets() -> impl Strategy<Value = String> {
	"(/|\\.\\./)?[ab](/\\.\\.){0,2}(/[ab]|/mine)?"
}

/// Returns attributes as POSIX has them, of the next entry or of all: some name what is in the header itself.
fn described() -> impl Strategy<Value = Vec<u8>> {
	let kind = select(vec![EntryType::XHeader, EntryType::XGlobalHeader]);
	let size = select(vec!["0", "5", "512", "1099511627776", "18446744073709551615", "-1", ""]).prop_map(String::from);
	let sparse = select(vec!["GNU.sparse.size", "GNU.sparse.offset", "GNU.sparse.numbytes", "GNU.sparse.realsize"]);
	let map = select(vec!["0,5", "3,5,600,0", "9,9,0", "5,18446744073709551615"]).prop_map(String::from);
	let record = prop_oneof![
		3 => (Just("path"), names()),
		2 => (Just("linkpath"), targets()),
		2 => (Just("size"), size.clone()),
		1 => (Just("mtime"), size.clone()),
		1 => (sparse, size),
		1 => (Just("GNU.sparse.map"), map),
		1 => (Just("GNU.sparse.major"), select(vec!["0", "1"]).prop_map(String::from)),
		1 => (Just("GNU.sparse.name"), names()),
		1 => (Just("SCHILY.xattr.user.overlay.opaque"), Just(String::from("y"))),
	];
	(kind, vec(record, 1..4)).prop_map(|(kind, records)| {
		let records: String = records.iter().map(|(name, value)| record_of(name, value)).collect();
		entry(kind, "attributes", "", records.as_bytes())
	})
}

/// Returns `LENGTH NAME=VALUE`, where the length counts its own digits.
fn record_of(name: &str, value: &str) -> String {
	let rest = format!(" {name}={value}\n");
	let length = (rest.len()..).find(|length| length.to_string().len() + rest.len() == *length).unwrap();
	format!("{length}{rest}")
}

/// Returns a file with holes, as GNU has it: a little data makes one of any size.
fn sparse() -> impl Strategy<Value = Vec<u8>> {
	let number = || prop_oneof![2 => (0..4_u64).prop_map(|blocks| blocks * 512), 1 => any::<u64>()];
	(names(), number(), number(), number(), 0..600_usize).prop_map(|(name, offset, count, whole, size)| {
		let mut header = header(EntryType::GNUSparse, &name, "", size);
		let gnu = header.as_gnu_mut().unwrap();
		gnu.sparse[0].set_offset(offset);
		gnu.sparse[0].set_length(count);
		gnu.set_real_size(whole);
		with_content(header, &vec![b'a'; size])
	})
}

fn header(kind: EntryType, name: &str, target: &str, size: usize) -> Header {
	let mut header = Header::new_gnu();
	let gnu = header.as_gnu_mut().unwrap();
	gnu.name[..name.len()].copy_from_slice(name.as_bytes());
	gnu.linkname[..target.len()].copy_from_slice(target.as_bytes());
	header.set_entry_type(kind);
	header.set_size(size as u64);
	header.set_mode(0o4711);
	header.set_mtime(1);
	header
}

fn entry(kind: EntryType, name: &str, target: &str, content: &[u8]) -> Vec<u8> {
	with_content(header(kind, name, target, content.len()), content)
}

fn with_content(mut header: Header, content: &[u8]) -> Vec<u8> {
	header.set_cksum();
	let mut bytes = [header.as_bytes(), content].concat();
	bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
	bytes
}

/// Returns an archive with other bytes here and there, and checksums that say nothing about that.
fn changed() -> impl Strategy<Value = Vec<u8>> {
	let changes = vec((any::<Index>(), 0..BLOCK, any::<u8>()), 0..4);
	let changed = (archives(), changes).prop_map(|(mut bytes, changes)| {
		for (block, at, byte) in changes {
			let blocks = bytes.len() / BLOCK;
			bytes[block.index(blocks) * BLOCK + at] = byte;
		}
		bytes
	});
	prop_oneof![2 => changed, 1 => spoiled(archives())].prop_map(|mut bytes| {
		for block in bytes.chunks_exact_mut(BLOCK).filter(|block| block[257..].starts_with(b"ustar")) {
			let mut header = Header::new_old();
			header.as_mut_bytes().copy_from_slice(block);
			header.set_cksum();
			block.copy_from_slice(header.as_bytes());
		}
		bytes
	})
}

/// What was written below a directory.
#[derive(Default)]
struct Written {
	bytes: u64,
	entries: u64,
}

/// Measures what is below a directory, and checks that none of it has special rights.
fn written(directory: &Path) -> Result<Written, TestCaseError> {
	let mut written = Written::default();
	for below in fs::read_dir(directory).unwrap() {
		let path = below.unwrap().path();
		let data = path.symlink_metadata().unwrap();
		written.entries += 1;
		if data.is_dir() {
			let below = self::written(&path)?;
			written.bytes += below.bytes;
			written.entries += below.entries;
		} else if data.is_file() {
			written.bytes += data.len() / data.nlink();
		}
		prop_assert!(data.is_dir() || data.is_file() || data.is_symlink(), "{}", path.display());
		prop_assert!(data.is_symlink() || data.mode() & 0o7000 == 0, "{:o}", data.mode());
	}
	Ok(written)
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
	let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
	io::Write::write_all(&mut encoder, bytes).unwrap();
	encoder.finish().unwrap()
}

/// Returns a compressed archive with other bytes here and there.
fn zipped_and_changed(bytes: &[u8], changes: Vec<(Index, u8)>) -> Vec<u8> {
	let mut bytes = zipped(bytes);
	for (at, byte) in changes {
		let at = at.index(bytes.len());
		bytes[at] = byte;
	}
	bytes
}

#[test]
fn archive_writes_within_its_directory_and_quota_and_is_never_this_machines_fault() {
	let outside = tempfile::tempdir().unwrap();
	let (mine, root) = (outside.path().join("mine"), outside.path().join("root"));
	fs::write(&mine, "mine").unwrap();
	let compressed = option::of(vec((any::<Index>(), any::<u8>()), 0..2));
	proptest!(|(bytes in changed(), compressed in compressed, is_layer in any::<bool>(), entries in 0..12_u64)| {
		fs::create_dir(&root).unwrap();
		let mut quota = Quota::of(BYTES, entries);
		let content = format!("sha256:{}", hex::encode(Sha256::digest(&bytes)));
		let from: Box<dyn Read> = match compressed {
			None => Box::new(Cursor::new(bytes)),
			Some(changes) => Box::new(MultiGzDecoder::new(Cursor::new(zipped_and_changed(&bytes, changes)))),
		};
		let outcome = if is_layer {
			apply(from, &content, &root, &mut quota)
		} else {
			unpack_archive(from, &root, &mut quota)
		};
		let there = fs::read_dir(outside.path()).unwrap().count();
		let written = written(&root)?;
		fs::remove_dir_all(&root).unwrap();
		prop_assert!(!matches!(outcome, Err(Error::Host(_))), "{outcome:?}");
		prop_assert!(written.bytes <= BYTES, "{} bytes", written.bytes);
		prop_assert!(written.entries <= entries, "{} of {entries}", written.entries);
		let kept = fs::read_to_string(&mine).unwrap();
		prop_assert_eq!((there, kept.as_str()), (2, "mine"));
		prop_assert!(fs::symlink_metadata(&mine).unwrap().is_file());
	});
}

#[test]
fn honest_layer_is_unpacked_as_it_was_packed() {
	let directory = tempfile::tempdir().unwrap();
	let root = directory.path().join("root");
	// Long names need an entry of their own.
	let name = vec(prop_oneof![4 => "[a-c]{1,2}", 1 => "[ab]{90,120}"], 1..3).prop_map(|names| names.join("/"));
	let files = btree_map(name, vec(any::<u8>(), 0..20), 0..4).prop_map(|files| {
		// Nothing is below a file.
		let is_below = |name: &str| files.keys().any(|other: &String| name.starts_with(&format!("{other}/")));
		let above = files.iter().filter(|(name, _)| !is_below(name));
		above.map(|(name, content)| (name.clone(), content.clone())).collect::<BTreeMap<_, _>>()
	});
	proptest!(|(files in files)| {
		let mut builder = Builder::new(Vec::new());
		for (name, content) in &files {
			let mut header = header(EntryType::Regular, "", "", content.len());
			builder.append_data(&mut header, name, &content[..]).unwrap();
		}
		let layer = builder.into_inner().unwrap();
		fs::create_dir(&root).unwrap();
		let content = format!("sha256:{}", hex::encode(Sha256::digest(&layer)));
		apply(&layer[..], &content, &root, &mut Quota::of(BYTES, 99)).unwrap();
		let read = |name: &String| (name.clone(), fs::read(root.join(name)).unwrap());
		let read: BTreeMap<_, _> = files.keys().map(read).collect();
		let count = written(&root)?.entries;
		fs::remove_dir_all(&root).unwrap();
		let above = files.keys().filter_map(|name| name.split_once('/')).map(|(above, _)| above);
		prop_assert_eq!(count as usize, files.len() + above.collect::<HashSet<_>>().len());
		prop_assert_eq!(read, files);
	});
}
