//! HTTP requests that do not lead into private networks.
//!
//! A name is resolved once, its addresses are checked, and the connection goes to one of those that were checked. So
//! nobody can show one address to the check and another one to the connection. Each target of a redirection is checked
//! like the first one.

use std::{net::IpAddr, sync::Arc, time::Duration};

use reqwest::{
	dns::{Addrs, Name, Resolve, Resolving},
	header::{HeaderValue, ACCEPT_ENCODING, IF_RANGE, LOCATION, RANGE},
	redirect::Policy,
	Client, Method, Response, StatusCode, Url,
};
use rlc_service::one_line;

use super::{address::is_public, url::shown};
use crate::error::{FetchError, FetchErrorKind};

/// How many redirections are followed, at most.
pub const MAX_REDIRECTS: usize = 5;
/// How long a connection may take.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait for the next bytes.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// What servers of one's own are asked for, below their URL: contents of stores, and of IPFS.
const OWN: [&str; 2] = ["/store/", "/api/v0/cat"];
/// How long a connection is kept for the next request.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// How requests name their sender.
pub(crate) const USER_AGENT: &str = concat!("rlc/", env!("CARGO_PKG_VERSION"));

/// Why a request had no useful answer.
#[derive(Debug)]
pub(crate) enum RequestFailure {
	/// Another try may succeed.
	Again(FetchError),
	/// No other try will.
	Final(FetchError),
}

/// Makes HTTP requests.
#[derive(Clone)]
pub(crate) struct Web {
	/// Connects to public addresses only.
	guarded: Client,
	/// Connects to any.
	open: Client,
	/// Servers that may be anywhere, for what [`OWN`] lists.
	own: Arc<[Url]>,
	allow_private: bool,
	/// Whether one of `own` that is in a private network may redirect to another address there.
	trust_own: bool,
	/// A URL that may be anywhere, and redirect to where it is.
	chosen: Option<Url>,
}

impl Web {
	/// Makes requests to public addresses, and to the stores and IPFS nodes of `own` wherever they are: there to contents
	/// alone, since a requester that names an input chooses the whole URL, which might be that of metrics.
	pub(crate) fn new<'a>(own: impl IntoIterator<Item = &'a Url>, allow_private: bool) -> Result<Self, FetchError> {
		let client = || {
			Client::builder()
				.redirect(Policy::none())
				// A proxy would connect to addresses that were not checked.
				.no_proxy()
				.connect_timeout(CONNECT_TIMEOUT)
				.read_timeout(READ_TIMEOUT)
				.pool_idle_timeout(KEEP_ALIVE)
				.user_agent(USER_AGENT)
		};
		let failed = |error: reqwest::Error| {
			FetchError::new(FetchErrorKind::Unreachable, format!("HTTP cannot be used: {error}"))
		};
		Ok(Self {
			guarded: client().dns_resolver(Arc::new(PublicOnly)).build().map_err(failed)?,
			open: client().build().map_err(failed)?,
			own: own.into_iter().cloned().collect(),
			allow_private,
			trust_own: false,
			chosen: None,
		})
	}

	/// Lets those of `own` that are in private networks redirect to others there: for users who chose them.
	pub(crate) fn trusting_own(self) -> Self {
		Self { trust_own: true, ..self }
	}

	/// Makes requests to this URL wherever it is, and follows it into private networks if it is in one: for a user who chose it.
	pub(crate) fn trusting(self, chosen: Url) -> Self {
		Self { chosen: Some(chosen), ..self }
	}

	/// Returns the client for hosts that may be anywhere.
	pub(crate) fn open(&self) -> &Client {
		&self.open
	}

	/// Asks for a content from a byte on: all of it, if it is no longer what `etag` says. Follows redirections.
	pub(crate) async fn request(
		&self,
		method: Method,
		url: &Url,
		from: u64,
		etag: Option<&HeaderValue>,
	) -> Result<Response, RequestFailure> {
		let mut url = url.clone();
		let mut allow_private = self.allow_private;
		for _ in 0..=MAX_REDIRECTS {
			let client = self.client_for(&url, allow_private).map_err(RequestFailure::Final)?;
			// What is hashed has to be what is stored there.
			let mut request = client.request(method.clone(), url.clone()).header(ACCEPT_ENCODING, "identity");
			if from > 0 {
				request = request.header(RANGE, format!("bytes={from}-"));
				if let Some(etag) = etag {
					request = request.header(IF_RANGE, etag);
				}
			}
			let response = request.send().await.map_err(|error| failure(&url, &error))?;
			if !response.status().is_redirection() || response.status() == StatusCode::NOT_MODIFIED {
				return check_status(&url, response);
			}
			// Where it really is: a name alone says nothing.
			let is_inside = response.remote_addr().is_some_and(|address| !is_public(address.ip()));
			allow_private |= is_inside && (self.is_chosen(&url) || (self.trust_own && self.is_own(&url)));
			let target = response.headers().get(LOCATION).and_then(|target| target.to_str().ok());
			let target = target.and_then(|target| url.join(target).ok()).ok_or_else(|| {
				let words = format!("{} redirects without a usable target", shown(&url));
				RequestFailure::Final(FetchError::new(FetchErrorKind::Unreachable, words))
			})?;
			url = target;
		}
		let words = format!("more than {MAX_REDIRECTS} redirections, the last to {}", shown(&url));
		Err(RequestFailure::Final(FetchError::new(FetchErrorKind::Unreachable, words)))
	}

	fn is_own(&self, url: &Url) -> bool {
		let is_below = |base: &Url| {
			let path = url.path().strip_prefix(base.path().trim_end_matches('/'));
			path.is_some_and(|path| OWN.iter().any(|own| path.starts_with(own)))
		};
		self.own.iter().any(|base| origin(base) == origin(url) && is_below(base))
	}

	fn is_chosen(&self, url: &Url) -> bool {
		self.chosen.as_ref() == Some(url)
	}

	/// Returns the client to ask for a URL with, if it may be asked for.
	fn client_for(&self, url: &Url, allow_private: bool) -> Result<&Client, FetchError> {
		let refused = |why: &str| FetchError::new(FetchErrorKind::NotAllowed, format!("{}: {why}", shown(url)));
		if !matches!(url.scheme(), "http" | "https") {
			return Err(refused("only http and https are fetched"));
		}
		if allow_private || self.is_own(url) || self.is_chosen(url) {
			return Ok(&self.open);
		}
		let host = url.host_str().unwrap_or_default();
		match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
			Ok(address) if !is_public(address) => Err(refused(PRIVATE)),
			_ => Ok(&self.guarded),
		}
	}
}

