//! What is proposed, as people write it: a file, or a parameter and its value.

use std::{fs, path::Path};

use rlc_chain::{Chain, Data, Parameter};
use rlc_primitives::governance::{Bounds, PARAMETERS};

use super::{form, value};
use crate::{
	amount::Amount,
	failure::{disk, failure, Code, Failure, Result},
};

/// What gives a parameter the value again that the runtime gives it.
const DEFAULT: &str = "default";

/// From which likeness on, of 0 to 1, a parameter may have been meant.
const ALIKE: f64 = 0.8;

/// A call that is proposed.
#[derive(Debug, PartialEq)]
pub(crate) enum Proposed {
	/// Encoded.
	Encoded(Vec<u8>),
	/// To be encoded by the runtime's description.
	Described(Data),
}

/// Returns the call that a text names: a file with a call, in JSON or encoded in hex, or `PARAMETER=VALUE`; `None` if it sets
/// a parameter that only the chain may know. Mistakes are told before a node or a key is needed.
///
/// # Errors
///
/// If it is none of these, or the value is not one of the parameter.
pub(crate) fn written(text: &str) -> Result<Option<Proposed>> {
	match proposed(&known(), text) {
		Err(unknown) if unknown.code() == Code::ParameterUnknown.name() => Ok(None),
		other => other.map(Some),
	}
}

/// Returns the encoded call that a text names, of which this is known already.
///
/// # Errors
///
/// Those of [`written`]; if the parameter, or the call, is not one of the chain.
pub(crate) async fn encoded(chain: &Chain, text: &str, written: Option<Proposed>) -> Result<Vec<u8>> {
	let call = match written {
		Some(call) => call,
		None => proposed(&chain.parameters().await?, text)?,
	};
	match call {
		Proposed::Encoded(call) => Ok(call),
		Proposed::Described(call) => Ok(chain.write_call(&call).await?),
	}
}

/// Returns the parameters that this program knows by itself.
fn known() -> Vec<Parameter> {
	let known = PARAMETERS.iter().map(|(group, name, bounds)| Parameter {
		group: (*group).into(),
		name: (*name).into(),
		docs: String::new(),
		is_amount: matches!(bounds, Bounds::Amount(..)),
	});
	known.collect()
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
		[] => return Err(unknown(known, name)),
	};
	let bounds = value::bounds_of_parameter(&parameter.group, &parameter.name);
	let value = match (value, bounds) {
		(DEFAULT, _) => Data::Nothing,
		(text, Some(bounds)) => value::read(text, bounds).map_err(|wrong| wrong.during(&parameter.name))?,
		(amount, None) if parameter.is_amount => Data::Amount(amount.parse::<Amount>()?.0),
		(text, None) => Data::Text(text.into()),
	};
	// The key, which has no fields, then the value.
	let set = Data::variant(&parameter.name, Data::List(vec![Data::Nothing, value]));
	Ok(Data::call("Parameters", "set_parameter", [("key_value", Data::variant(&parameter.group, set))]))
}

/// Returns the failure of a parameter that is not known, with the one that it resembles most.
fn unknown(known: &[Parameter], name: &str) -> Failure {
	let failure = failure!(ParameterUnknown, "no parameter is called {name}");
	let plain = |text: &str| text.to_ascii_lowercase();
	let alike = known.iter().map(|one| (strsim::jaro_winkler(&plain(&one.name), &plain(name)), &one.name));
	let names = known.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
	match alike.max_by(|one, other| one.0.total_cmp(&other.0)).filter(|(likeness, _)| *likeness > ALIKE) {
		Some((_, near)) => failure.advise(format_args!("did you mean {near}? choose one of {names}")),
		None => failure.advise(format_args!("choose one of {names}")),
	}
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
		for week in ["604800000", "7d", "168 h"] {
			assert_eq!(setting("retention", week), Ok(set("Retention", Data::Number(604_800_000))), "{week}");
		}
		assert_eq!(setting("retention", "default"), Ok(set("Retention", Data::Nothing)));
		assert_eq!(setting("ItemDeposit", "a lot").unwrap_err().code(), "amount.invalid");
		let wrong = setting("Retention", "a week").unwrap_err();
		assert!(wrong.to_string().starts_with("Retention: \"a week\" is not a time; write 7d"), "{wrong}");
		let unknown = |name| setting(name, "1").unwrap_err().to_string();
		assert_eq!(unknown("Weather"), "no parameter is called Weather; choose one of ItemDeposit, Retention");
		assert!(unknown("item-deposits").contains("did you mean ItemDeposit?"), "{}", unknown("item-deposits"));
	}

	#[test]
	fn parameter_of_a_newer_chain_is_left_to_the_chain() {
		assert_eq!(written("weather=fine"), Ok(None));
		assert_eq!(written("StakeRate=0.5"), Ok(Some(Proposed::Described(set("StakeRate", Data::Amount(RLC / 2))))));
		assert_eq!(written("Retention=fine").unwrap_err().code(), "value.invalid");
		let parameter =
			|is_amount| Parameter { group: "Weather".into(), name: "Wind".into(), docs: String::new(), is_amount };
		let value = |is_amount, text| setting(&[parameter(is_amount)], "wind", text);
		assert!(value(true, "fine").is_err_and(|wrong| wrong.code() == "amount.invalid"));
		assert!(value(false, "fine").is_ok(), "the chain knows its type");
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
