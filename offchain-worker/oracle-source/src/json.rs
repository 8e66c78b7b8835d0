//! JSON of strangers, as a tree in which numbers keep their text.
//!
//! `serde_json` reads the text, and decides what JSON is. Its own tree has numbers as `f64`, which lose digits.

use std::{borrow::Cow, fmt};

use serde::{
	de::{MapAccess, Visitor},
	Deserialize, Deserializer,
};
use serde_json::value::RawValue;

/// How deep arrays and objects may be nested.
pub const MAX_DEPTH: usize = 64;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json<'a> {
	/// `null`.
	Null,
	/// `true` or `false`.
	Boolean(bool),
	/// A number, as it is written.
	Number(Cow<'a, str>),
	/// A string, without quotes and escapes.
	Text(String),
	/// The elements.
	Array(Vec<Json<'a>>),
	/// The members, as often and in the order in which they are written: a name may stand there twice.
	Object(Vec<(String, Json<'a>)>),
}

/// Why bytes are not read as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidJson {
	/// It is not JSON in UTF-8.
	#[error("the body is not JSON in UTF-8")]
	Syntax,
	/// Arrays and objects are nested deeper than [`MAX_DEPTH`].
	#[error("the body is nested deeper than {MAX_DEPTH} levels")]
	TooDeep,
}

impl<'a> Json<'a> {
	/// Reads a value from all of some bytes.
	///
	/// # Errors
	///
	/// [`InvalidJson`].
	pub fn parse(bytes: &'a [u8]) -> Result<Self, InvalidJson> {
		let text = std::str::from_utf8(bytes).map_err(|_| InvalidJson::Syntax)?;
		Self::read(part(text)?, MAX_DEPTH)
	}

	/// Reads a value that may be so deep. Each level reads its text once more, so the time is bounded by length and depth.
	fn read(raw: &'a RawValue, deep: usize) -> Result<Self, InvalidJson> {
		let text = raw.get();
		Ok(match text.as_bytes().first() {
			Some(b'[') => {
				let deeper = deep.checked_sub(1).ok_or(InvalidJson::TooDeep)?;
				let elements = part::<Vec<&RawValue>>(text)?;
				Self::Array(elements.into_iter().map(|element| Self::read(element, deeper)).collect::<Result<_, _>>()?)
			}
			Some(b'{') => {
				let deeper = deep.checked_sub(1).ok_or(InvalidJson::TooDeep)?;
				let mut members = Vec::new();
				for (name, value) in part::<Members<'_>>(text)?.0 {
					members.push((name, Self::read(value, deeper)?));
				}
				Self::Object(members)
			}
			Some(b'"') => Self::Text(part(text)?),
			Some(b't' | b'f') => Self::Boolean(part(text)?),
			Some(b'n') => Self::Null,
			_ => Self::Number(Cow::Borrowed(text)),
		})
	}
}

fn part<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, InvalidJson> {
	serde_json::from_str(text).map_err(|_| InvalidJson::Syntax)
}

/// The members of an object, which are not read yet.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		struct Each;
		impl<'de> Visitor<'de> for Each {
			type Value = Members<'de>;

			fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				f.write_str("an object")
			}

			fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
				let mut members = Vec::new();
				while let Some(member) = map.next_entry()? {
					members.push(member);
				}
				Ok(Members(members))
			}
		}
		deserializer.deserialize_map(Each)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn number(text: &str) -> Json<'_> {
		Json::Number(text.into())
	}

	#[test]
	fn numbers_keep_their_digits() {
		let text = br#" {"a": [0.10000000000000000000001, -1E+400, 123456789012345678901234567890], "b": "\u00e9"} "#;
		let Json::Object(members) = Json::parse(text).unwrap() else { panic!("an object") };
		let numbers = ["0.10000000000000000000001", "-1E+400", "123456789012345678901234567890"].map(number);
		assert_eq!(members[0], ("a".into(), Json::Array(numbers.to_vec())));
		assert_eq!(members[1], ("b".into(), Json::Text("é".into())));
	}

	#[test]
	fn member_that_stands_there_twice_is_read_twice() {
		let members = vec![("a".into(), number("1")), ("a".into(), Json::Null)];
		assert_eq!(Json::parse(br#"{"a":1,"a":null}"#), Ok(Json::Object(members)));
	}

	#[test]
	fn what_is_not_json_is_refused() {
		for text in
			["", " ", "nul", "01", "1.", ".5", "+1", "NaN", "[1,]", "{a:1}", "'a'", "1 2", "\"\\ud800\"", "\u{feff}1"]
		{
			assert_eq!(Json::parse(text.as_bytes()), Err(InvalidJson::Syntax), "{text}");
		}
		assert_eq!(Json::parse(b"\"\xff\""), Err(InvalidJson::Syntax));
	}

	#[test]
	fn bomb_of_brackets_is_refused() {
		let nested = |deep: usize| ["[".repeat(deep), "]".repeat(deep)].concat();
		assert!(Json::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
		assert_eq!(Json::parse(nested(MAX_DEPTH + 1).as_bytes()), Err(InvalidJson::TooDeep));
		assert_eq!(Json::parse(nested(131_072).as_bytes()), Err(InvalidJson::TooDeep));
		assert_eq!(Json::parse("[".repeat(262_144).as_bytes()), Err(InvalidJson::Syntax));
		let objects = [r#"{"a":"#.repeat(50_000), "1".into(), "}".repeat(50_000)].concat();
		assert_eq!(Json::parse(objects.as_bytes()), Err(InvalidJson::TooDeep));
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::{collection::vec, prelude::*};
	use rlc_testing::spoiled;

	/// Returns JSON.
	fn documents() -> impl Strategy<Value = String> {
		let leaf = prop_oneof![
			Just("null".to_owned()),
			any::<bool>().prop_map(|it| it.to_string()),
			"-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?",
			"\"[ -!#-\\[\\]-~]{0,8}\"",
		];
		leaf.prop_recursive(4, 32, 4, |inner| {
			prop_oneof![
				vec(inner.clone(), 0..4).prop_map(|all| format!("[{}]", all.join(", "))),
				vec(("[a-c]{0,2}", inner), 0..4).prop_map(|all| {
					let members: Vec<_> =
						all.into_iter().map(|(name, value)| format!("\"{name}\" : {value}")).collect();
					format!("{{{}}}", members.join(","))
				}),
			]
		})
	}

	proptest! {
		#[test]
		fn what_is_read_is_what_serde_json_reads(bytes in spoiled(documents().prop_map(String::into_bytes))) {
			let theirs = serde_json::from_slice::<&RawValue>(&bytes);
			match Json::parse(&bytes) {
				Ok(_) => prop_assert!(theirs.is_ok()),
				// A raw value is not looked at for halves of surrogates.
				Err(_) => prop_assert!(theirs.is_err() || String::from_utf8_lossy(&bytes).contains("\\u")),
			}
		}

		#[test]
		fn documents_are_read(text in documents()) {
			prop_assert!(Json::parse(text.as_bytes()).is_ok(), "{}", text);
		}
	}
}
