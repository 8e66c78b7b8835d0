//! The types that every block of the chain is made of.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::{Type, TypeInfo};
use sp_core::{ecdsa, ed25519, sr25519};
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, IdentifyAccount, Lazy, Verify},
	AccountId32, MultiAddress, MultiSignature, OpaqueExtrinsic,
};

use crate::ethereum;

/// 32-byte account id.
pub type AccountId = AccountId32;

/// Signature of an extrinsic: sr25519, ed25519, ecdsa, or by an Ethereum key.
///
/// Encoded and described as [`MultiSignature`], so that tools which know that one know this one. It differs in what an
/// Ethereum key signs for: the account of its address as Ethereum computes it, followed by twelve bytes `0xEE`.
/// `MultiSignature` takes the keccak-256 of the compressed key for the address, which no wallet knows. Such a key signs
/// the keccak-256 of the payload, or the payload as a message (`personal_sign`).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen)]
pub struct Signature(pub MultiSignature);

impl TypeInfo for Signature {
	type Identity = MultiSignature;

	fn type_info() -> Type {
		MultiSignature::type_info()
	}
}

impl Verify for Signature {
	type Signer = AccountPublic;

	fn verify<L: Lazy<[u8]>>(&self, mut message: L, signer: &AccountId) -> bool {
		match &self.0 {
			MultiSignature::Eth(signature) => ethereum::signed(signature.as_ref(), message.get(), signer),
			other => other.verify(message, signer),
		}
	}
}

macro_rules! from_signatures {
	($($signature:ty),*) => { $(
		impl From<$signature> for Signature {
			fn from(signature: $signature) -> Self {
				Self(signature.into())
			}
		}
	)* };
}

from_signatures!(MultiSignature, sr25519::Signature, ed25519::Signature, ecdsa::Signature);

impl From<ecdsa::KeccakSignature> for Signature {
	fn from(signature: ecdsa::KeccakSignature) -> Self {
		Self(MultiSignature::Eth(signature))
	}
}

/// Who made a [`Signature`]: an account. Public keys are nowhere needed on chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct AccountPublic(pub AccountId);

impl IdentifyAccount for AccountPublic {
	type AccountId = AccountId;

	fn into_account(self) -> AccountId {
		self.0
	}
}

/// How extrinsics name an account.
pub type Address = MultiAddress<AccountId, ()>;

/// An amount of RLC, in [nRLC](crate::NRLC).
pub type Balance = u128;

/// Height of a block; the genesis block is 0.
pub type BlockNumber = u32;

/// Blake2b-256 hash of blocks, extrinsics and state.
pub type Hash = sp_core::H256;

/// A point in, or a span of, chain time, in milliseconds (since the Unix epoch for a point).
pub type Moment = u64;

/// How many extrinsics an account has sent.
pub type Nonce = u32;

/// The number of the refusal `InvalidTransaction::Custom`, by which a pool and a block tell that the signer of a free call
/// cannot pay its tip beside what the call locks. Nothing was charged; the same call without a tip is not refused so.
pub const TIP_TOO_HIGH: u8 = 1;

/// Header of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// A block as the node sees it: extrinsics are bytes that only the runtime understands.
pub type Block = generic::Block<Header, OpaqueExtrinsic>;
