//! Archives as strangers write them.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, sample::Index};
use rlc_testing::spoiled;

use super::*;

/// Little: what a stranger claims must not take more.
const LIMITS: UnpackLimits = UnpackLimits { max_size: 4_096, max_files: 20 };

/// What is in files, by their paths. `None`: an empty directory.
type Files = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Returns the archive of these files, as [`pack`] writes it.
fn written(files: &Files) -> Vec<u8> {
	let mut bytes = Vec::new();
	for (name, content) in files {
		let kind = if content.is_some() { Kind::File } else { Kind::EmptyDirectory };
		let content = content.as_deref().unwrap_or_default();
		bytes.extend(headers(name, content.len() as u64, kind));
		bytes.extend(content);
		bytes.resize(bytes.len() + padding(content.len() as u64), 0);
	}
	bytes.resize(bytes.len() + 2 * BLOCK, 0);
	bytes
}

/// Returns what an archive holds.
fn read(bytes: &[u8]) -> Result<Files, ArchiveError> {
	let mut files = Files::new();
	let packed = walk(bytes, LIMITS, |entry, input| {
		assert!(entry.size <= LIMITS.max_size, "no room is made for what is only claimed");
		let path = Path::new(OsStr::from_bytes(&entry.name));
		assert!(path.components().all(|one| matches!(one, std::path::Component::Normal(_))), "{path:?} leads out");
		let mut content = vec![0; entry.size as usize];
		read_exact(input, &mut content)?;
		files.insert(entry.name.clone(), (entry.kind == Kind::File).then_some(content));
		Ok(())
	})?;
	assert_eq!((packed.size, packed.files as usize), (bytes.len() as u64, files.len()));
	Ok(files)
}

fn files() -> impl Strategy<Value = Files> {
	let part = prop_oneof![6 => "[a-c.\\-]{1,3}", 1 => "[a-b]{90,120}"];
	let name = vec(part, 1..4).prop_map(|parts| parts.join("/").into_bytes());
	let content = prop_oneof![4 => vec(any::<u8>(), 0..20), 1 => (510_usize..515).prop_map(|length| vec![1; length])];
	prop::collection::btree_map(name, prop::option::weighted(0.8, content), 0..4)
}

/// Returns an archive with other bytes in its headers, and checksums that say nothing about that.
fn changed() -> impl Strategy<Value = Vec<u8>> {
	let at = prop_oneof![0..4_usize, 0..100_usize, 124..136_usize, Just(156_usize), 0..BLOCK];
	let byte = prop_oneof![4 => prop::sample::select(&b"\0/.ab01257Lgx\x80"[..]), 1 => any::<u8>()];
	(files(), vec((any::<Index>(), at, byte), 0..4)).prop_map(|(files, changes)| {
		let mut bytes = written(&files);
		let blocks = bytes.len() / BLOCK;
		for (block, at, byte) in changes {
			bytes[block.index(blocks) * BLOCK + at] = byte;
		}
		sealed(bytes)
	})
}

/// Returns an archive with the right checksum in each header.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
	for block in bytes.chunks_exact_mut(BLOCK).filter(|block| block[257..].starts_with(b"ustar")) {
		let mut header = header_of(block);
		header.set_cksum();
		block.copy_from_slice(header.as_bytes());
	}
	bytes
}

proptest! {
	#[test]
	fn whatever_is_read_is_what_would_be_written(
		bytes in prop_oneof![changed(), spoiled(files().prop_map(|files| written(&files))).prop_map(sealed)],
	) {
		if let Ok(files) = read(&bytes) {
			prop_assert_eq!(written(&files), bytes);
		}
	}

	#[test]
	fn whatever_tree_is_written_is_read(files in files()) {
		let is_below = |name: &[u8]| files.keys().any(|file| name.starts_with(&[file.as_slice(), b"/"].concat()));
		let is_tree = files.keys().all(|name| {
			!is_below(name) && name.split(|byte| *byte == b'/').all(|part| part != b"." && part != b"..")
		});
		match read(&written(&files)) {
			Ok(read) => prop_assert!(is_tree && read == files),
			Err(error) => prop_assert!(!is_tree, "{error}"),
		}
	}

	#[test]
	fn any_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..1_100)) {
		let _ = read(&bytes);
	}
}
