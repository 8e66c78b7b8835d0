//! Calls in words.

use rlc_chain::Data;
use rlc_json::Account;
use rlc_primitives::governance::Bounds;

use super::value;
use crate::amount::Amount;

/// How many bytes are shown.
const SHOWN: usize = 64;

/// Returns a call with its arguments, one a line.
pub(crate) fn call(data: &Data) -> String {
	let mut lines = Vec::new();
	add(data, 0, &mut lines);
	lines.join("\n")
}

/// Returns the name of a call, as `Treasury.spend_local`.
pub(crate) fn name(data: &Data) -> String {
	match data.as_call() {
		Some((pallet, name, _)) => format!("{pallet}.{name}"),
		None => "not a call".into(),
	}
}

fn add(data: &Data, depth: usize, lines: &mut Vec<String>) {
	let indent = "  ".repeat(depth);
	let Some((pallet, name, arguments)) = as_call(data) else {
		lines.push(format!("{indent}{}", inline(data)));
		return;
	};
	if let Some(set) = setting(data) {
		lines.push(format!("{indent}{set}"));
		return;
	}
	lines.push(format!("{indent}{pallet}.{name}"));
	let Data::Fields(arguments) = arguments else { return };
	for (argument, value) in arguments {
		match value {
			Data::List(calls) if !calls.is_empty() && calls.iter().all(|one| as_call(one).is_some()) => {
				lines.push(format!("{indent}  {argument}:"));
				calls.iter().for_each(|one| add(one, depth + 2, lines));
			}
			one if as_call(one).is_some() => {
				lines.push(format!("{indent}  {argument}:"));
				add(one, depth + 2, lines);
			}
			value => {
				let said = in_unit(value, value::bounds_of_argument(pallet, name, argument));
				lines.push(format!("{indent}  {argument}: {said}"));
			}
		}
	}
}

/// Returns pallet, name and arguments of what has the form of a call.
fn as_call(data: &Data) -> Option<(&str, &str, &Data)> {
	data.as_call().filter(|(_, _, arguments)| matches!(arguments, Data::Fields(_) | Data::Nothing))
}

/// Returns which parameter a call sets, and to what.
fn setting(data: &Data) -> Option<String> {
	let (group, name, value) = value::set(data)?;
	Some(match value {
		Data::Nothing => format!("set {group}.{name} to its default"),
		value => format!("set {group}.{name} to {}", in_unit(value, value::bounds_of_parameter(group, name))),
	})
}

/// Returns a value in the unit of its bounds, if it has some.
fn in_unit(value: &Data, bounds: Option<&Bounds>) -> String {
	match value.as_number().zip(bounds) {
		Some((number, bounds)) => value::said(number, bounds),
		None => inline(value),
	}
}

/// Returns a value in one line. Texts of strangers are quoted, so that they cannot look like anything else.
fn inline(data: &Data) -> String {
	match data {
		Data::Nothing => "nothing".into(),
		Data::Bool(true) => "yes".into(),
		Data::Bool(false) => "no".into(),
		Data::Number(number) => number.to_string(),
		Data::Signed(number) => number.to_string(),
		Data::Amount(amount) => Amount(*amount).to_string(),
		Data::Account(account) => Account(account.clone()).to_string(),
		Data::Text(text) => format!("{text:?}"),
		Data::Bytes(bytes) => hex(bytes),
		Data::List(values) => format!("[{}]", joined(values.iter().map(inline))),
		Data::Fields(fields) => {
			format!("{{{}}}", joined(fields.iter().map(|(name, value)| format!("{name}: {}", inline(value)))))
		}
		// How an account is addressed says nothing.
		Data::Variant(name, held) => match (&**held, name.as_str()) {
			(Data::Account(_), "Id") => inline(held),
			(Data::Nothing, name) => name.into(),
			(Data::Variant(..), name) => format!("{name}.{}", inline(held)),
			(held, name) => format!("{name} {}", inline(held)),
		},
	}
}

fn joined(parts: impl Iterator<Item = String>) -> String {
	parts.collect::<Vec<_>>().join(", ")
}

/// Returns bytes in hex, and as a text if they are one.
fn hex(bytes: &[u8]) -> String {
	if bytes.is_empty() {
		return "no bytes".into();
	}
	let shown = &bytes[..bytes.len().min(SHOWN)];
	let more = if shown.len() < bytes.len() { format!("… ({} bytes)", bytes.len()) } else { String::new() };
	let text =
		std::str::from_utf8(shown).ok().filter(|text| text.chars().all(|one| one == ' ' || one.is_ascii_graphic()));
	let text = text.map(|text| format!(" ({text:?})")).unwrap_or_default();
	format!("0x{}{more}{text}", hex::encode(shown))
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{AccountId, RLC};

	#[test]
	fn call_is_told_with_its_arguments() {
		let to = Account(AccountId::new([7; 32]));
		let beneficiary = Data::variant("Id", Data::Account(to.0.clone()));
		let arguments = [("amount", Data::Amount(RLC)), ("beneficiary", beneficiary)];
		let spend = Data::call("Treasury", "spend_local", arguments);
		let spent = format!("Treasury.spend_local\n  amount: 1 RLC\n  beneficiary: {to}");
		assert_eq!(call(&spend), spent);
		let key_value = Data::variant("ItemDeposit", Data::List(vec![Data::Nothing, Data::Amount(RLC)]));
		let key_value = Data::variant("Marketplace", key_value);
		let set = Data::call("Parameters", "set_parameter", [("key_value", key_value)]);
		let batch = Data::call("Utility", "batch_all", [("calls", Data::List(vec![set, spend]))]);
		let lines = call(&batch);
		let lines: Vec<_> = lines.lines().collect();
		let begin =
			["Utility.batch_all", "  calls:", "    set Marketplace.ItemDeposit to 1 RLC", "    Treasury.spend_local"];
		assert_eq!(lines[..4], begin);
		assert_eq!(lines[4], "      amount: 1 RLC");
		assert_eq!((name(&batch).as_str(), name(&Data::Nothing).as_str()), ("Utility.batch_all", "not a call"));
	}

	#[test]
	fn value_that_a_vote_sets_is_told_in_its_unit() {
		let key_value = Data::variant("Retention", Data::List(vec![Data::Nothing, Data::Number(691_200_000)]));
		let set = Data::call("Parameters", "set_parameter", [("key_value", Data::variant("Marketplace", key_value))]);
		assert_eq!(call(&set), "set Marketplace.Retention to 8 d");
		let share = Data::call("Rlc", "set_treasury_share", [("share", Data::Number(350_000))]);
		assert_eq!(call(&share), "Rlc.set_treasury_share\n  share: 35 %");
	}

	#[test]
	fn text_of_a_stranger_is_quoted() {
		let remark = |data| call(&Data::call("System", "remark", [("remark", data)]));
		let said = remark(Data::Text("x\n  amount: 0".into()));
		assert_eq!(said, "System.remark\n  remark: \"x\\n  amount: 0\"");
		assert_eq!(remark(Data::Bytes(b"hi".to_vec())), "System.remark\n  remark: 0x6869 (\"hi\")");
		assert!(remark(Data::Bytes(vec![0; 100])).ends_with("00… (100 bytes)"));
	}
}
