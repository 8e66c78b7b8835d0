//! From an answer to a value.

use crate::{
	decimal::Decimal,
	definition::{Kind, Source, Value, MAX_TEXT},
	json::{InvalidJson, Json},
	path::{InvalidPath, NotOne, Path},
};

/// Why a source has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
	/// The status is not between 200 and 299.
	#[error("the server answers {0}; a value needs a status between 200 and 299")]
	Status(u16),
	/// The answer does not say that it is JSON.
	#[error("the answer is not of the type application/json, text/json, or application/…+json")]
	ContentType,
	/// The answer is compressed, although that was not asked for.
	#[error("the answer is compressed")]
	Compressed,
	/// The body is longer than [`MAX_BODY`](crate::MAX_BODY).
	#[error("the body is longer than {} bytes", crate::MAX_BODY)]
	BodyTooLong,
	/// The body cannot be read.
	#[error(transparent)]
	Json(#[from] InvalidJson),
	/// The source's path cannot be followed.
	#[error("the JSONPath is not valid: {0}")]
	Path(#[from] InvalidPath),
	/// The path does not lead to one value.
	#[error(transparent)]
	NotOne(#[from] NotOne),
	/// What is there is of another kind.
	#[error("the path leads to {found}; the source's values are {}", .expected.name())]
	WrongKind {
		/// The source's kind.
		expected: Kind,
		/// What is there.
		found: &'static str,
	},
	/// The number is not within ±1.7·10²⁰.
	#[error("the number is too large")]
	NumberTooLarge,
	/// The text is longer than [`MAX_TEXT`].
	#[error("the text is longer than {MAX_TEXT} bytes")]
	TextTooLong,
}

impl Kind {
	/// Returns its name in definitions.
	pub fn name(self) -> &'static str {
		match self {
			Self::Boolean => "boolean",
			Self::Number => "number",
			Self::Text => "string",
		}
	}
}

/// Returns the value that an answer has for a source. Names of headers are in lower case.
///
/// A number may also be written as a string, as exchanges do. It is exact, and cut off after 18 decimals.
///
/// # Errors
///
/// [`SourceError`].
pub fn extract(source: &Source, status: u16, headers: &[(String, String)], body: &[u8]) -> Result<Value, SourceError> {
	let header = |name: &str| headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
	if !(200..300).contains(&status) {
		return Err(SourceError::Status(status));
	}
	if !header("content-type").is_some_and(is_json) {
		return Err(SourceError::ContentType);
	}
	if header("content-encoding").is_some_and(|encoding| !encoding.trim().eq_ignore_ascii_case("identity")) {
		return Err(SourceError::Compressed);
	}
	let path = Path::parse(&source.path)?;
	let json = Json::parse(body)?;
	value(source.kind, path.only(&json)?)
}

/// Returns whether a content type is one of JSON.
fn is_json(content_type: &str) -> bool {
	let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
	let is_structured = essence.strip_prefix("application/").is_some_and(|kind| kind.ends_with("+json"));
	is_structured || matches!(essence.as_str(), "application/json" | "text/json")
}

fn value(kind: Kind, json: &Json<'_>) -> Result<Value, SourceError> {
	let wrong = |found| SourceError::WrongKind { expected: kind, found };
	match (kind, json) {
		(Kind::Boolean, Json::Boolean(value)) => Ok(Value::Boolean(*value)),
		(Kind::Number, Json::Number(text)) => number(text),
		(Kind::Number, Json::Text(text)) if Decimal::parse(text).is_some() => number(text),
		(Kind::Text, Json::Text(text)) if text.len() > MAX_TEXT => Err(SourceError::TextTooLong),
		(Kind::Text, Json::Text(text)) => Ok(Value::Text(text.clone())),
		(_, Json::Null) => Err(wrong("null")),
		(_, Json::Boolean(_)) => Err(wrong("a boolean")),
		(_, Json::Number(_)) => Err(wrong("a number")),
		(_, Json::Text(_)) => Err(wrong("a string")),
		(_, Json::Array(_)) => Err(wrong("an array")),
		(_, Json::Object(_)) => Err(wrong("an object")),
	}
}

fn number(text: &str) -> Result<Value, SourceError> {
	let fixed = Decimal::parse(text).and_then(|number| number.fixed());
	fixed.map(Value::Number).ok_or(SourceError::NumberTooLarge)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::definition::tests::price;

	const ONE: i128 = 1_000_000_000_000_000_000;

	fn headers(content_type: &str) -> Vec<(String, String)> {
		vec![("content-type".into(), content_type.into())]
	}

	fn extracted(kind: Kind, body: &str) -> Result<Value, SourceError> {
		let source = Source { kind, ..price() };
		extract(&source, 200, &headers("application/json; charset=utf-8"), body.as_bytes())
	}

	#[test]
	fn values_are_of_their_kind() {
		assert_eq!(extracted(Kind::Number, r#"{"price": 12.5}"#), Ok(Value::Number(12 * ONE + ONE / 2)));
		assert_eq!(extracted(Kind::Number, r#"{"price": "12.5"}"#), Ok(Value::Number(12 * ONE + ONE / 2)));
		assert_eq!(extracted(Kind::Boolean, r#"{"price": true}"#), Ok(Value::Boolean(true)));
		assert_eq!(extracted(Kind::Text, r#"{"price": "12.5"}"#), Ok(Value::Text("12.5".into())));
		for (kind, body, found) in [
			(Kind::Number, r#"{"price": "12,5"}"#, "a string"),
			(Kind::Number, r#"{"price": true}"#, "a boolean"),
			(Kind::Number, r#"{"price": null}"#, "null"),
			(Kind::Number, r#"{"price": [1]}"#, "an array"),
			(Kind::Boolean, r#"{"price": "true"}"#, "a string"),
			(Kind::Boolean, r#"{"price": 1}"#, "a number"),
			(Kind::Text, r#"{"price": {}}"#, "an object"),
		] {
			assert_eq!(extracted(kind, body), Err(SourceError::WrongKind { expected: kind, found }), "{body}");
		}
	}

	#[test]
	fn values_are_bounded() {
		assert_eq!(extracted(Kind::Number, r#"{"price": 1e21}"#), Err(SourceError::NumberTooLarge));
		let text = |length: usize| format!(r#"{{"price": "{}"}}"#, "x".repeat(length));
		assert!(extracted(Kind::Text, &text(MAX_TEXT)).is_ok());
		assert_eq!(extracted(Kind::Text, &text(MAX_TEXT + 1)), Err(SourceError::TextTooLong));
	}

	#[test]
	fn wrong_status_is_refused() {
		for status in [0, 199, 300, 302, 404, 500] {
			let refused = extract(&price(), status, &headers("application/json"), br#"{"price":1}"#);
			assert_eq!(refused, Err(SourceError::Status(status)));
		}
	}

	#[test]
	fn wrong_type_is_refused() {
		for right in ["application/json", "Application/JSON ; charset=utf-8", "text/json", "application/geo+json"] {
			assert!(extract(&price(), 200, &headers(right), br#"{"price":1}"#).is_ok(), "{right}");
		}
		for wrong in ["text/html", "", "application/jsonp", "text/plain; application/json", "image/svg+json"] {
			let refused = extract(&price(), 200, &headers(wrong), br#"{"price":1}"#);
			assert_eq!(refused, Err(SourceError::ContentType), "{wrong}");
		}
		assert_eq!(extract(&price(), 200, &[], br#"{"price":1}"#), Err(SourceError::ContentType));
		let mut compressed = headers("application/json");
		compressed.push(("content-encoding".into(), "gzip".into()));
		assert_eq!(extract(&price(), 200, &compressed, br#"{"price":1}"#), Err(SourceError::Compressed));
	}

	#[test]
	fn several_matches_are_refused() {
		assert_eq!(extracted(Kind::Number, r#"{"price":1,"price":2}"#), Err(NotOne::Several(2).into()));
		assert_eq!(extracted(Kind::Number, "{}"), Err(NotOne::Nothing.into()));
		assert_eq!(extracted(Kind::Number, &"[".repeat(100_000)), Err(InvalidJson::Syntax.into()));
		let source = Source { path: "$.price.".into(), ..price() };
		assert!(matches!(extract(&source, 200, &headers("text/json"), b"{}"), Err(SourceError::Path(_))));
	}
}
