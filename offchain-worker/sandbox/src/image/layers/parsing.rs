//! Archives of images as strangers write them.

use proptest::{collection::vec, prelude::*, sample::Index};
use rlc_testing::spoiled;
use tar::{Builder, Header};

use super::*;

/// The size of tar's blocks, in bytes.
const BLOCK: usize = 512;
const BYTES: u64 = 1 << 16;

/// Returns an archive with a few entries that concern each other. Names are written as they are.
fn archives() -> impl Strategy<Value = Vec<u8>> {
	let kind = prop::sample::select(vec![
		EntryType::Regular,
		EntryType::Directory,
		EntryType::Symlink,
		EntryType::Link,
		EntryType::Fifo,
		EntryType::GNULongName,
		EntryType::GNUSparse,
		EntryType::XHeader,
	]);
	let name = "(/|\\./)?([ab]|\\.\\.|\\.wh\\.[ab]|\\.wh\\.\\.wh\\.\\.opq)(/([ab]|\\.\\.|\\.wh\\.b)){0,2}/?";
	let target = "(/|\\.\\./)?[ab](/\\.\\.){0,2}(/[ab]|/mine)?";
	vec((kind, name, target, 0..20_usize), 0..5).prop_map(|entries| {
		let mut builder = Builder::new(Vec::new());
		for (kind, name, target, size) in entries {
			let mut header = Header::new_gnu();
			let gnu = header.as_gnu_mut().unwrap();
			gnu.name[..name.len()].copy_from_slice(name.as_bytes());
			gnu.linkname[..target.len()].copy_from_slice(target.as_bytes());
			header.set_entry_type(kind);
			header.set_size(size as u64);
			header.set_mode(0o4711);
			header.set_mtime(1);
			header.set_cksum();
			builder.append(&header, &vec![b'a'; size][..]).unwrap();
		}
		builder.into_inner().unwrap()
	})
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

#[test]
fn archive_writes_within_its_directory_and_budget_and_is_never_this_machines_fault() {
	let outside = tempfile::tempdir().unwrap();
	let (mine, root) = (outside.path().join("mine"), outside.path().join("root"));
	fs::write(&mine, "mine").unwrap();
	proptest!(|(bytes in changed(), is_layer in any::<bool>(), entries in 0..12_u64)| {
		fs::create_dir(&root).unwrap();
		let mut budget = Budget::new(BYTES, entries);
		let outcome = if is_layer {
			let content = format!("sha256:{}", hex::encode(Sha256::digest(&bytes)));
			apply(&bytes[..], &content, &root, &mut budget)
		} else {
			unpack_archive(&bytes[..], &root, &mut budget)
		};
		let there = fs::read_dir(outside.path()).unwrap().count();
		fs::remove_dir_all(&root).unwrap();
		prop_assert!(!matches!(outcome, Err(Error::Host(_))), "{outcome:?}");
		let kept = fs::read_to_string(&mine).unwrap();
		prop_assert_eq!((there, kept.as_str()), (2, "mine"));
		prop_assert!(fs::symlink_metadata(&mine).unwrap().is_file());
	});
}
