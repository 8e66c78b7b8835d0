//! What other instances of a shared pool have in their stores. A load balancer does not know which instance has what: a
//! client that asks an instance for what another one has is sent there.

use std::{
	collections::HashMap,
	sync::{Mutex, PoisonError},
	time::{Duration, Instant},
};

use axum::{
	extract::{Request, State},
	http::{header, Method, StatusCode},
	middleware::Next,
	response::{IntoResponse, Redirect, Response},
};
use rlc_store::Cid;

use crate::pool::Means;

/// How long another instance may take to say whether it has a content.
const PATIENCE: Duration = Duration::from_secs(2);

/// The query of a request that was sent on. It is not sent on again.
const SENT_ON: &str = "sent-on";

/// How long it is remembered that no other instance has a content.
const MISSED_FOR: Duration = Duration::from_secs(2);

/// The most contents for which that is remembered.
const MAX_MISSES: usize = 10_000;

/// Contents that no other instance had a moment ago. Anyone can ask for any name, and each question goes to the database and to
/// all instances.
#[derive(Default)]
pub(crate) struct Misses(Mutex<HashMap<Cid, Instant>>);

impl Misses {
	fn has(&self, cid: &Cid, now: Instant) -> bool {
		let misses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		misses.get(cid).is_some_and(|at| now.duration_since(*at) < MISSED_FOR)
	}

	fn add(&self, cid: Cid, now: Instant) {
		let mut misses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		if misses.len() >= MAX_MISSES {
			misses.retain(|_, at| now.duration_since(*at) < MISSED_FOR);
		}
		if misses.len() < MAX_MISSES {
			misses.insert(cid, now);
		}
	}
}

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
	let Some(cid) = cid.filter(|cid| !means.misses.has(cid, Instant::now())) else { return answer };
	match find(&means, &cid).await {
		Some(location) => Redirect::temporary(&location.url).into_response(),
		None => {
			means.misses.add(cid, Instant::now());
			answer
		}
	}
}

/// Asks all other instances, and takes the first that has it.
async fn find(means: &Means, cid: &Cid) -> Option<Location> {
	if !means.db.is_shared() {
		return None;
	}
	let addresses = means.db.addresses_elsewhere().await;
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

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_nobody_had_is_not_looked_for_again_at_once() {
		let (misses, now) = (Misses::default(), Instant::now());
		let cid = |n: usize| Cid::of(rlc_store::HashKind::Sha256, &n.to_le_bytes());
		assert!(!misses.has(&cid(0), now));
		misses.add(cid(0), now);
		assert!(misses.has(&cid(0), now) && !misses.has(&cid(0), now + MISSED_FOR) && !misses.has(&cid(1), now));
		(1..2 * MAX_MISSES).for_each(|n| misses.add(cid(n), now));
		assert_eq!(misses.0.lock().unwrap().len(), MAX_MISSES);
		misses.add(cid(0), now + MISSED_FOR);
		assert_eq!(misses.0.lock().unwrap().len(), 1, "old ones make room");
	}
}
