//! Signed orders as files that are handed on.
//!
//! A file holds the order and its signature as the chain encodes them; what stands next to them is for readers, and is not
//! trusted.

use std::path::Path;

use codec::{Decode, DecodeAll, Encode};
use rlc_json::Order;
use rlc_primitives::{AnyOrder, OrderSignature, SigningDomain};
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};

use crate::failure::{disk, failure, Result};

/// An order with its owner's signature, as a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderFile {
	/// The order's hash.
	pub hash: Value,
	/// The order's terms, for readers.
	pub terms: Value,
	/// The order, SCALE-encoded, in hex.
	order: String,
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
		Self {
			hash: json!(signed.order.hash(domain)),
			terms: json!(Order(signed.order.clone())),
			order: to_hex(&signed.order),
			signature: to_hex(&signed.signature),
		}
	}

	/// Reads one.
	///
	/// # Errors
	///
	/// If it cannot be read, or is not such a file.
	pub(crate) fn read(path: &Path) -> Result<Signed> {
		let text = std::fs::read(path).map_err(disk(path))?;
		let invalid = || failure!(OrderFile, "{} is not an order", path.display(); "`rlc order sign` writes one");
		let file: Self = serde_json::from_slice(&text).map_err(|_| invalid())?;
		let signed = || Some(Signed { order: from_hex(&file.order)?, signature: from_hex(&file.signature)? });
		signed().ok_or_else(invalid)
	}
}

fn to_hex(value: &impl Encode) -> String {
	format!("0x{}", hex::encode(value.encode()))
}

fn from_hex<T: Decode>(text: &str) -> Option<T> {
	let bytes = hex::decode(text.strip_prefix("0x")?).ok()?;
	T::decode_all(&mut bytes.as_slice()).ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{AccountId, AppId, AppOrder, Restriction, Signature, Tag};
	use sp_core::{sr25519, H160, H256};

	fn signed() -> Signed {
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
		std::fs::write(&path, serde_json::to_vec(&OrderFile::new(&signed(), &domain)).unwrap()).unwrap();
		assert_eq!(OrderFile::read(&path).unwrap(), signed());
		for broken in ["", "{}", "[1]", r#"{"hash": 1, "terms": 1, "order": "0x00", "signature": "0x"}"#] {
			std::fs::write(&path, broken).unwrap();
			assert!(OrderFile::read(&path).unwrap_err().to_string().contains("is not an order"), "{broken}");
		}
	}
}
