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

/// A call that is proposed.
#[derive(Debug, PartialEq)]
enum Proposed {
	/// Encoded.
	Encoded(Vec<u8>),
	/// To be encoded by the runtime's description.
	Described(Data),
}

/// Returns the encoded call that a text names: a file with a call, in JSON or encoded in hex, or `PARAMETER=VALUE`.
///
/// # Errors
///
/// If it is none of these, or not a call of the chain.
pub(crate) async fn read(chain: &Chain, text: &str) -> Result<Vec<u8>> {
	let known = if text.contains('=') { chain.parameters().await? } else { Vec::new() };
	match proposed(&known, text)? {
		Proposed::Encoded(call) => Ok(call),
		Proposed::Described(call) => Ok(chain.write_call(&call).await?),
	}
}

/// Returns the call that a text names. A file that is called like the setting of a known parameter is not meant.
fn proposed(known: &[Parameter], text: &str) -> Result<Proposed> {
	let path = Path::new(text);
	match text.split_once('=') {
		Some((name, value)) if !path.exists() || !named(known, name).is_empty() => {
			setting(known, name.trim(), value.trim()).map(Proposed::Described)
		}
		_ if path.exists() => {
			let content = fs::read_to_string(path).map_err(disk(path))?;
			match in_hex(&content) {
				Some(call) => Ok(Proposed::Encoded(call)),
				None => in_json(&content).map(Proposed::Described).map_err(|wrong| wrong.during(text)),
			}
		}
		_ => Err(failure!(CallInvalid, "{text} is neither a file nor PARAMETER=VALUE";
			"`rlc gov propose --help` shows both")),
	}
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

/// Returns the parameters of this name, which is with or without their group.
fn named<'a>(known: &'a [Parameter], name: &str) -> Vec<&'a Parameter> {
	let plain = |text: &str| text.trim().to_ascii_lowercase().replace(['-', '_'], "");
	let is_named = |one: &&Parameter| {
		let (short, long) = (plain(&one.name), format!("{}.{}", plain(&one.group), plain(&one.name)));
		[short, long].contains(&plain(name))
	};
	known.iter().filter(is_named).collect()
}

/// Returns the call that sets a parameter, named with or without its group.
fn setting(known: &[Parameter], name: &str, value: &str) -> Result<Data> {
	let parameter = match named(known, name).as_slice() {
		[parameter] => *parameter,
		[one, other, ..] => {
			let names = [one, other].map(|one| format!("{}.{}", one.group, one.name)).join(" or ");
			return Err(failure!(ParameterUnknown, "{name} can be several parameters"; "choose {names}"));
		}
		[] => {
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
	fn file_called_like_a_setting_is_not_what_is_proposed() {
		let dir = tempfile::tempdir().unwrap();
		let text = dir.path().join("Deposit=2").to_str().unwrap().to_owned();
		fs::write(&text, "0x0a0b").unwrap();
		assert_eq!(proposed(&known(), &text), Ok(Proposed::Encoded(vec![10, 11])));
		// A parameter whose name is the beginning of the path.
		let [mut deposit, _] = known();
		deposit.name = text.trim_end_matches("=2").to_owned();
		let set = set(&deposit.name, Data::Amount(2 * RLC));
		assert_eq!(proposed(&[deposit], &text), Ok(Proposed::Described(set)));
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
