//! The pool at work: one task that owns the [`State`], told of everything in [`Input`]s.
//!
//! ```text
//! blocks, workers, answers ─► inputs ─► State ─► decide ─► write ─► effects ─► answers …
//!                                         ▲        └─► Board ─► whoever asks
//! workers' signs of life ─► Links ────────┘
//! ```
//! Inputs that come within [`TURN`] are handled together, and what they changed is written in one transaction before any
//! of it is done. Questions and signs of life are no inputs: they cost the pool no turn, and wait for none.

mod adoption;
mod answers;
mod board;
mod brought;
mod business;
mod clock;
mod database;
mod effects;
mod follow;
mod inputs;
mod links;
mod operator;
mod pruned;
mod sale;
mod shows;
mod siblings;
mod spans;
mod turn;

use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
	time::Duration,
};

use rlc_primitives::{AccountId, Balance, DealId, Moment, SigningDomain, WorkerpoolId};
use rlc_protocol::worker::Session;
use rlc_service::{week::Windows, Shutdown, Watchdog};
use rlc_store::{Cid, Store};
use sp_core::H256;
use tokio::{
	sync::{mpsc, watch, Semaphore},
	time::{sleep_until, timeout_at, Instant},
};

pub(crate) use adoption::Adoption;
pub(crate) use board::Board;
pub(crate) use brought::Brought;
pub(crate) use clock::{local_time, system_time};
pub(crate) use inputs::{Command, Input, Reply};
pub(crate) use links::{Line, Links, Pulse};
pub(crate) use sale::Market;
pub(crate) use shows::{Reader, Shows};

use crate::{
	chain::PoolChain,
	db::{in_time, Batch, Db},
	decide::{sale::Limits, Action},
	elsewhere::Misses,
	metrics::Metrics,
	model::{ChainEvent, Lack, Now, State, TaskState},
	offer::Offer,
	Error,
};
use clock::Clock;
use pruned::Pruned;
use sale::Orders;

/// How long inputs are gathered, when there are many.
const TURN: Duration = Duration::from_millis(20);

/// The most inputs that are handled together.
const MAX_INPUTS: usize = 10_000;

/// How many inputs wait, before those that bring them do.
pub(crate) const INPUTS: usize = 10_000;

/// How often the pool sees to what no input tells of.
const TICK: Duration = Duration::from_millis(250);

/// How many extrinsics and questions are under way at once.
pub(crate) const CALLS: usize = 64;

/// The scheduler's identity.
pub(crate) struct Identity {
	/// The pool.
	pub workerpool: WorkerpoolId,
	/// The scheduler's account.
	pub account: AccountId,
	/// The chain.
	pub genesis: H256,
	/// Where its signatures are good.
	pub domain: SigningDomain,
	/// Its key.
	pub key: rlc_chain::Key,
}

/// How the pool is run.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
	/// How often workers say that they live, in ms.
	pub heartbeat: Moment,
	/// The largest result, in bytes.
	pub max_result: u64,
	/// How long results and records are kept after a deal closed, in ms.
	pub retention: Moment,
	/// The most that the store holds of one requester's results, in bytes.
	pub quota_each: u64,
	/// How many bytes a requester can upload for each RLC that it paid.
	pub uploads_per_rlc: u64,
	/// From which failure rate on, in percent, deals of a requester or an app are served last.
	pub max_failures: u8,
	/// When to stop selling.
	pub limits: Limits,
	/// What is on sale; `None`: what the pool's owner publishes by hand.
	pub offers: Option<Vec<Offer>>,
	/// When the workers rest: what would not be done before is not sold.
	pub maintenance: Option<Windows>,
}

impl Terms {
	/// Returns what a task of the dearest offer costs, in nRLC; 0 if the pool's owner publishes by hand.
	pub fn dearest(&self) -> Balance {
		self.offers.iter().flatten().map(|offer| offer.price).max().unwrap_or(0)
	}
}

/// What all parts of the pool work with.
#[derive(Clone)]
pub(crate) struct Means {
	pub identity: Arc<Identity>,
	pub terms: Arc<Terms>,
	pub chain: Arc<dyn PoolChain>,
	pub db: Db,
	pub store: Store,
	/// Asks other instances of the pool.
	pub http: reqwest::Client,
	/// Contents that none of them had a moment ago.
	pub misses: Arc<Misses>,
	pub metrics: Arc<Metrics>,
	/// Brings inputs.
	pub inputs: mpsc::Sender<Input>,
	/// The workers' connections.
	pub links: Arc<Links>,
	/// Who reads along while apps write.
	pub shows: Arc<Shows>,
	/// What the pool publishes of itself.
	pub board: Arc<Board>,
	/// Whether the pool's orders have been looked at since the start.
	pub looked: Arc<watch::Sender<bool>>,
	/// Calls to the chain that may be under way.
	pub calls: Arc<Semaphore>,
	/// Says when to stop.
	pub shutdown: Shutdown,
}

