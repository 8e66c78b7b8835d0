//! Calls in JSON, as files hold them and as `--json` prints them.
//!
//! ```json
//! {"Treasury": {"spend_local": {"amount": "100 RLC", "beneficiary": "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"}}}
//! ```
//!
//! What a text means is told by how it is written, not by where it stands: `0x` and hex digits are bytes, an address is an
//! account, and an amount has its unit. Everything else the runtime's types tell.

use rlc_chain::Data;
use rlc_json::{Account, Decimal, InvalidAccount};
use serde_json::{json, Value};

use crate::{
	amount::Amount,
	failure::{failure, Result},
};

/// The largest number that every reader of JSON keeps as it is: 2⁵³ − 1.
const LARGEST: u128 = (1 << 53) - 1;

/// Reads a value.
///
/// # Errors
///
/// If an address has a wrong checksum, or a number is a fraction.
pub(crate) fn read(json: &Value) -> Result<Data> {
	Ok(match json {
		Value::Null => Data::Nothing,
		Value::Bool(value) => Data::Bool(*value),
		Value::Number(number) => match (number.as_u64(), number.as_i64()) {
			(Some(number), _) => Data::Number(number.into()),
			(_, Some(number)) => Data::Signed(number.into()),
			_ => {
				return Err(failure!(CallInvalid, "{number} is neither a whole number nor one that JSON keeps";
					"write large numbers as text, amounts as \"1.5 RLC\", and parts of a whole as \"35 %\""));
			}
		},
		Value::String(text) => read_text(text)?,
		Value::Array(values) => Data::List(values.iter().map(read).collect::<Result<_>>()?),
		Value::Object(fields) => {
			let fields = fields.iter().map(|(name, value)| Ok((name.clone(), read(value)?)));
			Data::Fields(fields.collect::<Result<_>>()?)
		}
	})
}

fn read_text(text: &str) -> Result<Data> {
	if text.to_ascii_lowercase().ends_with("rlc") {
		if let Ok(Amount(amount)) = text.parse() {
			return Ok(Data::Amount(amount));
		}
	}
	let account = text.parse::<Account>();
	if let Err(wrong @ InvalidAccount::Checksum(_)) = account {
		return Err(wrong.into());
	}
	if let Some(bytes) = text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok()) {
		return Ok(Data::Bytes(bytes));
	}
	Ok(match account {
		Ok(Account(account)) => Data::Account(account),
		Err(_) => Data::Text(text.into()),
	})
}

/// Writes a value.
pub(crate) fn write(data: &Data) -> Value {
	match data {
		Data::Nothing => Value::Null,
		Data::Bool(value) => json!(value),
		Data::Number(number) if *number > LARGEST => json!(number.to_string()),
		Data::Number(number) => json!(u64::try_from(*number).unwrap_or_default()),
		Data::Signed(number) => {
			i64::try_from(*number).map_or_else(|_| json!(number.to_string()), |number| json!(number))
		}
		Data::Amount(amount) => json!(Decimal(*amount)),
		Data::Account(account) => json!(Account(account.clone())),
		Data::Text(text) => json!(text),
		Data::Bytes(bytes) => json!(format!("0x{}", hex::encode(bytes))),
		Data::List(values) => values.iter().map(write).collect(),
		Data::Fields(fields) => fields.iter().map(|(name, value)| (name.clone(), write(value))).collect(),
		Data::Variant(name, fields) if **fields == Data::Nothing => json!(name),
		Data::Variant(name, fields) => [(name.clone(), write(fields))].into_iter().collect(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{AccountId, RLC};

	#[test]
	fn text_is_read_by_how_it_is_written() {
		let account = Account(AccountId::new([7; 32]));
		for (text, data) in [
			("0x0a0B", Data::Bytes(vec![10, 11])),
			("1.5 RLC", Data::Amount(RLC * 3 / 2)),
			("7nRLC", Data::Amount(7)),
			("12", Data::Text("12".into())),
			("0xa", Data::Text("0xa".into())),
			("for rlc", Data::Text("for rlc".into())),
			(account.to_string().as_str(), Data::Account(account.0.clone())),
		] {
			assert_eq!(read(&json!(text)), Ok(data), "{text}");
		}
		let mistyped = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD";
		assert_eq!(read(&json!(mistyped)).unwrap_err().code(), "account.checksum");
	}

	#[test]
	fn numbers_are_whole() {
		assert_eq!((read(&json!(5)), read(&json!(-5))), (Ok(Data::Number(5)), Ok(Data::Signed(-5))));
		assert_eq!(read(&json!(0.5)).unwrap_err().code(), "call.invalid");
		assert_eq!(write(&Data::Number(u128::MAX)), json!(u128::MAX.to_string()));
	}

	#[test]
	fn call_has_the_form_of_a_file() {
		let arguments = [
			("amount", Data::Amount(RLC)),
			("to", Data::variant("Id", Data::Account(AccountId::new([7; 32])))),
			("until", Data::Nothing),
			("stop", Data::variant("Now", Data::Nothing)),
			("hashes", Data::List(vec![Data::Bytes(vec![1])])),
		];
		let written = write(&Data::call("Treasury", "spend", arguments));
		let to = Account(AccountId::new([7; 32]));
		let fields = json!({
			"amount": "1000000000", "to": { "Id": to }, "until": null, "stop": "Now", "hashes": ["0x01"],
		});
		assert_eq!(written, json!({ "Treasury": { "spend": fields } }));
		let read_back = read(&written).unwrap();
		assert_eq!(write(&read_back), written);
	}
}
