//! JSON-RPC over one WebSocket.
//!
//! ```text
//!            ┌─ wait ─┐ ┌─ wait ──┐
//! socket ──► room for │ │ turn at │──► call ──► answers ──► socket
//!            a call     the gate                  └─ at most so many wait, and not for long
//! ```
//! Nothing is read while a connection has as many calls under way as it may, or while its next call waits for its turn. What
//! it sends then stays in the sockets, and costs nobody else anything. One that does not read its answers is closed.

use std::{
	borrow::Cow,
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
	time::Duration,
};

use axum::{
	body::Body,
	extract::Request,
	http::{header, HeaderMap, HeaderName, HeaderValue, StatusCode},
	response::{IntoResponse, Response},
};
use futures::{
	stream::{SplitSink, SplitStream},
	SinkExt, Stream, StreamExt,
};
use jsonrpsee::{
	core::server::{BoundedSubscriptions, MethodResponse, MethodSink, Methods},
	types::ErrorObjectOwned,
};
use rlc_service::{http::Peer, Shutdown};
use serde::Deserialize;
use tokio::{
	sync::{mpsc, Semaphore},
	task::JoinSet,
	time::{interval_at, timeout, Instant},
};
use tokio_tungstenite::{
	tungstenite::{
		handshake::derive_accept_key,
		protocol::{Role, WebSocketConfig},
		Error, Message, Utf8Bytes,
	},
	WebSocketStream,
};

use super::{
	caller::{Caller, Measured, CALLER},
	dispatch::{self, id_of, Call},
	gate::Gate,
};
use crate::metrics::Metrics;

/// The largest message, in bytes: a thousand reports, or the logs of a run.
const MAX_MESSAGE: usize = 2 * 1024 * 1024;

/// How much is read at once, in bytes.
const READ_BUFFER: usize = 4 * 1024;

/// The most calls of a connection that are under way.
const MAX_CALLS: usize = 32;

/// The most subscriptions of one connection.
const MAX_SUBSCRIPTIONS: u32 = 64;

/// The most messages that wait for a slow connection.
const MAX_ANSWERS: usize = 16;

/// How long a connection has to take a message.
const WRITE_TIME: Duration = Duration::from_secs(20);

/// How often a connection is pinged, and how long it may say nothing at all.
const PING: Duration = Duration::from_secs(20);
const IDLE: Duration = Duration::from_secs(60);

type Socket = WebSocketStream<Measured>;

/// Serves JSON-RPC.
#[derive(Clone)]
pub(super) struct Rpc {
	pub methods: Methods,
	pub gate: Arc<Gate>,
	pub metrics: Arc<Metrics>,
	pub shutdown: Shutdown,
	/// How many connections there were.
	pub count: Arc<AtomicUsize>,
}

/// What is looked at before a call gets its turn.
#[derive(Deserialize)]
struct Heading<'a> {
	#[serde(borrow)]
	method: Cow<'a, str>,
}

impl Rpc {
	/// Answers a request for a WebSocket, and serves it.
	pub fn open(&self, mut request: Request) -> Response {
		let Some(key) = websocket_key(request.headers()) else {
			let words = "JSON-RPC is served over WebSocket\n";
			return (StatusCode::UPGRADE_REQUIRED, [(header::UPGRADE, "websocket")], words).into_response();
		};
		let Ok(accept) = HeaderValue::try_from(derive_accept_key(key.as_bytes())) else {
			return StatusCode::BAD_REQUEST.into_response();
		};
		let Some(peer) = request.extensions().get::<Arc<Peer>>().cloned() else {
			return StatusCode::INTERNAL_SERVER_ERROR.into_response();
		};
		let upgrade = hyper::upgrade::on(&mut request);
		let rpc = self.clone();
		self.shutdown.spawn(async move {
			match upgrade.await {
				Ok(upgraded) => {
					let connection = rpc.count.fetch_add(1, Ordering::Relaxed);
					let caller = Arc::new(Caller::new(connection, peer));
					rpc.serve(Measured::new(upgraded, caller.clone()), &caller).await;
				}
				Err(error) => tracing::debug!("a connection did not become a WebSocket: {error}"),
			}
		});
		let mut response = Response::new(Body::empty());
		*response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
		let headers = response.headers_mut();
		headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
		headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
		headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
		response
	}

	/// Serves a connection until it ends, has to make room, or the scheduler stops.
	async fn serve(&self, connection: Measured, caller: &Arc<Caller>) {
		let (sink, stream) = WebSocketStream::from_raw_socket(connection, Role::Server, Some(frames())).await.split();
		let (answers, waiting) = mpsc::channel(MAX_ANSWERS);
		self.metrics.connections.inc();
		tokio::select! {
			() = self.read(stream, answers, caller) => {}
			() = write(sink, waiting) => {}
			() = caller.peer.evicted() => self.metrics.evicted.inc(),
			() = self.shutdown.begun() => {}
		}
		// It may have ended while nothing was read from it: from now on, it is silent.
		caller.pulse.pause(false);
		self.metrics.connections.dec();
	}

