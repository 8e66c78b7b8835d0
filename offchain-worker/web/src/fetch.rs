//! Whole answers of the web: bounded in size and time, at a bounded rate for each host, with who gave them.

pub(crate) mod error;
pub(crate) mod request;
#[cfg(test)]
mod tests;

use std::{
	collections::HashMap,
	fmt::Display,
	net::SocketAddr,
	sync::{Arc, Mutex, PoisonError},
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use bytes::{Bytes, BytesMut};
use futures::{
	future::{BoxFuture, Shared},
	FutureExt,
};
use reqwest::{header::ACCEPT_ENCODING, Client, Method, Response, Url};
use rlc_service::RateLimit;
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::CertificateDer;

use self::{
	error::{WebError, WebErrorKind},
	request::{check_url, host_of, kept, Request},
};
use super::{
	client,
	guard::{BoxError, Guarded},
	link::Peer,
	reach::Reach,
	redirects::{target, NotFollowed, MAX_REDIRECTS},
};

/// The most exchanges that are under way, or remembered, at once.
const MOST: usize = 1_024;

/// What an exchange may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
	/// The most bytes of a body. A longer one is refused.
	pub max_body: usize,
	/// The longest time of an exchange, with all its redirections.
	pub total: Duration,
	/// How many requests a host gets in a second, at most. They wait for their turns.
	pub rate: u32,
	/// How long a request waits for the others before it in its host's line.
	pub patience: Duration,
	/// For how long after it began an exchange also answers equal requests.
	pub fresh: Duration,
}

impl Default for Limits {
	/// Allows 256 KiB within 10 s, and one request a second to a host; equal requests within a second are made once.
	fn default() -> Self {
		Self {
			max_body: 256 << 10,
			total: Duration::from_secs(10),
			rate: 1,
			patience: Duration::from_secs(10),
			fresh: Duration::from_secs(1),
		}
	}
}

/// A request's whole answer, and who gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
	/// Where the answer came from, after all redirections. It holds whatever secret the request's URL holds.
	pub url: Url,
	/// The address that was connected to.
	pub address: SocketAddr,
	/// The SHA-256 of each certificate that the server showed, its own first.
	pub certificates: Arc<[[u8; 32]]>,
	/// The status of HTTP: 200, for example.
	pub status: u16,
	/// Those of [`KEPT`](super::KEPT) that the answer has, in that order, by their names in lower case.
	pub headers: Vec<(&'static str, String)>,
	/// All of the body.
	pub body: Bytes,
	/// When the first request was sent, in milliseconds since 1970 by this machine's clock.
	pub began: u64,
	/// When the last byte had come, in the same way.
	pub ended: u64,
}

type Fetching = Shared<BoxFuture<'static, Result<Arc<Exchange>, WebError>>>;

/// An exchange that has begun.
struct Begun {
	at: Instant,
	fetching: Fetching,
}

/// Makes requests for strangers. Clones share connections, turns, and answers.
#[derive(Clone)]
pub struct Web(Arc<Inner>);

struct Inner {
	guarded: Guarded,
	/// What builds requests. It connects to nothing.
	builder: Client,
	limits: Limits,
	turns: RateLimit<String>,
	/// By [`Request::hash`].
	begun: Mutex<HashMap<[u8; 32], Begun>>,
}

impl Web {
	/// Makes requests to what may be reached, within limits. Besides the usual authorities, it believes `roots`.
	///
	/// # Errors
	///
	/// If TLS cannot be used at all, or one of `roots` is not a certificate.
	pub fn new(reach: &Reach, limits: Limits, roots: &[CertificateDer<'static>]) -> Result<Self, BoxError> {
		Self::of(Guarded::trusting(reach, roots)?, limits)
	}

	fn of(guarded: Guarded, limits: Limits) -> Result<Self, BoxError> {
		Ok(Self(Arc::new(Inner {
			guarded,
			builder: client::client().build()?,
			limits,
			turns: RateLimit::new(limits.rate, 1, limits.patience),
			begun: Mutex::default(),
		})))
	}

	/// Makes a request over HTTPS, and reads its whole answer, whatever its status. Follows redirections of `GET`. Equal
	/// requests share an exchange, and its failure, for [`Limits::fresh`] and as long as it is under way.
	///
	/// # Errors
	///
	/// [`WebError`]. Its words name hosts, but no other part of a URL: that might hold a secret.
	pub async fn fetch(&self, request: Request) -> Result<Arc<Exchange>, WebError> {
		check_url(request.url())?;
		self.share(request)?.await
	}

	/// Returns the exchange of an equal request, or begins one.
	fn share(&self, request: Request) -> Result<Fetching, WebError> {
		let hash = request.hash();
		let now = Instant::now();
		let fresh = self.0.limits.fresh;
		let mut begun = self.0.begun.lock().unwrap_or_else(PoisonError::into_inner);
		begun.retain(|_, one| one.fetching.peek().is_none() || now.saturating_duration_since(one.at) < fresh);
		if let Some(one) = begun.get(&hash) {
			return Ok(one.fetching.clone());
		}
		if begun.len() >= MOST {
			return Err(WebError::new(WebErrorKind::Busy, "too many requests are under way; try again later"));
		}
		let inner = self.0.clone();
		let fetching = async move { inner.exchange(&request).await.map(Arc::new) }.boxed().shared();
		begun.insert(hash, Begun { at: now, fetching: fetching.clone() });
		// It comes to its end even if nobody waits for it any longer.
		tokio::spawn(fetching.clone());
		Ok(fetching)
	}
}

impl Inner {
	async fn exchange(&self, request: &Request) -> Result<Exchange, WebError> {
		self.wait_for_turn(request.url()).await?;
		let within = self.limits.total;
		timeout(within, self.follow(request)).await.unwrap_or_else(|_| {
			let words = format!("{}: it took longer than {} s", host_of(request.url()), within.as_secs_f32());
			Err(WebError::new(WebErrorKind::TimedOut, words))
		})
	}

