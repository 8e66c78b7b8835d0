//! Ethereum's keys and words on this chain.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{H160, H256, U256};
use sp_io::{crypto::secp256k1_ecdsa_recover, hashing::keccak_256};

use crate::AccountId;

/// What fills an Ethereum address up to the 32 bytes of an account.
const PADDING: [u8; 12] = [0xEE; 12];

/// Half of the order of secp256k1's group: the highest `s` of a signature that is not malleable. Source: EIP-2.
const MAX_S: [u8; 32] = [
	0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x5D, 0x57, 0x6E,
	0x73, 0x57, 0xA4, 0x50, 0x1D, 0xDF, 0xE9, 0x2F, 0x46, 0x68, 0x1B, 0x20, 0xA0,
];

/// Returns the account of an Ethereum key: its address followed by twelve bytes `0xEE`.
pub fn account_of(address: H160) -> AccountId {
	let mut account = [0xEE; 32];
	account.iter_mut().zip(address.0).for_each(|(to, from)| *to = from);
	AccountId::new(account)
}

/// Returns the address of an Ethereum key's account; `None` for every other account.
///
/// An account of another kind could end in twelve `0xEE` bytes by chance, once in 2⁹⁶.
pub fn address_of(account: &AccountId) -> Option<H160> {
	let (address, padding) = AsRef::<[u8; 32]>::as_ref(account).split_first_chunk::<20>()?;
	(padding == PADDING).then_some(H160(*address))
}

/// Returns a number as a 32-byte big-endian word, as Solidity's ABI encodes a `uint256`.
pub(crate) fn word(number: u128) -> [u8; 32] {
	U256::from(number).to_big_endian()
}

/// Returns what `personal_sign` and iExec's `toEthSignedMessageHash` sign for a 32-byte hash. Source: EIP-191, version
/// `0x45`.
pub fn signed_message_hash(hash: H256) -> H256 {
	H256(keccak_256(&[b"\x19Ethereum Signed Message:\n32".as_slice(), hash.as_bytes()].concat()))
}

/// Returns what `personal_sign` signs for a message of any length. Source: EIP-191, version `0x45`.
pub fn message_hash(message: &[u8]) -> H256 {
	let length = alloc::format!("{}", message.len());
	H256(keccak_256(&[b"\x19Ethereum Signed Message:\n", length.as_bytes(), message].concat()))
}

/// Returns whether the key of `signer`'s address signed the keccak-256 of `payload`, or `payload` as a message. The
/// signature is `r ‖ s ‖ v`, with `v` from 0 or from 27 on.
pub(crate) fn signed(signature: &[u8; 65], payload: &[u8], signer: &AccountId) -> bool {
	[H256(keccak_256(payload)), message_hash(payload)].into_iter().any(|hash| {
		let key = secp256k1_ecdsa_recover(signature, &hash.0).ok();
		key.is_some_and(|key| account_of(H256(keccak_256(&key)).into()) == *signer)
	})
}

/// Why an Ethereum signature is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum EthereumSignatureError {
	/// Neither 65 bytes (`r ‖ s ‖ v`) nor 64 (`r ‖ vs`, EIP-2098).
	WrongLength,
	/// The last of 65 bytes is neither 27 nor 28, nor 0 or 1.
	InvalidV,
	/// `s` is in the upper half: anyone could have made this from another signature. Sign with a low `s` (EIP-2).
	HighS,
	/// No key signed this.
	Unrecoverable,
}

/// A signature by an Ethereum key over a 32-byte hash, in either of the usual forms.
///
/// One signature can be written in several of them, so nothing may be named by the bytes of a signature. Orders are named
/// by their hash, and delegations by worker and task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum EthereumSignature {
	/// `r ‖ s ‖ v`, with `v` 27 or 28, or 0 or 1 as hardware wallets and key services write it. Source:
	/// `SignatureVerifier._recover` of iExec's contracts.
	Full([u8; 65]),
	/// `r ‖ vs`: the highest bit of `vs` is `v − 27`, the others are `s`. Source: EIP-2098.
	Compact([u8; 64]),
}

impl TryFrom<&[u8]> for EthereumSignature {
	type Error = EthereumSignatureError;

	fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
		if let Ok(full) = bytes.try_into() {
			return Ok(Self::Full(full));
		}
		bytes.try_into().map(Self::Compact).map_err(|_| EthereumSignatureError::WrongLength)
	}
}

impl EthereumSignature {
	/// Returns the address of the key that signed `hash`.
	///
	/// # Errors
	///
	/// [`InvalidV`](EthereumSignatureError::InvalidV), [`HighS`](EthereumSignatureError::HighS), and
	/// [`Unrecoverable`](EthereumSignatureError::Unrecoverable), as OpenZeppelin's `ECDSA.tryRecover` refuses.
	pub fn recover(&self, hash: H256) -> Result<H160, EthereumSignatureError> {
		let (r, s, v) = self.parts()?;
		if s > MAX_S {
			return Err(EthereumSignatureError::HighS);
		}
		let mut signature = [v; 65];
		signature.iter_mut().zip(r.into_iter().chain(s)).for_each(|(to, from)| *to = from);
		let key = secp256k1_ecdsa_recover(&signature, &hash.0).map_err(|_| EthereumSignatureError::Unrecoverable)?;
		Ok(H256(keccak_256(&key)).into())
	}

	/// Returns `r`, `s`, and `v` as 27 or 28.
	fn parts(&self) -> Result<([u8; 32], [u8; 32], u8), EthereumSignatureError> {
		match self {
			Self::Full(bytes) => {
				let (r, s, v) = split(bytes).ok_or(EthereumSignatureError::WrongLength)?;
				match v {
					[0 | 27] => Ok((r, s, 27)),
					[1 | 28] => Ok((r, s, 28)),
					_ => Err(EthereumSignatureError::InvalidV),
				}
			}
			Self::Compact(bytes) => {
				let (r, mut s, _) = split(bytes).ok_or(EthereumSignatureError::WrongLength)?;
				let [first, ..] = &mut s;
				let v = if *first & 0x80 == 0 { 27 } else { 28 };
				*first &= 0x7F;
				Ok((r, s, v))
			}
		}
	}
}

/// Returns the first 32 bytes, the next 32, and the rest.
fn split(bytes: &[u8]) -> Option<([u8; 32], [u8; 32], &[u8])> {
	let (r, rest) = bytes.split_first_chunk::<32>()?;
	let (s, rest) = rest.split_first_chunk::<32>()?;
	Some((*r, *s, rest))
}