	/// Reads calls, and answers them, until the connection ends. Those that are under way then are dropped.
	async fn read(&self, mut stream: SplitStream<Socket>, answers: mpsc::Sender<String>, caller: &Arc<Caller>) {
		let room = Arc::new(Semaphore::new(MAX_CALLS));
		let subscriptions = BoundedSubscriptions::new(MAX_SUBSCRIPTIONS);
		let mut under_way = JoinSet::new();
		loop {
			caller.pulse.pause(true);
			let Ok(permit) = room.clone().acquire_owned().await else { return };
			caller.pulse.pause(false);
			let Some(text) = next(&mut stream, || caller.pulse.beat()).await else { return };
			caller.pulse.pause(true);
			while under_way.try_join_next().is_some() {}
			let heading = serde_json::from_str::<Heading<'_>>(&text).ok();
			let for_worker = heading.is_some_and(|heading| dispatch::is_for_workers(&heading.method));
			// Frames without text take time to read, too.
			let size = if text.is_empty() { 0 } else { text.len().max(caller.received()) };
			let admitted = self.gate.admit(caller, for_worker, size).await;
			// A ping may come in the middle of a message.
			if !text.is_empty() {
				caller.taken();
			}
			if let Err(refused) = admitted {
				let refusal = MethodResponse::error(id_of(&text), ErrorObjectOwned::from(refused));
				if answers.send(refusal.into_result()).await.is_err() {
					return;
				}
				continue;
			}
			// A ping had its turn, too, but wants no answer.
			if text.is_empty() {
				continue;
			}
			let call = Call {
				methods: self.methods.clone(),
				gate: self.gate.clone(),
				sink: MethodSink::new(answers.clone()),
				subscriptions: subscriptions.clone(),
				connection: caller.connection,
			};
			let answers = answers.clone();
			let answering = async move {
				if let Some(answer) = call.answer(&text).await {
					// Fails only if the connection has ended.
					let _ = answers.send(answer).await;
				}
				drop(permit);
			};
			under_way.spawn(CALLER.scope(caller.clone(), answering));
		}
	}
}

/// Returns what frames have to keep to.
fn frames() -> WebSocketConfig {
	WebSocketConfig::default()
		.read_buffer_size(READ_BUFFER)
		.write_buffer_size(0)
		.max_message_size(Some(MAX_MESSAGE))
		.max_frame_size(Some(MAX_MESSAGE))
}

/// Returns the next message; an empty one for a ping. `None` if the connection has ended. `heard` is told of each that is
/// not empty.
async fn next(
	stream: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
	heard: impl Fn(),
) -> Option<Utf8Bytes> {
	loop {
		match timeout(IDLE, stream.next()).await.ok()??.ok()? {
			Message::Text(text) if !text.is_empty() => {
				heard();
				return Some(text);
			}
			Message::Binary(bytes) if !bytes.is_empty() => {
				heard();
				return Utf8Bytes::try_from(bytes).ok();
			}
			Message::Close(_) => return None,
			Message::Pong(_) => {}
			// Whoever sends many of these waits for turns, too.
			_ => return Some(Utf8Bytes::default()),
		}
	}
}

/// Sends answers, and a ping now and then, until the other side does not take them.
async fn write(mut sink: SplitSink<Socket, Message>, mut waiting: mpsc::Receiver<String>) {
	let mut ping = interval_at(Instant::now() + PING, PING);
	loop {
		let message = tokio::select! {
			answer = waiting.recv() => match answer {
				Some(answer) => Message::text(answer),
				None => return,
			},
			_ = ping.tick() => Message::Ping(Default::default()),
		};
		match timeout(WRITE_TIME, sink.send(message)).await {
			Ok(Ok(())) => {}
			Ok(Err(error)) => return tracing::debug!("a connection broke: {error}"),
			Err(_) => return tracing::debug!("a connection does not read its answers"),
		}
	}
}

/// Returns the key of a request for a WebSocket; `None` if it is no such request.
fn websocket_key(headers: &HeaderMap) -> Option<String> {
	let has = |name: HeaderName, word: &str| {
		let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
		value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word))
	};
	let is_asked_for = has(header::CONNECTION, "upgrade")
		&& has(header::UPGRADE, "websocket")
		&& has(header::SEC_WEBSOCKET_VERSION, "13");
	let key = headers.get(header::SEC_WEBSOCKET_KEY)?.to_str().ok()?;
	is_asked_for.then(|| key.to_owned())
}

#[cfg(test)]
mod parsing;
