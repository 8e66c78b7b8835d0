//! What keys are made of.

use rlc_chain::{Key, Scheme};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::KeystoreError;

/// The kinds of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
	/// A Substrate key.
	#[default]
	Sr25519,
	/// A secp256k1 key whose account is its Ethereum address.
	Ethereum,
}

impl std::fmt::Display for Kind {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.pad(match self {
			Self::Sr25519 => "sr25519",
			Self::Ethereum => "ethereum",
		})
	}
}

impl Kind {
	/// Returns what makes a key of this kind, in words.
	pub(super) fn expected(self) -> &'static str {
		match self {
			Self::Sr25519 => "a phrase of 12 to 24 words, a seed of 0x and 64 hex digits, or a derivation like //Alice",
			Self::Ethereum => "the private key as 0x and 64 hex digits",
		}
	}
}

/// What a key is made of: a phrase, a seed in hex, or a derivation such as `//Alice`; for Ethereum the private key in hex.
pub struct Secret {
	/// What kind of key it makes.
	pub kind: Kind,
	/// The text.
	pub text: Zeroizing<String>,
}

impl Secret {
	/// Returns a new secret from the operating system's randomness: a phrase of twelve words, or for Ethereum 32 bytes in hex.
	pub fn generate(kind: Kind) -> Self {
		use rand::RngCore;
		use sp_core::Pair;
		let text = match kind {
			Kind::Sr25519 => sp_core::sr25519::Pair::generate_with_phrase(None).1,
			Kind::Ethereum => {
				let mut bytes = Zeroizing::new([0; 32]);
				rand::rngs::OsRng.fill_bytes(bytes.as_mut());
				format!("0x{}", hex::encode(bytes.as_ref()))
			}
		};
		Self { kind, text: Zeroizing::new(text) }
	}

	/// Returns the key.
	///
	/// # Errors
	///
	/// [`KeystoreError::InvalidSecret`].
	pub fn key(&self) -> Result<Key, KeystoreError> {
		let text = self.text.trim();
		if text.is_empty() {
			// An empty phrase would be the development phrase.
			return Err(KeystoreError::InvalidSecret { kind: self.kind });
		}
		let scheme = match self.kind {
			Kind::Sr25519 => Scheme::Sr25519,
			Kind::Ethereum => Scheme::Ethereum,
		};
		Key::new(scheme, text).map_err(|_| KeystoreError::InvalidSecret { kind: self.kind })
	}
}
