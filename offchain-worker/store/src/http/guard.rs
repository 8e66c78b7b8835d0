//! Connections for strangers: to addresses that are checked, and through the proxy if there is one.
//!
//! A name is resolved once, its addresses are checked, and the connection goes to one of those that were checked, or the
//! proxy is asked to connect to it. So nobody can show one address to the check and another one to the connection.

use std::{
	error::Error,
	net::{IpAddr, SocketAddr},
	task::{Context, Poll},
	time::Duration,
};

use futures::future::BoxFuture;
use hyper::{Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{
	connect::{proxy::Tunnel, HttpConnector},
	Client,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use reqwest::{header::USER_AGENT, Body, RequestBuilder, Response};
use rlc_perimeter::{Closed, Perimeter};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tower::Service;
use tower_http::timeout::TimeoutBody;

use super::{
	proxy::Proxy,
	reach::Reach,
	web::{CONNECT_TIMEOUT, KEEP_ALIVE, READ_TIMEOUT, USER_AGENT as NAME},
};

pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// A host has no address that may be connected to.
#[derive(Debug, thiserror::Error)]
#[error("{0} has no public address")]
pub(super) struct ClosedHost(String);

/// Makes requests. It follows no redirections.
#[derive(Clone)]
pub(super) struct Guarded(Client<HttpsConnector<Guard>, Body>);

impl Guarded {
	/// Makes requests to what may be reached.
	///
	/// # Errors
	///
	/// If TLS cannot be used at all.
	pub(super) fn new(reach: &Reach) -> Result<Self, BoxError> {
		let guard = Guard {
			private: reach.private,
			perimeter: reach.perimeter.clone(),
			proxy: reach.proxy.as_ref().map(Proxy::tunnel).transpose()?,
		};
		let tls = HttpsConnectorBuilder::new().with_provider_and_webpki_roots(default_provider())?;
		let mut client = Client::builder(TokioExecutor::new());
		client.pool_idle_timeout(KEEP_ALIVE).pool_timer(TokioTimer::new());
		Ok(Self(client.build(tls.https_or_http().enable_http1().wrap_connector(guard))))
	}

	/// Sends a request.
	///
	/// # Errors
	///
	/// [`ClosedHost`] among its causes, if it may not be sent there.
	pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, BoxError> {
		let request: Request<Body> = request.header(USER_AGENT, NAME).build()?.try_into()?;
		let answer = timeout(CONNECT_TIMEOUT + READ_TIMEOUT, self.0.request(request)).await??;
		Ok(answer.map(|body| Body::wrap(TimeoutBody::new(READ_TIMEOUT, body))).into())
	}
}

/// Connects to addresses that are not closed.
#[derive(Clone)]
struct Guard {
	/// Whether the others may be connected to as well, directly.
	private: bool,
	perimeter: Perimeter,
	proxy: Option<Tunnel<HttpConnector>>,
}

impl Service<Uri> for Guard {
	type Response = TokioIo<TcpStream>;
	type Error = BoxError;
	type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

	fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
		Poll::Ready(Ok(()))
	}

	fn call(&mut self, to: Uri) -> Self::Future {
		let guard = self.clone();
		Box::pin(async move { guard.connect(&to).await })
	}
}

impl Guard {
	/// Connects to one of a host's addresses.
	async fn connect(&self, to: &Uri) -> Result<TokioIo<TcpStream>, BoxError> {
		let host = to.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
		let port = to.port_u16().unwrap_or(if to.scheme_str() == Some("https") { 443 } else { 80 });
		let found = timeout(CONNECT_TIMEOUT, tokio::net::lookup_host((host, port))).await??;
		let closed = self.perimeter.now()?;
		let open: Vec<_> = found.filter(|address| self.private || !closed.has(address.ip())).collect();
		let mut failure = BoxError::from(ClosedHost(host.into()));
		// The first may be of a network that is broken here, as IPv6 often is.
		let share = CONNECT_TIMEOUT / u32::try_from(open.len().max(1))?;
		for address in open {
			match self.dial(address, &closed, share).await {
				Ok(stream) => return Ok(stream),
				Err(error) => failure = error,
			}
		}
		Err(failure)
	}

	/// Connects to an address. What is closed is never asked of the proxy, which may be nearer to it than this machine.
	async fn dial(&self, to: SocketAddr, closed: &Closed, within: Duration) -> Result<TokioIo<TcpStream>, BoxError> {
		match &self.proxy {
			Some(proxy) if !closed.has(to.ip()) => {
				let to = format!("http://{}:{}", bracketed(to.ip()), to.port()).parse::<Uri>()?;
				Ok(timeout(within, proxy.clone().call(to)).await??)
			}
			_ => {
				let stream = timeout(within, TcpStream::connect(to)).await??;
				stream.set_nodelay(true)?;
				Ok(TokioIo::new(stream))
			}
		}
	}
}

/// Writes an address as URLs do.
fn bracketed(address: IpAddr) -> String {
	match address {
		IpAddr::V4(address) => address.to_string(),
		IpAddr::V6(address) => format!("[{address}]"),
	}
}
