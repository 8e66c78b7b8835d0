//! How much of the scheduler each address and each worker gets.
//!
//! A call waits for its turn before the next one is read from its connection. So what one address sends too much of stays in
//! its own sockets, and all its connections get on one after the other: a worker that shares an address with a flood waits
//! for as many turns as there are connections, whatever is sent over them. Once it has joined, it has turns of its own.

use std::{
	hash::Hash,
	net::{IpAddr, Ipv4Addr},
	sync::Arc,
	time::Duration,
};

use axum::{
	extract::{Request, State},
	http::{header, Method, StatusCode},
	middleware::Next,
	response::{IntoResponse, Response},
};
use jsonrpsee::types::ErrorObjectOwned;
use rlc_primitives::AccountId;
use rlc_protocol::requester::code;
use rlc_service::{http::Peer, RateLimit};
use rlc_store::{Cid, Grant, Room, Store};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{caller::Caller, error};
use crate::{elsewhere::is_of_instance, metrics::Metrics};

/// How long a call stands in line for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long it stands in the line of an account: meanwhile it is one of the calls under way, of which there are [`CALLS`] for
/// all strangers.
const ACCOUNT_PATIENCE: Duration = Duration::from_secs(2);

/// An address may make the calls of so many seconds at once.
const BURST: u32 = 10;

/// What each worker may call in a second, and at once, beside the calls for the tasks that it is given: heartbeats.
const WORKER_RATE: u32 = 10;
const WORKER_BURST: u32 = 100;

/// What an account may have checked in a second, and at once: joins, uploads, logs.
const ACCOUNT_RATE: u32 = 20;
const ACCOUNT_BURST: u32 = 200;

/// The requests of a second, and of a burst, of each that shows a token for an upload: of accounts, and of workers that bring
/// results, of which a large machine has hundreds a second. The token says how much it may bring.
const UPLOAD_RATE: u32 = 100;
const UPLOAD_BURST: u32 = 1_000;
const RESULT_RATE: u32 = 2_000;
const RESULT_BURST: u32 = 20_000;

/// The large answers of a second, and of a burst, in units of [`LARGE`] bytes.
const LARGE_RATE: u32 = 1_024;
const LARGE_BURST: u32 = 4_096;

/// Those that one address gets of them: none of them has all.
const LARGE_RATE_EACH: u32 = 256;
const LARGE_BURST_EACH: u32 = 2_048;

/// The bytes of a message, or of an answer, that make it count for one more.
const LARGE: usize = 16 * 1024;

/// What workers of an address may send in large messages in a second, and at once, in the same units: until they are written
/// down, they are held in memory.
const HEAVY_RATE: u32 = 512;
const HEAVY_BURST: u32 = 2_048;

/// So many reports about tasks that are not in memory count for one call.
const UNKNOWN: usize = 8;

/// What strangers have under way at once: calls, questions to the database, and questions to the chain. The database and
/// the node serve the pool first.
const CALLS: usize = 1_024;
const IN_DATABASE: usize = 3;
const ON_CHAIN: usize = 16;

/// How much of the scheduler each address and each worker gets.
pub(super) struct Gate {
	addresses: RateLimit<IpAddr>,
	workers: RateLimit<AccountId>,
	accounts: RateLimit<AccountId>,
	uploaders: RateLimit<String>,
	bringers: RateLimit<String>,
	large: RateLimit<()>,
	large_each: RateLimit<IpAddr>,
	heavy: RateLimit<IpAddr>,
	calls: Semaphore,
	database: Semaphore,
	chain: Semaphore,
	metrics: Arc<Metrics>,
}

/// A call that would have to wait for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused;

impl From<Refused> for ErrorObjectOwned {
	fn from(_: Refused) -> Self {
		error(code::BUSY, "too many calls from this address or account; try again later")
	}
}

impl Gate {
	/// Returns a gate that lets each address make so many calls in a second.
	pub fn new(rate: u32, metrics: Arc<Metrics>) -> Self {
		Self {
			addresses: RateLimit::new(rate, rate.saturating_mul(BURST), PATIENCE),
			workers: RateLimit::new(WORKER_RATE, WORKER_BURST, PATIENCE),
			accounts: RateLimit::new(ACCOUNT_RATE, ACCOUNT_BURST, ACCOUNT_PATIENCE),
			uploaders: RateLimit::new(UPLOAD_RATE, UPLOAD_BURST, PATIENCE),
			bringers: RateLimit::new(RESULT_RATE, RESULT_BURST, PATIENCE),
			large: RateLimit::new(LARGE_RATE, LARGE_BURST, PATIENCE),
			large_each: RateLimit::new(LARGE_RATE_EACH, LARGE_BURST_EACH, PATIENCE),
			heavy: RateLimit::new(HEAVY_RATE, HEAVY_BURST, PATIENCE),
			calls: Semaphore::new(CALLS),
			database: Semaphore::new(IN_DATABASE),
			chain: Semaphore::new(ON_CHAIN),
			metrics,
		}
	}

	/// Waits for the turn of a message of so many bytes. `for_worker`: it is one of those that only workers send.
	pub async fn admit(&self, caller: &Caller, for_worker: bool, size: usize) -> Result<(), Refused> {
		let turns = 1 + u32::try_from(size / LARGE).unwrap_or(u32::MAX);
		match caller.worker().filter(|_| for_worker) {
			Some(_) if turns == 1 && caller.pulse.spend() => Ok(()),
			Some(worker) => {
				if turns > 1 {
					self.wait(&self.heavy, &address_of(&caller.peer), turns).await?;
				}
				self.wait(&self.workers, worker, turns).await
			}
			None => self.charge(&caller.peer, turns).await,
		}
	}

