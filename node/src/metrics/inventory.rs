//! What there is on the chain now, by a scan of the best block's state.

use std::{
	collections::BTreeMap,
	sync::Arc,
	time::{Duration, Instant},
};

use codec::Decode;
use frame_support::storage::StoragePrefixedMap;
use frame_system::AccountInfo;
use pallet_marketplace::types::DealProgress;
use pallet_poco::QueueEnds;
use rlc_primitives::{task::Stage, Balance, DealId, Nonce, OrderKind};
use rlc_runtime::{Rlc, Runtime};
use sc_client_api::HeaderBackend;
use sp_consensus::SyncOracle;
use substrate_prometheus_endpoint::{register, Counter, Gauge, GaugeVec, Opts, PrometheusError, Registry, F64, U64};
use tokio::time::MissedTickBehavior;

use super::{counter, gauge, label, State, Unreadable, KINDS};
use crate::service::Client;

/// Time from one scan to the next.
pub const PERIOD: Duration = Duration::from_secs(60);

/// The most entries of one map that a scan reads: a few seconds of one thread.
const MAX_ENTRIES: usize = 50_000;

/// The maps that a scan reads, as `rlc_scan_cut` calls them.
const DEALS: &str = "deals";
const TASKS: &str = "tasks";
const ORDERS: &str = "orders";
const AGENDA: &str = "agenda";

/// Gauges of what there is.
#[derive(Clone)]
pub struct Inventory {
	deals_open: Gauge<U64>,
	tasks: GaugeVec<U64>,
	orders: GaugeVec<U64>,
	callbacks: Gauge<U64>,
	agenda: Gauge<U64>,
	kitty: Gauge<U64>,
	escrow: Gauge<U64>,
	cut: GaugeVec<U64>,
	seconds: Gauge<F64>,
	failures: Counter<U64>,
}

impl Inventory {
	/// Adds the gauges to the registry. Before the first scan, `rlc_scan_seconds` is 0 and the others tell nothing.
	///
	/// # Errors
	///
	/// If the registry has a metric of one of their names.
	pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		let labeled = |name, help, by| register(GaugeVec::new(Opts::new(name, help), &[by])?, registry);
		Ok(Self {
			deals_open: gauge(registry, "rlc_deals_open", "Deals with a task that is not closed")?,
			tasks: labeled("rlc_tasks", "Tasks that are not pruned, also those that nobody touched", "stage")?,
			orders: labeled("rlc_orders", "Orders in the book", "kind")?,
			callbacks: gauge(registry, "rlc_callbacks_queued", "Results that wait for their delivery")?,
			agenda: gauge(registry, "rlc_agenda_entries", "Deals and tasks that wait for a deadline")?,
			kitty: gauge(registry, "rlc_kitty_nrlc", "What the kitty holds, in nRLC")?,
			escrow: gauge(registry, "rlc_escrow_nrlc", "What the escrow holds, locks and kitty together, in nRLC")?,
			cut: labeled("rlc_scan_cut", "1 if the last scan did not read all of a map, so that less is told", "map")?,
			seconds: register(Gauge::new("rlc_scan_seconds", "How long the last scan of the state took")?, registry)?,
			failures: counter(
				registry,
				"rlc_scans_failed_total",
				"Scans that could not read the state, as when the chain's runtime is newer than the node",
			)?,
		})
	}

	/// Scans at once and then again and again, with `period` between the beginnings of two scans, but not while the
	/// node catches up with the chain. Never ends; each scan blocks its thread.
	pub async fn watch(self, client: Arc<Client>, sync: Arc<dyn SyncOracle + Send + Sync>, period: Duration) {
		let mut ticks = tokio::time::interval(period);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			ticks.tick().await;
			if !sync.is_major_syncing() {
				self.scan(&client);
			}
		}
	}

	fn scan(&self, client: &Client) {
		let (begin, block) = (Instant::now(), client.info().best_hash);
		match Found::scan(&State { client, block }) {
			Ok(found) => {
				self.show(&found);
				self.seconds.set(begin.elapsed().as_secs_f64());
			}
			Err(reason) => {
				log::debug!("The state of block {block:?} has no metrics: {reason}");
				self.failures.inc();
			}
		}
	}

	fn show(&self, found: &Found) {
		self.deals_open.set(found.deals_open);
		let stages = [
			("active", found.active()),
			("revealing", found.revealing),
			("completed", found.completed),
			("failed", found.failed),
		];
		for (stage, count) in stages {
			self.tasks.with_label_values(&[stage]).set(count);
		}
		for kind in KINDS {
			self.orders.with_label_values(&[label(kind)]).set(found.orders.get(&kind).copied().unwrap_or_default());
		}
		self.callbacks.set(found.callbacks);
		self.agenda.set(found.agenda);
		self.kitty.set(found.kitty);
		self.escrow.set(found.escrow);
		for (&map, &cut) in &found.cut {
			self.cut.with_label_values(&[map]).set(cut.into());
		}
	}
}

