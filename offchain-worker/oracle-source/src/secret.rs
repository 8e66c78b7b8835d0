//! Secrets: where one is put into a request, and how none gets out.

use percent_encoding::{utf8_percent_encode, AsciiSet, NON_ALPHANUMERIC};
use url::Url;
use zeroize::Zeroizing;

use crate::definition::Source;

/// What a URL has as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The shortest secret, in bytes. A shorter one would be found in bodies where nobody wrote it.
const SHORTEST: usize = 8;

/// The longest secret, in bytes.
const LONGEST: usize = 256;

/// A secret of a reporter, for one host.
#[derive(Clone)]
pub struct Secret {
	name: String,
	/// As `host`, or `host:port`.
	host: String,
	value: Zeroizing<String>,
}

/// Why something is not a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecret {
	/// The value has another length, or other characters.
	#[error("a secret has {SHORTEST} to {LONGEST} visible characters of ASCII, without quotes and backslashes")]
	Value,
	/// The host is more than a host and a port.
	#[error("a secret's host is written as api.example.com, or api.example.com:8443")]
	Host,
}

/// Why a source's request is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
	/// The source needs a secret that the reporter does not have.
	#[error("the source needs a secret named {0}, which is not here")]
	Missing(String),
	/// The secret is for another host.
	#[error("the secret {name} is for {host}, and the source is elsewhere")]
	OtherHost {
		/// Its name.
		name: String,
		/// Its host.
		host: String,
	},
	/// The secret's name does not stand exactly once in the URL or the headers, or it stands in the body.
	#[error("the secret {0} has to stand once in the URL or in a header, and nowhere else")]
	NotOnce(String),
	/// The URL is not one of `https`.
	#[error("the source's URL is not valid")]
	Url,
}

/// A request as it is sent.
#[derive(Clone)]
pub struct Filled {
	/// Where it goes.
	pub url: Url,
	/// Names and values of its headers.
	pub headers: Vec<(String, Zeroizing<String>)>,
	/// Whether a secret is in it.
	pub has_secret: bool,
}

impl Secret {
	/// Returns a secret of this name for one host: `api.example.com`, or `api.example.com:8443`.
	///
	/// # Errors
	///
	/// [`InvalidSecret`].
	pub fn new(
		name: impl Into<String>,
		host: &str,
		value: impl Into<Zeroizing<String>>,
	) -> Result<Self, InvalidSecret> {
		let value = value.into();
		let is_visible = value.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
		if !(SHORTEST..=LONGEST).contains(&value.len()) || !is_visible {
			return Err(InvalidSecret::Value);
		}
		let url = Url::parse(&format!("https://{host}/")).map_err(|_| InvalidSecret::Host)?;
		let host = host_of(&url).filter(|_| url.path() == "/" && url.query().is_none() && url.fragment().is_none());
		Ok(Self { name: name.into(), host: host.ok_or(InvalidSecret::Host)?, value })
	}

	/// Returns its name.
	pub fn name(&self) -> &str {
		&self.name
	}

	/// Returns bytes without the secret: its name stands where it stood, between `%`. It is found as it is, and as URLs and
	/// the usual writers of JSON write it. A server that changes it in another way can only be kept from knowing it.
	pub(crate) fn blank(&self, bytes: &[u8]) -> Vec<u8> {
		let mark = self.mark();
		let forms = self.forms();
		forms.iter().fold(bytes.to_vec(), |bytes, form| replaced(&bytes, form.as_bytes(), mark.as_bytes()))
	}

	/// Returns text without the secret.
	pub(crate) fn blank_text(&self, text: &str) -> String {
		String::from_utf8_lossy(&self.blank(text.as_bytes())).into_owned()
	}

	fn mark(&self) -> String {
		format!("%{}%", self.name)
	}

	/// Returns all ways in which the secret is found.
	fn forms(&self) -> Vec<Zeroizing<String>> {
		let encoded = self.encoded();
		let escaped = |all: &str| {
			let one = |one: char| if all.contains(one) { format!("\\u{:04x}", u32::from(one)) } else { one.into() };
			self.value.chars().map(one).collect::<String>()
		};
		let mut forms = vec![
			self.value.clone(),
			Zeroizing::new(lower_escapes(&encoded)),
			encoded,
			Zeroizing::new(self.value.replace('/', "\\/")),
			Zeroizing::new(escaped("<>&")),
			Zeroizing::new(escaped("<>&='")),
		];
		forms.dedup();
		forms
	}

