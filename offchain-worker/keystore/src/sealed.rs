//! A secret under a password: scrypt makes a key of the password, ChaCha20-Poly1305 seals the secret with it.

use chacha20poly1305::{
	aead::{Aead, Payload},
	ChaCha20Poly1305, Key, KeyInit,
};
use rand::{rngs::OsRng, RngCore};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The cost of a guess: 2¹⁷ blocks of 1 KiB, about 400 ms and 128 MiB. Files say theirs, so that older ones still open.
const LOG_N: u8 = 17;
/// The highest cost that is accepted from a file: 1 GiB. A file must not be able to take the machine's memory.
const MAX_LOG_N: u8 = 20;
/// scrypt's recommended block size, in 128 bytes.
const R: u32 = 8;
/// scrypt's recommended parallelization.
const P: u32 = 1;

/// A sealed secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Sealed {
	/// Logarithm to base 2 of scrypt's cost.
	log_n: u8,
	/// What makes equal passwords different, in hex.
	salt: String,
	/// The cipher's nonce, in hex.
	nonce: String,
	/// The sealed secret, in hex.
	sealed: String,
}

/// Why a secret stays sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsealable {
	/// The password is another one, or what is sealed has been changed: the cipher does not tell which.
	WrongPassword,
	/// The file is not what was written.
	Corrupt,
}

impl Sealed {
	/// Seals `secret`, together with `context`: what is written next to it in the open.
	pub(super) fn seal(secret: &str, context: &[u8], password: &str) -> Self {
		let (mut salt, mut nonce) = ([0; 16], [0; 12]);
		OsRng.fill_bytes(&mut salt);
		OsRng.fill_bytes(&mut nonce);
		let cipher = cipher(password, &salt, LOG_N).expect("these parameters are scrypt's own recommendation");
		let payload = Payload { msg: secret.as_bytes(), aad: context };
		let sealed = cipher.encrypt(&nonce.into(), payload).expect("the secret is short");
		Self { log_n: LOG_N, salt: hex::encode(salt), nonce: hex::encode(nonce), sealed: hex::encode(sealed) }
	}

	/// Opens the secret.
	pub(super) fn open(&self, context: &[u8], password: &str) -> Result<Zeroizing<String>, Unsealable> {
		let read = |text: &str| hex::decode(text).map_err(|_| Unsealable::Corrupt);
		let (salt, nonce, sealed) = (read(&self.salt)?, read(&self.nonce)?, read(&self.sealed)?);
		let nonce = <[u8; 12]>::try_from(nonce).map_err(|_| Unsealable::Corrupt)?;
		if self.log_n > MAX_LOG_N {
			return Err(Unsealable::Corrupt);
		}
		let cipher = cipher(password, &salt, self.log_n).ok_or(Unsealable::Corrupt)?;
		let payload = Payload { msg: &sealed, aad: context };
		let secret = cipher.decrypt(&nonce.into(), payload).map_err(|_| Unsealable::WrongPassword)?;
		String::from_utf8(secret).map(Zeroizing::new).map_err(|_| Unsealable::Corrupt)
	}
}

/// Returns the cipher whose key is made of this password; `None` if scrypt does not take this `log_n`.
fn cipher(password: &str, salt: &[u8], log_n: u8) -> Option<ChaCha20Poly1305> {
	let params = scrypt::Params::new(log_n, R, P, 32).ok()?;
	let mut key = Zeroizing::new([0; 32]);
	scrypt::scrypt(password.as_bytes(), salt, &params, key.as_mut()).ok()?;
	Some(ChaCha20Poly1305::new(Key::from_slice(key.as_ref())))
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Seals as [`Sealed::seal`] does, at this cost.
	fn sealed(log_n: u8) -> Sealed {
		let (salt, nonce) = ([1; 16], [2; 12]);
		let cipher = cipher("pass", &salt, log_n).unwrap();
		let sealed = cipher.encrypt(&nonce.into(), Payload { msg: b"//Alice", aad: b"context" }).unwrap();
		Sealed { log_n, salt: hex::encode(salt), nonce: hex::encode(nonce), sealed: hex::encode(sealed) }
	}

	#[test]
	fn guess_costs_as_much_as_owasp_asks_for() {
		let new = Sealed::seal("//Alice", b"context", "pass");
		assert!(new.log_n >= 17, "scrypt with N = 2^17, r = 8, p = 1");
	}

	#[test]
	fn older_files_with_a_lower_cost_still_open() {
		for log_n in [14, 15] {
			assert_eq!(*sealed(log_n).open(b"context", "pass").unwrap(), "//Alice");
			assert_eq!(sealed(log_n).open(b"context", "Pass"), Err(Unsealable::WrongPassword));
		}
	}

	#[test]
	fn file_cannot_take_the_machines_memory() {
		let dear = Sealed { log_n: MAX_LOG_N + 1, ..sealed(4) };
		assert_eq!(dear.open(b"context", "pass"), Err(Unsealable::Corrupt));
	}
}
