//! Nodes of the trees by which IPFS keeps files and directories (UnixFS, in dag-pb).
//!
//! ```text
//! directory ── data.csv ──► file ──► bytes      links are in the order of the bytes
//!     │                      └─────► file ──► bytes
//!     └────── notes.txt ───► bytes
//! ```
//! <https://specs.ipfs.tech/unixfs/>

use bytes::Bytes;
use prost::{
	encoding::{decode_key, skip_field, DecodeContext},
	DecodeError, Message,
};
use rlc_service::escape;

use super::name::BlockName;

/// The most links of a node. Programs make far fewer: 174 of a file.
const MAX_LINKS: usize = 16_384;
/// How much of a name is shown, in characters.
const LONGEST_SHOWN: usize = 60;
/// The number of the field that a node has them in.
const LINKS: u32 = 2;

/// The kinds of nodes.
const KIND_RAW: i32 = 0;
const KIND_DIRECTORY: i32 = 1;
const KIND_FILE: i32 = 2;
const KIND_SYMLINK: i32 = 4;
const KIND_SHARD: i32 = 5;

/// A node of dag-pb.
#[derive(Clone, PartialEq, Message)]
struct Node {
	#[prost(bytes = "bytes", optional, tag = "1")]
	data: Option<Bytes>,
	#[prost(message, repeated, tag = "2")]
	links: Vec<Link>,
}

#[derive(Clone, PartialEq, Message)]
struct Link {
	#[prost(bytes = "vec", optional, tag = "1")]
	hash: Option<Vec<u8>>,
	#[prost(bytes = "vec", optional, tag = "2")]
	name: Option<Vec<u8>>,
}

/// What UnixFS says of a node.
#[derive(Clone, PartialEq, Message)]
struct Data {
	#[prost(int32, optional, tag = "1")]
	kind: Option<i32>,
	#[prost(bytes = "bytes", optional, tag = "2")]
	data: Option<Bytes>,
}

/// What a block holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Held {
	/// A file, or a part of one: these bytes, and then what these blocks hold.
	File {
		/// Its own bytes.
		bytes: Bytes,
		/// The blocks with the rest.
		rest: Vec<BlockName>,
	},
	/// A directory.
	Directory(Directory),
}

/// What is in a directory.
#[derive(Debug, PartialEq)]
pub(crate) struct Directory(Vec<Link>);

impl Directory {
	/// Returns the name of the block of what is called so. `None`: nothing is.
	///
	/// # Errors
	///
	/// As [`BlockName::of`].
	pub(crate) fn find(&self, name: &str) -> Option<Result<BlockName, &'static str>> {
		let link = self.0.iter().find(|link| link.name.as_deref().unwrap_or_default() == name.as_bytes())?;
		Some(BlockName::of_link(link.hash.as_deref().unwrap_or_default()))
	}

	/// Returns some names of what is in it, for people.
	pub(crate) fn some(&self, count: usize) -> Vec<String> {
		let names = self.0.iter().filter_map(|link| link.name.as_deref());
		let shown = |name: &[u8]| {
			let name: String = String::from_utf8_lossy(name).chars().take(LONGEST_SHOWN).collect();
			escape::line(&name).into_owned()
		};
		names.map(shown).take(count).collect()
	}
}

/// Reads the block of this name, which it was compared with.
///
/// # Errors
///
/// Why it is not a part of a file, or a directory, in words that follow its mention.
pub(crate) fn read(name: &BlockName, block: Bytes) -> Result<Held, &'static str> {
	const NO_FILE: &str = "is not a file in IPFS (UnixFS)";
	if name.is_raw() {
		return Ok(Held::File { bytes: block, rest: Vec::new() });
	}
	if links(&block).map_err(|_| NO_FILE)? > MAX_LINKS {
		return Err("has more parts than any program makes");
	}
	let node = Node::decode(block).map_err(|_| NO_FILE)?;
	let data = Data::decode(node.data.ok_or(NO_FILE)?).map_err(|_| NO_FILE)?;
	match data.kind.ok_or(NO_FILE)? {
		KIND_FILE | KIND_RAW => {
			let rest = node.links.iter().map(|link| BlockName::of_link(link.hash.as_deref().unwrap_or_default()));
			Ok(Held::File { bytes: data.data.unwrap_or_default(), rest: rest.collect::<Result<_, _>>()? })
		}
		KIND_DIRECTORY => Ok(Held::Directory(Directory(node.links))),
		KIND_SYMLINK => Err("is a symbolic link, which is not followed; name what it leads to"),
		KIND_SHARD => {
			Err("is a directory in several blocks (HAMT), which is not searched; name the file by its own CID")
		}
		_ => Err(NO_FILE),
	}
}

