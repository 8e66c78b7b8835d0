//! What may be asked for, and what is kept of the headers of an answer.

use bytes::Bytes;
use reqwest::{
	header::{HeaderMap, HeaderName, HeaderValue},
	Method, Url,
};
use sha2::{Digest, Sha256};

/// The most headers of a request.
pub const MAX_HEADERS: usize = 16;

/// The headers of an answer that are kept, in this order.
pub const KEPT: [&str; 6] = ["age", "content-encoding", "content-type", "date", "etag", "last-modified"];

/// The longest header that is kept, in bytes.
const LONGEST_KEPT: usize = 256;

/// Headers that no request brings. One that names another host than its URL would lead a secret to it; the others say how
/// the request itself is sent.
const OWN: [&str; 12] = [
	"accept-encoding",
	"connection",
	"content-length",
	"expect",
	"host",
	"keep-alive",
	"proxy-authorization",
	"proxy-connection",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
];

/// Why something is not a request that is made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
	/// The URL is not one of `https`, or has a password.
	#[error("the URL has to begin with https:// and must not have a user or a password")]
	Url,
	/// The method is another one.
	#[error("the method has to be GET, POST, PUT, or DELETE")]
	Method,
	/// A name or a value cannot be sent, is set by the program itself, or stands there twice.
	#[error("one of the headers is not valid, stands there twice, or is set by this program")]
	Header,
	/// There are more headers than [`MAX_HEADERS`].
	#[error("more than {MAX_HEADERS} headers")]
	TooManyHeaders,
}

/// A request that may be made. It is not shown by `Debug`: it may hold a secret.
#[derive(Clone)]
pub struct Request {
	method: Method,
	url: Url,
	headers: HeaderMap,
	body: Bytes,
	has_secret: bool,
}

impl Request {
	/// Returns a request. One that `has_secret` is never led to another host.
	///
	/// # Errors
	///
	/// [`InvalidRequest`].
	pub fn new<'a>(
		method: Method,
		url: Url,
		headers: impl IntoIterator<Item = (&'a str, &'a str)>,
		body: impl Into<Bytes>,
		has_secret: bool,
	) -> Result<Self, InvalidRequest> {
		check_url(&url)?;
		if ![Method::GET, Method::POST, Method::PUT, Method::DELETE].contains(&method) {
			return Err(InvalidRequest::Method);
		}
		let mut sent = HeaderMap::new();
		for (name, value) in headers {
			let name = name.parse::<HeaderName>().map_err(|_| InvalidRequest::Header)?;
			let value = value.parse::<HeaderValue>().map_err(|_| InvalidRequest::Header)?;
			if OWN.contains(&name.as_str()) || sent.contains_key(&name) {
				return Err(InvalidRequest::Header);
			}
			if sent.len() == MAX_HEADERS {
				return Err(InvalidRequest::TooManyHeaders);
			}
			sent.insert(name, value);
		}
		Ok(Self { method, url, headers: sent, body: body.into(), has_secret })
	}

	/// Returns its URL.
	pub fn url(&self) -> &Url {
		&self.url
	}

	pub(super) fn method(&self) -> &Method {
		&self.method
	}

	pub(super) fn headers(&self) -> &HeaderMap {
		&self.headers
	}

	pub(super) fn body(&self) -> &Bytes {
		&self.body
	}

	pub(super) fn has_secret(&self) -> bool {
		self.has_secret
	}

	/// Returns a hash that only equal requests have. Headers count in the order in which they were given.
	pub(super) fn hash(&self) -> [u8; 32] {
		let mut hasher = Sha256::new();
		let mut add = |part: &[u8]| {
			hasher.update((part.len() as u64).to_le_bytes());
			hasher.update(part);
		};
		add(&[u8::from(self.has_secret)]);
		add(self.method.as_str().as_bytes());
		add(self.url.as_str().as_bytes());
		add(&self.body);
		for (name, value) in &self.headers {
			add(name.as_str().as_bytes());
			add(value.as_bytes());
		}
		hasher.finalize().into()
	}
}

/// Checks that a URL is one that requests are made to.
pub(super) fn check_url(url: &Url) -> Result<(), InvalidRequest> {
	let is_bare = url.username().is_empty() && url.password().is_none();
	if url.scheme() != "https" || !url.has_host() || !is_bare {
		return Err(InvalidRequest::Url);
	}
	Ok(())
}

