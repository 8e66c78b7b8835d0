//! The pool at work: one task that owns the [`State`], told of everything in [`Input`]s.
//!
//! ```text
//! blocks, workers, people, answers ─► inputs ─► State ─► decide ─► write down ─► effects ─► answers …
//! ```
//! Inputs that come within [`TURN`] are handled together, and what they changed is written in one transaction before any
//! of it is done.

mod adoption;
mod answers;
mod brought;
mod effects;
mod follow;
mod inputs;
mod links;
mod siblings;

use std::{
	collections::BTreeSet,
	sync::Arc,
	time::{Duration, SystemTime, UNIX_EPOCH},
};

use rlc_primitives::{AccountId, DealId, Moment, SigningDomain, WorkerpoolId};
use rlc_protocol::worker::Session;
use rlc_store::{Cid, Store};
use sp_core::H256;
use tokio::{
	sync::{mpsc, watch, Semaphore},
	time::{sleep, sleep_until, timeout_at, Instant},
};

pub(crate) use adoption::Adoption;
pub(crate) use brought::Brought;
pub(crate) use inputs::{Input, Question, Reply};

use crate::{
	chain::PoolChain,
	db::{Batch, Db, ReplicateRow, TaskRow},
	metrics::Metrics,
	model::{Changes, Now, State, TaskState},
	Error,
};
use answers::Watchers;
use links::Links;

/// How long inputs are gathered, when there are many.
const TURN: Duration = Duration::from_millis(20);

/// The most inputs that are handled together.
const MAX_INPUTS: usize = 10_000;

/// How many inputs wait, before those who bring them do.
pub(crate) const INPUTS: usize = 10_000;

/// How often the pool looks after what no input tells of.
const TICK: Duration = Duration::from_millis(250);

/// How often it is tried to write before the scheduler gives up, with a pause of up to 5 s in between.
const WRITES: u32 = 10;

/// How many extrinsics and questions are under way at once.
pub(crate) const CALLS: usize = 64;

/// Who the scheduler is.
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
	/// Where to begin to look for deals at the first start.
	pub first_block: Option<u32>,
}

/// What all of it works with.
#[derive(Clone)]
pub(crate) struct Means {
	pub identity: Arc<Identity>,
	pub terms: Arc<Terms>,
	pub chain: Arc<dyn PoolChain>,
	pub db: Db,
	pub store: Store,
	/// Asks other instances of the pool.
	pub http: reqwest::Client,
	pub metrics: Arc<Metrics>,
	/// Brings inputs.
	pub inputs: mpsc::Sender<Input>,
	/// Calls to the chain that may be under way.
	pub calls: Arc<Semaphore>,
	/// Says when to stop.
	pub stop: watch::Receiver<bool>,
}

/// The pool.
pub(crate) struct Pool {
	means: Means,
	state: State,
	links: Links,
	batch: Batch,
	/// What is answered once the batch is written.
	replies: Vec<Box<dyn FnOnce() + Send>>,
	watchers: Watchers,
	clock: Clock,
	/// The last block that was seen to be final, in this run or an earlier one.
	cursor: u32,
	/// Workers whose score may have changed.
	stale: BTreeSet<AccountId>,
	/// Deals that are to be read once they are written down.
	opened: Vec<DealId>,
	/// Deals that are being read.
	reading: BTreeSet<DealId>,
	/// Events of tasks that may be in a part that is being taken into memory.
	missed: Vec<(u32, crate::chain::Seen)>,
	beats: Beats,
}

/// When what was done last.
struct Beats {
	tick: Instant,
	slow: Instant,
	clean: Instant,
	lease: Instant,
}

impl Pool {
	pub fn new(means: Means) -> Self {
		let (now, long_ago) = (Instant::now(), Instant::now() - Duration::from_secs(1));
		let clock = Clock { chain: 0, at: now };
		let state = State::new(means.terms.max_result);
		Self {
			means,
			state,
			links: Links::default(),
			batch: Batch::default(),
			replies: Vec::new(),
			watchers: Watchers::default(),
			clock,
			cursor: 0,
			stale: BTreeSet::new(),
			opened: Vec::new(),
			reading: BTreeSet::new(),
			missed: Vec::new(),
			beats: Beats { tick: long_ago, slow: now, clean: now, lease: now },
		}
	}

