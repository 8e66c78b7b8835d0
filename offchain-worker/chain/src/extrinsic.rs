//! A transaction: a call, its signer, and what extends it.

use std::ops::Range;

use codec::{Compact, Encode};
use rlc_primitives::{AccountId, Address, Balance, BlockNumber, Hash, Nonce, Signature};
use sp_core::sr25519;
use sp_io::hashing::blake2_256;
use sp_runtime::generic::Era;

use crate::{
	calls::Call,
	extension::{MetadataHash, Mode},
	runtime::Runtime,
	Error, Key,
};

/// For how many blocks after its anchor a transaction is valid, so that a lost one cannot appear later.
pub(crate) const LIFETIME: BlockNumber = 64;
/// Signed, format 4.
const SIGNED: u8 = 0x84;
/// Longer payloads are signed by their hash.
const MAX_PAYLOAD: usize = 256;

/// What a transaction is tied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
	/// The chain.
	pub(crate) genesis: Hash,
	/// How many transactions its sender sent before.
	pub(crate) nonce: Nonce,
	/// The block from which it is valid.
	pub(crate) anchor: (BlockNumber, Hash),
	/// What its sender offers beside the fee, in nRLC.
	pub(crate) tip: Balance,
}

/// A transaction, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extrinsic {
	/// As the node takes it.
	pub(crate) bytes: Vec<u8>,
	/// Its hash.
	pub(crate) hash: Hash,
	/// What its sender offers beside the fee, in nRLC; 0 if that was written elsewhere.
	pub(crate) tip: Balance,
	/// Where the second half of its signature is. Anyone can write another one of an ECDSA key's: `n − s` for `s`, and `v`
	/// with or without 27. Nothing if the transaction was written elsewhere.
	second_half: Range<usize>,
}

impl Extrinsic {
	/// Returns a call, signed.
	///
	/// # Errors
	///
	/// [`Error::Mismatch`] if the runtime wants an extension that is unknown here; [`Error::BadCall`] if it has no such
	/// call.
	pub(crate) fn signed(runtime: &Runtime, call: &Call, key: &Key, terms: &Terms) -> Result<Self, Error> {
		let parts = Parts::of(runtime, call, terms)?;
		let payload = [parts.call.as_slice(), &parts.explicit, &parts.implicit].concat();
		let signature = if payload.len() > MAX_PAYLOAD { key.sign(&blake2_256(&payload)) } else { key.sign(&payload) };
		let body = parts.body(key.signer(), &signature);
		let bytes = body.encode();
		// After the length: the format, the sender, the kind of the signature, and its first half.
		let start = bytes.len() - body.len() + 1 + 33 + 1 + 32;
		let second_half = start..start + signature.encoded_size() - 1 - 32;
		Ok(Self { tip: terms.tip, second_half, ..Self::of(bytes) })
	}

	/// Returns a transaction that is written already.
	pub(crate) fn of(bytes: Vec<u8>) -> Self {
		Self { hash: hash(&bytes), bytes, tip: 0, second_half: 0..0 }
	}

	/// Returns whether this is what a block has, whatever the second half of its signature is there. The first half tells
	/// this one from another with the same number and call.
	pub(crate) fn is(&self, other: &[u8]) -> bool {
		let Range { start, end } = self.second_half;
		other.len() == self.bytes.len() && other[..start] == self.bytes[..start] && other[end..] == self.bytes[end..]
	}
}

/// Returns the hash of a transaction.
pub(crate) fn hash(bytes: &[u8]) -> Hash {
	blake2_256(bytes).into()
}

/// Returns a call of an account under a signature that is good for nothing: enough to be asked what it would cost.
/// Without the length that comes first in a transaction.
///
/// # Errors
///
/// Those of [`Extrinsic::signed`].
pub(crate) fn blank(runtime: &Runtime, call: &Call, sender: AccountId, terms: &Terms) -> Result<Vec<u8>, Error> {
	let signature = Signature::from(sr25519::Signature::from_raw([0; 64]));
	Ok(Parts::of(runtime, call, terms)?.body(sender, &signature))
}

