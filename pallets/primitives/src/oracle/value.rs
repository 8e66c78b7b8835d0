//! Values, and what seats sign and seal to report them.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ConstU32, H256};
use sp_runtime::BoundedVec;

use super::ValueKind;
use crate::{ids::keccak, AccountId, FeedId, Hash, Moment};

/// The number 1: numbers have 18 decimals.
pub const ONE: i128 = 1_000_000_000_000_000_000;

/// The longest text, in bytes.
pub const MAX_TEXT: u32 = 256;

/// Starts what a seat signs for an observation.
const OBSERVATION_DOMAIN: &[u8] = b"rlc/observation/v1";

/// Starts what a report key signs to show that it belongs to an account.
const SEAT_DOMAIN: &[u8] = b"rlc/seat/v1";

/// A text of a feed: UTF-8.
pub type Text = BoundedVec<u8, ConstU32<MAX_TEXT>>;

/// A value of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Value {
	/// A number, times 10¹⁸.
	#[codec(index = 0)]
	Number(i128),
	/// A text.
	#[codec(index = 1)]
	Text(Text),
	/// True or false.
	#[codec(index = 2)]
	Boolean(bool),
}

impl Value {
	/// Returns whether a feed of this kind can have this value: a text is UTF-8.
	pub fn is_of(&self, kind: ValueKind) -> bool {
		match (self, kind) {
			(Self::Number(_), ValueKind::Number) | (Self::Boolean(_), ValueKind::Boolean) => true,
			(Self::Text(text), ValueKind::String) => core::str::from_utf8(text).is_ok(),
			_ => false,
		}
	}

	/// Returns the number, times 10¹⁸, if it is one.
	pub fn number(&self) -> Option<i128> {
		match self {
			Self::Number(number) => Some(*number),
			_ => None,
		}
	}
}

/// What a seat saw.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Observation {
	/// When it asked the sources, in ms of Unix time.
	pub date: Moment,
	/// What they said: for numbers, the lower median of the sources.
	pub value: Value,
	/// SHA-256 of the archive of what was asked and answered.
	pub evidence: H256,
}

impl Observation {
	/// Returns what the seat's key signs: `keccak("rlc/observation/v1" ‖ genesis ‖ feed ‖ date ‖ keccak(SCALE(value)) ‖
	/// evidence)`, the date as 8 bytes, big-endian.
	pub fn payload(&self, genesis: Hash, feed: FeedId) -> Hash {
		let (date, value) = (self.date.to_be_bytes(), keccak(&[&self.value.encode()]));
		let (genesis, feed) = (genesis.as_bytes(), feed.0.as_bytes());
		keccak(&[OBSERVATION_DOMAIN, genesis, feed, &date, value.as_bytes(), self.evidence.as_bytes()])
	}
}

/// Returns what a seat commits to before it shows an observation: `keccak(payload ‖ reporter ‖ round ‖ salt)`, the round as
/// 8 bytes, big-endian. It names the reporter, so a copy of it is worth nothing to another; the salt hides a value that can
/// be guessed.
pub fn sealed(payload: Hash, reporter: &AccountId, round: u64, salt: H256) -> Hash {
	keccak(&[payload.as_bytes(), reporter.as_ref(), &round.to_be_bytes(), salt.as_bytes()])
}

/// Returns what a report key signs to take a seat: `keccak("rlc/seat/v1" ‖ genesis ‖ feed ‖ account)`. So nobody takes a
/// seat with another's key.
pub fn seat_payload(genesis: Hash, feed: FeedId, account: &AccountId) -> Hash {
	keccak(&[SEAT_DOMAIN, genesis.as_bytes(), feed.0.as_bytes(), account.as_ref()])
}

#[cfg(test)]
mod tests {
	use super::*;

	fn observation() -> Observation {
		Observation { date: 1_000, value: Value::Number(5 * ONE), evidence: H256::repeat_byte(7) }
	}

	#[test]
	fn each_part_of_an_observation_changes_what_is_signed() {
		let (genesis, feed) = (H256::repeat_byte(1), FeedId(H256::repeat_byte(2)));
		let signed = observation().payload(genesis, feed);
		let others = [
			observation().payload(H256::zero(), feed),
			observation().payload(genesis, FeedId::default()),
			Observation { date: 1_001, ..observation() }.payload(genesis, feed),
			Observation { value: Value::Number(5 * ONE + 1), ..observation() }.payload(genesis, feed),
			Observation { evidence: H256::zero(), ..observation() }.payload(genesis, feed),
		];
		assert!(others.iter().all(|other| *other != signed));
	}

	#[test]
	fn observation_is_packed_as_its_doc_says() {
		let observation = observation();
		let value = sp_io::hashing::keccak_256(&observation.value.encode());
		let mut packed = b"rlc/observation/v1".to_vec();
		packed.extend([1; 32]);
		packed.extend([2; 32]);
		packed.extend([0, 0, 0, 0, 0, 0, 3, 0xE8]);
		packed.extend(value);
		packed.extend([7; 32]);
		let payload = observation.payload(H256::repeat_byte(1), FeedId(H256::repeat_byte(2)));
		assert_eq!(payload.0, sp_io::hashing::keccak_256(&packed));
	}

	#[test]
	fn seal_is_of_one_reporter_round_and_salt() {
		let (alice, bob) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		let (payload, salt) = (H256::repeat_byte(3), H256::repeat_byte(4));
		let seal = sealed(payload, &alice, 5, salt);
		assert_ne!(seal, sealed(payload, &bob, 5, salt));
		assert_ne!(seal, sealed(payload, &alice, 6, salt));
		assert_ne!(seal, sealed(payload, &alice, 5, H256::zero()));
	}

	#[test]
	fn text_of_a_feed_is_utf_8() {
		let text = |bytes: &[u8]| Value::Text(bytes.to_vec().try_into().unwrap());
		assert!(text("très".as_bytes()).is_of(ValueKind::String));
		assert!(!text(&[0xFF]).is_of(ValueKind::String));
		assert!(!text(b"1").is_of(ValueKind::Number) && !Value::Boolean(true).is_of(ValueKind::Number));
		assert!(Value::Boolean(true).is_of(ValueKind::Boolean) && Value::Number(0).is_of(ValueKind::Number));
	}
}
