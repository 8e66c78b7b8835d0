//! Tokens of registries for everybody: where to get one, and what the answer is.

use reqwest::Url;
use serde::Deserialize;

/// An answer to a request for a token. Some registries name it one way, some the other, some both.
#[derive(Deserialize)]
struct Answer {
	token: Option<String>,
	access_token: Option<String>,
}

/// Returns the URL that gives out tokens, as a refusal names it: `Bearer realm="…",service="…",scope="…"`.
pub(super) fn token_url(challenge: &str) -> Option<Url> {
	let mut url = parameter(challenge, "realm")?.parse::<Url>().ok()?;
	for name in ["service", "scope"] {
		if let Some(value) = parameter(challenge, name) {
			url.query_pairs_mut().append_pair(name, value);
		}
	}
	Some(url)
}

/// Returns the token in an answer.
pub(super) fn token(answer: &[u8]) -> Option<String> {
	let answer: Answer = serde_json::from_slice(answer).ok()?;
	answer.token.or(answer.access_token)
}

/// Returns a parameter of a refusal.
fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
	let (_, rest) = challenge.split_once(&format!("{name}=\""))?;
	rest.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
	use super::*;

	const CHALLENGE: &str = r#"Bearer realm="https://auth.example/token",service="a b",scope="repository:x:pull""#;

	#[test]
	fn challenges_name_their_parameters() {
		assert_eq!(parameter(CHALLENGE, "realm"), Some("https://auth.example/token"));
		assert_eq!(parameter(CHALLENGE, "scope"), Some("repository:x:pull"));
		assert_eq!(parameter(CHALLENGE, "error"), None);
	}

	#[test]
	fn token_is_asked_for_as_the_challenge_says() {
		let url = token_url(CHALLENGE).unwrap();
		assert_eq!(url.as_str(), "https://auth.example/token?service=a+b&scope=repository%3Ax%3Apull");
		assert_eq!(token_url(r#"Basic service="a""#), None);
	}
}
