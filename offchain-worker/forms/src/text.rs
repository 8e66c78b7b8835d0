//! Bytes that mostly are text: names and params.

use std::borrow::Cow;

use schemars::{json_schema, JsonSchema, Schema, SchemaGenerator};
use serde::{de::Error, Deserialize, Deserializer, Serializer};

use crate::hex;

/// Bytes that mostly are text: the text itself; `0x` and hex digits if they are not UTF-8, or begin with `0x`. What is
/// written is read as the same bytes. For `#[serde(with = "Text")]`.
pub struct Text;

impl Text {
	/// Writes bytes.
	///
	/// # Errors
	///
	/// The serializer's.
	pub fn serialize<T: AsRef<[u8]>, S: Serializer>(bytes: &T, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&write(bytes.as_ref()))
	}

	/// Reads bytes.
	///
	/// # Errors
	///
	/// If digits after `0x` are not hex, or if the text is too long for `T`.
	pub fn deserialize<'de, T: TryFrom<Vec<u8>>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
		let text = String::deserialize(deserializer)?;
		let bytes = if text.starts_with("0x") {
			hex::read(&text).ok_or_else(|| D::Error::custom("expected hex digits after 0x"))?
		} else {
			text.into_bytes()
		};
		bytes.try_into().map_err(|_| D::Error::custom("the text is too long"))
	}
}

/// Returns the form of bytes.
pub fn write(bytes: &[u8]) -> Cow<'_, str> {
	match std::str::from_utf8(bytes) {
		Ok(text) if !text.starts_with("0x") => text.into(),
		_ => hex::write(bytes).into(),
	}
}

impl JsonSchema for Text {
	fn schema_name() -> Cow<'static, str> {
		"Text".into()
	}

	fn json_schema(_: &mut SchemaGenerator) -> Schema {
		json_schema!({
			"description": "Bytes that mostly are text: the text itself; 0x and hex digits if they are not UTF-8, or begin \
				with 0x.",
			"type": "string",
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde::Serialize;
	use serde_json::{from_value, json, to_value};

	#[derive(Debug, PartialEq, Serialize, Deserialize)]
	struct Written(#[serde(with = "Text")] Vec<u8>);

	#[test]
	fn bytes_come_back_as_they_were() {
		for (bytes, written) in [
			(b"{\"iexec_args\": \"1\"}".to_vec(), json!("{\"iexec_args\": \"1\"}")),
			(vec![], json!("")),
			(vec![0xFF, 0], json!("0xff00")),
			(b"0x12".to_vec(), json!("0x30783132")),
		] {
			assert_eq!(to_value(Written(bytes.clone())).unwrap(), written);
			assert_eq!(from_value::<Written>(written).unwrap(), Written(bytes));
		}
		assert!(from_value::<Written>(json!("0x1g")).is_err());
	}
}
