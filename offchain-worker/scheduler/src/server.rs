//! One port: JSON-RPC over WebSocket at `/`, the store at `/store/`, `/metrics` and `/healthz`.
//!
//! ```text
//!              ┌─ Peer: one of so many of its address
//! connection ──┤                   ┌─ questions ─► Board, database, chain
//!              └─► Gate: turns ──► │
//!                                  ├─ heartbeats ─► Links
//!                                  └─ joins, reports, logs ─► the pool
//! ```

mod admin;
mod caller;
mod connection;
mod dispatch;
mod gate;
mod requesters;
mod workers;

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{http::StatusCode, middleware, response::IntoResponse, Router};
use jsonrpsee::{
	server::{stop_channel, ServerHandle, StopHandle},
	types::ErrorObjectOwned,
	RpcModule,
};
use rlc_protocol::{
	admin::AdminRpcServer,
	requester::{code, SchedulerRpcServer},
	worker::WorkerRpcServer,
};
use rlc_service::{
	http::{self, Limits},
	listen::{Listener, LocalListener},
	observe, Observed, Registry, Shutdown,
};
use serde_json::{Map, Value};
use tokio::{
	sync::oneshot,
	time::{sleep, timeout},
};

use self::{connection::Rpc, gate::Gate};
use crate::{
	admission::{Admission, AdmissionRefusal, Challenges},
	config::Traffic,
	elsewhere,
	pool::{Input, Means, Reply},
	Error,
};

/// How long the pool may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// How old what the pool published may be, how long it may take to publish something newer, and how often that is looked
/// for.
const STUCK: Duration = Duration::from_secs(10);
const TURN_TIME: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(50);

/// How long connections have to end when the scheduler stops.
const END_TIME: Duration = Duration::from_secs(10);

/// The most connections of operators.
const MAX_OPERATORS: u32 = 16;

/// What the RPC methods work with.
#[derive(Clone)]
pub(crate) struct Api {
	means: Means,
	admission: Arc<Admission>,
	challenges: Arc<Challenges>,
	gate: Arc<Gate>,
}

/// A server that runs.
pub(crate) struct Server {
	pub address: SocketAddr,
	shutdown: Shutdown,
}

impl Server {
	/// Starts to answer requests.
	pub async fn start(
		listener: Listener,
		operators: Option<LocalListener>,
		max_connections: u32,
		admission: Admission,
		means: Means,
	) -> Result<Self, Error> {
		let address = listener.address();
		let gate = Arc::new(Gate::new(traffic.calls_each, means.metrics.clone()));
		let admission = Arc::new(admission);
		let api = Api { means: means.clone(), admission, challenges: Arc::default(), gate: gate.clone() };
		let mut methods = RpcModule::new(());
		let merged = methods.merge(WorkerRpcServer::into_rpc(api.clone()));
		merged.and_then(|()| methods.merge(SchedulerRpcServer::into_rpc(api.clone()))).map_err(Error::internal)?;
		let mut commands = RpcModule::new(());
		let merged = commands.merge(AdminRpcServer::into_rpc(api.clone()));
		merged.and_then(|()| commands.merge(SchedulerRpcServer::into_rpc(api.clone()))).map_err(Error::internal)?;
		let (stop, rpc) = stop_channel();
		if let Some(operators) = operators {
			let router = answers(commands, MAX_OPERATORS, stop.clone());
			let limits = Limits { connections: MAX_OPERATORS as usize, ..Limits::default() };
			means.shutdown.spawn(http::serve(operators, router, limits, means.shutdown.clone()));
		}
		let elsewhere = middleware::from_fn_with_state(means.clone(), elsewhere::or_elsewhere);
		let store = rlc_store::routes(means.store.clone()).layer(elsewhere);
		let throttle = middleware::from_fn_with_state((gate, means.store.clone()), gate::throttle);
		let router = observe::routes(Arc::new(api)).nest("/store", store).merge(methods).layer(throttle);
		let shutdown = means.shutdown;
		shutdown.spawn(http::serve(listener, router, limits(traffic), shutdown.clone()));
		Ok(Self { address, shutdown })
	}

	/// Ends all connections. Requests that are being answered have some seconds.
	pub async fn stop(self) {
		if let Err(unfinished) = self.shutdown.finish(END_TIME).await {
			tracing::warn!("{unfinished}");
		}
	}
}

/// Returns what answers these methods, whatever the path, to so many connections at a time.
fn answers(methods: RpcModule<()>, max_connections: u32, stop: StopHandle) -> Router {
	let builder = jsonrpsee::server::Server::builder()
		.max_request_body_size(MAX_MESSAGE)
		.max_response_body_size(MAX_MESSAGE * 8)
		.max_connections(max_connections)
		.max_subscriptions_per_connection(MAX_SUBSCRIPTIONS)
		.set_message_buffer_capacity(MESSAGE_BUFFER)
		.to_service_builder();
	let service = tower::service_fn(move |request: axum::extract::Request| {
		let mut service = builder.clone().build(methods.clone(), stop.clone());
		async move {
			Ok::<_, std::convert::Infallible>(match tower::Service::call(&mut service, request).await {
				Ok(response) => response.map(axum::body::Body::new),
				Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
			})
		}
	});
	Router::new().fallback_service(service)
}

#[async_trait]
impl Observed for Api {
	fn registry(&self) -> &Registry {
		self.means.metrics.registry()
	}

	fn refresh(&self) {
		self.means.metrics.store(&self.means.store.usage());
	}

	async fn health(&self) -> Result<Map<String, Value>, String> {
		let board = &self.means.board;
		let status = board.status.get().await.ok_or("the pool has not begun yet")?;
		let turn = async {
			while board.age().is_none_or(|age| age >= STUCK) {
				sleep(LOOK).await;
			}
		};
		timeout(TURN_TIME, turn).await.map_err(|_| "the pool does not get on: read its log")?;
		let info = &status.pool;
		Ok([("workers".into(), info.workers.into()), ("waiting".into(), info.waiting.into())].into_iter().collect())
	}
}

impl Api {
	/// Gives the pool an input, and waits for its answer.
	async fn ask<T>(&self, input: impl FnOnce(Reply<T>) -> Input) -> Result<T, ErrorObjectOwned> {
		let (reply, answer) = oneshot::channel();
		let asked = async {
			self.means.inputs.send(input(reply)).await.ok()?;
			answer.await.ok()
		};
		match timeout(PATIENCE, asked).await {
			Ok(Some(answer)) => Ok(answer),
			Ok(None) => Err(error(code::INTERNAL, "the scheduler is stopping; try again soon")),
			Err(_) => Err(not_yet()),
		}
	}
}

fn error(code: i32, words: impl Into<String>) -> ErrorObjectOwned {
	ErrorObjectOwned::owned(code, words, None::<()>)
}

/// Returns what those are told to whom the pool has not come yet.
fn not_yet() -> ErrorObjectOwned {
	error(code::INTERNAL, "the scheduler is busy; try again soon")
}

fn unknown_session() -> ErrorObjectOwned {
	error(code::UNKNOWN_SESSION, "no such session: join again")
}

fn internal(what: impl std::fmt::Display) -> ErrorObjectOwned {
	tracing::warn!("a request failed: {what}");
	error(code::INTERNAL, "something failed inside the scheduler; try again soon")
}

impl From<AdmissionRefusal> for ErrorObjectOwned {
	fn from(refusal: AdmissionRefusal) -> Self {
		error(refusal.code, refusal.words)
	}
}

#[cfg(test)]
mod tests;
