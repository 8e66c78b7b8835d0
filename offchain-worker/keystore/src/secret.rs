//! What keys are made of.

use rlc_chain::{Key, Scheme};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
	text::{digits, words},
	wallet, KeystoreError,
};

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
			Self::Sr25519 => "a phrase of 12 to 24 words, a seed of 64 hex digits, or a derivation like //Alice",
			Self::Ethereum => "the private key as 64 hex digits, or the wallet's phrase of 12 to 24 English words",
		}
	}
}

/// What a key is made of: a phrase, a seed in hex, or a derivation such as `//Alice`; for Ethereum the private key in hex.
pub struct Secret {
	kind: Kind,
	text: Zeroizing<String>,
	/// Whether it was made of a phrase for development, though its text no longer says so.
	is_development: bool,
}

impl Secret {
	/// Returns the secret that a text is, as people and their programs write it: with and without `0x`, with spaces and line
	/// breaks between words and around it. Of a phrase for Ethereum, it is the private key of the account that wallets show
	/// first, and the phrase is not kept.
	///
	/// # Errors
	///
	/// [`KeystoreError::InvalidSecret`].
	pub fn new(kind: Kind, text: &str) -> Result<Self, KeystoreError> {
		let text = match kind {
			Kind::Sr25519 => suri(text),
			Kind::Ethereum => wallet::private_key(text),
		};
		let text = text.ok_or(KeystoreError::InvalidSecret { kind })?;
		let secret = Self { kind, text, is_development: false };
		secret.key()?;
		Ok(secret)
	}

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
		Self { kind, text: Zeroizing::new(text), is_development: false }
	}

	/// Returns a secret that was kept; `None` if its text makes no key. Earlier versions kept phrases for Ethereum as they
	/// were: of these, it is the private key of the account that they showed. They also kept development derivations, which
	/// stay what they are.
	pub(super) fn kept(kind: Kind, text: Zeroizing<String>) -> Option<Self> {
		let (text, is_development) = match kind {
			Kind::Ethereum if digits(&text).is_none() && !text.starts_with('/') => {
				let is_development = Key::from_suri(&text).is_ok_and(|key| key.is_development());
				(wallet::earlier_private_key(&text)?, is_development)
			}
			_ => (text, false),
		};
		Some(Self { kind, text, is_development }).filter(|secret| secret.key().is_ok())
	}

	/// Returns which kind of key it makes.
	pub fn kind(&self) -> Kind {
		self.kind
	}

	/// Returns its text: anyone who has it controls the account.
	pub fn text(&self) -> &str {
		&self.text
	}

	/// Returns the key.
	///
	/// # Errors
	///
	/// [`KeystoreError::InvalidSecret`].
	pub fn key(&self) -> Result<Key, KeystoreError> {
		let scheme = match self.kind {
			Kind::Sr25519 => Scheme::Sr25519,
			Kind::Ethereum => Scheme::Ethereum,
		};
		let key = Key::new(scheme, &self.text).map_err(|_| KeystoreError::InvalidSecret { kind: self.kind })?;
		Ok(if self.is_development { key.for_development() } else { key })
	}
}

/// Returns a text as Substrate's libraries read it. `None` if it is empty, which would be the development phrase.
fn suri(text: &str) -> Option<Zeroizing<String>> {
	let trimmed = text.trim();
	if trimmed.is_empty() {
		return None;
	}
	Some(match digits(trimmed) {
		Some(digits) => Zeroizing::new(format!("0x{digits}")),
		// Spaces may belong to a password, which follows slashes.
		None if trimmed.contains('/') => Zeroizing::new(trimmed.to_owned()),
		None => words(trimmed),
	})
}