const PRIVATE: &str = "its address is private; it can be fetched only where private networks are allowed";

fn origin(url: &Url) -> Option<(String, u16)> {
	Some((url.host_str()?.to_string(), url.port_or_known_default()?))
}

/// Says what an error of a request, or of reading its answer, means.
pub(crate) fn failure(url: &Url, error: &reqwest::Error) -> RequestFailure {
	let mut source = std::error::Error::source(error);
	while let Some(error) = source {
		if error.is::<PrivateAddress>() {
			let words = format!("{}: {PRIVATE}", shown(url));
			return RequestFailure::Final(FetchError::new(FetchErrorKind::NotAllowed, words));
		}
		source = error.source();
	}
	let kind = if error.is_timeout() { FetchErrorKind::TimedOut } else { FetchErrorKind::Unreachable };
	// The message has the URL already, without its secrets.
	let words = one_line(error).replace(&format!(" for url ({url})"), "");
	RequestFailure::Again(FetchError::new(kind, format!("{}: {words}", shown(url))))
}

fn check_status(url: &Url, response: Response) -> Result<Response, RequestFailure> {
	let status = response.status();
	let error = |kind| FetchError::new(kind, format!("{} answers {status}", shown(url)));
	match status {
		StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => Ok(response),
		StatusCode::NOT_FOUND | StatusCode::GONE => Err(RequestFailure::Final(error(FetchErrorKind::NotFound))),
		StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
			Err(RequestFailure::Again(error(FetchErrorKind::Unreachable)))
		}
		status if status.is_server_error() => Err(RequestFailure::Again(error(FetchErrorKind::Unreachable))),
		_ => Err(RequestFailure::Final(error(FetchErrorKind::Unreachable))),
	}
}

/// A name has no public address.
#[derive(Debug, thiserror::Error)]
#[error("{0} has no public address")]
struct PrivateAddress(String);

/// Resolves names to their public addresses.
struct PublicOnly;

impl Resolve for PublicOnly {
	fn resolve(&self, name: Name) -> Resolving {
		Box::pin(async move {
			let addresses = tokio::net::lookup_host((name.as_str(), 0)).await?;
			let public: Vec<_> = addresses.filter(|address| is_public(address.ip())).collect();
			if public.is_empty() {
				return Err(PrivateAddress(name.as_str().into()).into());
			}
			Ok::<Addrs, Box<dyn std::error::Error + Send + Sync>>(Box::new(public.into_iter()))
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn own_server_is_asked_for_contents_alone() {
		let own = ["http://127.0.0.1:9955", "https://pool.example/base/"].map(|url| url.parse::<Url>().unwrap());
		let web = Web::new(&own, false).unwrap();
		let is_own = |url: &str| web.is_own(&url.parse().unwrap());
		for url in [
			"http://127.0.0.1:9955/store/bafy",
			"http://127.0.0.1:9955/api/v0/cat?arg=bafy",
			"https://pool.example/base/store/bafy",
		] {
			assert!(is_own(url), "{url}");
		}
		for url in [
			"http://127.0.0.1:9955/metrics",
			"http://127.0.0.1:9955/store/../metrics",
			"http://127.0.0.1:9955/store/%2e%2e/metrics",
			"http://127.0.0.1:9955/storehouse",
			"http://127.0.0.1:9956/store/bafy",
			"https://pool.example/store/bafy",
			"https://other.example/base/store/bafy",
		] {
			assert!(!is_own(url), "{url}");
		}
	}
}
