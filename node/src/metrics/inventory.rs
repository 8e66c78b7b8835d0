//! What there is on the chain now, by a scan of the best block's state.

use std::{
	sync::Arc,
	time::{Duration, Instant},
};

use sc_client_api::HeaderBackend;
use sp_consensus::SyncOracle;
use substrate_prometheus_endpoint::{register, Counter, Gauge, GaugeVec, PrometheusError, Registry, F64, U64};
use tokio::time::MissedTickBehavior;

use super::{
	marketplace, poco,
	register::{counter, gauges},
	rlc,
	scan::{Cut, Scan},
	state::{State, Unreadable},
};
use crate::service::types::Client;

/// Time from one scan to the next.
pub const PERIOD: Duration = Duration::from_secs(60);

/// The most entries of one map that a scan reads: a few seconds of one thread.
const MAX_ENTRIES: usize = 50_000;

/// Gauges of what there is.
#[derive(Clone)]
pub struct Inventory {
	marketplace: marketplace::Gauges,
	poco: poco::Gauges,
	rlc: rlc::Gauges,
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
		const CUT: &str = "1 if the last scan did not read all of a map, so that less is told";
		Ok(Self {
			marketplace: marketplace::Gauges::register(registry)?,
			poco: poco::Gauges::register(registry)?,
			rlc: rlc::Gauges::register(registry)?,
			cut: gauges(registry, "rlc_scan_cut", CUT, "map")?,
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
		match Found::scan(Scan::new(State { client, block }, MAX_ENTRIES)) {
			Ok(found) => {
				self.show(&found);
				self.seconds.set(begin.elapsed().as_secs_f64());
			}
			Err(reason) => {
				tracing::debug!(?block, "block without metrics: {reason}");
				self.failures.inc();
			}
		}
	}

	fn show(&self, found: &Found) {
		self.marketplace.show(&found.marketplace);
		self.poco.show(&found.poco, found.marketplace.tasks_open);
		self.rlc.show(&found.rlc);
		for (map, cut) in found.cut.maps() {
			self.cut.with_label_values(&[map]).set(cut.into());
		}
	}
}

/// What a scan found.
struct Found {
	marketplace: marketplace::Found,
	poco: poco::Found,
	rlc: rlc::Found,
	cut: Cut,
}

impl Found {
	fn scan(mut scan: Scan) -> Result<Self, Unreadable> {
		Ok(Self {
			marketplace: marketplace::Found::scan(&mut scan)?,
			poco: poco::Found::scan(&mut scan)?,
			rlc: rlc::Found::scan(&scan.state)?,
			cut: scan.cut,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn gauges_are_registered_once() {
		let registry = Registry::new();
		let _inventory = Inventory::register(&registry).expect("an empty registry");
		assert!(Inventory::register(&registry).is_err(), "a second one has no names left");
	}
}
