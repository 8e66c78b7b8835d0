//! Forms as strangers write them. Those of orders are beside them.

use std::fmt::Debug;

use proptest::{collection::vec, prelude::*};
use rlc_testing::spoiled_text;
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use serde_json::{from_str, from_value, json, to_value, Value};
use sp_core::U256;

use crate::{
	rpc::At, text, Account, Cursor, Decimal, EthereumAddress, FailureCause, Filter, Hex, Recorded, Request, TaskName,
	Text,
};

/// The example of EIP-55.
const ADDRESS: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct OfText(#[serde(with = "Text")] Vec<u8>);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct OfHex(#[serde(with = "Hex")] Vec<u8>);

/// A form. Returns whether a text is of it; if so, checks that what is written is read as the same.
type Form = fn(&str) -> Result<bool, TestCaseError>;

fn has_one_form<T: Debug + PartialEq + Serialize + DeserializeOwned>(text: &str) -> Result<bool, TestCaseError> {
	let Ok(value) = from_str::<T>(text) else { return Ok(false) };
	let form = to_value(&value).unwrap();
	let again = from_value::<T>(form.clone()).map_err(|error| TestCaseError::fail(format!("{form}: {error}")))?;
	prop_assert_eq!(&again, &value, "{}", form);
	prop_assert_eq!(to_value(again).unwrap(), form);
	Ok(true)
}

fn of<T: Debug + PartialEq + Serialize + DeserializeOwned>(value: Value) -> (Form, Value) {
	(has_one_form::<T>, value)
}

/// Returns what a node is asked with, in each form.
fn values() -> Vec<(Form, Value)> {
	let (id, hash) = (format!("0x{}", "5a".repeat(20)), format!("0x{}", "5a".repeat(32)));
	let request = json!({
		"app": id, "appMaxPrice": "5", "workerpoolMaxPrice": 6, "requester": hash, "volume": "1", "category": 2, "trust": "3",
		"workerpool": { "exactly": id }, "params": "a b", "leastRecord": { "completed": "1", "maxFailed": 10 },
	});
	vec![
		of::<Account>(json!("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")),
		of::<Account>(json!(hash)),
		of::<Account>(json!(id)),
		of::<Account>(json!(ADDRESS)),
		of::<Decimal<u64>>(json!(u64::MAX.to_string())),
		of::<Decimal<u128>>(json!(u128::MAX.to_string())),
		of::<Decimal<U256>>(json!(U256::MAX.to_string())),
		of::<Decimal<u64>>(json!(17)),
		of::<OfText>(json!("{\"iexec_args\": \"1\"}")),
		of::<OfText>(json!("0xff00")),
		of::<OfHex>(json!("0xff00")),
		of::<FailureCause>(json!({ "kind": "appFailed", "code": -1 })),
		of::<TaskName>(json!(hash)),
		of::<TaskName>(json!({ "deal": hash, "index": "3" })),
		of::<Cursor>(json!(format!("0x{}", "07".repeat(24)))),
		of::<Filter>(json!({ "kind": "request", "category": 3, "minPrice": "1", "maxPrice": "2" })),
		of::<Filter>(json!({ "kind": "app", "app": id })),
		of::<Recorded>(json!({ "workerpool": id })),
		of::<At>(json!("finalized")),
		of::<Request>(request),
	]
}

#[test]
fn each_value_is_of_its_form() {
	for (form, value) in values() {
		assert!(form(&value.to_string()).unwrap(), "{value}");
		assert!(!form(&format!("{value} 0")).unwrap(), "nothing may follow {value}");
	}
}

proptest! {
	#[test]
	fn value_has_one_form(
		(form, text) in prop::sample::select(values())
			.prop_flat_map(|(form, value)| (Just(form), spoiled_text(Just(value.to_string())))),
	) {
		form(&text)?;
	}

	#[test]
	fn bytes_have_one_text(bytes in vec(prop_oneof![3 => b'0'..=b'z', 1 => any::<u8>()], 0..12)) {
		let written = text::write(&bytes).into_owned();
		prop_assert_eq!(from_value::<OfText>(json!(written)).unwrap(), OfText(bytes));
	}

	#[test]
	fn address_is_read_in_one_case_or_with_its_checksum(text in spoiled_text(Just(ADDRESS.to_owned()))) {
		if let Ok(address) = text.parse::<EthereumAddress>() {
			let written = address.to_string();
			prop_assert!(written.eq_ignore_ascii_case(&text));
			let digits = &text[2..];
			let has_one_case = digits == digits.to_ascii_lowercase() || digits == digits.to_ascii_uppercase();
			prop_assert!(has_one_case || written == text, "{}", text);
			prop_assert_eq!(written.parse(), Ok(address));
		}
	}

	#[test]
	fn account_is_read_as_written(text in spoiled_text(Just("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY".to_owned()))) {
		match text.parse::<Account>() {
			Ok(account) => prop_assert_eq!(account.to_string().parse(), Ok(account)),
			Err(error) => prop_assert!(error.to_string().len() < 2_000, "errors do not grow with what is wrong"),
		}
	}
}
