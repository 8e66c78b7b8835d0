//! Connections: not too many, and none that does not say what it wants.

use std::{sync::Arc, time::Duration};

use axum::{body::Body, http::Request, Router};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
	net::TcpListener,
	sync::{watch, Semaphore},
	time::sleep,
};
use tower::ServiceExt;

/// How long a connection has to send a request's headers.
const HEADER_TIME: Duration = Duration::from_secs(20);

/// Connections beside those of JSON-RPC: the store's, and those that ask for metrics.
const MORE: u32 = 256;

/// Answers requests, until told to stop.
pub(super) async fn serve(listener: TcpListener, router: Router, max_rpc: u32, mut stop: watch::Receiver<bool>) {
	let room = Arc::new(Semaphore::new(max_rpc.saturating_add(MORE) as usize));
	loop {
		let Ok(permit) = room.clone().acquire_owned().await else { return };
		let accepted = tokio::select! {
			_ = stop.wait_for(|stop| *stop) => return,
			accepted = listener.accept() => accepted,
		};
		let stream = match accepted {
			Ok((stream, _)) => stream,
			Err(error) => {
				log::warn!("a connection was not accepted: {error}");
				sleep(Duration::from_millis(100)).await;
				continue;
			}
		};
		let _ = stream.set_nodelay(true);
		let router = router.clone();
		let mut stop = stop.clone();
		tokio::spawn(async move {
			let service = hyper::service::service_fn(move |request: Request<Incoming>| {
				router.clone().oneshot(request.map(Body::new))
			});
			let mut server = hyper::server::conn::http1::Builder::new();
			server.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
			let connection = server.serve_connection(TokioIo::new(stream), service).with_upgrades();
			tokio::select! {
				_ = stop.wait_for(|stop| *stop) => {}
				ended = connection => {
					if let Err(error) = ended {
						log::debug!("a connection broke: {error}");
					}
				}
			}
			drop(permit);
		});
	}
}