/// Returns the host of a URL, as turns and words name it: `a.example.` is `a.example`.
pub(super) fn host_of(url: &Url) -> String {
	url.host_str().unwrap_or_default().trim_end_matches('.').to_owned()
}

/// Returns what is kept of an answer's headers: of each, the first, if it is text and not too long.
pub(super) fn kept(headers: &HeaderMap) -> Vec<(&'static str, String)> {
	let value = |name: &'static str| {
		let text = headers.get(name)?.to_str().ok()?;
		(text.len() <= LONGEST_KEPT).then(|| (name, text.to_owned()))
	};
	KEPT.into_iter().filter_map(value).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn request(method: Method, url: &str, headers: &[(&str, &str)]) -> Result<Request, InvalidRequest> {
		Request::new(method, url.parse().unwrap(), headers.iter().copied(), "", false)
	}

	#[test]
	fn only_https_is_asked() {
		assert!(request(Method::GET, "https://a.example:8443/x?y", &[]).is_ok());
		for url in
			["http://a.example/", "ftp://a.example/", "https://me@a.example/", "https://me:x@a.example/", "data:x"]
		{
			assert_eq!(request(Method::GET, url, &[]).err(), Some(InvalidRequest::Url), "{url}");
		}
	}

	#[test]
	fn only_four_methods_are_used() {
		for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
			assert!(request(method, "https://a.example/", &[]).is_ok());
		}
		for method in [Method::HEAD, Method::CONNECT, Method::PATCH] {
			assert_eq!(request(method, "https://a.example/", &[]).err(), Some(InvalidRequest::Method));
		}
	}

	#[test]
	fn headers_that_lead_elsewhere_are_refused() {
		let with = |headers: &[(&str, &str)]| request(Method::GET, "https://a.example/", headers).err();
		assert_eq!(with(&[("Accept", "application/json"), ("X-Key", "1")]), None);
		for name in ["Host", "HOST", "Transfer-Encoding", "content-length", "Proxy-Connection", "a b", ""] {
			assert_eq!(with(&[(name, "x")]), Some(InvalidRequest::Header), "{name}");
		}
		assert_eq!(with(&[("x", "a\r\nHost: b.example")]), Some(InvalidRequest::Header));
		assert_eq!(with(&[("x", "1"), ("X", "2")]), Some(InvalidRequest::Header));
		let names: Vec<_> = (0..=MAX_HEADERS).map(|n| format!("x-{n}")).collect();
		let many: Vec<_> = names.iter().map(|name| (name.as_str(), "x")).collect();
		assert_eq!(with(&many), Some(InvalidRequest::TooManyHeaders));
		assert_eq!(with(&many[1..]), None);
	}

	#[test]
	fn requests_that_differ_have_different_hashes() {
		let hash = |url: &str, headers: &[(&str, &str)]| request(Method::GET, url, headers).unwrap().hash();
		let one = hash("https://a.example/", &[("x", "1")]);
		assert_eq!(one, hash("https://A.example", &[("X", "1")]));
		assert_ne!(one, hash("https://a.example/", &[("x", "2")]));
		assert_ne!(one, hash("https://a.example/", &[]));
		assert_ne!(one, hash("https://b.example/", &[("x", "1")]));
	}

	#[test]
	fn few_headers_of_an_answer_are_kept() {
		let mut headers = HeaderMap::new();
		headers.insert("set-cookie", HeaderValue::from_static("session=1"));
		headers.insert("date", HeaderValue::from_static("Tue, 01 Dec 2026 00:00:00 GMT"));
		headers.insert("content-type", HeaderValue::from_static("application/json"));
		headers.insert("etag", HeaderValue::from_str(&"x".repeat(LONGEST_KEPT + 1)).unwrap());
		let names: Vec<_> = kept(&headers).into_iter().map(|(name, _)| name).collect();
		assert_eq!(names, ["content-type", "date"]);
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::prelude::*;
	use rlc_testing::spoiled_text;

	proptest! {
		#[test]
		fn no_header_of_a_stranger_becomes_two(value in spoiled_text("[ -~]{0,40}"), name in spoiled_text("[a-z-]{0,20}")) {
			let url = "https://a.example/".parse().unwrap();
			let Ok(request) = Request::new(Method::GET, url, [(name.as_str(), value.as_str())], "", false) else {
				return Ok(());
			};
			prop_assert_eq!(request.headers().len(), 1);
			prop_assert_eq!(request.headers().get(&name).unwrap().as_bytes(), value.as_bytes());
			prop_assert!(!value.contains(['\r', '\n', '\0']));
		}
	}
}
