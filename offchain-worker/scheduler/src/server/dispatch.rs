//! From the text of a call to that of its answer.

use std::{sync::Arc, time::Duration};

use jsonrpsee::{
	core::{
		id_providers::RandomIntegerIdProvider,
		server::{
			helpers::prepare_error, BoundedSubscriptions, Extensions, MethodCallback, MethodResponse, MethodSink,
			Methods, SubscriptionState,
		},
	},
	types::{
		error::{reject_too_many_subscriptions, ErrorCode},
		ErrorObject, ErrorObjectOwned, Id, Params, Request,
	},
};
use serde::{de::IgnoredAny, Deserialize};
use tokio::time::timeout;

use super::{
	caller::Caller,
	error,
	gate::{address_of, Gate},
	not_yet,
};

/// The largest answer, in bytes: the logs of all workers of a task, or a large pool's workers.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// How long answering takes at most: longer than the lines and the pool together. What hangs would keep its place among the
/// calls under way.
const LONGEST: Duration = Duration::from_secs(60);

/// The names of what requesters and operators ask begin with this, and those of what workers do with that.
const ASKED: &str = "scheduler_";
const OF_WORKERS: &str = "worker_";

/// What workers call before they have proven who they are.
const BEFORE_JOINING: [&str; 2] = ["worker_challenge", "worker_join"];

/// What answering a call takes.
pub(super) struct Call {
	pub methods: Methods,
	pub gate: Arc<Gate>,
	/// Where the messages of subscriptions go.
	pub sink: MethodSink,
	pub subscriptions: BoundedSubscriptions,
	/// The number of the connection.
	pub connection: usize,
}

/// A message that wants no answer.
#[derive(Deserialize)]
struct Notification {
	#[serde(rename = "method")]
	_method: IgnoredAny,
}

/// Returns whether only workers that joined call this.
pub(super) fn is_for_workers(method: &str) -> bool {
	method.starts_with(OF_WORKERS) && !BEFORE_JOINING.contains(&method)
}

/// Returns what an array is told.
fn no_batches() -> ErrorObjectOwned {
	error(ErrorCode::InvalidRequest.code(), "batches are not served: send single calls")
}

/// Returns the id of a call, as far as it can be read.
pub(super) fn id_of(text: &str) -> Id<'_> {
	prepare_error(text.as_bytes()).0
}

impl Call {
	/// Returns the answer to a message; `None` if it wants none, or has sent it.
	pub async fn answer(&self, text: &str) -> Option<String> {
		let response = match serde_json::from_str::<Request<'_>>(text) {
			// Also what would be read as the fields of one call.
			_ if text.trim_start().starts_with('[') => MethodResponse::error(Id::Null, no_batches()),
			Ok(request) => self.call(request).await,
			Err(_) => {
				let (id, code) = prepare_error(text.as_bytes());
				if matches!(id, Id::Null) && serde_json::from_str::<Notification>(text).is_ok() {
					return None;
				}
				MethodResponse::error(id, ErrorObject::from(code))
			}
		};
		// A subscription answers by itself, before it sends anything else.
		(!response.is_subscription()).then(|| response.into_result())
	}

	async fn call(&self, request: Request<'_>) -> MethodResponse {
		let Request { id, method, params, .. } = request;
		let params = Params::new(params.as_ref().map(|params| params.get()));
		let nothing = Extensions::new();
		match self.methods.method_with_name(&method) {
			None => MethodResponse::error(id, ErrorObject::from(ErrorCode::MethodNotFound)),
			Some((_, MethodCallback::Sync(callback))) => callback(id, params, MAX_ANSWER, nothing),
			Some((_, MethodCallback::Async(callback))) => {
				let asked = id.clone();
				let answering = async {
					let _turn = if method.starts_with(ASKED) { self.gate.call().await } else { None };
					callback(id.into_owned(), params.into_owned(), self.connection.into(), MAX_ANSWER, nothing).await
				};
				let answer = timeout(LONGEST, answering).await;
				answer.unwrap_or_else(|_| MethodResponse::error(asked, not_yet()))
			}
			Some((_, MethodCallback::Subscription(callback))) => {
				let Some(subscription_permit) = self.subscriptions.acquire() else {
					return MethodResponse::error(id, reject_too_many_subscriptions(self.subscriptions.max()));
				};
				let conn_id = self.connection.into();
				let state = SubscriptionState { conn_id, id_provider: &RandomIntegerIdProvider, subscription_permit };
				let mut extensions = nothing;
				// What it sends is made by a task of its own, which does not know the caller.
				if let Ok(caller) = Caller::current() {
					extensions.insert(address_of(&caller.peer));
				}
				let answering = callback(id, params, self.sink.clone(), state, extensions);
				answering.await
			}
			Some((_, MethodCallback::Unsubscription(callback))) => {
				callback(id, params, self.connection.into(), MAX_ANSWER, nothing)
			}
		}
	}
}

#[cfg(test)]
mod parsing;
