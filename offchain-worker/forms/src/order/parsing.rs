//! Orders as strangers write them: as JSON, and as the chain encodes them.

use codec::{DecodeAll, Encode};
use proptest::prelude::*;
use rlc_testing::{spoiled, spoiled_text};
use serde_json::{from_str, from_value, to_value};

use super::{tests::orders, *};

fn any_order() -> impl Strategy<Value = AnyOrder> {
	prop::sample::select(orders().to_vec())
}

proptest! {
	#[test]
	fn json_of_an_order_has_one_form(
		text in spoiled_text(any_order().prop_map(|order| to_value(Order(order)).unwrap().to_string())),
	) {
		if let Ok(order) = from_str::<Order>(&text) {
			let form = to_value(&order).unwrap();
			prop_assert_eq!(from_value::<Order>(form.clone()).unwrap(), order, "{}", form);
		}
	}

	#[test]
	fn json_tells_all_of_an_order(bytes in spoiled(any_order().prop_map(|order| order.encode()))) {
		if let Ok(order) = AnyOrder::decode_all(&mut bytes.as_slice()) {
			let form = to_value(Order(order.clone())).unwrap();
			prop_assert_eq!(from_value::<Order>(form.clone()).unwrap(), Order(order), "{}", form);
		}
	}

	#[test]
	fn encoding_of_an_order_is_its_only_one(bytes in spoiled(any_order().prop_map(|order| order.encode()))) {
		if let Ok(order) = AnyOrder::decode_all(&mut bytes.as_slice()) {
			prop_assert_eq!(order.encode(), bytes, "hashes are made of it");
		}
	}
}
