//! Signatures of every kind under a request, each one that takes the most attempts to verify.
//!
//! A key of ed25519 or sr25519 has to sign, or its signature would be refused early. Of the kinds that yield a public key,
//! anybody's signature will do: it is tried in vain.

use rlc_primitives::{
	ethereum::{account_of, EthereumSignature},
	AccountId, OrderSignature, RequestOrder, Signature,
};
use sp_core::H160;
use sp_io::crypto::{ed25519_generate, ed25519_sign, sr25519_generate, sr25519_sign};
use sp_runtime::MultiSignature;

use super::market::{wrapped, KEY_TYPE};
use crate::Config;

/// A signature that some key made over any message: `r` is the x coordinate of secp256k1's generator, `s` is low, `v` is 0.
/// Short ones take less time to recover than real ones. Source: SEC 2, 2.4.1.
const ETHEREUM_SIGNATURE: [u8; 65] = [
	0x79, 0xBE, 0x66, 0x7E, 0xF9, 0xDC, 0xBB, 0xAC, 0x55, 0xA0, 0x62, 0x95, 0xCE, 0x87, 0x0B, 0x07, 0x02, 0x9B, 0xFC,
	0xDB, 0x2D, 0xCE, 0x28, 0xD9, 0x59, 0xF2, 0x81, 0x5B, 0x16, 0xF8, 0x17, 0x98, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
	0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
	0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x00,
];

/// Returns the signature of an ed25519 key, and whose it is.
pub fn by_ed25519<T: Config>(request: &RequestOrder) -> (OrderSignature, AccountId) {
	let key = ed25519_generate(KEY_TYPE, None);
	let signature = ed25519_sign(KEY_TYPE, &key, &wrapped::<T, _>(request)).expect("the key was generated");
	(OrderSignature::Native(Signature::from(signature)), AccountId::new(key.0))
}

/// Returns the signature of an sr25519 key, and whose it is.
pub fn by_sr25519<T: Config>(request: &RequestOrder) -> (OrderSignature, AccountId) {
	let key = sr25519_generate(KEY_TYPE, None);
	let signature = sr25519_sign(KEY_TYPE, &key, &wrapped::<T, _>(request)).expect("the key was generated");
	(OrderSignature::Native(Signature::from(signature)), AccountId::new(key.0))
}

/// Returns an ecdsa key's signature.
pub fn ecdsa() -> OrderSignature {
	OrderSignature::Native(MultiSignature::Ecdsa(ETHEREUM_SIGNATURE.into()).into())
}

/// Returns an Ethereum key's native signature.
pub fn eth() -> OrderSignature {
	OrderSignature::Native(MultiSignature::Eth(ETHEREUM_SIGNATURE.into()).into())
}

/// Returns an Ethereum wallet's signature over an order's EIP-712 form.
pub fn eip712() -> OrderSignature {
	let mut bytes = ETHEREUM_SIGNATURE;
	bytes[64] = 27;
	OrderSignature::Eip712(EthereumSignature::Full(bytes))
}

/// Returns a request that a wallet could have signed.
pub fn expressible(request: RequestOrder) -> RequestOrder {
	let wallet = account_of(H160::repeat_byte(1));
	let workerpool = request.workerpool.by_name().into();
	let beneficiary = Some(wallet.clone());
	RequestOrder { requester: wallet, beneficiary, workerpool, payer: None, expiry: None, ..request }
}
