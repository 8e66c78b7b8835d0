//! What Prometheus reads at `/metrics`.

use rlc_primitives::{Balance, TaskEvent};
use rlc_service::{Histogram, IntCounter, IntGauge, MetricsError, Registry};
use rlc_store::Usage;

use crate::model::{ChainBlock, ChainEvent, Changes, Mark, State};

/// The upper bounds of the classes of write times, in seconds.
const WRITE_TIMES: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The scheduler's numbers.
pub(crate) struct Metrics {
	registry: Registry,
	/// Tasks assigned to workers.
	pub assigned: IntCounter,
	/// Workers that were lost.
	pub lost: IntCounter,
	/// Tasks that were given up.
	pub given_up: IntCounter,
	/// Results that came into the store.
	pub stored: IntCounter,
	/// Results that were given up though they were never stored.
	pub lost_results: IntCounter,
	/// Results of completed tasks that are in no store.
	pub homeless: IntGauge,
	/// Extrinsics that the chain refused.
	pub refused: IntCounter,
	/// How often the orders were withdrawn.
	pub withdrawals: IntCounter,
	/// Whether they are: 1 if so.
	pub withdrawn: IntGauge,
	/// WebSockets that are open.
	pub connections: IntGauge,
	/// WebSockets that had to make room for others.
	pub evicted: IntCounter,
	/// Calls that waited for their turn.
	pub calls_delayed: IntCounter,
	/// Calls that would have had to wait for too long.
	pub calls_refused: IntCounter,
	refuted: IntCounter,
	banned: IntCounter,
	/// Time of writes to the database, in seconds.
	pub write_time: Histogram,
	/// Whether nothing can be written to it: 1 if so.
	pub database_away: IntGauge,
	contributed: IntCounter,
	completed: IntCounter,
	failed: IntCounter,
	workers: IntGauge,
	free_slots: IntGauge,
	waiting: IntGauge,
	tasks: IntGauge,
	deals: IntGauge,
	/// By how much the machine's clock is ahead of the chain's time, in seconds.
	pub clock_ahead: IntGauge,
	best: IntGauge,
	finalized: IntGauge,
	stake_lost: IntGauge,
	on_sale: IntGauge,
	hopeless: IntGauge,
	last: IntGauge,
	store_bytes: IntGauge,
	unfinished: IntGauge,
	results_left: IntGauge,
	uploads_left: IntGauge,
	set_aside: IntGauge,
	short: IntGauge,
	lacking: IntGauge,
	unmirrored: IntGauge,
}

impl Metrics {
	/// Returns all of them at zero.
	///
	/// # Errors
	///
	/// Never: the names are valid, and each is used once.
	pub fn new() -> Result<Self, MetricsError> {
		let registry = Registry::new("rlc_scheduler")?;
		let counter = |name: &str, help: &str| registry.counter(name, help);
		let gauge = |name: &str, help: &str| registry.gauge(name, help);
		let write_time = registry.histogram("write_seconds", "Time of a write to the database", WRITE_TIMES.into())?;
		Ok(Self {
			assigned: counter("tasks_assigned_total", "Tasks assigned to workers, each worker counted")?,
			lost: counter("workers_lost_total", "Workers that were silent for too long")?,
			given_up: counter("tasks_given_up_total", "Tasks that were given up")?,
			stored: counter("results_stored_total", "Results that came into the store")?,
			lost_results: counter(
				"results_lost_total",
				"Results that no worker brought into the store before their time was over",
			)?,
			homeless: gauge("results_homeless", "Results of completed tasks that are in no store yet")?,
			refused: counter("extrinsics_refused_total", "Extrinsics that the chain refused")?,
			withdrawals: counter("orders_withdrawn_total", "Times that orders were withdrawn since stake was lost")?,
			withdrawn: gauge("orders_withdrawn", "1 if the orders are withdrawn since stake was lost, else 0")?,
			connections: gauge("connections", "WebSockets that are open")?,
			evicted: counter("connections_evicted_total", "WebSockets that had to make room for others")?,
			calls_delayed: counter(
				"calls_delayed_total",
				"Calls that waited, since their address or worker made many",
			)?,
			calls_refused: counter(
				"calls_refused_total",
				"Calls that were refused, since they had to wait for too long",
			)?,
			refuted: counter("results_refuted_total", "Results of strangers that a worker that is believed refuted")?,
			banned: counter("strangers_banned_total", "Strangers that were banned since their results were refuted")?,
			stake_lost: gauge("stake_lost_nrlc", "Stake lost within a day by tasks that were not done, in nRLC")?,
			on_sale: gauge("tasks_on_sale", "Tasks that the pool's orders in the book are good for")?,
			hopeless: gauge("deals_hopeless", "Deals that are not over, and that no worker can serve")?,
			last: gauge("deals_served_last", "Deals that are not over, of requesters or apps that fail too often")?,
			contributed: counter("contributions_total", "Contributions seen on the chain")?,
			completed: counter("tasks_completed_total", "Tasks that ended with a result, seen on the chain")?,
			failed: counter("tasks_failed_total", "Tasks that ended without a result, seen on the chain")?,
			workers: gauge("workers", "Workers that are connected")?,
			free_slots: gauge("free_slots", "Tasks that could begin at once")?,
			waiting: gauge("tasks_waiting", "Tasks that wait for a worker")?,
			tasks: gauge("tasks", "Tasks in memory")?,
			deals: gauge("deals", "Deals that are not over")?,
			clock_ahead: gauge("clock_ahead_seconds", "By how much the machine's clock is ahead of the chain's time")?,
			best: gauge("best_block", "Number of the best block")?,
			finalized: gauge("finalized_block", "Number of the last final block")?,
			store_bytes: gauge("store_bytes", "Bytes of the store's contents, wherever they are")?,
			unfinished: gauge("store_unfinished_bytes", "Bytes that have come of uploads that are not finished")?,
			results_left: gauge("store_results_left_bytes", "Bytes that the store accepts of results")?,
			uploads_left: gauge("store_uploads_left_bytes", "Bytes that the store accepts of accounts' uploads")?,
			set_aside: gauge("results_set_aside_bytes", "Room in the store that is set aside for tasks in hand")?,
			short: gauge("deals_without_room", "Deals whose tasks wait for room in the store")?,
			lacking: gauge("deals_lacking_workers", "Deals that wait for a worker that is known, or can stake")?,
			unmirrored: gauge("store_unmirrored", "Contents that wait for the store's IPFS node; 0 without one")?,
			database_away: gauge("database_away", "1 if nothing can be written to the database, else 0")?,
			write_time,
			registry,
		})
	}

