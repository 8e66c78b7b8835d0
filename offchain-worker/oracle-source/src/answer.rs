//! What a source answered, as it is kept: without secrets, and bounded.

use std::net::{IpAddr, SocketAddr};

use codec::{Decode, Encode};

use crate::{
	definition::{Source, Value},
	extract::{extract, SourceError},
	secret::Secret,
};

/// The longest body, in bytes. A longer one is not kept, so it proves nothing.
pub const MAX_BODY: usize = 256 << 10;

/// The most headers, and the longest name and value, in bytes.
pub(crate) const MAX_HEADERS: usize = 8;
pub(crate) const MAX_HEADER_NAME: usize = 64;
pub(crate) const MAX_HEADER_VALUE: usize = 512;

/// The most certificates: those after them are left out.
pub(crate) const MAX_CERTIFICATES: usize = 8;

/// The longest location, in bytes: the rest is cut off.
pub(crate) const MAX_LOCATION: usize = 2_048;

/// What came over the network.
pub struct Received {
	/// Where it came from, after all redirections.
	pub location: String,
	/// The address that was connected to.
	pub address: SocketAddr,
	/// The SHA-256 of each certificate that the server showed, its own first.
	pub certificates: Vec<[u8; 32]>,
	/// The status of HTTP.
	pub status: u16,
	/// Some of its headers, with names in lower case.
	pub headers: Vec<(String, String)>,
	/// All of the body.
	pub body: Vec<u8>,
	/// When the request was sent, in ms of Unix time.
	pub began: u64,
	/// When the last byte had come, in ms of Unix time.
	pub ended: u64,
}

/// What a source answered, and the value in it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Answer {
	/// Which of the feed's sources, from 0.
	pub source: u8,
	/// Where it came from, after all redirections.
	pub location: String,
	/// The address that was connected to. One of IPv4 is mapped: `::ffff:1.2.3.4`.
	pub address: [u8; 16],
	/// The port that was connected to.
	pub port: u16,
	/// The SHA-256 of each certificate that the server showed, its own first.
	pub certificates: Vec<[u8; 32]>,
	/// The status of HTTP.
	pub status: u16,
	/// Some of its headers, with names in lower case.
	pub headers: Vec<(String, String)>,
	/// All of the body. Where it echoed a secret, the secret's name stands between `%`.
	pub body: Vec<u8>,
	/// When the request was sent, in ms of Unix time.
	pub began: u64,
	/// When the last byte had come, in ms of Unix time.
	pub ended: u64,
	/// The value in it.
	pub value: Value,
}

impl Answer {
	/// Returns what is kept of what came for a source, of this index, and the value in it. The secret with which it was
	/// asked for is blanked before the value is looked for: whoever looks again finds the same.
	///
	/// # Errors
	///
	/// [`SourceError`].
	pub fn new(index: u8, source: &Source, received: Received, secret: Option<&Secret>) -> Result<Self, SourceError> {
		let Received { location, address, mut certificates, status, headers, body, began, ended } = received;
		let text = |text: String| secret.map_or_else(|| text.clone(), |secret| secret.blank_text(&text));
		let headers = headers.into_iter().map(|(name, value)| (name, text(value)));
		let fits = |name: &str, value: &str| name.len() <= MAX_HEADER_NAME && value.len() <= MAX_HEADER_VALUE;
		let headers: Vec<_> = headers.filter(|(name, value)| fits(name, value)).take(MAX_HEADERS).collect();
		if body.len() > MAX_BODY {
			return Err(SourceError::BodyTooLong);
		}
		let body = match secret {
			Some(secret) => secret.blank(&body),
			None => body,
		};
		if body.len() > MAX_BODY {
			return Err(SourceError::BodyTooLong);
		}
		certificates.truncate(MAX_CERTIFICATES);
		let value = extract(source, status, &headers, &body)?;
		Ok(Self {
			source: index,
			location: cut(text(location), MAX_LOCATION),
			address: octets(address.ip()),
			port: address.port(),
			certificates,
			status,
			headers,
			body,
			began,
			ended,
			value,
		})
	}

