//! Tokens of registries for everybody: where to get one, and what the answer is.

use reqwest::{header::HeaderValue, Url};
use serde::Deserialize;

/// An answer to a request for a token. Some registries name it one way, some the other, some both.
#[derive(Deserialize)]
struct Answer {
	token: Option<String>,
	access_token: Option<String>,
}

/// Returns the URL that gives out tokens, as a registry's refusal names it: `Bearer realm="…",service="…",scope="…"`, perhaps
/// among other schemes. It is reached by HTTPS, unless the registry itself is not: a stranger's registry must not have services
/// of this machine's network asked, and their answers sent to it.
pub(super) fn token_url<'a>(refusal: impl IntoIterator<Item = &'a str>, registry: &Url) -> Option<Url> {
	let challenges = refusal.into_iter().filter_map(|header| http_auth::parse_challenges(header).ok()).flatten();
	let bearer = challenges.into_iter().find(|challenge| challenge.scheme.eq_ignore_ascii_case("Bearer"))?;
	let parameter = |name: &str| {
		let found = bearer.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
		found.map(|(_, value)| value.to_unescaped())
	};
	let mut url = parameter("realm")?.parse::<Url>().ok()?;
	if url.scheme() != "https" && url.scheme() != registry.scheme() {
		return None;
	}
	for name in ["service", "scope"] {
		if let Some(value) = parameter(name) {
			url.query_pairs_mut().append_pair(name, &value);
		}
	}
	Some(url)
}

/// Returns the token in an answer, if it can be sent.
pub(super) fn token(answer: &[u8]) -> Option<String> {
	let answer: Answer = serde_json::from_slice(answer).ok()?;
	let token = answer.token.or(answer.access_token)?;
	HeaderValue::from_str(&token).is_ok().then_some(token)
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::{collection::vec, prelude::*, sample::select};
	use rlc_testing::{spoiled, spoiled_text};

	const REALM: &str = "https://auth.example/a?b";

	/// Returns a text as a parameter's value has it.
	fn quoted(text: &str) -> String {
		format!("\"{}\"", text.replace('\\', r"\\").replace('"', r#"\""#))
	}

	/// Returns refusals that want a token, and what they name.
	fn refusals() -> impl Strategy<Value = (String, [String; 2])> {
		let text = "[ a-c,=\"\\\\:/?]{0,8}";
		let before = select(vec!["", r#"Basic realm="a", "#, r#"Basic realm="Bearer realm=", "#]);
		let parameters = Just(vec![0, 1, 2]).prop_shuffle();
		(before, text, text, parameters).prop_map(|(before, service, scope, order)| {
			let parameters = [("Realm", REALM), ("service", &service), ("scope", &scope)];
			let written =
				order.into_iter().map(|at: usize| format!("{}={}", parameters[at].0, quoted(parameters[at].1)));
			let written = written.collect::<Vec<_>>().join(",");
			(format!("{before}bearer {written}"), [service.clone(), scope.clone()])
		})
	}

	proptest! {
		#[test]
		fn token_is_asked_for_as_the_refusal_says((refusal, named) in refusals()) {
			let registry = "https://registry.example/v2/a/".parse().unwrap();
			let url = token_url([refusal.as_str()], &registry).unwrap();
			prop_assert!(url.as_str().starts_with(REALM), "{url}");
			let asked: Vec<_> = url.query_pairs().map(|(_, value)| value.into_owned()).collect();
			prop_assert_eq!(&asked[asked.len() - 2..], &named[..]);
		}

		#[test]
		fn token_is_asked_for_by_https(refusal in spoiled_text(refusals().prop_map(|(refusal, _)| refusal))) {
			let registry = "https://registry.example/v2/a/".parse().unwrap();
			if let Some(url) = token_url([refusal.as_str()], &registry) {
				prop_assert_eq!(url.scheme(), "https");
			}
		}

		#[test]
		fn token_can_be_sent(answer in prop_oneof![
			spoiled(Just(br#"{"token": "a", "access_token": "b", "expires_in": 1}"#.to_vec())),
			spoiled(Just(br#"{"access_token": "\u0001\n\u00e9"}"#.to_vec())),
			vec(any::<u8>(), 0..40),
		]) {
			if let Some(token) = token(&answer) {
				let header = format!("Bearer {token}");
				prop_assert!(HeaderValue::from_str(&header).is_ok());
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const REFUSAL: &str = r#"Bearer realm="https://auth.example/token",service="a b",scope="repository:x:pull""#;

	#[test]
	fn token_is_asked_for_as_the_refusal_says() {
		let registry = "https://registry.example/v2/a/".parse().unwrap();
		let basic = r#"Basic realm="https://elsewhere.example/",service="a""#;
		// Some registries offer both, in one header or in two.
		let one = format!("{basic}, {REFUSAL}");
		for refusal in [&[REFUSAL][..], &[basic, REFUSAL], &[one.as_str()]] {
			let url = token_url(refusal.iter().copied(), &registry).unwrap();
			assert_eq!(url.as_str(), "https://auth.example/token?service=a+b&scope=repository%3Ax%3Apull");
		}
		for refusal in [basic, r#"Bearer xrealm="https://auth.example/""#, "Bearer", ""] {
			assert_eq!(token_url([refusal], &registry), None, "{refusal}");
		}
	}

	#[test]
	fn token_is_not_asked_for_in_clear_text() {
		let [far, near] =
			["https://registry.example/v2/a/", "http://127.0.0.1:5000/v2/a/"].map(|url| url.parse().unwrap());
		let inside = [r#"Bearer realm="http://169.254.169.254/token""#];
		assert_eq!(token_url(inside, &far), None);
		assert!(token_url(inside, &near).is_some(), "a registry of this machine is for trying out");
		assert_eq!(token_url([r#"Bearer realm="file:///etc/passwd""#], &near), None);
	}
}