	/// Waits for the turns of a worker's reports about so many tasks that are not in memory: the database may have to be asked.
	pub async fn admit_unknown(&self, worker: &AccountId, tasks: usize) -> Result<(), Refused> {
		let turns = u32::try_from(tasks / UNKNOWN).unwrap_or(u32::MAX);
		self.wait(&self.workers, worker, turns).await
	}

	/// Waits for so many more turns of an address.
	pub async fn charge(&self, peer: &Peer, turns: u32) -> Result<(), Refused> {
		self.wait(&self.addresses, &address_of(peer), turns).await
	}

	/// Waits for the turn of an account that has proven who it is.
	pub async fn admit_account(&self, account: &AccountId) -> Result<(), Refused> {
		self.wait(&self.accounts, account, 1).await
	}

	/// Waits for the turn of one that shows a token for an upload.
	async fn admit_upload(&self, grant: &Grant) -> Result<(), Refused> {
		let limit = if grant.room == Room::Results { &self.bringers } else { &self.uploaders };
		self.wait(limit, &grant.uploader().to_owned(), 1).await
	}

	/// Takes the turn of an answer of so many bytes to a peer, if there is one now: it is asked for with a call under way.
	pub fn admit_answer(&self, peer: &Peer, size: usize) -> Result<(), Refused> {
		let turns = u32::try_from(size / LARGE).unwrap_or(u32::MAX).min(LARGE_BURST_EACH);
		if turns == 0 {
			return Ok(());
		}
		let taken = self.large_each.take(&address_of(peer), turns).and_then(|()| self.large.take(&(), turns));
		taken.map_err(|_| self.refuse())
	}

	/// Waits until a stranger's call may begin.
	pub async fn call(&self) -> Option<SemaphorePermit<'_>> {
		self.calls.acquire().await.ok()
	}

	/// Waits until a stranger's question may be put to the database.
	pub async fn database(&self) -> Option<SemaphorePermit<'_>> {
		self.database.acquire().await.ok()
	}

	/// Waits until a stranger's question may be put to the chain.
	pub async fn chain(&self) -> Option<SemaphorePermit<'_>> {
		self.chain.acquire().await.ok()
	}

	async fn wait<K: Clone + Eq + Hash>(&self, limit: &RateLimit<K>, caller: &K, turns: u32) -> Result<(), Refused> {
		if limit.wait(caller, turns).await.map_err(|_| self.refuse())? {
			self.metrics.calls_delayed.inc();
		}
		Ok(())
	}

	fn refuse(&self) -> Refused {
		self.metrics.calls_refused.inc();
		Refused
	}
}

/// Returns where a peer is. A proxy that does not say for whom it speaks is one caller.
pub(super) fn address_of(peer: &Peer) -> IpAddr {
	peer.address().unwrap_or(Ipv4Addr::UNSPECIFIED.into())
}

/// Lets a request wait for the turn of its address, or, with a good token for an upload, for that of its uploader: results do
/// not wait for what others ask from the same address. Any other token is worth nothing here.
pub(super) async fn throttle(
	State((gate, store)): State<(Arc<Gate>, Store)>,
	request: Request,
	next: Next,
) -> Response {
	if let Some(peer) = request.extensions().get::<Arc<Peer>>().cloned() {
		let cid = cid_of(&request);
		let is_of_instance = cid.is_some_and(|cid| is_of_instance(&store, request.headers(), &cid));
		let grant = cid.and_then(|cid| granted(&store, &request, &cid));
		let admitted = match grant {
			_ if is_of_instance => Ok(()),
			Some(grant) => gate.admit_upload(&grant).await,
			None => gate.charge(&peer, 1).await,
		};
		if admitted.is_err() {
			let wait = [(header::RETRY_AFTER, PATIENCE.as_secs().to_string())];
			return (StatusCode::TOO_MANY_REQUESTS, wait, "too many requests; try again later\n").into_response();
		}
	}
	next.run(request).await
}

/// Returns which content a request is about, if it is about one.
fn cid_of(request: &Request) -> Option<Cid> {
	request.uri().path().rsplit('/').next()?.parse().ok()
}

/// Returns what a request may upload of a content, if it shows a token for that.
fn granted(store: &Store, request: &Request, cid: &Cid) -> Option<Grant> {
	let token = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
	let grant = store.check_token(token.trim(), cid).ok()?;
	// A download is one, whatever it shows.
	(*request.method() != Method::GET).then_some(grant)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::account;
	use std::time::Instant;

	#[tokio::test]
	async fn nobody_stands_in_the_line_of_an_account_for_long() {
		let gate = Arc::new(Gate::new(50, Arc::new(Metrics::new().unwrap())));
		let began = Instant::now();
		let calls = (0..2 * ACCOUNT_BURST).map(|_| {
			let gate = gate.clone();
			tokio::spawn(async move { gate.admit_account(&account(1)).await })
		});
		let mut refused = 0;
		for call in calls.collect::<Vec<_>>() {
			refused += u32::from(call.await.unwrap().is_err());
		}
		assert!(refused > 0 && began.elapsed() < ACCOUNT_PATIENCE * 3, "{refused} after {:?}", began.elapsed());
	}
}
