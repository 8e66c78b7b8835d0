//! Serving a router over HTTP/1 until shutdown: no more connections than allowed, in all and of one address, and none
//! that stays silent or does not take what is sent to it.

mod peers;
mod socket;

use std::{io, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
	body::Body,
	http::{HeaderMap, Request},
	Router,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
	io::{AsyncRead, AsyncWrite},
	time::{sleep, timeout},
};
use tower::ServiceExt;

pub use peers::Peer;

use self::{peers::Peers, socket::Socket};
use crate::{
	listen::Accept,
	tls::{self, Tls},
	RateLimit, Shutdown,
};

/// The wait after a connection that could not be accepted: most often, the process has too many files open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How much of a request's headers is read, and how much is read of its body at once, in bytes: what strangers send is held in
/// memory.
const READ_BUFFER: usize = 64 * 1024;

/// Where a reverse proxy says whom it forwards.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Limits of connections.
///
/// Connections that were upgraded, to a WebSocket for instance, count for as long as somebody has their [`Peer`], which is
/// among the extensions of each request. A connection for which there is no room takes the place of another one, see
/// [`Peer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
	/// The most connections at a time.
	pub connections: usize,
	/// The most connections of one address at a time that have not [proven](Peer::prove) who they are. It may begin as many
	/// with TLS in a second, and as many at once as it may have in all: what is above waits. A handshake costs a client hardly
	/// anything, and a server a signature.
	pub each: usize,
	/// The most connections of one address at a time that have.
	pub proven_each: usize,
	/// The most bytes that are [held](Peer::hold) in memory for the connections of one address.
	pub held_each: usize,
	/// How long a connection has to send the headers of a request, and how long it waits for its handshake.
	pub header_time: Duration,
	/// How long a connection may take nothing of what is sent to it.
	pub write_time: Duration,
	/// How long a request that is being answered at shutdown has to end.
	pub last_answer: Duration,
	/// The addresses of reverse proxies, whose header `X-Forwarded-For` is believed.
	pub proxies: Vec<IpAddr>,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			connections: 256,
			each: 64,
			proven_each: 256,
			held_each: 64 << 20,
			header_time: Duration::from_secs(20),
			write_time: Duration::from_secs(20),
			last_answer: Duration::from_secs(5),
			proxies: Vec::new(),
		}
	}
}

/// Serves `router` to connections at `listener` until shutdown.
///
/// It returns once no connection is accepted any more. Those that are open end by themselves, within
/// [`Limits::last_answer`]; [`Shutdown::finish`] waits for them.
pub async fn serve(listener: impl Accept, router: Router, limits: Limits, shutdown: Shutdown) {
	let peers = Peers::new(&limits);
	let handshakes = Arc::new(handshakes(&limits));
	let limits = Arc::new(limits);
	while let Some(accepted) = shutdown.unless_stopped(listener.accept()).await {
		match accepted {
			Ok((stream, from)) => {
				let from = from.map(|from| from.to_canonical());
				let is_proxy = from.is_some_and(|from| limits.proxies.contains(&from));
				let peer = peers.admit(from.filter(|_| !is_proxy));
				let tls = listener.tls().cloned().map(|tls| (tls, handshakes.clone()));
				let accepted = Accepted { stream, tls, is_proxy, peer };
				shutdown.spawn(answer(accepted, router.clone(), limits.clone(), shutdown.clone()));
			}
			Err(error) => {
				tracing::warn!("a connection was not accepted: {error}");
				sleep(ACCEPT_PAUSE).await;
			}
		}
	}
}

/// When the addresses may begin connections with TLS.
type Handshakes = RateLimit<IpAddr>;

fn handshakes(limits: &Limits) -> Handshakes {
	let number = |count: usize| count.try_into().unwrap_or(u32::MAX);
	RateLimit::new(number(limits.each), number(limits.each.saturating_add(limits.proven_each)), limits.header_time)
}

