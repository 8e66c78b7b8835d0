//! Orders: their terms, and what is left of them.

use rlc_primitives::{
	AccountId, AnyOrder, AppOrder, Balance, DatasetOrder, OrderHash, OrderKind, RequestOrder, Restriction,
	WorkerpoolOrder,
};
use rlc_protocol::Account;
use serde::Serialize;
use serde_json::{json, Value};

use crate::{amount::Amount, answer::Answer, table::fields};

/// Returns what a kind of order is called.
pub(crate) fn kind_name(kind: OrderKind) -> &'static str {
	match kind {
		OrderKind::App => "app",
		OrderKind::Dataset => "dataset",
		OrderKind::Workerpool => "workerpool",
		OrderKind::Request => "request",
	}
}

/// Returns an order in JSON, in the form that the node's RPC uses: `{"kind", "order"}`.
pub(crate) fn described(order: &AnyOrder) -> Value {
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

/// Returns bytes that mostly are text as text, else in hex.
pub(crate) fn text(bytes: &[u8]) -> String {
	match std::str::from_utf8(bytes) {
		Ok(text) if !text.starts_with("0x") => text.into(),
		_ => format!("0x{}", hex::encode(bytes)),
	}
}

/// Returns what a task pays for what the order offers, or at most for what it asks, in nRLC.
pub(crate) fn price(order: &AnyOrder) -> Balance {
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

/// What is known of an order.
pub(crate) struct Known<'a> {
	/// Its hash.
	pub hash: OrderHash,
	/// Its terms, if its file was given or it is in the book.
	pub order: Option<&'a AnyOrder>,
	/// The account that published it, if it is in the book.
	pub publisher: Option<Account>,
	/// How much of its volume is used up.
	pub consumed: u64,
	/// What can be said of the signature in its file.
	pub signature: Option<&'static str>,
}

/// Shows an order, and what is left of it.
pub(crate) fn shown(Known { hash, order, publisher, consumed, signature }: Known) -> Answer {
	let terms = order.map(described);
	let volume = order.map(AnyOrder::volume);
	let left = volume.map(|volume| volume.saturating_sub(consumed));
	let text = fields([
		("order", format!("{:?}", hash.0)),
		("kind", order.map(|order| kind_name(order.kind()).to_owned()).unwrap_or_default()),
		("price", order.map(|order| Amount(price(order)).to_string()).unwrap_or_default()),
		("volume", volume.map(|volume| volume.to_string()).unwrap_or_default()),
		("consumed", consumed.to_string()),
		("left", left.map(|left| left.to_string()).unwrap_or_default()),
		("published by", publisher.as_ref().map(ToString::to_string).unwrap_or_default()),
		("signature", signature.unwrap_or_default().to_owned()),
	]);
	let said = terms.as_ref().map(|terms| format!("\n{:#}", terms["order"])).unwrap_or_default();
	let json = json!({
		"order": hash,
		"terms": terms,
		"publishedBy": publisher,
		"consumed": consumed.to_string(),
		"remaining": left.map(|left| left.to_string()),
		"signature": signature,
	});
	Answer::new(text + &said, json)
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{AppId, Tag};
	use sp_core::{H160, H256};

	#[test]
	fn terms_have_the_forms_of_the_nodes_rpc() {
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
		let terms = described(&order.into());
		assert_eq!((&terms["kind"], &terms["order"]["price"]), (&json!("app"), &json!("5")));
		assert_eq!(terms["order"]["datasetRestrict"], Value::Null);
		assert!(terms["order"]["requesterRestrict"]["exactly"].is_string());
		assert_eq!((text(b"--fast"), text(b"0x1"), text(&[0xFF])), ("--fast".into(), "0x307831".into(), "0xff".into()));
	}
}
