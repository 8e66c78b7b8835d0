//! How contents are named.

use std::{
	fmt,
	io::{self, Read},
	str::FromStr,
};

use cid::multihash::Multihash;
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest;

/// The multicodec of contents that are just bytes.
const RAW: u64 = 0x55;
/// The length of every name, in bytes.
const LENGTH: usize = 59;
/// How many bytes of a reader are hashed at once.
const BUFFER: usize = 64 * 1024;

/// A hash that a CID may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HashKind {
	/// SHA-256: files and archives.
	Sha256,
	/// Keccak-256: data for callbacks.
	Keccak256,
}

impl HashKind {
	/// Returns its multihash code.
	fn code(self) -> u64 {
		match self {
			Self::Sha256 => 0x12,
			Self::Keccak256 => 0x1b,
		}
	}

	/// Returns a hasher that has seen nothing yet.
	pub fn hasher(self) -> Hasher {
		match self {
			Self::Sha256 => Hasher(State::Sha256(sha2::Sha256::new())),
			Self::Keccak256 => Hasher(State::Keccak256(Box::new(sha3::Keccak256::new()))),
		}
	}
}

/// Hashes a content piece by piece.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
	Sha256(sha2::Sha256),
	// Three times as large as the other, and seldom used.
	Keccak256(Box<sha3::Keccak256>),
}

impl Hasher {
	/// Takes the next bytes.
	pub fn update(&mut self, bytes: &[u8]) {
		match &mut self.0 {
			State::Sha256(hasher) => hasher.update(bytes),
			State::Keccak256(hasher) => hasher.update(bytes),
		}
	}

	/// Takes all bytes of a reader, and returns how many there were.
	///
	/// # Errors
	///
	/// Those of the reader.
	pub fn update_from(&mut self, mut reader: impl Read) -> io::Result<u64> {
		let (mut size, mut buffer) = (0, vec![0; BUFFER]);
		loop {
			match reader.read(&mut buffer)? {
				0 => return Ok(size),
				count => {
					self.update(&buffer[..count]);
					size += count as u64;
				}
			}
		}
	}

	/// Returns the name of all bytes taken.
	pub fn finish(self) -> Cid {
		match self.0 {
			State::Sha256(hasher) => Cid::of_sha256(hasher.finalize().into()),
			State::Keccak256(hasher) => Cid::of_keccak(hasher.finalize().into()),
		}
	}
}

/// The name of a content: its hash, as a CID of version 1 for raw bytes, in base32: `bafkrei…` for SHA-256.
///
/// Other CIDs are not read: each content has one name in a store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cid {
	kind: HashKind,
	digest: [u8; 32],
}

/// A text is not the CID of raw bytes by SHA-256 or Keccak-256.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a CID of this store: expected bafkrei… (SHA-256) or bafkrw… (Keccak-256), version 1, raw, lower-case base32")]
pub struct InvalidCid(String);

impl Cid {
	/// Returns the name of the content with this SHA-256.
	pub const fn of_sha256(digest: [u8; 32]) -> Self {
		Self { kind: HashKind::Sha256, digest }
	}

	/// Returns the name of the content with this Keccak-256.
	pub const fn of_keccak(digest: [u8; 32]) -> Self {
		Self { kind: HashKind::Keccak256, digest }
	}

	/// Returns the name of these bytes.
	pub fn of(kind: HashKind, bytes: &[u8]) -> Self {
		let mut hasher = kind.hasher();
		hasher.update(bytes);
		hasher.finish()
	}

	/// Returns the hash.
	pub const fn digest(&self) -> [u8; 32] {
		self.digest
	}

	/// Returns which hash it is.
	pub const fn hash_kind(&self) -> HashKind {
		self.kind
	}

	/// Returns a hasher for a content that is to be compared with this name.
	pub fn hasher(&self) -> Hasher {
		self.kind.hasher()
	}

	/// Returns whether these bytes have this name.
	pub fn verify(&self, bytes: &[u8]) -> bool {
		Self::of(self.kind, bytes) == *self
	}
}

