//! What an order demands or a workerpool can do, as 256 bits.
//!
//! Bits count as in Solidity's `bytes32` tags: bit 0 is the lowest bit of the last byte, `0x…01`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::ops::BitOr;
use scale_info::TypeInfo;
use sp_core::{H256, U256};

/// A set of bits. Bit 0 demands a trusted execution environment (TEE), bits 1 to 3 name its framework, bit 8 demands a
/// graphics processor, as with iExec. Bit 16 is this chain's own: a network. The others mean what a workerpool and its
/// users agree on.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Tag(pub H256);

impl Tag {
	/// No demand at all.
	pub const NONE: Tag = Tag(H256::zero());

	/// Bit 0: the task must run in a trusted execution environment.
	const TEE: u64 = 0b0001;
	/// Bits 1 to 3: which framework the environment is of (Scone, Gramine, TDX).
	const FRAMEWORK: u64 = 0b1110;

	/// Bit 8: the task needs a graphics processor.
	pub const GPU: u64 = 1 << 8;
	/// Bit 16: the app reaches the internet. Only the app's own order can grant it, so that neither requesters nor datasets
	/// open an app that is sold as closed; and only at trust 1, since a network can tell each worker something else.
	pub const NETWORK: u64 = 1 << 16;

	/// Returns the tag whose lowest 64 bits are `bits`, and whose others are not set.
	pub fn from_bits(bits: u64) -> Self {
		Self::from_number(U256::from(bits))
	}

	/// Returns what a deal demands: `app | (dataset without its framework bits) | request`.
	///
	/// A dataset asks for protection, not for a framework, so that an app of any framework can use it. Source:
	/// matching rule 2 of the marketplace.
	pub fn combine(app: Tag, dataset: Tag, request: Tag) -> Self {
		let dataset = Self::from_number(dataset.number() & !U256::from(Self::FRAMEWORK));
		app | dataset | request
	}

	/// Returns whether each bit of `demanded` is set here.
	pub fn covers(self, demanded: Tag) -> bool {
		(demanded.number() & !self.number()).is_zero()
	}

	/// Returns whether a trusted execution environment is demanded (bit 0).
	pub fn has_tee(self) -> bool {
		self.covers(Self::from_bits(Self::TEE))
	}

	/// Returns whether a graphics processor is demanded ([`Tag::GPU`]).
	pub fn has_gpu(self) -> bool {
		self.covers(Self::from_bits(Self::GPU))
	}

	/// Returns whether a network is demanded ([`Tag::NETWORK`]).
	pub fn has_network(self) -> bool {
		self.covers(Self::from_bits(Self::NETWORK))
	}

	fn number(self) -> U256 {
		U256::from_big_endian(self.0.as_bytes())
	}

	fn from_number(bits: U256) -> Self {
		Self(H256(bits.to_big_endian()))
	}
}

impl BitOr for Tag {
	type Output = Tag;

	fn bitor(self, other: Tag) -> Tag {
		Self(self.0 | other.0)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn bit_zero_is_the_lowest_bit_of_the_last_byte() {
		let mut bytes = [0; 32];
		bytes[31] = 3;
		assert_eq!(Tag::from_bits(3), Tag(H256(bytes)));
		assert!(Tag(H256(bytes)).has_tee());
		bytes[31] = 2;
		assert!(!Tag(H256(bytes)).has_tee());
		for (bits, gpu, network) in
			[(0x100, true, false), (0x1_0000, false, true), (0xffff, true, false), (!0, true, true)]
		{
			let tag = Tag::from_bits(bits);
			assert_eq!((tag.has_gpu(), tag.has_network()), (gpu, network), "{bits:x}");
		}
		bytes[31] = 0;
		bytes[0] = 1;
		assert!(!Tag(H256(bytes)).has_tee());
	}

	#[test]
	fn framework_of_a_dataset_is_not_demanded() {
		let tag = Tag::combine(Tag::from_bits(0b0101), Tag::from_bits(0b1_0011), Tag::from_bits(0b10_0000));
		assert_eq!(tag, Tag::from_bits(0b11_0101));
	}

	proptest! {
		#[test]
		fn combination_covers_app_and_request(app: u64, dataset: u64, request: u64) {
			let tag = Tag::combine(Tag::from_bits(app), Tag::from_bits(dataset), Tag::from_bits(request));
			prop_assert!(tag.covers(Tag::from_bits(app)) && tag.covers(Tag::from_bits(request)));
			prop_assert!(tag.covers(Tag::from_bits(dataset & !0b1110)));
			prop_assert!(Tag::from_bits(app | dataset | request).covers(tag));
		}

		#[test]
		fn covering_is_set_inclusion(a: [u8; 32], b: [u8; 32]) {
			let included = (0..32).all(|i| b[i] & !a[i] == 0);
			prop_assert_eq!(Tag(H256(a)).covers(Tag(H256(b))), included);
			prop_assert!(Tag(H256(a)).covers(Tag::NONE) && Tag(H256(a)).covers(Tag(H256(a))));
		}
	}
}
