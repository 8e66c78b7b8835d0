//! The chain's own business as Prometheus metrics, beside those of Substrate.
//!
//! | module | what it tells | where from | when |
//! |---|---|---|---|
//! | [`activity`] | counters: what happened | the events of blocks | with each new best block |
//! | [`inventory`] | gauges: what there is | a scan of the state | every [`inventory::PERIOD`] |
//!
//! This is the only place where the node reads the pallets' storage by itself. A runtime API would spare it that, but
//! anyone can call those, so that anyone could make a node scan its state. The types are those of the runtime that the
//! program was built with: after an upgrade to one that writes otherwise, blocks and scans are counted as unreadable
//! until the program is upgraded too. Nothing but these metrics depends on it.

pub mod activity;
pub mod inventory;

use std::sync::Arc;

use codec::Decode;
use rlc_primitives::{Hash, OrderKind};
use sc_client_api::{StorageKey, StorageProvider};
use sc_service::TaskManager;
use sp_consensus::SyncOracle;
use substrate_prometheus_endpoint::{register, Counter, Gauge, PrometheusError, Registry, U64};

use crate::service::Client;
use activity::Activity;
use inventory::Inventory;

/// The kinds of orders, as metrics are labeled by them.
const KINDS: [OrderKind; 4] = [OrderKind::App, OrderKind::Dataset, OrderKind::Workerpool, OrderKind::Request];

/// Adds the metrics to the registry and keeps them up to date on threads of their own.
///
/// # Errors
///
/// If the registry has a metric of one of their names.
pub fn start(
	tasks: &TaskManager,
	client: &Arc<Client>,
	sync: Arc<dyn SyncOracle + Send + Sync>,
	registry: &Registry,
) -> Result<(), PrometheusError> {
	let activity = Activity::register(registry)?.follow(client.clone());
	let inventory = Inventory::register(registry)?.watch(client.clone(), sync, inventory::PERIOD);
	tasks.spawn_handle().spawn_blocking("business-activity", Some("metrics"), activity);
	tasks.spawn_handle().spawn_blocking("business-inventory", Some("metrics"), inventory);
	Ok(())
}

/// The state after a block.
struct State<'a> {
	client: &'a Client,
	block: Hash,
}

impl State<'_> {
	/// The value under a key.
	fn value<T: Decode>(&self, key: impl Into<Vec<u8>>) -> Result<Option<T>, Unreadable> {
		let value = self.client.storage(self.block, &StorageKey(key.into()))?;
		Ok(value.map(|value| T::decode(&mut value.0.as_slice())).transpose()?)
	}

	/// The encoded values of a map.
	fn values(&self, prefix: [u8; 32]) -> Result<impl Iterator<Item = Vec<u8>>, Unreadable> {
		let pairs = self.client.storage_pairs(self.block, Some(&StorageKey(prefix.into())), None)?;
		Ok(pairs.map(|(_, value)| value.0))
	}

	/// The keys of a map.
	fn keys(&self, prefix: [u8; 32]) -> Result<impl Iterator<Item = StorageKey>, Unreadable> {
		Ok(self.client.storage_keys(self.block, Some(&StorageKey(prefix.into())), None)?)
	}
}

/// Why there is nothing to tell of a block.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
	/// The database does not have the state, or not any more.
	#[error("the state is not there: {0}")]
	Missing(#[from] sp_blockchain::Error),
	/// The state is not as this program's runtime writes it.
	#[error("the state is not of this program's runtime: {0}")]
	Foreign(#[from] codec::Error),
}

/// How metrics call a kind of orders.
fn label(kind: OrderKind) -> &'static str {
	match kind {
		OrderKind::App => "app",
		OrderKind::Dataset => "dataset",
		OrderKind::Workerpool => "workerpool",
		OrderKind::Request => "request",
	}
}

fn counter(registry: &Registry, name: &str, help: &str) -> Result<Counter<U64>, PrometheusError> {
	register(Counter::new(name, help)?, registry)
}

fn gauge(registry: &Registry, name: &str, help: &str) -> Result<Gauge<U64>, PrometheusError> {
	register(Gauge::new(name, help)?, registry)
}
