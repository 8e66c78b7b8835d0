//! Tokens of registries for everybody: where to get one, and what the answer is.

use reqwest::Url;
use serde::Deserialize;

/// An answer to a request for a token. Some registries name it one way, some the other, some both.
#[derive(Deserialize)]
struct Answer {
	token: Option<String>,
	access_token: Option<String>,
}

/// Returns the URL that gives out tokens, as a registry's refusal names it: `Bearer realm="…",service="…",scope="…"`. It is
/// reached by HTTPS, unless the registry itself is not: a stranger's registry must not have services of this machine's
/// network asked, and their answers sent to it.
pub(super) fn token_url(challenge: &str, registry: &Url) -> Option<Url> {
	let mut url = parameter(challenge, "realm")?.parse::<Url>().ok()?;
	if url.scheme() != "https" && url.scheme() != registry.scheme() {
		return None;
	}
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
mod parsing {
	use super::*;
	use proptest::{collection::vec, prelude::*};
	use rlc_testing::{spoiled, spoiled_text};

	proptest! {
		#[test]
		fn token_is_asked_for_by_https(
			challenge in spoiled_text(Just(r#"Bearer realm="https://auth.example/a?b",service="c",scope="d""#.to_owned())),
		) {
			let registry = "https://registry.example/v2/a/".parse().unwrap();
			if let Some(url) = token_url(&challenge, &registry) {
				prop_assert_eq!(url.scheme(), "https");
			}
		}

		#[test]
		fn token_is_read_without_harm(answer in prop_oneof![
			spoiled(Just(br#"{"token": "a", "access_token": "b", "expires_in": 1}"#.to_vec())),
			vec(any::<u8>(), 0..40),
		]) {
			let _ = token(&answer);
		}
	}
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
		let registry = "https://registry.example/v2/a/".parse().unwrap();
		let url = token_url(CHALLENGE, &registry).unwrap();
		assert_eq!(url.as_str(), "https://auth.example/token?service=a+b&scope=repository%3Ax%3Apull");
		assert_eq!(token_url(r#"Basic service="a""#, &registry), None);
	}

	#[test]
	fn token_is_not_asked_for_in_clear_text() {
		let [far, near] =
			["https://registry.example/v2/a/", "http://127.0.0.1:5000/v2/a/"].map(|url| url.parse().unwrap());
		let inside = r#"Bearer realm="http://169.254.169.254/token""#;
		assert_eq!(token_url(inside, &far), None);
		assert!(token_url(inside, &near).is_some(), "a registry of this machine is for trying out");
		assert_eq!(token_url(r#"Bearer realm="file:///etc/passwd""#, &near), None);
	}
}
