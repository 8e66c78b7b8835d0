//! Metrics of the chain's own business, as a monitoring program reads them.

use std::{
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
	time::Duration,
};

use crate::common::{eventually, market::Market};
use pallet_poco::TaskRef;
use rlc_node::{
	embedded::NodeBuilder,
	metrics::{activity::Activity, inventory::Inventory},
};
use sp_consensus::{NoNetwork, SyncOracle};
use substrate_prometheus_endpoint::{prometheus::TextEncoder, Registry};

/// Between scans.
const PERIOD: Duration = Duration::from_millis(100);

/// Returns what `/metrics` would say.
fn text(registry: &Registry) -> String {
	TextEncoder::new().encode_to_string(&registry.gather()).expect("text")
}

/// Waits until each of these lines is in the metrics.
async fn told(registry: &Registry, lines: &[&str]) {
	let all = || {
		let text = text(registry);
		lines.iter().all(|line| text.lines().any(|told| told == *line))
	};
	eventually(&format!("all of {lines:?}"), || async { all().then_some(()) }).await;
}

#[tokio::test]
async fn deal_and_its_tasks_are_counted_and_found() {
	let market = Market::on(NodeBuilder::dev().instant_seal()).await;
	let registry = Registry::new();
	let client = || market.node.client().clone();
	let activity = Activity::register(&registry).expect("free names").follow(client());
	let inventory = Inventory::register(&registry).expect("free names").watch(client(), Arc::new(NoNetwork), PERIOD);
	let keeping = [tokio::spawn(activity), tokio::spawn(inventory)];
	told(&registry, &["rlc_deals_open 0", "rlc_tasks{stage=\"active\"} 0", "rlc_scan_cut{map=\"orders\"} 0"]).await;

	market.register().await;
	market.offer().await;
	let deal = market.match_orders(2).await;
	told(
		&registry,
		&[
			"rlc_orders_published_total{kind=\"app\"} 1",
			"rlc_orders_published_total{kind=\"request\"} 0",
			"rlc_orders_published_total{kind=\"workerpool\"} 1",
			"rlc_deals_opened_total 1",
			"rlc_deals_open 1",
			"rlc_tasks{stage=\"active\"} 2",
			"rlc_orders{kind=\"app\"} 1",
			"rlc_orders{kind=\"dataset\"} 0",
			"rlc_orders{kind=\"request\"} 0",
			"rlc_orders{kind=\"workerpool\"} 1",
			"rlc_agenda_entries 1",
			"rlc_callbacks_queued 0",
			// Two tasks of 1 RLC, and the scheduler's stake of 30 % in each.
			"rlc_escrow_nrlc 2600000000",
		],
	)
	.await;

	market.complete(TaskRef { deal, index: 0 }).await;
	told(
		&registry,
		&[
			"rlc_contributions_total 1",
			"rlc_reveals_total 1",
			"rlc_tasks_closed_total{outcome=\"completed\"} 1",
			"rlc_tasks_closed_total{outcome=\"failed\"} 0",
			"rlc_deals_open 1",
			"rlc_tasks{stage=\"active\"} 1",
			"rlc_tasks{stage=\"completed\"} 1",
			"rlc_kitty_nrlc 0",
		],
	)
	.await;

	market.send(&market.scheduler, pallet_poco::Call::abandon { task: TaskRef { deal, index: 1 } }).await;
	told(
		&registry,
		&[
			"rlc_tasks_closed_total{outcome=\"failed\"} 1",
			"rlc_deals_open 0",
			"rlc_tasks{stage=\"active\"} 0",
			"rlc_tasks{stage=\"failed\"} 1",
			"rlc_kitty_nrlc 0",
			"rlc_escrow_nrlc 0",
			"rlc_blocks_unreadable_total 0",
			"rlc_scans_failed_total 0",
		],
	)
	.await;

	// They hold the client.
	for task in keeping {
		task.abort();
		assert!(task.await.is_err_and(|error| error.is_cancelled()), "it went on until then");
	}
	market.stop().await;
}

/// A network that is far ahead, and that counts how often it is asked.
#[derive(Default)]
struct FarAhead(AtomicUsize);

impl SyncOracle for FarAhead {
	fn is_major_syncing(&self) -> bool {
		self.0.fetch_add(1, Ordering::Relaxed);
		true
	}
	fn is_offline(&self) -> bool {
		false
	}
}

#[tokio::test]
async fn nothing_is_scanned_while_the_node_catches_up() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let (registry, network) = (Registry::new(), Arc::new(FarAhead::default()));
	let inventory = Inventory::register(&registry).expect("free names");
	let watch = tokio::spawn(inventory.watch(node.client().clone(), network.clone(), Duration::from_millis(10)));
	eventually("three chances to scan", || async { (network.0.load(Ordering::Relaxed) > 3).then_some(()) }).await;
	assert!(text(&registry).lines().any(|line| line == "rlc_scan_seconds 0"), "{}", text(&registry));
	watch.abort();
	assert!(watch.await.is_err_and(|error| error.is_cancelled()), "it went on until then");
	node.stop().await.expect("stops");
}