	async fn wait_for_turn(&self, url: &Url) -> Result<(), WebError> {
		let host = host_of(url);
		self.turns.wait(&host, 1).await.map(|_| ()).map_err(|_| {
			WebError::new(WebErrorKind::Busy, format!("{host}: too many requests wait for it; try again later"))
		})
	}

	/// Follows redirections to an answer.
	async fn follow(&self, request: &Request) -> Result<Exchange, WebError> {
		let began = now();
		let mut url = request.url().clone();
		for _ in 0..=MAX_REDIRECTS {
			let response = self.send(request, &url).await?;
			// To send anything but `GET` again could do its work twice, or elsewhere.
			if !is_redirection(&response) || request.method() != Method::GET {
				return self.read(url, response, began).await;
			}
			let to = next(request, &url, &response)?;
			self.wait_for_turn(&to).await?;
			url = to;
		}
		let words = format!("more than {MAX_REDIRECTS} redirections, the last to {}", host_of(&url));
		Err(WebError::new(WebErrorKind::Unreachable, words))
	}

	async fn send(&self, request: &Request, to: &Url) -> Result<Response, WebError> {
		let sent = self.builder.request(request.method().clone(), to.clone()).headers(request.headers().clone());
		// What is kept as evidence is what was sent.
		let sent = sent.header(ACCEPT_ENCODING, "identity");
		let sent = if request.body().is_empty() { sent } else { sent.body(request.body().clone()) };
		self.guarded.send(sent).await.map_err(|error| WebError::of(to, &*error))
	}

	async fn read(&self, url: Url, mut response: Response, began: u64) -> Result<Exchange, WebError> {
		let most = self.limits.max_body;
		let too_large = || {
			let words = format!("{} answers with more than the {most} bytes that are allowed", host_of(&url));
			WebError::new(WebErrorKind::TooLarge, words)
		};
		let nobody = || WebError::new(WebErrorKind::Unreachable, "nobody knows who answered");
		let peer = Peer::of(&response).cloned().ok_or_else(nobody)?;
		let mut body = BytesMut::new();
		while let Some(chunk) = response.chunk().await.map_err(|error| WebError::of(&url, &error))? {
			if chunk.len() > most - body.len() {
				return Err(too_large());
			}
			body.extend_from_slice(&chunk);
		}
		Ok(Exchange {
			status: response.status().as_u16(),
			headers: kept(response.headers()),
			url,
			address: peer.address,
			certificates: peer.certificates,
			body: body.freeze(),
			began,
			ended: now(),
		})
	}
}

/// Returns where an answer leads.
fn next(request: &Request, from: &Url, answer: &Response) -> Result<Url, WebError> {
	let host = host_of(from);
	let not_allowed = |why: &dyn Display| WebError::new(WebErrorKind::NotAllowed, format!("{host}: {why}"));
	let to = target(from, answer).map_err(|why| match why {
		NotFollowed::ClearText(why) => not_allowed(&why),
		NotFollowed::NoTarget => WebError::new(WebErrorKind::Unreachable, format!("{host}: {why}")),
	})?;
	check_url(&to).map_err(|_| not_allowed(&"it redirects to what is not asked"))?;
	if request.has_secret() && to.origin() != from.origin() {
		return Err(not_allowed(&"it redirects to another host, which must not get the secret"));
	}
	Ok(to)
}

fn is_redirection(response: &Response) -> bool {
	matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Returns the time, in milliseconds since 1970.
fn now() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
