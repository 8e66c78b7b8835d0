//! Signed orders as files that are handed on.
//!
//! A file holds the order and its signature as the chain encodes them; what stands next to them is for readers, and is not
//! trusted. Files that iExec's SDK writes are read too.

mod iexec;

use std::path::Path;

use codec::{Decode, DecodeAll, Encode};
use rlc_json::{hex, HashedOrder, Order};
use rlc_primitives::{AnyOrder, OrderSignature, SigningDomain};
use serde::Serialize;
use serde_json::Value;

use crate::failure::{disk, failure, Result};

/// An order with its owner's signature, as a file.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderFile {
	/// `hash`, `kind` and `order`, for readers.
	#[serde(flatten)]
	order: HashedOrder,
	/// The order, SCALE-encoded, in hex.
	encoded: String,
	/// The signature, SCALE-encoded, in hex.
	signature: String,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signed {
	/// The order.
	pub order: AnyOrder,
	/// Its owner's signature.
	pub signature: OrderSignature,
}

impl OrderFile {
	/// Returns the file of an order.
	pub(crate) fn new(signed: &Signed, domain: &SigningDomain) -> Self {
		let order = HashedOrder { hash: signed.order.hash(domain), order: Order(signed.order.clone()) };
		Self { order, encoded: to_hex(&signed.order), signature: to_hex(&signed.signature) }
	}

	/// Reads one.
	///
	/// # Errors
	///
	/// If it cannot be read, or is not such a file.
	pub(crate) fn read(path: &Path) -> Result<Signed> {
		let text = std::fs::read(path).map_err(disk(path))?;
		let invalid = || {
			failure!(OrderFile, "{} is not an order", path.display();
				"`rlc order sign` writes one, and so does iExec's SDK")
		};
		let file: Value = serde_json::from_slice(&text).map_err(|_| invalid())?;
		held(&file).or_else(|| iexec::held(&file)).ok_or_else(invalid)
	}

	/// Reads the one of this name, which could have been an order's hash.
	///
	/// # Errors
	///
	/// If it cannot be read, or is not such a file.
	pub(crate) fn named(name: &str) -> Result<Signed> {
		let path = Path::new(name);
		if !path.exists() {
			return Err(failure!(FileUnusable, "{name} is neither a file nor the hash of an order";
				"a hash is 0x and 64 hex digits"));
		}
		Self::read(path)
	}
}

/// Returns what a file holds. Files of earlier versions have the encoded order under `order`.
fn held(file: &Value) -> Option<Signed> {
	let encoded = file["encoded"].as_str().or(file["order"].as_str())?;
	Some(Signed { order: from_hex(encoded)?, signature: from_hex(file["signature"].as_str()?)? })
}

fn to_hex(value: &impl Encode) -> String {
	hex::write(&value.encode())
}

fn from_hex<T: Decode>(text: &str) -> Option<T> {
	T::decode_all(&mut hex::read(text)?.as_slice()).ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{AccountId, AppId, AppOrder, Restriction, Signature, Tag};
	use serde_json::json;
	use sp_core::{sr25519, H160, H256};

	pub(super) fn signed() -> Signed {
		let order = AppOrder {
			app: AppId(H160::repeat_byte(1)),
			price: 5,
			volume: 7,
			tag: Tag::NONE,
			dataset_restrict: Restriction::Anyone,
			workerpool_restrict: Restriction::Anyone,
			requester_restrict: Restriction::Exactly(AccountId::new([2; 32])),
			salt: H256::zero(),
		};
		let signature = Signature::from(sr25519::Signature::from_raw([3; 64]));
		Signed { order: order.into(), signature: OrderSignature::Native(signature) }
	}

	#[test]
	fn file_is_read_as_it_was_written() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("order.json");
		let domain = SigningDomain::new(H256::zero(), 1, H160::zero());
		let file = serde_json::to_value(OrderFile::new(&signed(), &domain)).unwrap();
		assert_eq!((&file["kind"], &file["order"]["price"]), (&json!("app"), &json!("5")));
		std::fs::write(&path, file.to_string()).unwrap();
		assert_eq!(OrderFile::read(&path).unwrap(), signed());
		let earlier =
			json!({ "hash": file["hash"], "terms": {}, "order": file["encoded"], "signature": file["signature"] });
		std::fs::write(&path, earlier.to_string()).unwrap();
		assert_eq!(OrderFile::read(&path).unwrap(), signed(), "files of earlier versions are still read");
		for broken in ["", "{}", "[1]", r#"{"hash": 1, "order": {}, "encoded": "0x00", "signature": "0x"}"#] {
			std::fs::write(&path, broken).unwrap();
			assert!(OrderFile::read(&path).unwrap_err().to_string().contains("is not an order"), "{broken}");
		}
	}
}

#[cfg(test)]
mod parsing {
	use proptest::prelude::*;
	use rlc_testing::spoiled;
	use sp_core::{H160, H256};

	use super::{tests::signed, *};

	proptest! {
		#[test]
		fn file_holds_what_it_encodes(text in spoiled(Just({
			let domain = SigningDomain::new(H256::zero(), 1, H160::zero());
			serde_json::to_vec(&OrderFile::new(&signed(), &domain)).unwrap()
		}))) {
			let Ok(file) = serde_json::from_slice::<Value>(&text) else { return Ok(()) };
			if let Some(Signed { order, signature }) = held(&file) {
				let encoded = file["encoded"].as_str().or(file["order"].as_str()).unwrap();
				prop_assert_eq!(encoded.to_ascii_lowercase(), to_hex(&order));
				prop_assert_eq!(file["signature"].as_str().unwrap().to_ascii_lowercase(), to_hex(&signature));
			}
		}
	}
}
