//! One port: JSON-RPC over WebSocket at `/`, the store at `/store/`, `/metrics` and `/healthz`. And a socket in the file
//! system, for the operator.
//!
//! ```text
//!              ┌─ Peer: one of so many of its address
//! connection ──┤                   ┌─ questions ─► Board, database, chain
//!              └─► Gate: turns ──► │
//!                                  ├─ heartbeats ─► Links
//!                                  └─ joins, reports, logs, commands ─► the pool
//! ```

mod admin;
mod caller;
mod connection;
mod dispatch;
mod follow;
mod gate;
mod requesters;
mod workers;

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{extract::Request, middleware, Router};
use jsonrpsee::{types::ErrorObjectOwned, RpcModule};
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
	admission::{AdmissionRefusal, Challenges},
	config::Traffic,
	elsewhere,
	pool::{Input, Means, Reply},
	vouching::Entry,
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

/// The most connections of operators, and how many calls they may make in a second.
const MAX_OPERATORS: usize = 16;
const OPERATOR_CALLS: u32 = 50;

/// What the RPC methods work with.
#[derive(Clone)]
pub(crate) struct Api {
	means: Means,
	entry: Arc<Entry>,
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
		traffic: Traffic,
		entry: Entry,
		means: Means,
	) -> Result<Self, Error> {
		let address = listener.address();
		let gate = Arc::new(Gate::new(traffic.calls_each, means.metrics.clone()));
		let api = Api { means: means.clone(), entry: Arc::new(entry), challenges: Arc::default(), gate: gate.clone() };
		let mut methods = RpcModule::new(());
		let merged = methods.merge(WorkerRpcServer::into_rpc(api.clone()));
		merged.and_then(|()| methods.merge(SchedulerRpcServer::into_rpc(api.clone()))).map_err(Error::internal)?;
		let methods = answers(methods, gate.clone(), &means);
		if let Some(operators) = operators {
			serve_operators(operators, &api)?;
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

/// Takes the commands of operators at a socket. They have turns of their own: no flood of strangers keeps them out.
fn serve_operators(socket: LocalListener, api: &Api) -> Result<(), Error> {
	let means = &api.means;
	let gate = Arc::new(Gate::new(OPERATOR_CALLS, means.metrics.clone()));
	let api = Api { gate: gate.clone(), ..api.clone() };
	let mut commands = RpcModule::new(());
	let merged = commands.merge(AdminRpcServer::into_rpc(api.clone()));
	merged.and_then(|()| commands.merge(SchedulerRpcServer::into_rpc(api.clone()))).map_err(Error::internal)?;
	let router = answers(commands, gate, means);
	let limits = Limits { connections: MAX_OPERATORS, ..Limits::default() };
	means.shutdown.spawn(http::serve(socket, router, limits, means.shutdown.clone()));
	Ok(())
}

/// Returns what answers these methods, whatever the path.
fn answers(methods: RpcModule<()>, gate: Arc<Gate>, means: &Means) -> Router {
	let rpc = Rpc {
		methods: methods.into(),
		gate,
		metrics: means.metrics.clone(),
		shutdown: means.shutdown.clone(),
		count: Arc::default(),
	};
	Router::new().fallback_service(tower::service_fn(move |request: Request| {
		let response = rpc.open(request);
		async move { Ok::<_, Infallible>(response) }
	}))
}

/// Returns what connections have to keep to.
fn limits(traffic: Traffic) -> Limits {
	let Traffic { connections, connections_each, workers_each, proxies, calls_each: _ } = traffic;
	Limits {
		connections: connections as usize,
		each: connections_each as usize,
		proven_each: workers_each as usize,
		proxies,
		..Limits::default()
	}
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
