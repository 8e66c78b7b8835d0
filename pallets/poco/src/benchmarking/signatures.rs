//! Signatures of every kind, each one that takes the most attempts to verify.
//!
//! Native ones are tried over the plain payload and then as browser wallets wrap it; an Ethereum key's both as a hash and
//! as a message, which makes four. A key of ed25519 or sr25519 has to sign, or its signature would be refused early. Of the
//! kinds that yield a public key, anybody's signature will do: it is tried in vain.

use alloc::vec::Vec;

use frame_support::traits::Get;
use rlc_primitives::{
	ethereum::{signed_message_hash, EthereumSignature},
	signature,
	task::Commitment,
	AccountId, Delegation, Moment, ResultHash, ResultSeal, SchedulerSignature, TaskId,
};
use sp_core::{crypto::KeyTypeId, H256};
use sp_io::crypto::{ed25519_generate, ed25519_sign, sr25519_generate, sr25519_sign};
use sp_runtime::MultiSignature;

use super::scene::{me, ENCLAVE};
use crate::Config;

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"poco");

/// A signature that some key made over any message: `r` is the x coordinate of secp256k1's generator, `s` is low, `v` is 0.
/// Short ones take less time to recover than real ones. Source: SEC 2, 2.4.1.
const ETHEREUM_SIGNATURE: [u8; 65] = [
	0x79, 0xBE, 0x66, 0x7E, 0xF9, 0xDC, 0xBB, 0xAC, 0x55, 0xA0, 0x62, 0x95, 0xCE, 0x87, 0x0B, 0x07, 0x02, 0x9B, 0xFC,
	0xDB, 0x2D, 0xCE, 0x28, 0xD9, 0x59, 0xF2, 0x81, 0x5B, 0x16, 0xF8, 0x17, 0x98, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
	0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
	0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x00,
];

/// Returns a delegation of a task to me, in an enclave: the longest kind of delegation.
pub fn delegation() -> Delegation {
	Delegation { worker: me(), task: TaskId::default(), enclave: Some(ENCLAVE), expiry: Moment::MAX }
}

/// Returns what a browser wallet signs for the delegation.
fn wrapped<T: Config>() -> Vec<u8> {
	let payload = delegation().native_payload(&T::SigningDomain::get());
	signature::wrapped(&payload)
}

/// Returns the delegation's signature by an ed25519 key, and whose it is.
pub fn by_ed25519<T: Config>() -> (SchedulerSignature, AccountId) {
	let key = ed25519_generate(KEY_TYPE, None);
	let signature = ed25519_sign(KEY_TYPE, &key, &wrapped::<T>()).expect("the key was generated");
	(SchedulerSignature::Native(signature.into()), AccountId::new(key.0))
}

/// Returns the delegation's signature by an sr25519 key, and whose it is.
pub fn by_sr25519<T: Config>() -> (SchedulerSignature, AccountId) {
	let key = sr25519_generate(KEY_TYPE, None);
	let signature = sr25519_sign(KEY_TYPE, &key, &wrapped::<T>()).expect("the key was generated");
	(SchedulerSignature::Native(signature.into()), AccountId::new(key.0))
}

/// Returns an ecdsa key's native signature. It is not the scheduler's.
pub fn by_ecdsa() -> SchedulerSignature {
	SchedulerSignature::Native(MultiSignature::Ecdsa(ETHEREUM_SIGNATURE.into()).into())
}

/// Returns the same of an Ethereum key.
pub fn by_eth() -> SchedulerSignature {
	SchedulerSignature::Native(MultiSignature::Eth(ETHEREUM_SIGNATURE.into()).into())
}

/// Returns an Ethereum wallet's signature of a message. It is not the scheduler's.
pub fn by_wallet() -> SchedulerSignature {
	SchedulerSignature::Ethereum(full())
}

/// Returns the hash that an enclave signs for a contribution.
pub fn enclave_hash() -> H256 {
	let commitment = Commitment { result: ResultHash::default(), seal: ResultSeal::default(), enclave: None };
	signed_message_hash(commitment.enclave_payload())
}

/// Returns an Ethereum signature that anybody made, in 65 bytes.
pub fn full() -> EthereumSignature {
	let mut bytes = ETHEREUM_SIGNATURE;
	bytes[64] = 27;
	EthereumSignature::Full(bytes)
}

/// Returns the same in 64 bytes.
pub fn compact() -> EthereumSignature {
	let mut bytes = [0; 64];
	bytes.copy_from_slice(&ETHEREUM_SIGNATURE[..64]);
	EthereumSignature::Compact(bytes)
}