/// What a scan found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Found {
	deals_open: u64,
	tasks_open: u64,
	revealing: u64,
	completed: u64,
	failed: u64,
	orders: BTreeMap<OrderKind, u64>,
	callbacks: u64,
	agenda: u64,
	kitty: u64,
	escrow: u64,
	cut: BTreeMap<&'static str, bool>,
}

impl Found {
	fn scan(state: &State) -> Result<Self, Unreadable> {
		use {pallet_marketplace as market, pallet_poco as poco};

		let mut found = Self::default();
		let deals = state.values(market::Progress::<Runtime>::final_prefix())?;
		found.read(DEALS, deals, MAX_ENTRIES, Self::deal)?;
		let tasks = state.values(poco::Tasks::<Runtime>::final_prefix())?;
		found.read(TASKS, tasks, MAX_ENTRIES, Self::task)?;
		let orders = state.values(market::Orders::<Runtime>::final_prefix())?;
		found.read(ORDERS, orders, MAX_ENTRIES, Self::order)?;
		let agenda = state.keys(poco::Due::<Runtime>::final_prefix())?;
		found.read(AGENDA, agenda, MAX_ENTRIES, |found, _| {
			found.agenda += 1;
			Ok(())
		})?;

		let ends: QueueEnds = state.value(poco::CallbackEnds::<Runtime>::hashed_key())?.unwrap_or_default();
		found.callbacks = ends.tail.saturating_sub(ends.head);
		let kitty: Option<Balance> = state.value(pallet_rlc::Kitty::<Runtime>::hashed_key())?;
		found.kitty = nrlc(kitty.unwrap_or_default());
		let escrow = frame_system::Account::<Runtime>::hashed_key_for(Rlc::escrow_account());
		let escrow: Option<AccountInfo<Nonce, <Runtime as frame_system::Config>::AccountData>> = state.value(escrow)?;
		found.escrow = nrlc(escrow.map(|account| account.data.free).unwrap_or_default());
		Ok(found)
	}

	/// Reads the first `limit` entries of a map, and notes whether there are more.
	fn read<Entry>(
		&mut self,
		map: &'static str,
		mut entries: impl Iterator<Item = Entry>,
		limit: usize,
		each: impl Fn(&mut Self, Entry) -> Result<(), codec::Error>,
	) -> Result<(), codec::Error> {
		for entry in entries.by_ref().take(limit) {
			each(self, entry)?;
		}
		self.cut.insert(map, entries.next().is_some());
		Ok(())
	}

	fn deal(&mut self, progress: Vec<u8>) -> Result<(), codec::Error> {
		let DealProgress { open, .. } = DealProgress::decode(&mut progress.as_slice())?;
		self.deals_open += u64::from(open > 0);
		self.tasks_open = self.tasks_open.saturating_add(open);
		Ok(())
	}

	fn task(&mut self, task: Vec<u8>) -> Result<(), codec::Error> {
		// The beginning of a task. Its contributions, which are the most of it, are not needed.
		let (_deal, _index, stage) = <(DealId, u64, Stage)>::decode(&mut task.as_slice())?;
		match stage {
			// Counted with the deal: tasks that nobody touched are active too, and not stored.
			Stage::Active => {}
			Stage::Revealing(_) => self.revealing += 1,
			Stage::Completed(_) => self.completed += 1,
			Stage::Failed(_) => self.failed += 1,
		}
		Ok(())
	}

	fn order(&mut self, published: Vec<u8>) -> Result<(), codec::Error> {
		// The order comes first, and begins with its kind.
		let kind = OrderKind::decode(&mut published.as_slice())?;
		*self.orders.entry(kind).or_default() += 1;
		Ok(())
	}

