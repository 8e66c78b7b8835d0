//! Connections for strangers: to addresses that are checked, and through the proxy if there is one.
//!
//! A name is resolved once, its addresses are checked, and the connection goes to one of those that were checked, or the
//! proxy is asked to connect to it. So nobody can show one address to the check and another one to the connection.

use std::{
	error::Error,
	io,
	net::{IpAddr, SocketAddr},
	sync::Arc,
	task::{Context, Poll},
	time::Duration,
};

use futures::future::BoxFuture;
use hyper::{Request, Uri};
use hyper_util::{
	client::legacy::{
		connect::{proxy::Tunnel, HttpConnector},
		Client,
	},
	rt::{TokioExecutor, TokioTimer},
};
use reqwest::{
	header::{HeaderValue, USER_AGENT},
	Body, RequestBuilder, Response,
};
use rlc_perimeter::{Closed, Perimeter};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{
	rustls::{
		self,
		crypto::ring::default_provider,
		pki_types::{CertificateDer, ServerName},
		ClientConfig, RootCertStore,
	},
	TlsConnector,
};
use tower::Service;
use tower_http::timeout::TimeoutBody;

use super::{
	client::{CONNECT_TIMEOUT, KEEP_ALIVE, READ_TIMEOUT, USER_AGENT as NAME},
	link::Link,
	proxy::Proxy,
	reach::Reach,
};

/// Any error.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A host has no address that may be connected to.
#[derive(Debug, thiserror::Error)]
#[error("{0} has no public address")]
pub struct ClosedHost(String);

/// Makes requests. It follows no redirections. [`Peer::of`](super::Peer::of) an answer tells who gave it.
#[derive(Clone)]
pub struct Guarded(Client<Guard, Body>);

impl Guarded {
	/// Makes requests to what may be reached.
	///
	/// # Errors
	///
	/// If TLS cannot be used at all.
	pub fn new(reach: &Reach) -> Result<Self, BoxError> {
		Self::resolving(reach, &[], Arc::new(System))
	}

	/// Makes requests to what may be reached, and believes these certificates of authorities besides the usual ones.
	///
	/// # Errors
	///
	/// If TLS cannot be used at all, or one of them is not a certificate.
	pub fn trusting(reach: &Reach, roots: &[CertificateDer<'static>]) -> Result<Self, BoxError> {
		Self::resolving(reach, roots, Arc::new(System))
	}

	pub(crate) fn resolving(
		reach: &Reach,
		roots: &[CertificateDer<'static>],
		names: Arc<dyn Resolve>,
	) -> Result<Self, BoxError> {
		let guard = Guard {
			private: reach.private,
			loopback: reach.loopback,
			perimeter: reach.perimeter.clone(),
			proxy: reach.proxy.as_ref().map(Proxy::tunnel).transpose()?,
			tls: TlsConnector::from(Arc::new(tls(roots)?)),
			names,
		};
		let mut client = Client::builder(TokioExecutor::new());
		client.pool_idle_timeout(KEEP_ALIVE).pool_timer(TokioTimer::new());
		Ok(Self(client.build(guard)))
	}

	/// Sends a request.
	///
	/// # Errors
	///
	/// [`ClosedHost`] among its causes, if it may not be sent there.
	pub async fn send(&self, request: RequestBuilder) -> Result<Response, BoxError> {
		let mut request = request.build()?;
		request.headers_mut().entry(USER_AGENT).or_insert(HeaderValue::from_static(NAME));
		let request: Request<Body> = request.try_into()?;
		let answer = timeout(CONNECT_TIMEOUT + READ_TIMEOUT, self.0.request(request)).await??;
		Ok(answer.map(|body| Body::wrap(TimeoutBody::new(READ_TIMEOUT, body))).into())
	}
}

/// Returns how servers prove who they are: by the authorities that browsers believe, and these.
fn tls(more: &[CertificateDer<'static>]) -> Result<ClientConfig, rustls::Error> {
	let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
	for root in more {
		roots.add(root.clone())?;
	}
	let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
	Ok(config.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth())
}

/// Finds the addresses of a host.
pub(crate) trait Resolve: Send + Sync {
	/// Returns the addresses of a host, with this port.
	fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
}

/// The machine's own way.
struct System;

impl Resolve for System {
	fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
		Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
	}
}

/// Connects to addresses that are not closed.
#[derive(Clone)]
struct Guard {
	/// Whether the others may be connected to as well, directly.
	private: bool,
	/// Whether loopback addresses may be, unless the operator denies them.
	loopback: bool,
	perimeter: Perimeter,
	proxy: Option<Tunnel<HttpConnector>>,
	tls: TlsConnector,
	names: Arc<dyn Resolve>,
}

impl Service<Uri> for Guard {
	type Response = Link;
	type Error = BoxError;
	type Future = BoxFuture<'static, Result<Link, BoxError>>;

	fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
		Poll::Ready(Ok(()))
	}

	fn call(&mut self, to: Uri) -> Self::Future {
		let guard = self.clone();
		Box::pin(async move { guard.link(&to).await })
	}
}

impl Guard {
	/// Connects to a URL's host, by TLS if the URL says so.
	async fn link(&self, to: &Uri) -> Result<Link, BoxError> {
		let host = to.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
		let is_secure = to.scheme_str() == Some("https");
		let port = to.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
		let (stream, address) = self.connect(host, port).await?;
		if !is_secure {
			return Ok(Link::clear(stream, address));
		}
		let name = ServerName::try_from(host.to_owned())?;
		match self.tls.connect(name, stream).await {
			Ok(stream) => Ok(Link::secure(stream, address)),
			Err(error) => Err(reason(error)),
		}
	}

