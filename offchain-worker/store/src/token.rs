//! Tokens say who may store what. The store's owner gives them out and the store checks them; it remembers none.

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::Cid;

/// What the key is used for, so that no other use of it yields a token.
const PURPOSE: &[u8] = b"rlc/store/upload/v1";

/// How long a content is kept, at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Keep {
	/// As long as the store keeps contents if nothing else is said: [`StoreConfig::retention`](crate::StoreConfig::retention).
	Retention,
	/// For this time from when it is stored, in ms.
	ForMs(u64),
}

/// Which part of the store a content takes. None of them can take from another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Room {
	/// What the store's owner was paid to keep: results.
	Results,
	/// Uploads of accounts that have paid the store's owner.
	#[default]
	Uploads,
	/// Uploads of accounts that have paid nothing so far: a part of the room for uploads.
	Trials,
}

/// What a token allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
	/// The content that may be stored.
	pub cid: Cid,
	/// Its greatest size, in bytes.
	pub max_size: u64,
	/// Until when uploads may begin or resume, in ms since the Unix epoch.
	pub expires: u64,
	/// Whose quota is used: an account that uploads, or one whose results these are.
	pub who: String,
	/// Who brings it, if somebody else: two that bring the same content cannot spoil each other's upload.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub by: Option<String>,
	/// Which part of the store it takes. Tokens of older programs do not say.
	#[serde(default)]
	pub room: Room,
	/// The most that `who` may have, in bytes, if that is less than
	/// [`StoreConfig::quota_each`](crate::StoreConfig::quota_each).
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub quota: Option<u64>,
	/// How long it is kept.
	pub keep: Keep,
}

impl Grant {
	/// Returns who uploads.
	pub fn uploader(&self) -> &str {
		self.by.as_deref().unwrap_or(&self.who)
	}
}

/// Why a token allows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
	/// The request has none.
	#[error("an upload needs a token: ask the scheduler for one, and send it as Authorization: Bearer TOKEN")]
	Missing,
	/// It was not made with this store's key, or was changed.
	#[error("the token is not from this store: ask the scheduler for a new one")]
	Forged,
	/// Its time is over.
	#[error("the token has expired: ask the scheduler for a new one")]
	Expired,
	/// It is good, but for another content.
	#[error("the token is for another content: ask the scheduler for one for this content")]
	OtherContent,
}

/// Returns the text of a token: the grant and its authentication code, in hex.
pub(crate) fn sign(key: &[u8; 32], grant: &Grant) -> String {
	let grant = serde_json::to_vec(grant).expect("a grant has text and numbers only");
	let code = mac(key, &grant).finalize().into_bytes();
	format!("{}.{}", hex::encode(grant), hex::encode(code))
}

/// Returns what a token allows at a time, in ms, for a content.
pub(crate) fn check(key: &[u8; 32], token: &str, cid: &Cid, now: u64) -> Result<Grant, TokenError> {
	let (grant, code) = token.split_once('.').ok_or(TokenError::Forged)?;
	let grant = hex::decode(grant).map_err(|_| TokenError::Forged)?;
	let code = hex::decode(code).map_err(|_| TokenError::Forged)?;
	mac(key, &grant).verify_slice(&code).map_err(|_| TokenError::Forged)?;
	let grant: Grant = serde_json::from_slice(&grant).map_err(|_| TokenError::Forged)?;
	if grant.cid != *cid {
		return Err(TokenError::OtherContent);
	}
	if grant.expires <= now {
		return Err(TokenError::Expired);
	}
	Ok(grant)
}

fn mac(key: &[u8; 32], grant: &[u8]) -> Hmac<Sha256> {
	let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
	mac.update(PURPOSE);
	mac.update(grant);
	mac
}

#[cfg(test)]
mod parsing {
	use super::{tests::grant, *};
	use proptest::prelude::*;
	use rlc_testing::spoiled_text;

	const KEY: [u8; 32] = [7; 32];

	proptest! {
		#[test]
		fn nobody_changes_what_a_token_allows(token in spoiled_text(Just(sign(&KEY, &grant())))) {
			match check(&KEY, &token, &grant().cid, 0) {
				Ok(allowed) => prop_assert_eq!(allowed, grant()),
				Err(error) => prop_assert_eq!(error, TokenError::Forged),
			}
		}

		#[test]
		fn token_of_another_key_allows_nothing(key in any::<[u8; 32]>()) {
			prop_assume!(key != KEY);
			prop_assert_eq!(check(&KEY, &sign(&key, &grant()), &grant().cid, 0), Err(TokenError::Forged));
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	pub(super) fn grant() -> Grant {
		Grant {
			cid: Cid::of_sha256([1; 32]),
			max_size: 10,
			expires: 1_000,
			who: "someone".into(),
			by: Some("somebody else".into()),
			room: Room::Results,
			quota: Some(9),
			keep: Keep::ForMs(5),
		}
	}

	#[test]
	fn token_allows_what_was_granted() {
		let grant = grant();
		assert_eq!(check(&[7; 32], &sign(&[7; 32], &grant), &grant.cid, 999), Ok(grant));
	}

	#[test]
	fn token_of_an_older_program_is_for_an_upload() {
		let cid = Cid::of_sha256([1; 32]);
		let old = format!(r#"{{"cid":"{cid}","max_size":10,"expires":1000,"who":"alice","keep":"retention"}}"#);
		let code = mac(&[7; 32], old.as_bytes()).finalize().into_bytes();
		let grant = check(&[7; 32], &format!("{}.{}", hex::encode(old), hex::encode(code)), &cid, 999).unwrap();
		assert_eq!((grant.room, grant.quota, grant.uploader()), (Room::Uploads, None, "alice"));
	}

	#[test]
	fn expired_and_foreign_tokens_allow_nothing() {
		let (grant, token) = (grant(), sign(&[7; 32], &grant()));
		assert_eq!(check(&[7; 32], &token, &grant.cid, 1_000), Err(TokenError::Expired));
		assert_eq!(check(&[7; 32], &token, &Cid::of_sha256([2; 32]), 0), Err(TokenError::OtherContent));
		assert_eq!(check(&[8; 32], &token, &grant.cid, 0), Err(TokenError::Forged));
	}

	#[test]
	fn changed_tokens_allow_nothing() {
		let (grant, token) = (grant(), sign(&[7; 32], &grant()));
		let more = Grant { max_size: 1_000, ..grant.clone() };
		let code = token.split_once('.').unwrap().1;
		let forged = format!("{}.{code}", hex::encode(serde_json::to_vec(&more).unwrap()));
		for token in ["", ".", "00.00", &forged, &token[..token.len() - 2], &format!("{token}00")] {
			assert_eq!(check(&[7; 32], token, &grant.cid, 0), Err(TokenError::Forged), "{token}");
		}
	}
}