	/// Works until it is told to stop.
	pub async fn run(mut self, mut inputs: mpsc::Receiver<Input>) -> Result<(), Error> {
		self.begin().await?;
		let mut stop = self.means.stop.clone();
		let mut next_turn = Instant::now();
		loop {
			let first = tokio::select! {
				_ = stop.wait_for(|stop| *stop) => break,
				input = inputs.recv() => input,
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
			next_turn = Instant::now() + TURN;
		}
		self.means.db.write(&std::mem::take(&mut self.batch)).await?;
		self.means.db.resign().await?;
		Ok(())
	}

	fn now(&self) -> Now {
		self.clock.now()
	}

	/// When to act if nothing is told.
	fn next_wake(&self) -> Instant {
		let tick = self.beats.tick + TICK;
		match self.state.next_alarm() {
			Some(alarm) => {
				let wait = Duration::from_millis(alarm.saturating_sub(self.now().chain).max(1));
				tick.min(Instant::now() + wait)
			}
			None => tick,
		}
	}

	/// Decides, writes down, does.
	async fn turn(&mut self) -> Result<(), Error> {
		if self.beats.tick.elapsed() >= TICK {
			self.beats.tick = Instant::now();
			self.tick().await?;
		}
		let now = self.now();
		let actions = self.state.decide(now);
		let changes = std::mem::take(&mut self.state.changes);
		self.note(&changes);
		self.write().await?;
		for reply in self.replies.drain(..) {
			reply();
		}
		for deal in std::mem::take(&mut self.opened) {
			self.read_deal(deal, false);
		}
		self.tell_watchers(&changes.seen);
		self.act(actions, now);
		self.means.metrics.state(&self.state);
		Ok(())
	}

	/// Looks after what no input tells of.
	async fn tick(&mut self) -> Result<(), Error> {
		let now = self.now();
		for lost in self.state.sweep(self.means.terms.heartbeat, now) {
			log::info!("worker {} was not heard of, and is lost", rlc_protocol::Account(lost.clone()));
			self.links.cut(&lost);
			self.means.metrics.lost.inc();
		}
		self.adopt_parts();
		if self.means.db.is_shared() {
			self.meet_siblings().await?;
		}
		if self.beats.slow.elapsed() >= Duration::from_secs(5) {
			self.beats.slow = Instant::now();
			for stalled in self.state.lose_stalled(now) {
				log::warn!("worker {} comes no further: its tasks go elsewhere", rlc_protocol::Account(stalled));
			}
			self.watchers.sweep(|id| self.state.tasks.contains_key(id));
			self.refresh_scores();
			self.state.hurry(now);
			self.close_deals();
		}
		if self.beats.clean.elapsed() >= Duration::from_secs(60) {
			self.beats.clean = Instant::now();
			self.clean_up();
		}
		Ok(())
	}

	/// What changed goes into the batch.
	fn note(&mut self, changes: &Changes) {
		for (id, worker) in &changes.replicates {
			let Some(task) = self.state.tasks.get(id) else { continue };
			let Some(part) = task.replicates.get(worker) else { continue };
			let row = ReplicateRow { task: task.place(), worker: worker.clone(), part: part.clone() };
			self.batch.replicates.push(row);
		}
		for id in &changes.tasks {
			if let Some(task) = self.state.tasks.get(id) {
				self.batch.tasks.push(TaskRow::of(task, self.result_of(task)));
			}
		}
		self.batch.arrived.extend(changes.arrived.iter().cloned());
		self.batch.departed.extend(changes.departed.iter().cloned());
	}

	/// Writes the batch. Nothing is done that is not written.
	async fn write(&mut self) -> Result<(), Error> {
		let batch = std::mem::take(&mut self.batch);
		let started = Instant::now();
		for attempt in 1..=WRITES {
			match self.means.db.write(&batch).await {
				Ok(()) => break,
				Err(error) if attempt == WRITES => return Err(error.into()),
				Err(error) => {
					log::error!("nothing can be written, and so nothing is done: {error}");
					sleep(Duration::from_secs(attempt.min(5).into())).await;
				}
			}
		}
		if !batch.is_empty() {
			self.means.metrics.write_time.observe(started.elapsed().as_secs_f64());
		}
		Ok(())
	}

	/// The CID of a task's result, once that is known.
	fn result_of(&self, task: &TaskState) -> Option<String> {
		self.cid_of(task).map(|cid| cid.to_string())
	}

	fn cid_of(&self, task: &TaskState) -> Option<Cid> {
		let deal = self.state.deals.get(&task.chain.deal)?;
		let digest = task.digest()?.0 .0;
		Some(if deal.deal.callback.is_some() { Cid::of_keccak(digest) } else { Cid::of_sha256(digest) })
	}

	/// Who joined under this session.
	fn member(&self, session: &Session) -> Option<AccountId> {
		self.links.account(session)
	}

	/// Removes what nobody needs any more.
	fn clean_up(&self) {
		let (means, now) = (self.means.clone(), self.now().chain);
		tokio::spawn(async move {
			match means.db.forget_closed_before(now.saturating_sub(means.terms.retention)).await {
				Ok(0) => {}
				Ok(deals) => log::info!("forgot {deals} deals that closed long ago"),
				Err(error) => log::warn!("old deals stay: {error}"),
			}
			if let Err(error) = means.store.collect(system_time()).await {
				log::warn!("the store is not cleaned up: {error}");
			}
		});
	}
}

/// The time, by the system and by the chain.
struct Clock {
	/// The time of the last block, in ms.
	chain: Moment,
	/// When it was seen.
	at: Instant,
}

impl Clock {
	/// How far chain time may be behind the system's, in ms: a chain without blocks has no time of its own.
	const BEHIND: Moment = 10_000;

	fn now(&self) -> Now {
		let local = system_time();
		let by_blocks = self.chain + self.at.elapsed().as_millis() as Moment;
		Now { local, chain: by_blocks.max(local.saturating_sub(Self::BEHIND)) }
	}

	fn saw(&mut self, time: Moment) {
		(self.chain, self.at) = (time, Instant::now());
	}
}

/// The system's time, in ms since the Unix epoch.
pub(crate) fn system_time() -> Moment {
	SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as Moment)
}