	/// How many tasks can be contributed to.
	fn active(&self) -> u64 {
		self.tasks_open.saturating_sub(self.revealing)
	}
}

/// An amount in nRLC. All that can exist fits.
fn nrlc(amount: Balance) -> u64 {
	amount.try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use pallet_marketplace::types::Published;
	use rlc_primitives::{
		task::{Commitment, Consensus, Contribution, ContributionStatus},
		AccountId, AppId, AppOrder, Task, MAX_SUPPLY,
	};

	const NOBODY: AccountId = AccountId::new([7; 32]);

	fn task(stage: Stage) -> Vec<u8> {
		let mut task = Task::new(DealId::default(), 3);
		task.stage = stage;
		let commitment = Commitment { result: Default::default(), seal: Default::default(), enclave: None };
		let contribution =
			Contribution { worker: NOBODY, commitment, weight: 1, status: ContributionStatus::Contributed };
		task.contributions.try_push(contribution).expect("the first");
		task.encode()
	}

	fn progress(open: u64) -> Vec<u8> {
		DealProgress { open, kept: 9, closed_at: None, depositor: NOBODY, deposit: 1 }.encode()
	}

	#[test]
	fn tasks_that_nobody_touched_are_active() {
		let consensus =
			Consensus { result: Default::default(), reveal_deadline: 1, winners: 1, reveals: 0, digest: None };
		let mut found = Found::default();
		let deals = [progress(5), progress(0), progress(2)];
		found.read(DEALS, deals.into_iter(), 10, Found::deal).expect("deals");
		let stages = [
			Stage::Active,
			Stage::Revealing(consensus),
			Stage::Completed(consensus),
			Stage::Failed(None),
			Stage::Failed(Some(consensus)),
		];
		found.read(TASKS, stages.into_iter().map(task), 10, Found::task).expect("tasks");
		assert_eq!(found.deals_open, 2);
		assert_eq!((found.active(), found.revealing, found.completed, found.failed), (6, 1, 1, 2));
		assert_eq!(found.cut, BTreeMap::from([(DEALS, false), (TASKS, false)]));
	}

	#[test]
	fn orders_are_told_apart_by_kind() {
		let order = AppOrder {
			app: AppId::default(),
			price: 1,
			volume: 2,
			tag: Default::default(),
			dataset_restrict: Default::default(),
			workerpool_restrict: Default::default(),
			requester_restrict: Default::default(),
			salt: Default::default(),
		};
		let published = Published { order: order.into(), owner: NOBODY, deposit: 1, published: 2, sequence: 3 };
		let mut found = Found::default();
		found.order(published.encode()).expect("an order");
		assert_eq!(found.orders, BTreeMap::from([(OrderKind::App, 1)]));
	}

	#[test]
	fn scan_stops_at_its_limit_and_says_so() {
		let mut found = Found::default();
		found.read(DEALS, [1, 1, 1].map(progress).into_iter(), 2, Found::deal).expect("deals");
		assert_eq!((found.deals_open, found.cut[DEALS]), (2, true));
		found.read(DEALS, [1, 1].map(progress).into_iter(), 2, Found::deal).expect("deals");
		assert!(!found.cut[DEALS], "the limit itself is not beyond it");
	}

	#[test]
	fn what_this_program_does_not_know_is_refused() {
		assert!(Found::default().task(vec![0; 12]).is_err());
		assert!(Found::default().order(vec![9]).is_err());
	}

	#[test]
	fn all_rlc_fit_into_a_gauge() {
		assert_eq!(Balance::from(nrlc(MAX_SUPPLY)), MAX_SUPPLY);
	}

	#[test]
	fn what_was_found_is_shown() {
		let inventory = Inventory::register(&Registry::new()).expect("an empty registry");
		let found = Found {
			tasks_open: 3,
			orders: BTreeMap::from([(OrderKind::Request, 4)]),
			kitty: 5,
			cut: BTreeMap::from([(ORDERS, true)]),
			..Default::default()
		};
		inventory.show(&found);
		assert_eq!(inventory.tasks.with_label_values(&["active"]).get(), 3);
		let orders = KINDS.map(|kind| inventory.orders.with_label_values(&[label(kind)]).get());
		assert_eq!(orders, [0, 0, 0, 4]);
		assert_eq!((inventory.kitty.get(), inventory.cut.with_label_values(&[ORDERS]).get()), (5, 1));
	}
}