/// Counts the links of a node without reading them: a link of two bytes takes fifty once it is read.
fn links(mut node: &[u8]) -> Result<usize, DecodeError> {
	let mut links = 0;
	while !node.is_empty() {
		let (tag, kind) = decode_key(&mut node)?;
		skip_field(kind, tag, &mut node, DecodeContext::default())?;
		links += usize::from(tag == LINKS);
	}
	Ok(links)
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::prelude::*;
	use rlc_testing::spoiled;

	fn raw(bytes: &[u8]) -> Vec<u8> {
		let hash = cid::multihash::Multihash::<64>::wrap(0, bytes).unwrap();
		cid::Cid::new_v1(0x55, hash).to_bytes()
	}

	/// Returns nodes as programs write them.
	fn written() -> impl Strategy<Value = Vec<u8>> {
		let link = ("[a-c]{0,3}", prop::collection::vec(any::<u8>(), 0..6))
			.prop_map(|(name, bytes)| Link { hash: Some(raw(&bytes)), name: Some(name.into_bytes()) });
		let data = (0..7_i32, prop::collection::vec(any::<u8>(), 0..9))
			.prop_map(|(kind, bytes)| Data { kind: Some(kind), data: Some(bytes.into()) });
		(data, prop::collection::vec(link, 0..4))
			.prop_map(|(data, links)| Node { data: Some(data.encode_to_vec().into()), links }.encode_to_vec())
	}

	fn node() -> BlockName {
		BlockName::of(cid::Cid::try_from("QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH").unwrap()).unwrap()
	}

	proptest! {
		#[test]
		fn block_of_a_stranger_does_no_harm(block in prop_oneof![
			4 => spoiled(written()),
			1 => prop::collection::vec(any::<u8>(), 0..40),
		]) {
			let size = block.len();
			match read(&node(), block.into()) {
				Ok(Held::File { bytes, rest }) => prop_assert!(bytes.len() + rest.len() <= size, "it does not grow"),
				Ok(Held::Directory(directory)) => prop_assert!(directory.some(9).len() <= size),
				Err(why) => prop_assert!(!why.is_empty()),
			}
		}
	}

	#[test]
	fn names_of_a_stranger_are_shown_in_part_and_escaped() {
		let link = |name: &str| Link { hash: None, name: Some(name.into()) };
		let directory = Directory(vec![link("a\u{1b}[2J\u{202e}"), link(&"b".repeat(99)), link("c")]);
		assert_eq!(directory.some(2), [r"a\u{1b}[2J\u{202e}".to_owned(), "b".repeat(60)]);
	}

	#[test]
	fn links_are_counted_before_they_are_read() {
		let of = |links: usize| {
			let directory = [0x0a_u8, 0x02, 0x08, 0x01];
			let block = [[0x12_u8, 0x00].repeat(links), directory.to_vec()].concat();
			assert_eq!(super::links(&block).unwrap(), links);
			read(&node(), block.into())
		};
		assert!(matches!(of(MAX_LINKS), Ok(Held::Directory(_))));
		assert!(of(MAX_LINKS + 1).unwrap_err().contains("more parts"));
		// Nothing of it is a file, but that is not found out.
		assert!(read(&node(), [0x12_u8, 0x00].repeat(1 << 20).into()).unwrap_err().contains("more parts"));
	}

	#[test]
	fn nodes_of_other_programs_are_read() {
		// `printf 'hello world' | ipfs add`
		let file = b"\x0a\x11\x08\x02\x12\x0bhello world\x18\x0b";
		let held = read(&node(), Bytes::from_static(file)).unwrap();
		assert_eq!(held, Held::File { bytes: Bytes::from_static(b"hello world"), rest: Vec::new() });
		// `ipfs object new unixfs-dir`
		assert_eq!(read(&node(), Bytes::from_static(b"\x0a\x02\x08\x01")), Ok(Held::Directory(Directory(Vec::new()))));
		for (block, why) in
			[(&b"\x0a\x02\x08\x05"[..], "HAMT"), (b"\x0a\x02\x08\x04", "symbolic link"), (b"", "UnixFS")]
		{
			assert!(read(&node(), Bytes::from_static(block)).unwrap_err().contains(why));
		}
	}
}