/// The pool.
pub(crate) struct Pool {
	means: Means,
	state: State,
	batch: Batch,
	/// What is answered once the batch is written.
	replies: Vec<Box<dyn FnOnce() + Send + Sync>>,
	clock: Clock,
	/// The last block that was seen to be final, in this run or an earlier one.
	cursor: u32,
	/// Workers whose score, or what they can stake, may have changed.
	stale: BTreeSet<AccountId>,
	/// Deals that wait for a worker that is vouched for, or has the stake, as the log has it.
	lacking: BTreeMap<DealId, Lack>,
	/// Deals that are to be read once they are written down.
	opened: Vec<DealId>,
	/// Deals that are being read.
	reading: BTreeSet<DealId>,
	/// Deals that the chain has pruned, and whose results are not all in a store.
	pruned: Pruned,
	/// Events of tasks that may be in a part that is being taken into memory.
	missed: Vec<(u32, ChainEvent)>,
	/// Workers that may not stay, once that is written down.
	expelled: BTreeSet<AccountId>,
	/// Workers that are to drain, and have not said yet that they do.
	drains: BTreeSet<AccountId>,
	/// Workers that were here and at another instance, when those were last met.
	twins: BTreeSet<AccountId>,
	/// What was decided between turns.
	decided: Vec<Action>,
	/// What becomes of the pool's orders.
	orders: Orders,
	beats: Beats,
	/// Hears that turns go on.
	watchdog: Watchdog,
}

/// When what was done last.
struct Beats {
	tick: Instant,
	slow: Instant,
	clean: Instant,
	recalled: Instant,
	/// The last sign of life of this instance.
	lease: Instant,
	/// Other instances were met, or it was tried.
	met: Instant,
	/// The database was away for so long that other instances could not give signs of life either.
	away: Option<Instant>,
	/// When the chain last listed the pool's open deals.
	deals: Option<Instant>,
}

impl Pool {
	/// Returns a pool that knows nothing yet.
	pub fn new(means: Means, watchdog: Watchdog) -> Self {
		let now = Instant::now();
		let long_ago = now - Duration::from_secs(1);
		let state = State::new(means.terms.max_result, means.terms.retention);
		Self {
			means,
			state,
			batch: Batch::default(),
			replies: Vec::new(),
			clock: Clock::new(),
			cursor: 0,
			stale: BTreeSet::new(),
			lacking: BTreeMap::new(),
			opened: Vec::new(),
			reading: BTreeSet::new(),
			pruned: Pruned::default(),
			missed: Vec::new(),
			expelled: BTreeSet::new(),
			drains: BTreeSet::new(),
			twins: BTreeSet::new(),
			decided: Vec::new(),
			orders: Orders::default(),
			beats: Beats {
				tick: long_ago,
				slow: now,
				clean: now,
				recalled: now,
				lease: now,
				met: now,
				away: None,
				deals: None,
			},
			watchdog,
		}
	}

	/// Works until it is told to stop.
	pub async fn run(mut self, inputs: mpsc::Receiver<Input>) -> Result<(), Error> {
		self.begin().await?;
		let worked = self.work(inputs).await;
		// Also if nothing can be written: what nobody serves is not to be on sale.
		sale::leave_market(&self.means).await;
		worked?;
		in_time(self.means.db.resign()).await?;
		Ok(())
	}

	/// Takes turns until it is told to stop, and writes down what is left.
	async fn work(&mut self, mut inputs: mpsc::Receiver<Input>) -> Result<(), Error> {
		let shutdown = self.means.shutdown.clone();
		let links = self.means.links.clone();
		let board = self.means.board.clone();
		let mut next_turn = Instant::now();
		loop {
			let first = tokio::select! {
				() = shutdown.begun() => break,
				input = inputs.recv() => input,
				() = async {
					links.news.notified().await;
					sleep_until(next_turn).await;
				} => None,
				() = board.wanted() => None,
				_ = sleep_until(self.next_wake()) => None,
			};
			let mut count = 0;
			if let Some(input) = first {
				self.handle(input);
				// A pool with little to do answers at once; one with much gathers.
				while count < MAX_INPUTS {
					match timeout_at(next_turn, inputs.recv()).await {
						Ok(Some(input)) => self.handle(input),
						Ok(None) | Err(_) => break,
					}
					count += 1;
				}
			}
			self.turn().await?;
			self.watchdog.beat();
			next_turn = Instant::now() + TURN;
		}
		in_time(self.means.db.write(&std::mem::take(&mut self.batch))).await?;
		Ok(())
	}

	fn now(&self) -> Now {
		self.clock.now()
	}

	/// Returns when to act if no input comes.
	fn next_wake(&self) -> Instant {
		let tick = self.beats.tick + TICK;
		let tick = self.means.board.next().map_or(tick, |next| tick.min(next.into()));
		let Some(alarm) = self.state.next_alarm() else { return tick };
		let wait = Duration::from_millis(alarm.saturating_sub(self.now().chain).max(1));
		tick.min(Instant::now() + wait)
	}

	/// Returns the CID of a task's result, once that is known.
	fn result_of(&self, task: &TaskState) -> Option<String> {
		self.cid_of(task).map(|cid| cid.to_string())
	}

	fn cid_of(&self, task: &TaskState) -> Option<Cid> {
		let deal = self.state.deal(&task.chain().deal)?;
		let digest = task.digest()?.0 .0;
		Some(if deal.deal.callback.is_some() { Cid::of_keccak(digest) } else { Cid::of_sha256(digest) })
	}

	/// Returns the worker that joined under this session.
	fn member(&self, session: &Session) -> Option<AccountId> {
		self.means.links.account(session)
	}
}
