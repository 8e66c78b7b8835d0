//! What other instances of a shared pool have in their stores. A load balancer does not know which instance has what: a
//! client that asks an instance for what another one has is sent there.

use std::{
	collections::HashMap,
	sync::{Mutex, PoisonError},
	time::{Duration, Instant},
};

use axum::{
	extract::{Request, State},
	http::{header, HeaderMap, Method, StatusCode},
	middleware::Next,
	response::{IntoResponse, Redirect, Response},
};
use rlc_store::{Cid, Grant, Keep, Room, Store};

use crate::{
	db::in_time,
	pool::{system_time, Means},
};

/// How long another instance may take to say whether it has a content.
const PATIENCE: Duration = Duration::from_secs(2);

/// The query of a request that was sent on. It is not sent on again.
const SENT_ON: &str = "sent-on";

/// The header in which an instance shows that it is one, and whose token that is.
const SHOWN: &str = "rlc-instance";
const INSTANCE: &str = "another instance";

/// How long its token is good, in ms: longer than clocks differ.
const TOKEN_TIME: u64 = 24 * 3_600_000;

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
	let addresses = in_time(means.db.addresses_elsewhere()).await;
	let addresses = addresses
		.inspect_err(|error| tracing::warn!("the addresses of other instances cannot be read: {error}"))
		.ok()?;
	let token = token(&means.store, cid);
	let asked = addresses.iter().map(|address| ask(&means.http, address, cid, &token));
	futures::future::join_all(asked).await.into_iter().flatten().next()
}

/// Returns a token by which other instances know this one, since they have the same secret. It allows no upload.
fn token(store: &Store, cid: &Cid) -> String {
	store.token(&Grant {
		cid: *cid,
		max_size: 0,
		expires: system_time().saturating_add(TOKEN_TIME),
		who: INSTANCE.into(),
		by: None,
		room: Room::Trials,
		quota: Some(0),
		keep: Keep::ForMs(0),
	})
}

/// Returns whether another instance asks for this content. Its questions do not count for its address: otherwise, strangers
/// would use up by theirs what the instances have to ask each other.
pub(crate) fn is_of_instance(store: &Store, headers: &HeaderMap, cid: &Cid) -> bool {
	let shown = headers.get(SHOWN).and_then(|token| token.to_str().ok());
	let grant = shown.and_then(|token| store.check_token(token, cid).ok());
	grant.is_some_and(|grant| grant.who == INSTANCE)
}

/// Asks another instance.
async fn ask(http: &reqwest::Client, address: &str, cid: &Cid, token: &str) -> Option<Location> {
	let url = format!("{}/store/{cid}?{SENT_ON}", address.trim_end_matches('/'));
	let answer = http.head(&url).header(SHOWN, token).timeout(PATIENCE).send().await;
	let answer = answer.inspect_err(|error| tracing::warn!("another instance does not answer: {error}")).ok()?;
	let size = answer.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()?;
	answer.status().is_success().then_some(Location { url, size })
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn instances_know_each_other_by_their_secret() {
		let dir = tempfile::tempdir().unwrap();
		let store = Store::open(dir.path(), rlc_store::StoreConfig::new([7; 32])).await.unwrap();
		let [cid, other] = [1, 2].map(|n| Cid::of_sha256([n; 32]));
		let shown = |token: &str| HeaderMap::from_iter([(SHOWN.parse().unwrap(), token.parse().unwrap())]);
		let good = shown(&token(&store, &cid));
		assert!(is_of_instance(&store, &good, &cid) && !is_of_instance(&store, &good, &other));
		assert!(!is_of_instance(&store, &HeaderMap::new(), &cid) && !is_of_instance(&store, &shown("00.00"), &cid));
		let upload = Grant { who: "5Alice".into(), ..store.check_token(&token(&store, &cid), &cid).unwrap() };
		assert!(!is_of_instance(&store, &shown(&store.token(&upload)), &cid), "an account is none");
	}

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
