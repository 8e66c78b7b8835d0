//! What other instances of a shared pool have in their stores. A load balancer does not know which instance has what: a
//! client that asks an instance for what another one has is sent there.

use std::time::Duration;

use axum::{
	extract::{Request, State},
	http::{header, Method, StatusCode},
	middleware::Next,
	response::{IntoResponse, Redirect, Response},
};
use rlc_store::Cid;

use crate::pool::{system_time, Means};

/// How long another instance may take to say whether it has a content.
const PATIENCE: Duration = Duration::from_secs(2);

/// The query of a request that was sent on. It is not sent on again.
const SENT_ON: &str = "sent-on";

/// Where a content is, and its size in bytes.
struct Location {
	url: String,
	size: u64,
}

/// Returns the size, in bytes, of a content that an instance of the pool has.
pub(crate) async fn size(means: &Means, cid: &Cid) -> Option<u64> {
	match means.store.contains(cid).await {
		Some(size) => Some(size),
		None => find(means, cid).await.map(|location| location.size),
	}
}

/// Answers as the store does, but redirects requests for what another instance has.
pub(crate) async fn or_elsewhere(State(means): State<Means>, request: Request, next: Next) -> Response {
	let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
	// With a token, a client asks about an upload of its own.
	let is_upload = request.headers().contains_key(header::AUTHORIZATION);
	let was_sent_on = request.uri().query() == Some(SENT_ON);
	let cid = request.uri().path().trim_start_matches('/').parse::<Cid>().ok();
	let answer = next.run(request).await;
	let cid = cid.filter(|_| is_read && !is_upload && !was_sent_on && answer.status() == StatusCode::NOT_FOUND);
	let Some(cid) = cid else { return answer };
	match find(&means, &cid).await {
		Some(location) => Redirect::temporary(&location.url).into_response(),
		None => answer,
	}
}

/// Asks all other instances, and takes the first that has it.
async fn find(means: &Means, cid: &Cid) -> Option<Location> {
	if !means.db.is_shared() {
		return None;
	}
	let addresses = means.db.addresses_elsewhere(system_time()).await;
	let addresses = addresses
		.inspect_err(|error| tracing::warn!("the addresses of other instances cannot be read: {error}"))
		.ok()?;
	let asked = addresses.iter().map(|address| ask(&means.http, address, cid));
	futures::future::join_all(asked).await.into_iter().flatten().next()
}

/// Asks another instance.
async fn ask(http: &reqwest::Client, address: &str, cid: &Cid) -> Option<Location> {
	let url = format!("{}/store/{cid}?{SENT_ON}", address.trim_end_matches('/'));
	let answer = http.head(&url).timeout(PATIENCE).send().await;
	let answer = answer.inspect_err(|error| tracing::warn!("another instance does not answer: {error}")).ok()?;
	let size = answer.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()?;
	answer.status().is_success().then_some(Location { url, size })
}
