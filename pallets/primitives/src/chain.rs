//! The types that every block of the chain is made of.

use sp_runtime::{
	generic,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature, OpaqueExtrinsic,
};

/// Signature of an extrinsic: sr25519, ed25519, ecdsa, or Ethereum's flavour of ecdsa.
///
/// The account of an Ethereum key is its 20-byte address followed by twelve bytes `0xEE`.
pub type Signature = MultiSignature;

/// Public key that belongs to a [`Signature`].
pub type AccountPublic = <Signature as Verify>::Signer;

/// 32-byte account id.
pub type AccountId = <AccountPublic as IdentifyAccount>::AccountId;

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

/// Header of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// A block as the node sees it: extrinsics are bytes that only the runtime understands.
pub type Block = generic::Block<Header, OpaqueExtrinsic>;
