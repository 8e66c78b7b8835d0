//! An order, and what is left of it.

use rlc_primitives::OrderHash;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};

use super::KnownOrder;
use crate::{described::As, Order};

/// An order, what the chain knows of it, and what its file says: the answer of `rlc order show`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = order_may_be_unknown)]
pub struct OrderStatus {
	/// Its hash.
	#[schemars(with = "As<OrderHash>")]
	pub hash: OrderHash,
	/// `kind` and `order`, unless nobody has shown the order itself.
	#[serde(flatten)]
	pub order: Option<Order>,
	/// What the chain knows of it. What remains is known if the order is, from its file or from the book.
	#[serde(flatten)]
	pub known: KnownOrder,
	/// What can be said of the signature in its file, in words; `null` if no file was given.
	pub signature: Option<String>,
}

/// Says what the order's absence looks like: schemars lets anything pass for an absent value that is flattened.
fn order_may_be_unknown(schema: &mut Schema) {
	if let Some(absent) = schema.get_mut("anyOf").and_then(Value::as_array_mut).and_then(|cases| cases.last_mut()) {
		*absent = json!({
			"description": "The order itself is not known.",
			"properties": { "kind": false, "order": false },
			"type": "object",
		});
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::Decimal;
	use rlc_primitives::{AppId, AppOrder};
	use serde_json::{from_value, to_value};
	use sp_core::H160;

	fn status(order: Option<Order>) -> OrderStatus {
		let remaining = order.as_ref().map(|_| Decimal(3));
		let known = KnownOrder { published: None, presigned_by: None, consumed: Decimal(4), remaining };
		OrderStatus { hash: OrderHash::default(), order, known, signature: None }
	}

	#[test]
	fn order_stands_beside_its_hash_and_what_is_known_of_it() {
		let order = AppOrder {
			app: AppId(H160::repeat_byte(1)),
			price: 5,
			volume: 7,
			tag: Default::default(),
			dataset_restrict: Default::default(),
			workerpool_restrict: Default::default(),
			requester_restrict: Default::default(),
			salt: Default::default(),
		};
		let status = status(Some(Order(order.into())));
		let json = to_value(status.clone()).unwrap();
		assert_eq!((&json["kind"], &json["order"]["volume"]), (&json!("app"), &json!("7")));
		assert_eq!((&json["consumed"], &json["remaining"]), (&json!("4"), &json!("3")));
		assert_eq!(from_value::<OrderStatus>(json).unwrap(), status);
	}

	#[test]
	fn unknown_order_is_left_out() {
		let json = to_value(status(None)).unwrap();
		assert!(json.get("kind").is_none() && json.get("order").is_none(), "{json}");
		assert_eq!((&json["remaining"], &json["published"]), (&Value::Null, &Value::Null));
	}

	#[test]
	fn schema_admits_an_order_or_none_at_all() {
		let schema = schemars::schema_for!(OrderStatus);
		let cases = schema.get("anyOf").and_then(Value::as_array).unwrap();
		assert_eq!(cases[0]["oneOf"].as_array().map(Vec::len), Some(4));
		assert_eq!(cases[1]["properties"], json!({ "kind": false, "order": false }));
	}
}
