//! Orders as people see them, and as files that are handed on.
//!
//! A file holds the order and its signature as the chain encodes them; what stands beside them is for readers, and is not
//! believed.

use std::path::Path;

use codec::{Decode, DecodeAll, Encode};
use rlc_primitives::{
	AccountId, AnyOrder, AppOrder, Balance, DatasetOrder, OrderKind, OrderSignature, RequestOrder, Restriction,
	SigningDomain, WorkerpoolOrder,
};
use rlc_protocol::Account;
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};

use crate::failure::{failure, Result};

/// An order with its owner's signature, as a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderFile {
	/// The order's hash.
	pub hash: Value,
	/// What the order says, for readers.
	pub terms: Value,
	/// The order, SCALE-encoded, in hex.
	order: String,
	/// The signature, SCALE-encoded, in hex.
	signature: String,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
	/// The order.
	pub order: AnyOrder,
	/// Its owner's signature.
	pub signature: OrderSignature,
}

impl OrderFile {
	/// The file of an order.
	pub fn new(signed: &Signed, domain: &SigningDomain) -> Self {
		Self {
			hash: json!(signed.order.hash(domain)),
			terms: describe(&signed.order),
			order: to_hex(&signed.order),
			signature: to_hex(&signed.signature),
		}
	}

	/// Read one.
	///
	/// # Errors
	///
	/// If it cannot be read, or is no such file.
	pub fn read(path: &Path) -> Result<Signed> {
		let text = std::fs::read(path).map_err(|error| failure!("{}: {error}", path.display()))?;
		let no_order = || failure!("{} is no order; `rlc order sign` writes one", path.display());
		let file: Self = serde_json::from_slice(&text).map_err(|_| no_order())?;
		let signed = || Some(Signed { order: from_hex(&file.order)?, signature: from_hex(&file.signature)? });
		signed().ok_or_else(no_order)
	}
}

fn to_hex(value: &impl Encode) -> String {
	format!("0x{}", hex::encode(value.encode()))
}

fn from_hex<T: Decode>(text: &str) -> Option<T> {
	let bytes = hex::decode(text.strip_prefix("0x")?).ok()?;
	T::decode_all(&mut bytes.as_slice()).ok()
}

/// What people call a kind of order.
pub fn kind_name(kind: OrderKind) -> &'static str {
	match kind {
		OrderKind::App => "app",
		OrderKind::Dataset => "dataset",
		OrderKind::Workerpool => "workerpool",
		OrderKind::Request => "request",
	}
}

/// An order in JSON, in the form that the node's RPC uses: `{"kind", "order"}`.
pub fn describe(order: &AnyOrder) -> Value {
	let terms = match order {
		AnyOrder::App(order) => describe_app(order),
		AnyOrder::Dataset(order) => describe_dataset(order),
		AnyOrder::Workerpool(order) => describe_workerpool(order),
		AnyOrder::Request(order) => describe_request(order),
	};
	json!({ "kind": kind_name(order.kind()), "order": terms })
}

fn describe_app(order: &AppOrder) -> Value {
	json!({
		"app": order.app,
		"price": order.price.to_string(),
		"volume": order.volume.to_string(),
		"tag": order.tag,
		"datasetRestrict": restriction(&order.dataset_restrict),
		"workerpoolRestrict": restriction(&order.workerpool_restrict),
		"requesterRestrict": restricted_account(&order.requester_restrict),
		"salt": order.salt,
	})
}

fn describe_dataset(order: &DatasetOrder) -> Value {
	json!({
		"dataset": order.dataset,
		"price": order.price.to_string(),
		"volume": order.volume.to_string(),
		"tag": order.tag,
		"appRestrict": restriction(&order.app_restrict),
		"workerpoolRestrict": restriction(&order.workerpool_restrict),
		"requesterRestrict": restricted_account(&order.requester_restrict),
		"salt": order.salt,
	})
}

