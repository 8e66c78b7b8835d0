//! HTTP requests that do not lead into private networks.
//!
//! Each target of a redirection is checked like the first URL, by the address that is connected to: see [`rlc_web`].

use std::{
	error::Error,
	net::{IpAddr, SocketAddr},
	sync::Arc,
};

use reqwest::{
	header::{HeaderValue, ACCEPT_ENCODING, IF_RANGE, RANGE},
	redirect::Policy,
	Client, ClientBuilder, Method, RequestBuilder, Response, StatusCode, Url,
};
use rlc_perimeter::Perimeter;
use rlc_service::one_line;
use rlc_web::{
	causes, client, is_timeout, shown, target, BoxError, ClearText, ClosedHost, Guarded, NotFollowed, Reach,
	KEEP_ALIVE, MAX_REDIRECTS, READ_TIMEOUT,
};

use crate::error::{FetchError, FetchErrorKind};

/// What servers of one's own are asked for, below their URL: contents of stores, and of IPFS.
const OWN: [&str; 3] = ["/store/", "/api/v0/cat", "/api/v0/block/get"];
/// What gateways are asked for, below their URL.
const OF_GATEWAYS: [&str; 1] = ["/ipfs/"];

/// Why a request had no useful answer.
#[derive(Debug)]
pub(crate) enum RequestFailure {
	/// Another try may succeed.
	Again(FetchError),
	/// No other try will.
	Final(FetchError),
}

/// Returns what begins a client for servers of one's own.
fn open() -> ClientBuilder {
	client().redirect(Policy::none()).read_timeout(READ_TIMEOUT).pool_idle_timeout(KEEP_ALIVE)
}

fn unusable(error: BoxError) -> FetchError {
	FetchError::new(FetchErrorKind::Unreachable, format!("HTTP cannot be used: {error}"))
}

/// Makes HTTP requests.
#[derive(Clone)]
pub(crate) struct Web {
	/// Connects where strangers may lead.
	guarded: Guarded,
	/// Connects to any address, and through the proxy to those that are not closed.
	anywhere: Guarded,
	/// Connects to servers of one's own, without the proxy.
	open: Client,
	/// Servers that may be anywhere, for what [`OWN`] lists.
	own: Arc<[Url]>,
	/// Gateways of IPFS, which may be anywhere too, for what [`OF_GATEWAYS`] lists. Through the proxy, if they are not closed.
	gateways: Arc<[Url]>,
	reach: Reach,
	/// Whether one of `own` that is in a private network may redirect to another address there.
	trust_own: bool,
	/// A URL that may be anywhere, and redirect to where it is.
	chosen: Option<Url>,
}

/// Who connects for a request.
enum By<'a> {
	/// A client for servers of one's own.
	Open,
	/// One that checks addresses.
	Guard(&'a Guarded),
}