	/// Counts what happened in a block.
	pub fn see(&self, block: &ChainBlock) {
		for event in &block.events {
			let ChainEvent::Task(_, event) = event else { continue };
			match event {
				TaskEvent::Contributed { .. } => self.contributed.inc(),
				TaskEvent::Closed { outcome: Some(_) } => self.completed.inc(),
				TaskEvent::Closed { outcome: None } => self.failed.inc(),
				_ => {}
			}
		}
	}

	/// Counts what was found out about strangers.
	pub fn marks(&self, changes: &Changes) {
		let refuted = changes.marks.iter().filter(|(_, mark, _)| *mark == Mark::Refuted).count();
		self.refuted.inc_by(refuted as u64);
		self.banned.inc_by(changes.banned.len() as u64);
	}

	/// Sets what the scheduler knows.
	pub fn state(&self, state: &State) {
		self.workers.set(state.workers().values().filter(|worker| worker.is_here()).count() as i64);
		self.free_slots.set(state.ready().free_slots().into());
		self.waiting.set(state.queue().len() as i64);
		self.tasks.set(state.tasks().len() as i64);
		self.deals.set(state.deals().len() as i64);
		self.hopeless.set(state.deals().values().filter(|deal| deal.hopeless.is_some()).count() as i64);
		self.last.set(state.deals().values().filter(|deal| deal.is_last).count() as i64);
		self.set_aside.set(bytes(state.room().total()));
		self.short.set(state.room().count_short() as i64);
		self.lacking.set(state.lacks().len() as i64);
		self.best.set(state.best().into());
		self.finalized.set(state.finalized().into());
	}

	/// Sets how much stake was lost, in nRLC.
	pub fn stake_lost(&self, stake: Balance) {
		self.stake_lost.set(stake.try_into().unwrap_or(i64::MAX));
	}

	/// Sets for how many tasks orders are in the book.
	pub fn on_sale(&self, tasks: u64) {
		self.on_sale.set(tasks.try_into().unwrap_or(i64::MAX));
	}

	/// Sets how full the store is.
	pub fn store(&self, usage: &Usage) {
		self.store_bytes.set(bytes(usage.bytes));
		self.unfinished.set(bytes(usage.unfinished));
		self.results_left.set(bytes(usage.results_left));
		self.uploads_left.set(bytes(usage.uploads_left));
		self.unmirrored.set(usage.unmirrored as i64);
	}

	/// Returns where they are registered.
	pub fn registry(&self) -> &Registry {
		&self.registry
	}
}

fn bytes(bytes: u64) -> i64 {
	bytes.try_into().unwrap_or(i64::MAX)
}