/// Encrypts a connection, if that is asked for and once it is its address's turn.
async fn encrypt<S: AsyncRead + AsyncWrite + Unpin>(
	socket: S,
	tls: Option<&(Tls, Arc<Handshakes>)>,
	limit: Duration,
	peer: &Peer,
) -> io::Result<tls::Stream<S>> {
	if let Some(((_, handshakes), address)) = tls.zip(peer.address()) {
		let waited = handshakes.wait(&address, 1).await;
		waited.map_err(|_| io::Error::other("its address begins too many connections"))?;
	}
	tls::accept(socket, tls.map(|(tls, _)| tls), limit).await
}

/// A connection that was accepted.
struct Accepted<S> {
	stream: S,
	/// What it speaks TLS with, if it does.
	tls: Option<(Tls, Arc<Handshakes>)>,
	/// Whether it comes from a reverse proxy.
	is_proxy: bool,
	peer: Arc<Peer>,
}

/// Answers the requests of one connection.
async fn answer<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
	Accepted { stream, tls, is_proxy, peer }: Accepted<S>,
	router: Router,
	limits: Arc<Limits>,
	shutdown: Shutdown,
) {
	let socket = Socket::new(stream, limits.write_time);
	let socket = tokio::select! {
		encrypted = encrypt(socket, tls.as_ref(), limits.header_time, &peer) => encrypted,
		() = peer.evicted() => return,
		() = shutdown.begun() => return,
	};
	let socket = match socket {
		Ok(socket) => socket,
		Err(error) => return tracing::debug!("a connection is not encrypted as it should be: {error}"),
	};
	let of = peer.clone();
	let service = service_fn(move |request: Request<Incoming>| {
		if let Some(address) = is_proxy.then(|| forwarded(request.headers())).flatten() {
			of.speaks_for(address);
		}
		let mut request = request.map(Body::new);
		request.extensions_mut().insert(of.clone());
		router.clone().oneshot(request)
	});
	let mut server = http1::Builder::new();
	server.timer(TokioTimer::new()).header_read_timeout(limits.header_time).max_buf_size(READ_BUFFER);
	let mut connection = pin!(server.serve_connection(TokioIo::new(socket), service).with_upgrades());
	let ended = tokio::select! {
		ended = connection.as_mut() => ended,
		() = peer.evicted() => Ok(()),
		() = shutdown.begun() => {
			connection.as_mut().graceful_shutdown();
			timeout(limits.last_answer, connection).await.unwrap_or(Ok(()))
		}
	};
	if let Err(error) = ended {
		tracing::debug!("a connection broke: {error}");
	}
}

/// Returns whom a reverse proxy forwards: the last address of the header, which is the one that it wrote itself. The
/// client may have written what comes before, which need not be text.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
	let line = headers.get_all(FORWARDED_FOR).iter().next_back()?.as_bytes();
	let last = line.rsplit(|byte| *byte == b',').next()?;
	std::str::from_utf8(last).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod parsing {
	use super::*;
	use axum::http::HeaderValue;
	use proptest::{collection::vec, prelude::*};
	use rlc_testing::spoiled;

	fn forwarded_by(lines: &[Vec<u8>]) -> Option<IpAddr> {
		let mut headers = HeaderMap::new();
		for line in lines {
			headers.append(FORWARDED_FOR, HeaderValue::from_bytes(line).ok()?);
		}
		forwarded(&headers)
	}

	/// Returns bytes that a header may have.
	fn said() -> impl Strategy<Value = Vec<u8>> {
		let byte = prop_oneof![3 => prop::sample::select(&b"0123456789abcdef.:, "[..]), 1 => 0x80..=0xff_u8];
		vec(byte, 0..12)
	}

	proptest! {
		#[test]
		fn nobody_speaks_for_another_address_than_the_proxy_saw(lines in vec(said(), 0..3), from in any::<IpAddr>()) {
			let written = from.to_string().into_bytes();
			prop_assert_eq!(forwarded_by(&[[lines.concat(), b", ".to_vec(), written.clone()].concat()]), Some(from));
			prop_assert_eq!(forwarded_by(&[lines, vec![written]].concat()), Some(from), "in a line of its own");
		}

		#[test]
		fn address_has_one_form(line in spoiled(any::<IpAddr>().prop_map(|address| address.to_string().into_bytes()))) {
			if let Some(address) = forwarded_by(&[line]) {
				prop_assert_eq!(forwarded_by(&[address.to_string().into_bytes()]), Some(address));
			}
		}
	}
}