	/// Returns the secret as URLs write it.
	fn encoded(&self) -> Zeroizing<String> {
		Zeroizing::new(utf8_percent_encode(&self.value, UNRESERVED).to_string())
	}
}

impl Source {
	/// Returns the request as it is sent, with the secret that it names.
	///
	/// # Errors
	///
	/// [`SecretError`].
	pub fn fill(&self, secret: Option<&Secret>) -> Result<Filled, SecretError> {
		let plain = Url::parse(&self.url).ok().filter(|url| url.scheme() == "https").ok_or(SecretError::Url)?;
		let host = host_of(&plain).ok_or(SecretError::Url)?;
		let headers = self.headers.iter();
		let Some(name) = &self.secret else {
			let headers = headers.map(|header| (header.name.clone(), Zeroizing::new(header.value.clone())));
			return Ok(Filled { url: plain, headers: headers.collect(), has_secret: false });
		};
		let secret = secret.filter(|secret| secret.name == *name).ok_or_else(|| SecretError::Missing(name.clone()))?;
		if secret.host != host {
			return Err(SecretError::OtherHost { name: name.clone(), host: secret.host.clone() });
		}
		let mark = secret.mark();
		let in_headers: usize = headers.clone().map(|header| header.value.matches(&mark).count()).sum();
		if self.url.matches(&mark).count() + in_headers != 1 || self.body.contains(&mark) {
			return Err(SecretError::NotOnce(name.clone()));
		}
		let url = Zeroizing::new(self.url.replace(&mark, &secret.encoded()));
		let url = Url::parse(&url).map_err(|_| SecretError::Url)?;
		// The secret itself cannot lead elsewhere, nor be part of a name that is looked up.
		if url.scheme() != "https" || host_of(&url).as_ref() != Some(&host) {
			return Err(SecretError::Url);
		}
		let headers =
			headers.map(|header| (header.name.clone(), Zeroizing::new(header.value.replace(&mark, &secret.value))));
		Ok(Filled { url, headers: headers.collect(), has_secret: true })
	}
}