impl fmt::Display for Cid {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let hash = Multihash::<64>::wrap(self.kind.code(), &self.digest).map_err(|_| fmt::Error)?;
		write!(f, "{}", cid::Cid::new_v1(RAW, hash))
	}
}

impl fmt::Debug for Cid {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		fmt::Display::fmt(self, f)
	}
}

impl FromStr for Cid {
	type Err = InvalidCid;

	fn from_str(text: &str) -> Result<Self, InvalidCid> {
		let read = || {
			// Some bases take time that grows with the square of a text's length.
			if text.len() != LENGTH {
				return None;
			}
			let cid = cid::Cid::try_from(text).ok()?;
			let digest = <[u8; 32]>::try_from(cid.hash().digest()).ok()?;
			let kind =
				[HashKind::Sha256, HashKind::Keccak256].into_iter().find(|kind| kind.code() == cid.hash().code())?;
			Some(Self { kind, digest })
		};
		// Written again, it also shows another version, codec or base.
		read().filter(|cid| cid.to_string() == text).ok_or_else(|| InvalidCid(text.chars().take(100).collect()))
	}
}

impl Serialize for Cid {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

impl<'de> Deserialize<'de> for Cid {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::prelude::*;
	use rlc_testing::spoiled_text;

	fn cids() -> impl Strategy<Value = Cid> {
		let kind = prop_oneof![Just(HashKind::Sha256), Just(HashKind::Keccak256)];
		(kind, any::<[u8; 32]>()).prop_map(|(kind, digest)| Cid { kind, digest })
	}

	proptest! {
		#[test]
		fn each_content_has_one_name(cid in cids()) {
			prop_assert_eq!(cid.to_string().parse(), Ok(cid));
		}

		#[test]
		fn whatever_is_a_name_is_written_so(text in spoiled_text(cids().prop_map(|cid| cid.to_string()))) {
			match text.parse::<Cid>() {
				Ok(cid) => prop_assert_eq!(cid.to_string(), text),
				Err(error) => prop_assert!(error.to_string().len() < 1_000, "errors do not grow with what is wrong"),
			}
		}

		#[test]
		fn name_is_a_name_of_one_file(text in spoiled_text(cids().prop_map(|cid| cid.to_string()))) {
			if text.parse::<Cid>().is_ok() {
				prop_assert!(text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn names_are_those_of_other_programs() {
		// `printf 'hello world' | ipfs add --cid-version 1 --only-hash`
		let hello = Cid::of(HashKind::Sha256, b"hello world");
		assert_eq!(hello.to_string(), "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e");
		assert!(hello.verify(b"hello world") && !hello.verify(b"hello worlds"));
		let keccak = Cid::of(HashKind::Keccak256, b"");
		assert_eq!(hex::encode(keccak.digest()), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
	}

	#[test]
	fn names_are_read_as_written() {
		for cid in [Cid::of_sha256([1; 32]), Cid::of_keccak([2; 32])] {
			assert_eq!(cid.to_string().len(), LENGTH);
			assert_eq!(cid.to_string().parse(), Ok(cid));
			assert_eq!(serde_json::from_str::<Cid>(&serde_json::to_string(&cid).unwrap()).unwrap(), cid);
		}
		assert!(Cid::of_sha256([1; 32]).to_string().starts_with("bafkrei"));
		assert!(Cid::of_keccak([1; 32]).to_string().starts_with("bafkrw"));
	}

	#[test]
	fn long_text_takes_no_time() {
		let text = format!("z{}", "1".repeat(4 << 20));
		assert!(text.parse::<Cid>().unwrap_err().to_string().len() < 1_000);
	}

	#[test]
	fn other_names_are_refused() {
		let raw = Cid::of_sha256([1; 32]).to_string();
		for text in [
			"",
			"..",
			"../../etc/passwd",
			"QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
			"bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
			&raw.to_uppercase(),
			&format!("/ipfs/{raw}"),
			&format!("{raw}/.."),
			&raw[..raw.len() - 1],
		] {
			assert!(text.parse::<Cid>().is_err(), "{text}");
		}
	}
}
