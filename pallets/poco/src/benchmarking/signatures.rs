//! Signatures of every kind, each one that takes the most attempts to verify.
//!
//! Native ones are tried over the plain payload and then as browser wallets wrap it; an Ethereum key's both as a hash and
//! as a message, which makes four. A key of ed25519 or sr25519 has to sign, or its signature would be refused early. Of the
//! kinds that yield a public key, anybody's signature will do: it is tried in vain.

use alloc::vec::Vec;

use frame_support::traits::Get;
use rlc_primitives::{
	ethereum::EthereumSignature, signature, AccountId, Delegation, Moment, SchedulerSignature, TaskId,
};
use sp_core::crypto::KeyTypeId;
use sp_io::crypto::{ed25519_generate, ed25519_sign, sr25519_generate, sr25519_sign};
use sp_runtime::MultiSignature;

use super::scene::{me, ENCLAVE};
use crate::Config;

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"poco");

/// A signature that some key made over any message: `r` and `s` are small, `v` is 0.
pub const ETHEREUM_SIGNATURE: [u8; 65] = {
	let mut bytes = [0; 65];
	bytes[31] = 1;
	bytes[63] = 1;
	bytes
};

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

/// Returns a native signature that is not the scheduler's.
pub fn by_nobody(signature: MultiSignature) -> SchedulerSignature {
	SchedulerSignature::Native(signature.into())
}

/// Returns that signature as Ethereum writes it, in 65 bytes.
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