/// What a transaction is made of, but for its signer.
struct Parts {
	call: Vec<u8>,
	/// What its extensions send.
	explicit: Vec<u8>,
	/// What is signed beside that.
	implicit: Vec<u8>,
}

impl Parts {
	fn of(runtime: &Runtime, call: &Call, terms: &Terms) -> Result<Self, Error> {
		let (mut explicit, mut implicit) = (Vec::new(), Vec::new());
		for extension in runtime.extensions() {
			let (sent, signed) = extend(&extension.identifier, runtime, terms)?;
			explicit.extend(sent);
			implicit.extend(signed);
		}
		Ok(Self { call: runtime.encode(call)?, explicit, implicit })
	}

	/// Returns the transaction, without its length.
	fn body(self, sender: AccountId, signature: &Signature) -> Vec<u8> {
		[vec![SIGNED], Address::Id(sender).encode(), signature.encode(), self.explicit, self.call].concat()
	}
}

/// Returns what an extension sends, and what is signed beside that.
fn extend(name: &str, runtime: &Runtime, terms: &Terms) -> Result<(Vec<u8>, Vec<u8>), Error> {
	let version = runtime.version;
	let nothing = Vec::new;
	Ok(match name {
		"AuthorizeCall" | "CheckNonZeroSender" | "CheckWeight" | "WeightReclaim" => (nothing(), nothing()),
		"CheckSpecVersion" => (nothing(), version.spec_version.encode()),
		"CheckTxVersion" => (nothing(), version.transaction_version.encode()),
		"CheckGenesis" => (nothing(), terms.genesis.encode()),
		"CheckMortality" => {
			let (number, hash) = terms.anchor;
			(Era::mortal(LIFETIME.into(), number.into()).encode(), hash.encode())
		}
		"CheckNonce" => (Compact(terms.nonce).encode(), nothing()),
		"ChargeTransactionPayment" => (Compact(terms.tip).encode(), nothing()),
		"CheckMetadataHash" => (MetadataHash { mode: Mode::Disabled }.encode(), None::<[u8; 32]>.encode()),
		unknown => {
			let difference = format!("it wants the transaction extension {unknown}, which is unknown here");
			return Err(Error::Mismatch { version: version.spec_version, difference });
		}
	})
}

