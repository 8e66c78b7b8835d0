//! One port: JSON-RPC over WebSocket and HTTP at `/`, the store at `/store/`, `/metrics` and `/healthz`.

mod requesters;
mod workers;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{http::StatusCode, middleware, response::IntoResponse};
use jsonrpsee::{
	server::{stop_channel, ServerHandle},
	types::ErrorObjectOwned,
	RpcModule,
};
use rlc_protocol::{
	requester::{code, SchedulerRpcServer},
	worker::WorkerRpcServer,
};
use rlc_service::{
	http::{self, Limits},
	listen::Listener,
	observe, Observed, Registry, Shutdown,
};
use serde_json::{Map, Value};
use tokio::{sync::oneshot, time::timeout};

use crate::{
	admission::{Admission, AdmissionRefusal, Challenges},
	elsewhere,
	pool::{Input, Means, Question, Reply},
	Error,
};

/// The largest message, in bytes: a thousand reports, or the logs of a run.
const MAX_MESSAGE: u32 = 2 * 1024 * 1024;

/// The most subscriptions of one connection.
const MAX_SUBSCRIPTIONS: u32 = 64;

/// Messages that wait for a slow connection.
const MESSAGE_BUFFER: u32 = 256;

/// How long the pool may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connections beside those of JSON-RPC: the store's, and those that ask for metrics.
const MORE: u32 = 256;

/// How long connections have to end when the scheduler stops.
const END_TIME: Duration = Duration::from_secs(10);

/// What the RPC methods work with.
#[derive(Clone)]
pub(crate) struct Api {
	means: Means,
	admission: Arc<Admission>,
	challenges: Arc<Challenges>,
}

/// A server that runs.
pub(crate) struct Server {
	pub address: SocketAddr,
	rpc: ServerHandle,
	shutdown: Shutdown,
}

impl Server {
	/// Starts to answer requests.
	pub async fn start(
		listener: Listener,
		max_connections: u32,
		admission: Admission,
		means: Means,
	) -> Result<Self, Error> {
		let address = listener.address();
		let api = Api { means: means.clone(), admission: Arc::new(admission), challenges: Arc::default() };
		let mut methods = RpcModule::new(());
		let merged = methods.merge(WorkerRpcServer::into_rpc(api.clone()));
		merged.and_then(|()| methods.merge(SchedulerRpcServer::into_rpc(api.clone()))).map_err(Error::internal)?;
		let (stop, rpc) = stop_channel();
		let builder = jsonrpsee::server::Server::builder()
			.max_request_body_size(MAX_MESSAGE)
			.max_response_body_size(MAX_MESSAGE * 8)
			.max_connections(max_connections)
			.max_subscriptions_per_connection(MAX_SUBSCRIPTIONS)
			.set_message_buffer_capacity(MESSAGE_BUFFER)
			.to_service_builder();
		let rpc_service = tower::service_fn(move |request: axum::extract::Request| {
			let mut service = builder.clone().build(methods.clone(), stop.clone());
			async move {
				Ok::<_, std::convert::Infallible>(match tower::Service::call(&mut service, request).await {
					Ok(response) => response.map(axum::body::Body::new),
					Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
				})
			}
		});
		let elsewhere = middleware::from_fn_with_state(means.clone(), elsewhere::or_elsewhere);
		let store = rlc_store::routes(means.store.clone()).layer(elsewhere);
		let router = observe::routes(Arc::new(api)).nest("/store", store).fallback_service(rpc_service);
		let connections = max_connections.saturating_add(MORE) as usize;
		let limits = Limits { connections, ..Limits::default() };
		let shutdown = means.shutdown;
		shutdown.spawn(http::serve(listener, router, limits, shutdown.clone()));
		Ok(Self { address, rpc, shutdown })
	}

	/// Ends all connections. Requests that are being answered have some seconds.
	pub async fn stop(self) {
		// It fails if it was stopped before.
		let _ = self.rpc.stop();
		if let Err(unfinished) = self.shutdown.finish(END_TIME).await {
			tracing::warn!("{unfinished}");
		}
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
		let info = self.ask(|reply| Input::Ask(Question::Info(reply))).await;
		let info = info.map_err(|error| error.message().to_owned())?;
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
			Err(_) => Err(error(code::INTERNAL, "the scheduler is busy; try again soon")),
		}
	}
}

fn error(code: i32, words: impl Into<String>) -> ErrorObjectOwned {
	ErrorObjectOwned::owned(code, words, None::<()>)
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