fn describe_workerpool(order: &WorkerpoolOrder) -> Value {
	json!({
		"workerpool": order.workerpool,
		"price": order.price.to_string(),
		"volume": order.volume.to_string(),
		"tag": order.tag,
		"category": order.category,
		"trust": order.trust.to_string(),
		"appRestrict": restriction(&order.app_restrict),
		"datasetRestrict": restriction(&order.dataset_restrict),
		"requesterRestrict": restricted_account(&order.requester_restrict),
		"salt": order.salt,
	})
}

fn describe_request(order: &RequestOrder) -> Value {
	let account = |account: &Option<AccountId>| account.clone().map(Account);
	json!({
		"app": order.app,
		"appMaxPrice": order.app_max_price.to_string(),
		"dataset": order.dataset,
		"datasetMaxPrice": order.dataset_max_price.to_string(),
		"workerpool": restriction(&order.workerpool),
		"workerpoolMaxPrice": order.workerpool_max_price.to_string(),
		"requester": Account(order.requester.clone()),
		"volume": order.volume.to_string(),
		"tag": order.tag,
		"category": order.category,
		"trust": order.trust.to_string(),
		"beneficiary": account(&order.beneficiary),
		"callback": order.callback,
		"params": text(&order.params),
		"salt": order.salt,
		"payer": account(&order.payer),
		"expiry": order.expiry,
	})
}

fn restriction<Id: Serialize>(restriction: &Restriction<Id>) -> Value {
	match restriction {
		Restriction::Anyone => Value::Null,
		Restriction::Exactly(id) => json!({ "exactly": id }),
		Restriction::Group(group) => json!({ "group": group }),
	}
}

fn restricted_account(to: &Restriction<AccountId>) -> Value {
	match to {
		Restriction::Exactly(account) => json!({ "exactly": Account(account.clone()) }),
		Restriction::Group(group) => json!({ "group": group }),
		Restriction::Anyone => Value::Null,
	}
}

/// Bytes that mostly are text: as text, else in hex.
pub fn text(bytes: &[u8]) -> String {
	match std::str::from_utf8(bytes) {
		Ok(text) if !text.starts_with("0x") => text.into(),
		_ => format!("0x{}", hex::encode(bytes)),
	}
}

/// What a task pays for what the order offers, or at most for what it asks, in nRLC.
pub fn price(order: &AnyOrder) -> Balance {
	match order {
		AnyOrder::App(order) => order.price,
		AnyOrder::Dataset(order) => order.price,
		AnyOrder::Workerpool(order) => order.price,
		AnyOrder::Request(order) => {
			let dataset = order.dataset.map_or(0, |_| order.dataset_max_price);
			order.app_max_price.saturating_add(dataset).saturating_add(order.workerpool_max_price)
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{AppId, Signature, Tag};
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
	fn a_file_is_read_as_it_was_written() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("order.json");
		let domain = SigningDomain::new(H256::zero(), 1, H160::zero());
		std::fs::write(&path, serde_json::to_vec(&OrderFile::new(&signed(), &domain)).unwrap()).unwrap();
		assert_eq!(OrderFile::read(&path).unwrap(), signed());
		for broken in ["", "{}", "[1]", r#"{"hash": 1, "terms": 1, "order": "0x00", "signature": "0x"}"#] {
			std::fs::write(&path, broken).unwrap();
			assert!(OrderFile::read(&path).unwrap_err().to_string().contains("is no order"), "{broken}");
		}
	}

	#[test]
	fn terms_have_the_forms_of_the_nodes_rpc() {
		let terms = describe(&signed().order);
		assert_eq!((&terms["kind"], &terms["order"]["price"]), (&json!("app"), &json!("5")));
		assert_eq!(terms["order"]["datasetRestrict"], Value::Null);
		assert!(terms["order"]["requesterRestrict"]["exactly"].is_string());
		assert_eq!((text(b"--fast"), text(b"0x1"), text(&[0xFF])), ("--fast".into(), "0x307831".into(), "0xff".into()));
	}
}
