//! Orders and deals.

use std::collections::BTreeMap;

use codec::Decode;
use frame_support::storage::StoragePrefixedMap;
use pallet_marketplace::{types::DealProgress, Event};
use rlc_primitives::OrderKind;
use rlc_runtime::Runtime;
use substrate_prometheus_endpoint::{Counter, CounterVec, Gauge, GaugeVec, PrometheusError, Registry, U64};

use super::{
	register::{counter, counters, gauge, gauges},
	scan::Scan,
	state::Unreadable,
};

/// The maps that a scan reads, as `rlc_scan_cut` calls them.
const DEALS: &str = "deals";
const ORDERS: &str = "orders";

/// Counters of what happened to orders and deals.
#[derive(Clone)]
pub(super) struct Counters {
	orders_published: CounterVec<U64>,
	deals_opened: Counter<U64>,
}

impl Counters {
	pub(super) fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		let kinds = OrderKind::ALL.map(OrderKind::name);
		Ok(Self {
			orders_published: counters(
				registry,
				"rlc_orders_published_total",
				"Orders that entered the book",
				"kind",
				&kinds,
			)?,
			deals_opened: counter(registry, "rlc_deals_opened_total", "Deals that were made")?,
		})
	}

	pub(super) fn count(&self, event: &Event<Runtime>) {
		match event {
			Event::OrderPublished { kind, .. } => self.orders_published.with_label_values(&[kind.name()]).inc(),
			Event::DealOpened { deal, size, .. } => {
				tracing::debug!(deal = ?deal.0, tasks = size, "deal opened");
				self.deals_opened.inc();
			}
			Event::DealClosed { deal } => tracing::debug!(deal = ?deal.0, "deal closed"),
			_ => {}
		}
	}
}

/// Gauges of the orders and deals that there are.
#[derive(Clone)]
pub(super) struct Gauges {
	deals_open: Gauge<U64>,
	orders: GaugeVec<U64>,
}

impl Gauges {
	pub(super) fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		Ok(Self {
			deals_open: gauge(registry, "rlc_deals_open", "Deals with a task that is not closed")?,
			orders: gauges(registry, "rlc_orders", "Orders in the book", "kind")?,
		})
	}

	pub(super) fn show(&self, found: &Found) {
		self.deals_open.set(found.deals_open);
		for kind in OrderKind::ALL {
			self.orders.with_label_values(&[kind.name()]).set(found.orders.get(&kind).copied().unwrap_or_default());
		}
	}
}

/// What a scan found.
#[derive(Debug, Default)]
pub(super) struct Found {
	deals_open: u64,
	/// Tasks of these deals that are not closed.
	pub(super) tasks_open: u64,
	orders: BTreeMap<OrderKind, u64>,
}

impl Found {
	pub(super) fn scan(scan: &mut Scan) -> Result<Self, Unreadable> {
		let mut found = Self::default();
		scan.values(DEALS, pallet_marketplace::Progress::<Runtime>::final_prefix(), |value| found.deal(&value))?;
		scan.values(ORDERS, pallet_marketplace::Orders::<Runtime>::final_prefix(), |value| found.order(&value))?;
		Ok(found)
	}

	fn deal(&mut self, mut progress: &[u8]) -> Result<(), codec::Error> {
		let DealProgress { open, .. } = DealProgress::decode(&mut progress)?;
		self.deals_open += u64::from(open > 0);
		self.tasks_open = self.tasks_open.saturating_add(open);
		Ok(())
	}

	fn order(&mut self, mut published: &[u8]) -> Result<(), codec::Error> {
		// The order comes first, and begins with its kind.
		let kind = OrderKind::decode(&mut published)?;
		*self.orders.entry(kind).or_default() += 1;
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use pallet_marketplace::types::Published;
	use rlc_primitives::{AccountId, AppId, AppOrder, DealId, OrderHash};

	const NOBODY: AccountId = AccountId::new([7; 32]);

	#[test]
	fn each_event_counts_where_it_belongs() {
		let counters = Counters::register(&Registry::new()).expect("an empty registry");
		let published = |kind| Event::OrderPublished { order: OrderHash::default(), kind, owner: NOBODY };
		let events = [
			published(OrderKind::App),
			published(OrderKind::Request),
			published(OrderKind::Request),
			Event::DealClosed { deal: DealId::default() },
		];
		events.iter().for_each(|event| counters.count(event));
		let published = OrderKind::ALL.map(|kind| counters.orders_published.with_label_values(&[kind.name()]).get());
		assert_eq!(published, [1, 0, 0, 2]);
		assert_eq!(counters.deals_opened.get(), 0);
	}

	#[test]
	fn deals_with_an_open_task_are_open() {
		let mut found = Found::default();
		for open in [5, 0, 2] {
			let progress = DealProgress {
				open,
				kept: 9,
				closed_at: None,
				depositor: NOBODY,
				deposit: 1,
				retention: 1,
				unattended: false,
			};
			found.deal(&progress.encode()).expect("a deal");
		}
		assert_eq!((found.deals_open, found.tasks_open), (2, 7));
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
		let published =
			Published { order: order.into(), owner: NOBODY, deposit: 1, published: 2, sequence: 3, bond: 0 };
		let mut found = Found::default();
		found.order(&published.encode()).expect("an order");
		assert_eq!(found.orders, BTreeMap::from([(OrderKind::App, 1)]));
	}

	#[test]
	fn unknown_order_is_refused() {
		assert!(Found::default().order(&[9]).is_err());
	}

	#[test]
	fn findings_are_shown() {
		let gauges = Gauges::register(&Registry::new()).expect("an empty registry");
		gauges.show(&Found { deals_open: 3, orders: BTreeMap::from([(OrderKind::Request, 4)]), ..Default::default() });
		let orders = OrderKind::ALL.map(|kind| gauges.orders.with_label_values(&[kind.name()]).get());
		assert_eq!((gauges.deals_open.get(), orders), (3, [0, 0, 0, 4]));
	}
}
