//! Numbers that JavaScript might round.

use std::{borrow::Cow, fmt::Display};

use schemars::{json_schema, JsonSchema, Schema, SchemaGenerator};
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sp_core::U256;

/// A number that may exceed 2⁵³: written as a decimal string, read also as a whole number.
///
/// Also for `#[serde(with = "Decimal::<u64>")]` on a field that is the number itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal<T>(pub T);

/// A whole number that is written as a decimal string.
pub trait Whole: Display + Sized {
	/// The name of its form in the schema.
	const NAME: &'static str;
	/// What its form says.
	const MEANING: &'static str;

	/// Returns the number that decimal digits write; `None` if it is out of bounds.
	fn from_digits(digits: &str) -> Option<Self>;
}

impl Whole for u64 {
	const NAME: &'static str = "Number";
	const MEANING: &'static str = "A whole number below 2^64, in decimal digits. Read also as a number.";

	fn from_digits(digits: &str) -> Option<Self> {
		digits.parse().ok()
	}
}

impl Whole for u128 {
	const NAME: &'static str = "Amount";
	const MEANING: &'static str =
		"An amount in nRLC (10^9 are one RLC), in decimal digits. Read also as a whole number.";

	fn from_digits(digits: &str) -> Option<Self> {
		digits.parse().ok()
	}
}

impl Whole for U256 {
	const NAME: &'static str = "LargeNumber";
	const MEANING: &'static str = "A whole number below 2^256, in decimal digits. Read also as a number.";

	fn from_digits(digits: &str) -> Option<Self> {
		Self::from_dec_str(digits).ok()
	}
}

impl<T: Whole> Decimal<T> {
	/// Writes a number.
	///
	/// # Errors
	///
	/// The serializer's.
	pub fn serialize<S: Serializer>(number: &T, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(number)
	}

	/// Reads a number.
	///
	/// # Errors
	///
	/// If it is not a whole number within bounds, as decimal digits or as a number.
	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
		let digits = match Value::deserialize(deserializer)? {
			Value::String(digits) => digits,
			Value::Number(number) => number.to_string(),
			_ => String::new(),
		};
		let is_whole = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
		let number = if is_whole { T::from_digits(&digits) } else { None };
		number.ok_or_else(|| D::Error::custom("expected a whole number within bounds, as a decimal string or a number"))
	}
}

impl<T: Whole> Serialize for Decimal<T> {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		Self::serialize(&self.0, serializer)
	}
}

impl<'de, T: Whole> Deserialize<'de> for Decimal<T> {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		Self::deserialize(deserializer).map(Self)
	}
}

impl<T: Whole> JsonSchema for Decimal<T> {
	fn schema_name() -> Cow<'static, str> {
		T::NAME.into()
	}

	fn json_schema(_: &mut SchemaGenerator) -> Schema {
		json_schema!({ "description": T::MEANING, "type": "string", "pattern": "^[0-9]+$" })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::Balance;
	use serde_json::{from_value, json, to_value};

	#[test]
	fn amounts_are_written_as_strings_and_read_from_both() {
		assert_eq!(to_value(Decimal(Balance::MAX)).unwrap(), json!("340282366920938463463374607431768211455"));
		assert_eq!(from_value::<Decimal<Balance>>(json!(Balance::MAX.to_string())).unwrap(), Decimal(Balance::MAX));
		assert_eq!(from_value::<Decimal<Balance>>(json!(17)).unwrap(), Decimal(17));
		for wrong in
			[json!(1.5), json!(-1), json!("1e3"), json!("+1"), json!(""), json!("0x1"), json!(null), json!([1])]
		{
			assert!(from_value::<Decimal<Balance>>(wrong.clone()).is_err(), "{wrong}");
		}
		assert!(from_value::<Decimal<u64>>(json!("18446744073709551616")).is_err(), "out of bounds");
	}

	#[test]
	fn numbers_of_256_bits_come_back_as_they_were() {
		let most = Decimal(U256::MAX);
		assert_eq!(from_value::<Decimal<U256>>(to_value(most).unwrap()).unwrap(), most);
		assert_eq!(from_value::<Decimal<U256>>(json!("10")).unwrap(), Decimal(U256::from(10)), "not read as hex");
	}
}
