//! The names of blocks in IPFS, by hashes that no two blocks share.

use std::fmt;

use sha2::{Digest, Sha256};

/// The multicodecs of blocks that are just bytes, and of nodes of a tree.
const RAW: u64 = 0x55;
const DAG_PB: u64 = 0x70;
/// The multihash codes of SHA-256, and of what is not hashed but stands in the name itself.
const SHA2_256: u64 = 0x12;
const IDENTITY: u64 = 0x00;

/// The name of a block: bytes, or a node of a tree of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlockName(cid::Cid);

impl BlockName {
	/// Takes a CID of version 0 or 1.
	///
	/// # Errors
	///
	/// Why it is not the name of such a block, in words that follow its mention.
	pub(crate) fn of(cid: cid::Cid) -> Result<Self, &'static str> {
		if !matches!(cid.codec(), RAW | DAG_PB) {
			return Err("names neither a file nor a directory in IPFS (raw or dag-pb)");
		}
		match (cid.hash().code(), cid.hash().digest().len()) {
			(SHA2_256, 32) | (IDENTITY, _) => Ok(Self(cid)),
			_ => Err("names something in IPFS by another hash than SHA-256; add the file again with --hash sha2-256"),
		}
	}

	/// Reads the name that a link has.
	///
	/// # Errors
	///
	/// As [`of`](Self::of).
	pub(super) fn of_link(bytes: &[u8]) -> Result<Self, &'static str> {
		cid::Cid::try_from(bytes).map_err(|_| "is not a CID").and_then(Self::of)
	}

	/// Returns whether the block is just bytes.
	pub(crate) fn is_raw(&self) -> bool {
		self.0.codec() == RAW
	}

	/// Returns the block, if it stands in the name itself.
	pub(crate) fn inline(&self) -> Option<&[u8]> {
		(self.0.hash().code() == IDENTITY).then(|| self.0.hash().digest())
	}

	/// Returns whether this is the block.
	pub(crate) fn is_of(&self, block: &[u8]) -> bool {
		match self.inline() {
			Some(inline) => inline == block,
			None => self.0.hash().digest() == &Sha256::digest(block)[..],
		}
	}
}

impl fmt::Display for BlockName {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		fmt::Display::fmt(&self.0, f)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn of(text: &str) -> Result<BlockName, &'static str> {
		BlockName::of(cid::Cid::try_from(text).unwrap())
	}

	#[test]
	fn names_are_those_of_files_by_hashes_that_name_one_block() {
		let empty = of("QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH").unwrap();
		// `printf '' | ipfs add`: a node of a file without bytes.
		assert!(empty.is_of(&[0x0a, 0x04, 0x08, 0x02, 0x18, 0x00]) && !empty.is_of(b"") && !empty.is_raw());
		let hello = of("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e").unwrap();
		assert!(hello.is_raw() && hello.is_of(b"hello world") && hello.inline().is_none());
		// Of no bytes, in the name itself.
		assert_eq!(of("bafkqaaa").unwrap().inline(), Some(&b""[..]));
		// dag-cbor, and raw bytes by BLAKE2b-256.
		let cbor = cid::Cid::new_v1(0x71, *hello.0.hash()).to_string();
		assert!(of(&cbor).unwrap_err().contains("neither a file"));
		let blake = cid::multihash::Multihash::<64>::wrap(0xb220, &[1; 32]).unwrap();
		assert!(of(&cid::Cid::new_v1(RAW, blake).to_string()).unwrap_err().contains("SHA-256"));
		// What no link may be: a hash that is cut short.
		let short = cid::multihash::Multihash::<64>::wrap(SHA2_256, &[1; 16]).unwrap();
		assert!(BlockName::of_link(&cid::Cid::new_v1(RAW, short).to_bytes()).is_err());
		assert!(BlockName::of_link(b"").is_err());
	}
}