	/// Returns whether it is within all bounds.
	pub(crate) fn is_bounded(&self) -> bool {
		let has_long =
			|(name, value): &(String, String)| name.len() > MAX_HEADER_NAME || value.len() > MAX_HEADER_VALUE;
		self.location.len() <= MAX_LOCATION
			&& self.certificates.len() <= MAX_CERTIFICATES
			&& self.headers.len() <= MAX_HEADERS
			&& !self.headers.iter().any(has_long)
			&& self.body.len() <= MAX_BODY
			&& self.began <= self.ended
	}
}

fn octets(address: IpAddr) -> [u8; 16] {
	match address {
		IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
		IpAddr::V6(address) => address.octets(),
	}
}

/// Returns the beginning of a text.
fn cut(mut text: String, longest: usize) -> String {
	let end = (0..=longest.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
	text.truncate(end.unwrap_or_default());
	text
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use crate::definition::tests::price;

	/// Returns an answer of a server with this body.
	pub(crate) fn received(body: &str) -> Received {
		Received {
			location: "https://a.example/price".into(),
			address: "1.2.3.4:443".parse().unwrap(),
			certificates: vec![[7; 32], [8; 32]],
			status: 200,
			headers: vec![("content-type".into(), "application/json".into())],
			body: body.into(),
			began: 1_000,
			ended: 1_100,
		}
	}

	#[test]
	fn secret_that_is_echoed_is_not_kept() {
		let secret = Secret::new("API_KEY", "a.example", "hunter2-hunter2".to_owned()).unwrap();
		let mut echo = received(r#"{"key":"hunter2-hunter2","price":5}"#);
		echo.location = "https://a.example/price?key=hunter2-hunter2".into();
		echo.headers.push(("etag".into(), "hunter2-hunter2".into()));
		let answer = Answer::new(0, &price(), echo, Some(&secret)).unwrap();
		assert!(!answer.encode().windows(15).any(|window| window == b"hunter2-hunter2"));
		assert_eq!(answer.body, br#"{"key":"%API_KEY%","price":5}"#);
		assert_eq!(answer.location, "https://a.example/price?key=%API_KEY%");
		assert_eq!(answer.value, Value::Number(5_000_000_000_000_000_000));
	}

	#[test]
	fn what_is_kept_is_bounded() {
		let mut large = received(r#"{"price":5}"#);
		large.location = "ü".repeat(MAX_LOCATION);
		large.certificates = vec![[7; 32]; MAX_CERTIFICATES + 1];
		large.headers.push(("x".into(), "x".repeat(MAX_HEADER_VALUE + 1)));
		large.headers.extend(vec![(String::from("x"), String::from("x")); MAX_HEADERS]);
		let answer = Answer::new(0, &price(), large, None).unwrap();
		assert!(answer.is_bounded() && answer.location.len() == MAX_LOCATION);
		let longest = format!(r#"{{"price":5,"x":"{}"}}"#, "x".repeat(MAX_BODY - 18));
		assert_eq!(longest.len(), MAX_BODY);
		assert!(Answer::new(0, &price(), received(&longest), None).is_ok());
		let refused = Answer::new(0, &price(), received(&format!("{longest} ")), None);
		assert_eq!(refused, Err(SourceError::BodyTooLong));
		let secret = Secret::new("API_KEY", "a.example", "xxxxxxxx".to_owned()).unwrap();
		let refused = Answer::new(0, &price(), received(&longest), Some(&secret));
		assert_eq!(refused, Err(SourceError::BodyTooLong), "a name is longer than its secret");
	}

	#[test]
	fn address_of_ipv4_is_mapped() {
		let answer = Answer::new(0, &price(), received(r#"{"price":5}"#), None).unwrap();
		assert_eq!(answer.address, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4]);
	}
}