/// Returns the block that a transaction is anchored at: the last final one, so that no fork makes the transaction
/// invalid; if finality is far behind, one that no fork is likely to reach, so that the transaction has time.
pub(crate) fn anchor(finalized: BlockNumber, best: BlockNumber) -> BlockNumber {
	finalized.max(best.saturating_sub(LIFETIME / 2))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{calls::BalancesCall, extension::extensions, Scheme};

	#[test]
	fn transaction_begins_with_its_anchor_s_hash() {
		for number in [0u32, 1, 63, 64, 65, 1_000_003] {
			let era = Era::mortal(LIFETIME.into(), u64::from(number));
			assert_eq!(era.birth(u64::from(number) + 40), u64::from(number), "the hash signed is the anchor's");
			assert_eq!(era.death(u64::from(number)), u64::from(number) + 64);
		}
	}

	#[test]
	fn anchor_is_final_unless_finality_is_far_behind() {
		assert_eq!(anchor(100, 103), 100);
		assert_eq!(anchor(100, 132), 100);
		assert_eq!(anchor(100, 200), 168);
		assert_eq!(anchor(0, 0), 0);
	}

	#[test]
	fn each_known_extension_is_written_as_it_is_described() {
		let runtime = crate::runtime::tests::bare();
		let terms = Terms { genesis: Hash::repeat_byte(1), nonce: 70, anchor: (5, Hash::repeat_byte(2)), tip: 5 };
		let written: Vec<_> =
			extensions().into_iter().map(|one| (one.name, extend(one.name, &runtime, &terms).unwrap())).collect();
		let of = |name| written.iter().find(|(other, _)| *other == name).map(|(_, parts)| parts.clone()).unwrap();
		assert_eq!(of("CheckSpecVersion"), (vec![], 7u32.encode()));
		assert_eq!(of("CheckTxVersion"), (vec![], 3u32.encode()));
		assert_eq!(of("CheckGenesis"), (vec![], vec![1; 32]));
		// Period 64 is 5 in the low bits, phase 5 above them.
		assert_eq!(of("CheckMortality"), (vec![0x55, 0x00], vec![2; 32]));
		assert_eq!(of("CheckNonce"), (vec![0x19, 0x01], vec![]));
		assert_eq!(of("ChargeTransactionPayment"), (vec![5 << 2], vec![]));
		assert_eq!(of("CheckMetadataHash"), (vec![0], vec![0]));
		assert_eq!(of("WeightReclaim"), (vec![], vec![]));
	}

	#[test]
	fn what_is_asked_about_is_as_long_as_what_is_sent() {
		let runtime = crate::runtime::tests::bare();
		let key = Key::from_suri("//Alice").unwrap();
		let terms = Terms { genesis: Hash::zero(), nonce: 0, anchor: (0, Hash::zero()), tip: 0 };
		let call = BalancesCall::TransferKeepAlive { dest: Address::Id(AccountId::new([9; 32])), value: 1 }.into();
		let (sent, asked) =
			(Extrinsic::signed(&runtime, &call, &key, &terms), blank(&runtime, &call, key.account(), &terms));
		let (sent, asked) = (sent.unwrap().bytes, asked.unwrap().encode());
		// They differ in the signature alone: after the length (2 bytes), the format, the sender, and the kind.
		let signature = 2 + 1 + 33 + 1..2 + 1 + 33 + 1 + 64;
		assert_eq!(sent.len(), asked.len());
		assert_eq!(
			(&sent[..signature.start], &sent[signature.end..]),
			(&asked[..signature.start], &asked[signature.end..])
		);
		assert_eq!(asked[signature], [0; 64]);
	}

	#[test]
	fn transaction_is_known_whatever_others_made_of_its_signature() {
		let runtime = crate::runtime::tests::bare();
		let terms = Terms { genesis: Hash::zero(), nonce: 0, anchor: (0, Hash::zero()), tip: 0 };
		let pay = |value| BalancesCall::TransferKeepAlive { dest: Address::Id(AccountId::new([9; 32])), value }.into();
		for (scheme, rest) in
			[(Scheme::Sr25519, 32), (Scheme::Ed25519, 32), (Scheme::Ecdsa, 33), (Scheme::Ethereum, 33)]
		{
			let key = Key::new(scheme, "//Alice").unwrap();
			let sent = Extrinsic::signed(&runtime, &pay(1), &key, &terms).unwrap();
			let first = 2 + 1 + 33 + 1..2 + 1 + 33 + 1 + 32;
			for place in 0..sent.bytes.len() {
				let mut other = sent.bytes.clone();
				other[place] ^= 1;
				assert_eq!(sent.is(&other), (first.end..first.end + rest).contains(&place), "{scheme:?}, {place}");
			}
			assert!(sent.is(&sent.bytes) && !sent.is(&sent.bytes[1..]));
			assert!(!sent.is(&Extrinsic::signed(&runtime, &pay(2), &key, &terms).unwrap().bytes));
		}
		let written = Extrinsic::of(vec![1, 2]);
		assert!(written.is(&[1, 2]) && !written.is(&[1, 3]));
	}

	#[test]
	fn unknown_extension_is_named() {
		let terms = Terms { genesis: Hash::zero(), nonce: 0, anchor: (0, Hash::zero()), tip: 0 };
		let error = extend("CheckMoon", &crate::runtime::tests::bare(), &terms).unwrap_err();
		assert!(error.to_string().contains("CheckMoon"), "{error}");
	}
}