/// Returns a URL's host, and its port if that is not the usual one. `None` if it has none, or a user or a password.
fn host_of(url: &Url) -> Option<String> {
	if !url.username().is_empty() || url.password().is_some() {
		return None;
	}
	let host = url.host_str()?;
	Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// Returns a text in which escapes of URLs have small letters.
fn lower_escapes(encoded: &str) -> String {
	let mut parts = encoded.split('%');
	let mut lower = parts.next().unwrap_or_default().to_owned();
	for part in parts {
		let (digits, rest) = part.split_at(part.len().min(2));
		lower.extend(["%", &digits.to_ascii_lowercase(), rest]);
	}
	lower
}

/// Returns bytes in which other bytes, of which there is one at least, are replaced.
fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
	let mut result = Vec::with_capacity(bytes.len());
	let mut rest = bytes;
	while let Some(at) = rest.windows(old.len()).position(|window| window == old) {
		result.extend_from_slice(&rest[..at]);
		result.extend_from_slice(new);
		rest = &rest[at + old.len()..];
	}
	result.extend_from_slice(rest);
	result
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::definition::{tests::price, Header};

	const VALUE: &str = "s3cr/t&k=y+Zz";

	fn secret() -> Secret {
		Secret::new("API_KEY", "a.example", VALUE.to_owned()).unwrap()
	}

	fn source(url: &str, header: &str) -> Source {
		let headers = vec![Header { name: "x-key".into(), value: header.into() }];
		Source { url: url.into(), headers, secret: Some("API_KEY".into()), ..price() }
	}

	fn filled(source: &Source) -> Result<(String, String), SecretError> {
		let filled = source.fill(Some(&secret()))?;
		assert!(filled.has_secret);
		Ok((filled.url.into(), filled.headers[0].1.to_string()))
	}

	#[test]
	fn secret_goes_where_its_name_stands() {
		let in_url = source("https://a.example/price?key=%API_KEY%&b=1", "1");
		let url = "https://a.example/price?key=s3cr%2Ft%26k%3Dy%2BZz&b=1";
		assert_eq!(filled(&in_url), Ok((url.into(), "1".into())));
		let in_header = source("https://a.example:443/price", "Bearer %API_KEY%");
		assert_eq!(filled(&in_header), Ok(("https://a.example/price".into(), format!("Bearer {VALUE}"))));
		assert!(!price().fill(Some(&secret())).unwrap().has_secret);
	}

	#[test]
	fn secret_goes_to_no_other_host() {
		for url in [
			"https://b.example/",
			"https://a.example.b.example/",
			"https://a.example:8443/",
			"https://b.example/?a.example",
			"https://b.example\\@a.example/",
		] {
			let refused = filled(&source(url, "%API_KEY%"));
			assert!(matches!(refused, Err(SecretError::OtherHost { .. } | SecretError::Url)), "{url}: {refused:?}");
		}
		for url in ["http://a.example/", "https://me@a.example/", "https://%API_KEY%.a.example/", "https://"] {
			assert!(filled(&source(url, "%API_KEY%")).is_err(), "{url}");
		}
	}

	#[test]
	fn secret_stands_once_and_never_in_the_body() {
		let once = SecretError::NotOnce("API_KEY".into());
		assert_eq!(filled(&source("https://a.example/", "1")), Err(once.clone()));
		assert_eq!(filled(&source("https://a.example/?%API_KEY%", "%API_KEY%")), Err(once.clone()));
		assert_eq!(filled(&source("https://a.example/", "%API_KEY% %API_KEY%")), Err(once.clone()));
		let in_body = Source { body: "%API_KEY%".into(), ..source("https://a.example/", "%API_KEY%") };
		assert_eq!(filled(&in_body), Err(once));
	}

	#[test]
	fn missing_secret_is_named() {
		let missing = Err(SecretError::Missing("API_KEY".into()));
		let source = source("https://a.example/", "%API_KEY%");
		assert_eq!(source.fill(None).map(|_| ()), missing);
		let other = Secret::new("OTHER", "a.example", VALUE.to_owned()).unwrap();
		assert_eq!(source.fill(Some(&other)).map(|_| ()), missing);
	}

	#[test]
	fn echo_of_a_secret_is_blanked() {
		let echo = |form: &str| secret().blank_text(&format!("<{form}|{form}>"));
		for form in [
			VALUE,
			"s3cr%2Ft%26k%3Dy%2BZz",
			"s3cr%2ft%26k%3dy%2bZz",
			"s3cr\\/t&k=y+Zz",
			"s3cr/t\\u0026k=y+Zz",
			"s3cr/t\\u0026k\\u003dy+Zz",
		] {
			assert_eq!(echo(form), "<%API_KEY%|%API_KEY%>", "{form}");
		}
		assert_eq!(secret().blank(b"\xffs3cr/t"), b"\xffs3cr/t");
	}

	#[test]
	fn secret_and_its_host_are_checked() {
		let new = |host: &str, value: &str| Secret::new("API_KEY", host, value.to_owned()).err();
		for host in ["a.example", "A.example", "a.example:8443", "127.0.0.1:8080", "[::1]:80"] {
			assert_eq!(new(host, VALUE), None, "{host}");
		}
		for host in ["", "a.example/", "a.example/x", "a.example?x", "a.example#x", "me@a.example", "https://a.example"]
		{
			assert_eq!(new(host, VALUE), Some(InvalidSecret::Host), "{host}");
		}
		for value in ["", "short", "with space", "with\"quote", "with\\slash", "with\nline", &"x".repeat(LONGEST + 1)] {
			assert_eq!(new("a.example", value), Some(InvalidSecret::Value), "{value}");
		}
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::prelude::*;
	use rlc_testing::{spoiled, spoiled_text};

	proptest! {
		#[test]
		fn no_secret_is_left(body in spoiled(Just(br#"{"a":"s3cr3t-key","b":["s3cr3t-keys3cr3t-key"]}"#.to_vec()))) {
			let secret = Secret::new("API_KEY", "a.example", "s3cr3t-key".to_owned()).unwrap();
			let blanked = secret.blank(&body);
			prop_assert!(!blanked.windows(10).any(|window| window == b"s3cr3t-key"));
		}

		#[test]
		fn no_url_leads_a_secret_elsewhere(url in spoiled_text(Just("https://a.example/p?k=%API_KEY%".to_owned()))) {
			let secret = Secret::new("API_KEY", "a.example", "s3cr3t-key".to_owned()).unwrap();
			let source = Source { url, secret: Some("API_KEY".into()), ..crate::definition::tests::price() };
			if let Ok(filled) = source.fill(Some(&secret)) {
				prop_assert_eq!(filled.url.host_str(), Some("a.example"));
				prop_assert_eq!((filled.url.scheme(), filled.url.port()), ("https", None));
			}
		}
	}
}
