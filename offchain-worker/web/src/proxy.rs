//! The proxy that leads out of a machine's network.

use std::{fmt, str::FromStr};

use hyper::Uri;
use hyper_util::client::{
	legacy::connect::{proxy::Tunnel, HttpConnector},
	proxy::matcher::Matcher,
};
use reqwest::Url;

use super::client::{shown, CONNECT_TIMEOUT};

/// An HTTP proxy: `http://HOST:PORT`, or `http://USER:PASSWORD@HOST:PORT`. It is asked to `CONNECT` to addresses that were
/// checked here, so it need not check any.
///
/// No proxy is ever taken from the environment: what fetches for strangers must not go where its operator did not say.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy(Url);

/// Why a text is not a proxy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a proxy; write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT")]
pub struct InvalidProxy;

impl FromStr for Proxy {
	type Err = InvalidProxy;

	fn from_str(text: &str) -> Result<Self, InvalidProxy> {
		let url = text.parse::<Url>().map_err(|_| InvalidProxy)?;
		let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
		if url.scheme() != "http" || !url.has_host() || !is_bare {
			return Err(InvalidProxy);
		}
		Ok(Self(url))
	}
}

impl fmt::Debug for Proxy {
	/// Without the password.
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&shown(&self.0))
	}
}

impl Proxy {
	/// Returns its URL, with the password.
	pub fn url(&self) -> &Url {
		&self.0
	}

	/// Returns what connects through it.
	///
	/// # Errors
	///
	/// If its URL is understood by nobody else.
	pub(crate) fn tunnel(&self) -> Result<Tunnel<HttpConnector>, InvalidProxy> {
		let anywhere = Uri::from_static("http://anywhere.invalid");
		let way = Matcher::builder().all(self.0.as_str()).build().intercept(&anywhere).ok_or(InvalidProxy)?;
		let mut connector = HttpConnector::new();
		connector.set_nodelay(true);
		connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
		let tunnel = Tunnel::new(way.uri().clone(), connector);
		Ok(match way.basic_auth() {
			Some(password) => tunnel.with_auth(password.clone()),
			None => tunnel,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn proxy_is_an_http_url_of_a_host() {
		for right in ["http://proxy.example:3128", "http://127.0.0.1:8080/", "http://me:secret@[2a00::1]:3128"] {
			assert!(right.parse::<Proxy>().unwrap().tunnel().is_ok(), "{right}");
		}
		for wrong in
			["", "proxy:3128", "https://proxy.example", "socks5://proxy.example", "http://proxy.example/a", "http://"]
		{
			assert_eq!(wrong.parse::<Proxy>(), Err(InvalidProxy), "{wrong}");
		}
	}

	#[test]
	fn password_of_a_proxy_is_not_shown() {
		let proxy = "http://me:secret@proxy.example:3128".parse::<Proxy>().unwrap();
		assert!(!format!("{proxy:?}").contains("secret"), "{proxy:?}");
	}
}
