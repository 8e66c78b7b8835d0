//! What is proposed, as people write it: a file, or a parameter and its value.

use std::{fs, path::Path};

use rlc_chain::{Chain, Data, Parameter};

use super::form;
use crate::{
	amount::Amount,
	failure::{disk, failure, Result},
};

/// What gives a parameter the value again that the runtime gives it.
const DEFAULT: &str = "default";

/// Returns the encoded call that a text names: a file with a call, in JSON or encoded in hex, or `PARAMETER=VALUE`.
///
/// # Errors
///
/// If it is none of these, or not a call of the chain.
pub(crate) async fn read(chain: &Chain, text: &str) -> Result<Vec<u8>> {
	let path = Path::new(text);
	let call = if path.exists() {
		let content = fs::read_to_string(path).map_err(disk(path))?;
		match in_hex(&content) {
			Some(call) => return Ok(call),
			None => in_json(&content).map_err(|wrong| wrong.during(text))?,
		}
	} else if let Some((name, value)) = text.split_once('=') {
		setting(&chain.parameters().await?, name.trim(), value.trim())?
	} else {
		return Err(failure!(CallInvalid, "{text} is neither a file nor PARAMETER=VALUE";
			"`rlc gov propose --help` shows both"));
	};
	Ok(chain.write_call(&call).await?)
}

/// Returns a call that is encoded, as wallets show it.
fn in_hex(content: &str) -> Option<Vec<u8>> {
	hex::decode(content.trim().strip_prefix("0x")?).ok()
}

fn in_json(content: &str) -> Result<Data> {
	let json = serde_json::from_str(content);
	let json = json.map_err(|wrong| failure!(CallInvalid, "it is neither JSON nor hex: {wrong}"))?;
	form::read(&json)
}

/// Returns the call that sets a parameter, named with or without its group.
fn setting(known: &[Parameter], name: &str, value: &str) -> Result<Data> {
	let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_'], "");
	let is_named = |one: &&Parameter| {
		let (short, long) = (plain(&one.name), format!("{}.{}", plain(&one.group), plain(&one.name)));
		[short, long].contains(&plain(name))
	};
	let mut named = known.iter().filter(is_named);
	let parameter = match (named.next(), named.next()) {
		(Some(parameter), None) => parameter,
		(Some(one), Some(other)) => {
			let names = [one, other].map(|one| format!("{}.{}", one.group, one.name)).join(" or ");
			return Err(failure!(ParameterUnknown, "{name} can be several parameters"; "choose {names}"));
		}
		(None, _) => {
			let names: Vec<_> = known.iter().map(|one| one.name.as_str()).collect();
			return Err(
				failure!(ParameterUnknown, "there is no parameter {name}"; "choose one of {}", names.join(", ")),
			);
		}
	};
	let value = match value {
		DEFAULT => Data::Nothing,
		amount if parameter.is_amount => Data::Amount(amount.parse::<Amount>()?.0),
		text => Data::Text(text.into()),
	};
	// The key, which has no fields, then the value.
	let set = Data::variant(&parameter.name, Data::List(vec![Data::Nothing, value]));
	Ok(Data::call("Parameters", "set_parameter", [("key_value", Data::variant(&parameter.group, set))]))
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::RLC;

	fn known() -> [Parameter; 2] {
		[("ItemDeposit", true), ("Retention", false)].map(|(name, is_amount)| Parameter {
			group: "Marketplace".into(),
			name: name.into(),
			docs: String::new(),
			is_amount,
		})
	}

	fn set(name: &str, value: Data) -> Data {
		let set = Data::variant("Marketplace", Data::variant(name, Data::List(vec![Data::Nothing, value])));
		Data::call("Parameters", "set_parameter", [("key_value", set)])
	}

	#[test]
	fn parameter_is_set_to_a_value_in_its_unit() {
		let setting = |name, value| setting(&known(), name, value);
		assert_eq!(setting("ItemDeposit", "2"), Ok(set("ItemDeposit", Data::Amount(2 * RLC))));
		assert_eq!(setting("marketplace.item-deposit", "7nRLC"), Ok(set("ItemDeposit", Data::Amount(7))));
		assert_eq!(setting("retention", "86400000"), Ok(set("Retention", Data::Text("86400000".into()))));
		assert_eq!(setting("retention", "default"), Ok(set("Retention", Data::Nothing)));
		assert_eq!(setting("ItemDeposit", "a lot").unwrap_err().code(), "amount.invalid");
		let unknown = setting("Weather", "1").unwrap_err();
		assert_eq!(unknown.to_string(), "there is no parameter Weather; choose one of ItemDeposit, Retention");
	}

	#[test]
	fn file_holds_a_call_in_hex_or_in_json() {
		assert_eq!(in_hex(" 0x0a0b\n"), Some(vec![10, 11]));
		assert_eq!(in_hex("{}"), None);
		let call = in_json(r#"{"System": {"remark": {"remark": "0x01"}}}"#).unwrap();
		let remark = Data::Fields(vec![("remark".into(), Data::Bytes(vec![1]))]);
		let remark = Data::Fields(vec![("remark".into(), remark)]);
		assert_eq!(call, Data::Fields(vec![("System".into(), remark)]));
		assert_eq!(in_json("hello").unwrap_err().code(), "call.invalid");
	}
}