/// The bytes of an Ethereum signature as a vector, in the form that it came in.
impl From<EthereumSignature> for Vec<u8> {
	fn from(signature: EthereumSignature) -> Self {
		match signature {
			EthereumSignature::Full(bytes) => bytes.to_vec(),
			EthereumSignature::Compact(bytes) => bytes.to_vec(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::{crypto::Pair, ecdsa};
	use sp_runtime::traits::Verify;

	/// The first key of Hardhat's and Anvil's well-known accounts, and its address as they print it.
	const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
	const ADDRESS: &str = "f39fd6e51aad88f6f4ce6ab8827279cfffb92266";

	#[test]
	fn key_of_an_address_signs_for_its_account() {
		let pair = ecdsa::KeccakPair::from_string(KEY, None).unwrap();
		let account = account_of(ADDRESS.parse().unwrap());
		let payload = b"a payload".as_slice();
		let hashed = pair.sign(payload);
		let message = pair.sign_prehashed(&message_hash(payload).0);
		for signature in [hashed, message] {
			let signature = crate::Signature::from(signature);
			assert!(signature.verify(payload, &account));
			assert!(!signature.verify(b"another".as_slice(), &account));
			assert!(!signature.verify(payload, &account_of(H160::repeat_byte(1))));
		}
	}

	#[test]
	fn message_is_hashed_with_its_length() {
		assert_eq!(message_hash(&[7; 32]), signed_message_hash(H256::repeat_byte(7)));
		assert_ne!(message_hash(b"1"), message_hash(b"11"));
	}

	#[test]
	fn other_accounts_have_no_address() {
		assert_eq!(address_of(&AccountId::new([7; 32])), None);
		let mut almost = [0xEE; 32];
		almost[20] = 0xED;
		assert_eq!(address_of(&AccountId::new(almost)), None);
	}

	#[test]
	fn length_decides_the_form() {
		for length in [0, 32, 63, 66, 130] {
			let bytes = alloc::vec![1; length];
			assert_eq!(EthereumSignature::try_from(bytes.as_slice()), Err(EthereumSignatureError::WrongLength));
		}
		assert!(matches!(EthereumSignature::try_from([1; 64].as_slice()), Ok(EthereumSignature::Compact(_))));
		assert!(matches!(EthereumSignature::try_from([1; 65].as_slice()), Ok(EthereumSignature::Full(_))));
	}

	/// Returns the well-known key's signature over a hash, with `v` 27 or 28.
	fn wallet_signs(hash: H256) -> [u8; 65] {
		let mut bytes = ecdsa::KeccakPair::from_string(KEY, None).unwrap().sign_prehashed(&hash.0).0;
		bytes[64] += 27;
		bytes
	}

	#[test]
	fn parity_may_be_written_as_0_and_1() {
		// Among so many hashes are some of each parity.
		let mut parities = [0; 2];
		for n in 0..16 {
			let hash = H256::repeat_byte(n);
			let usual = wallet_signs(hash);
			let mut plain = usual;
			plain[64] -= 27;
			parities[usize::from(plain[64])] += 1;
			for bytes in [usual, plain] {
				assert_eq!(EthereumSignature::Full(bytes).recover(hash), Ok(ADDRESS.parse().unwrap()));
			}
			let mut flipped = plain;
			flipped[64] ^= 1;
			assert_ne!(EthereumSignature::Full(flipped).recover(hash), Ok(ADDRESS.parse().unwrap()));
		}
		assert!(parities.iter().all(|count| *count > 0), "{parities:?}");
	}

	#[test]
	fn twin_of_a_signature_is_refused_however_its_v_is_written() {
		let hash = H256::repeat_byte(1);
		let bytes = wallet_signs(hash);
		// The order of the group less `s`: twice half of it and one, since it is odd.
		let order = U256::from_big_endian(&MAX_S) * U256::from(2) + U256::one();
		let high = (order - U256::from_big_endian(&bytes[32..64])).to_big_endian();
		let other = 55 - bytes[64];
		for v in [other, other - 27] {
			let mut twin = bytes;
			twin[32..64].copy_from_slice(&high);
			twin[64] = v;
			assert_eq!(EthereumSignature::Full(twin).recover(hash), Err(EthereumSignatureError::HighS), "v = {v}");
		}
	}

	#[test]
	fn signature_with_a_zero_r_is_nobodys() {
		for v in [0, 1, 27, 28] {
			let mut bytes = wallet_signs(H256::repeat_byte(1));
			bytes[..32].fill(0);
			bytes[64] = v;
			let refused = EthereumSignature::Full(bytes).recover(H256::repeat_byte(1));
			assert_eq!(refused, Err(EthereumSignatureError::Unrecoverable), "v = {v}");
		}
	}

	#[test]
	fn invalid_v_is_refused() {
		// From 35 on, it is that of a transaction and names its chain: EIP-155.
		for v in [2, 3, 26, 29, 30, 35, 36, 37, 255] {
			let mut bytes = [1; 65];
			bytes[64] = v;
			let refused = EthereumSignature::Full(bytes).recover(H256::zero());
			assert_eq!(refused, Err(EthereumSignatureError::InvalidV), "v = {v}");
		}
	}

	#[test]
	fn zero_signature_is_nobodys() {
		let compact = EthereumSignature::Compact([0; 64]).recover(H256::repeat_byte(1));
		assert_eq!(compact, Err(EthereumSignatureError::Unrecoverable));
	}

	#[test]
	fn s_is_low_up_to_half_the_order() {
		let mut bytes = [1; 65];
		bytes[64] = 27;
		bytes[32..64].copy_from_slice(&MAX_S);
		assert_ne!(EthereumSignature::Full(bytes).recover(H256::zero()), Err(EthereumSignatureError::HighS));
		bytes[63] += 1;
		assert_eq!(EthereumSignature::Full(bytes).recover(H256::zero()), Err(EthereumSignatureError::HighS));
	}
}
