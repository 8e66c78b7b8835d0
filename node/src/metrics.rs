//! The chain's own business as Prometheus metrics, beside those of Substrate.
//!
//! | module | what it tells | where from | when |
//! |---|---|---|---|
//! | [`activity`] | counters: what happened | the events of blocks | with each new best block |
//! | [`inventory`] | gauges: what there is | a scan of the state | every [`inventory::PERIOD`] |
//!
//! `worker` tells of the worker beside the node, if there is one.
//!
//! Each pallet has a file with its counters and its gauges: `marketplace`, `poco`, `rlc`. The two modules above feed
//! them; `activity` also logs what happens to each deal and task, at the level `debug`.
//!
//! Nowhere else does the node scan the pallets' storage. A runtime API would spare it the scan, but anyone can call one,
//! and could so make a node scan its state. The types are those of the runtime that the
//! program was built with: after an upgrade to one that writes otherwise, blocks and scans are counted as unreadable
//! until the program is upgraded too. Nothing but these metrics depends on it.

pub mod activity;
pub mod inventory;

mod marketplace;
mod poco;
mod register;
mod rlc;
mod scan;
mod state;
pub(crate) mod worker;

use std::sync::Arc;

use sc_service::TaskManager;
use sp_consensus::SyncOracle;
use substrate_prometheus_endpoint::{PrometheusError, Registry};

use self::{activity::Activity, inventory::Inventory};
use crate::service::types::Client;

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