	/// Connects to one of a host's addresses.
	async fn connect(&self, host: &str, port: u16) -> Result<(TcpStream, SocketAddr), BoxError> {
		let found = timeout(CONNECT_TIMEOUT, self.names.resolve(host, port)).await??;
		let closed = self.perimeter.now()?;
		let open: Vec<_> = found.into_iter().filter(|address| self.is_open(address.ip(), &closed)).collect();
		let mut failure = BoxError::from(ClosedHost(host.into()));
		// The first may be of a network that is broken here, as IPv6 often is.
		let share = CONNECT_TIMEOUT / u32::try_from(open.len().max(1))?;
		for address in open {
			match self.dial(address, &closed, share).await {
				Ok(stream) => return Ok((stream, address)),
				Err(error) => failure = error,
			}
		}
		Err(failure)
	}

	fn is_open(&self, address: IpAddr, closed: &Closed) -> bool {
		let is_denied = || self.perimeter.denied().iter().any(|network| network.contains(&address));
		let is_loopback = || address.is_loopback() && !is_denied();
		self.private || !closed.has(address) || (self.loopback && is_loopback())
	}

	/// Connects to an address. What is closed is never asked of the proxy, which may be nearer to it than this machine.
	async fn dial(&self, to: SocketAddr, closed: &Closed, within: Duration) -> Result<TcpStream, BoxError> {
		match &self.proxy {
			Some(proxy) if !closed.has(to.ip()) => {
				let to = format!("http://{}:{}", bracketed(to.ip()), to.port()).parse::<Uri>()?;
				Ok(timeout(within, proxy.clone().call(to)).await??.into_inner())
			}
			_ => {
				let stream = timeout(within, TcpStream::connect(to)).await??;
				stream.set_nodelay(true)?;
				Ok(stream)
			}
		}
	}
}

/// Returns what TLS says of a handshake that failed, if it says something: an error of IO does not name it as its cause.
fn reason(error: io::Error) -> BoxError {
	match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
		Some(reason) => reason.clone().into(),
		None => error.into(),
	}
}

/// Writes an address as URLs do.
fn bracketed(address: IpAddr) -> String {
	match address {
		IpAddr::V4(address) => address.to_string(),
		IpAddr::V6(address) => format!("[{address}]"),
	}
}
