//! What others may see of a daemon: its numbers at `/metrics`, and whether it is well at `/healthz`.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{
	extract::State,
	http::{header::CONTENT_TYPE, StatusCode},
	response::IntoResponse,
	routing::get,
	Router,
};
use serde_json::{json, Map, Value};
use tokio::time::timeout;

use crate::metrics::{self, Registry};

/// How long a daemon may take to say that it is well.
const HEALTH_TIME: Duration = Duration::from_secs(5);

/// A daemon that others watch.
#[async_trait]
pub trait Observed: Send + Sync + 'static {
	/// Returns its numbers.
	fn registry(&self) -> &Registry;

	/// Brings numbers up to date that are only measured when they are asked for.
	fn refresh(&self) {}

	/// Returns what `/healthz` tells beside `"ok": true`. It has 5 seconds.
	///
	/// # Errors
	///
	/// In words, if the daemon cannot do its work now.
	async fn health(&self) -> Result<Map<String, Value>, String> {
		Ok(Map::new())
	}
}

/// Returns the routes `/metrics` and `/healthz` of a daemon.
///
/// `/healthz` answers 200 and `{"ok":true,…}`, or 503 and `{"ok":false,"reason":"…"}`.
pub fn routes(observed: Arc<dyn Observed>) -> Router {
	Router::new().route("/metrics", get(numbers)).route("/healthz", get(health)).with_state(observed)
}

async fn numbers(State(observed): State<Arc<dyn Observed>>) -> impl IntoResponse {
	observed.refresh();
	([(CONTENT_TYPE, metrics::CONTENT_TYPE)], observed.registry().text())
}

async fn health(State(observed): State<Arc<dyn Observed>>) -> impl IntoResponse {
	let asked = timeout(HEALTH_TIME, observed.health()).await;
	let (status, health) = match asked.unwrap_or_else(|_| Err("it does not answer".into())) {
		Ok(mut health) => {
			health.insert("ok".into(), true.into());
			(StatusCode::OK, Value::Object(health))
		}
		Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, json!({ "ok": false, "reason": reason })),
	};
	(status, [(CONTENT_TYPE, "application/json")], format!("{health}\n"))
}
