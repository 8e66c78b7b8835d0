//! URLs at which others reach a scheduler. One that programs elsewhere cannot use is refused before it is made known.

use std::net::IpAddr;

use rlc_primitives::assets::MAX_DESCRIPTION;
use rlc_store::Url;

use crate::{Config, Error};

impl Config {
	/// Checks the URLs at which others are to reach the scheduler.
	///
	/// # Errors
	///
	/// Those of [`check_url`].
	pub fn check_urls(&self) -> Result<(), Error> {
		let named = [("--public-url", &self.public_url), ("--instance-url", &self.instance_url)];
		named
			.into_iter()
			.filter_map(|(option, url)| Some((option, url.as_deref()?)))
			.try_for_each(|(option, url)| check_url(option, url))
	}
}

/// Checks a URL at which others are to reach a scheduler: `http(s)://host:port`, perhaps with a path. `option` is what it
/// was given as.
///
/// # Errors
///
/// [`Error::BadUrl`], which does not repeat the URL: there may be a password in it.
pub fn check_url(option: &'static str, url: &str) -> Result<(), Error> {
	match fault(url) {
		Some(fault) => Err(Error::BadUrl { option, fault }),
		None => Ok(()),
	}
}

/// Returns what is wrong with a URL, if anything is.
fn fault(text: &str) -> Option<&'static str> {
	if usize::try_from(MAX_DESCRIPTION).is_ok_and(|most| text.len() > most) {
		return Some("is longer than what fits on the chain");
	}
	if !text.starts_with("http://") && !text.starts_with("https://") {
		return Some("does not begin with http:// or https://");
	}
	// Programs read what follows these differently.
	if text.chars().any(|one| one.is_whitespace() || one.is_control() || one == '\\') {
		return Some("has a character that URLs do not have");
	}
	let Ok(url) = text.parse::<Url>() else { return Some("does not name a host and a port that can be") };
	if !url.username().is_empty() || url.password().is_some() {
		return Some("names a user, which everybody would read");
	}
	if url.query().is_some() || url.fragment().is_some() {
		return Some("has a query or a fragment, before which no path can be added");
	}
	if url.port() == Some(0) {
		return Some("has port 0, at which nobody listens");
	}
	is_unspecified(&url).then_some("has the address that stands for all of a machine's own, and for none elsewhere")
}

/// Returns whether a URL's host is the address to listen at everywhere.
fn is_unspecified(url: &Url) -> bool {
	let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
	host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_unspecified())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn url_that_others_can_use_is_taken() {
		for url in [
			"https://pool.example.org",
			"https://pool.example.org/",
			"http://93.184.215.14:9955",
			"http://[2606:2800:21f:cb07::1]:9955/pools/mine",
			"http://127.0.0.1:9955",
		] {
			assert!(check_url("--public-url", url).is_ok(), "{url}");
		}
	}

	#[test]
	fn url_that_cannot_work_is_refused_with_the_reason_and_without_its_password() {
		let long = format!("https://pool.example.org/{}", "x".repeat(256));
		for (url, why) in [
			("pool.example.org", "begin"),
			("ws://pool.example.org", "begin"),
			("ftp://pool.example.org", "begin"),
			("https:pool.example.org", "begin"),
			("https://", "host"),
			("https://pool.example.org:99999", "host"),
			("https://pool example.org", "character"),
			("https://pool.example.org\\@evil.example.org", "character"),
			("https://me:secret@pool.example.org", "user"),
			("https://me@pool.example.org", "user"),
			("https://pool.example.org?a=b", "query"),
			("https://pool.example.org/#top", "fragment"),
			("http://0.0.0.0:9955", "stands for all"),
			("http://0:9955", "stands for all"),
			("http://[::]:9955", "stands for all"),
			("https://pool.example.org:0", "port 0"),
			(long.as_str(), "longer"),
		] {
			let refused = check_url("--public-url", url).map_err(|error| error.to_string());
			let words = refused.expect_err(url);
			assert!(words.starts_with("--public-url ") && words.contains(why), "{url}: {words}");
			assert!(!words.contains("secret"), "{words}");
		}
	}
}