impl Web {
	/// Makes requests to what may be reached, and to the stores and IPFS nodes of `own` wherever they are: there to contents
	/// alone, since a requester that names an input chooses the whole URL, which might be that of metrics.
	pub(crate) fn new<'a>(own: impl IntoIterator<Item = &'a Url>, reach: Reach) -> Result<Self, FetchError> {
		Ok(Self {
			guarded: Guarded::new(&reach).map_err(unusable)?,
			anywhere: Guarded::new(&Reach { private: true, ..reach.clone() }).map_err(unusable)?,
			open: open().build().map_err(|error| unusable(error.into()))?,
			own: own.into_iter().cloned().collect(),
			gateways: Arc::default(),
			reach,
			trust_own: false,
			chosen: None,
		})
	}

	/// Connects to one of `own` at these addresses alone, whatever its name leads to.
	pub(crate) fn at(self, own: &Url, addresses: &[SocketAddr]) -> Result<Self, FetchError> {
		let open = open().resolve_to_addrs(own.host_str().unwrap_or_default(), addresses);
		Ok(Self { open: open.build().map_err(|error| unusable(error.into()))?, ..self })
	}

	/// Lets those of `own` that are in private networks redirect to others there: for users who chose them.
	pub(crate) fn trusting_own(self) -> Self {
		Self { trust_own: true, ..self }
	}

	/// Makes requests to this URL wherever it is, and follows it into private networks if it is in one: for a user who chose it.
	pub(crate) fn trusting(self, chosen: Url) -> Self {
		Self { chosen: Some(chosen), ..self }
	}

	/// Asks these gateways of IPFS for blocks too, wherever they are.
	pub(crate) fn with_gateways(self, gateways: &[Url]) -> Self {
		Self { gateways: gateways.into(), ..self }
	}

	/// Returns the client for servers of one's own.
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
		let mut is_inside = false;
		for _ in 0..=MAX_REDIRECTS {
			let by = self.who_connects(&url, is_inside).map_err(RequestFailure::Final)?;
			// What is hashed has to be what is stored there.
			let mut request = self.open.request(method.clone(), url.clone()).header(ACCEPT_ENCODING, "identity");
			if from > 0 {
				request = request.header(RANGE, format!("bytes={from}-"));
				if let Some(etag) = etag {
					request = request.header(IF_RANGE, etag);
				}
			}
			let response = self.send(request, by).await.map_err(|error| failure(&url, &*error))?;
			if !response.status().is_redirection() || response.status() == StatusCode::NOT_MODIFIED {
				return check_status(&url, response);
			}
			is_inside |= self.leads_inside(&url, &response);
			url = target(&url, &response).map_err(|why| RequestFailure::Final(not_followed(&url, &why)))?;
		}
		let words = format!("more than {MAX_REDIRECTS} redirections, the last to {}", shown(&url));
		Err(RequestFailure::Final(FetchError::new(FetchErrorKind::Unreachable, words)))
	}

	fn is_own(&self, url: &Url) -> bool {
		self.own.iter().any(|base| is_below(base, url, &OWN))
	}

	fn is_gateway(&self, url: &Url) -> bool {
		self.gateways.iter().any(|base| is_below(base, url, &OF_GATEWAYS))
	}

	fn is_chosen(&self, url: &Url) -> bool {
		self.chosen.as_ref() == Some(url)
	}

	/// Says who connects for a URL, if it may be asked for. `is_inside`: a server led there that may lead into its own
	/// private network.
	fn who_connects(&self, url: &Url, is_inside: bool) -> Result<By<'_>, FetchError> {
		if !matches!(url.scheme(), "http" | "https") {
			let words = format!("{}: only http and https are fetched", shown(url));
			return Err(FetchError::new(FetchErrorKind::NotAllowed, words));
		}
		Ok(if self.is_own(url) {
			By::Open
		} else if is_inside || self.is_chosen(url) || self.is_gateway(url) {
			By::Guard(&self.anywhere)
		} else {
			By::Guard(&self.guarded)
		})
	}

	async fn send(&self, request: RequestBuilder, by: By<'_>) -> Result<Response, BoxError> {
		match by {
			By::Open => Ok(request.send().await?),
			By::Guard(guarded) => guarded.send(request).await,
		}
	}

	/// Returns whether an answer's redirections may lead into private networks: it comes from one, and its server is
	/// trusted.
	fn leads_inside(&self, url: &Url, response: &Response) -> bool {
		let is_own = self.trust_own && self.is_own(url);
		// Behind a proxy, the address is that of the proxy.
		let is_chosen = self.reach.proxy.is_none() && self.is_chosen(url);
		// Where it really is: a name alone says nothing.
		(is_own || is_chosen)
			&& response.remote_addr().is_some_and(|address| is_closed(&self.reach.perimeter, address.ip()))
	}
}

/// Returns whether an address is closed. It is not known to be, if this machine's addresses are not known.
fn is_closed(perimeter: &Perimeter, address: IpAddr) -> bool {
	perimeter.now().is_ok_and(|closed| closed.has(address))
}

const PRIVATE: &str =
	"it is private, near this machine or denied here; only a worker with --allow-private-networks fetches it";

/// Returns whether a URL is that of one of these paths below another URL.
fn is_below(base: &Url, url: &Url, paths: &[&str]) -> bool {
	let path = url.path().strip_prefix(base.path().trim_end_matches('/'));
	origin(base) == origin(url) && path.is_some_and(|path| paths.iter().any(|one| path.starts_with(one)))
}

fn origin(url: &Url) -> Option<(String, u16)> {
	Some((url.host_str()?.to_string(), url.port_or_known_default()?))
}

/// Says what an error of a request, or of reading its answer, means.
pub(crate) fn failure(url: &Url, error: &(dyn Error + 'static)) -> RequestFailure {
	if causes(error).any(|cause| cause.is::<ClosedHost>()) {
		let words = format!("{}: {PRIVATE}", shown(url));
		return RequestFailure::Final(FetchError::new(FetchErrorKind::NotAllowed, words));
	}
	if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref::<ClearText>()) {
		return RequestFailure::Final(in_clear_text(url, refused));
	}
	let kind = if is_timeout(error) { FetchErrorKind::TimedOut } else { FetchErrorKind::Unreachable };
	// The message has the URL already, without its secrets.
	let words = one_line(error).replace(&format!(" for url ({url})"), "");
	RequestFailure::Again(FetchError::new(kind, format!("{}: {words}", shown(url))))
}

/// Says why an answer's redirection is not followed.
fn not_followed(url: &Url, why: &NotFollowed) -> FetchError {
	match why {
		NotFollowed::ClearText(refused) => in_clear_text(url, refused),
		NotFollowed::NoTarget => FetchError::new(FetchErrorKind::Unreachable, format!("{}: {why}", shown(url))),
	}
}

fn in_clear_text(url: &Url, refused: &ClearText) -> FetchError {
	FetchError::new(FetchErrorKind::NotAllowed, format!("{}: {refused}", shown(url)))
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

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn own_server_is_asked_for_contents_alone() {
		let own = ["http://127.0.0.1:9955", "https://pool.example/base/"].map(|url| url.parse::<Url>().unwrap());
		let web = Web::new(&own, Reach::default()).unwrap();
		let is_own = |url: &str| web.is_own(&url.parse().unwrap());
		for url in [
			"http://127.0.0.1:9955/store/bafy",
			"http://127.0.0.1:9955/api/v0/cat?arg=bafy",
			"http://127.0.0.1:9955/api/v0/block/get?arg=bafy",
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
