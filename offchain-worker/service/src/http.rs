//! Serving a router over HTTP/1 until shutdown: no more connections than allowed, and none that stays silent.

use std::{pin::pin, sync::Arc, time::Duration};

use axum::{body::Body, http::Request, Router};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
	net::TcpStream,
	sync::{OwnedSemaphorePermit, Semaphore},
	time::{sleep, timeout},
};
use tower::ServiceExt;

use crate::{
	listen::Listener,
	tls::{self, Tls},
	Shutdown,
};

/// The wait after a connection that could not be accepted: most often, the process has too many files open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What connections have to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
	/// The most connections at a time; others wait. One that was upgraded, to a WebSocket for instance, counts no more.
	pub connections: usize,
	/// How long a connection has to send the headers of a request.
	pub header_time: Duration,
	/// How long a request that is being answered at shutdown has to end.
	pub last_answer: Duration,
}

impl Default for Limits {
	fn default() -> Self {
		Self { connections: 256, header_time: Duration::from_secs(20), last_answer: Duration::from_secs(5) }
	}
}

/// Serves `router` to connections at `listener` until shutdown.
///
/// It returns once no connection is accepted any more. Those that are open end by themselves, within
/// [`Limits::last_answer`]; [`Shutdown::finish`] waits for them.
pub async fn serve(listener: Listener, router: Router, limits: Limits, shutdown: Shutdown) {
	let room = Arc::new(Semaphore::new(limits.connections));
	let next = || async {
		let permit = room.clone().acquire_owned().await.ok()?;
		Some((permit, listener.socket.accept().await))
	};
	while let Some(Some((permit, accepted))) = shutdown.unless_stopped(next()).await {
		match accepted {
			Ok((stream, _)) => {
				let tls = listener.tls.clone();
				shutdown.spawn(answer(stream, tls, router.clone(), limits, shutdown.clone(), permit));
			}
			Err(error) => {
				tracing::warn!("a connection was not accepted: {error}");
				sleep(ACCEPT_PAUSE).await;
			}
		}
	}
}

/// Answers the requests of one connection.
async fn answer(
	stream: TcpStream,
	tls: Option<Tls>,
	router: Router,
	limits: Limits,
	shutdown: Shutdown,
	_permit: OwnedSemaphorePermit,
) {
	// Answers are small and awaited. Without it they are only later.
	let _ = stream.set_nodelay(true);
	let accepted = shutdown.unless_stopped(tls::accept(stream, tls.as_ref(), limits.header_time)).await;
	let stream = match accepted {
		Some(Ok(stream)) => stream,
		Some(Err(error)) => return tracing::debug!("a connection is not encrypted as it should be: {error}"),
		None => return,
	};
	let service = service_fn(move |request: Request<Incoming>| router.clone().oneshot(request.map(Body::new)));
	let mut server = http1::Builder::new();
	server.timer(TokioTimer::new()).header_read_timeout(limits.header_time);
	let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service).with_upgrades());
	let ended = tokio::select! {
		ended = connection.as_mut() => ended,
		() = shutdown.begun() => {
			connection.as_mut().graceful_shutdown();
			timeout(limits.last_answer, connection).await.unwrap_or(Ok(()))
		}
	};
	if let Err(error) = ended {
		tracing::debug!("a connection broke: {error}");
	}
}
