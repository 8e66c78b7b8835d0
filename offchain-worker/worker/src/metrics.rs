//! Numbers for Prometheus, and whether the worker is well.

use std::sync::Arc;

use async_trait::async_trait;
use rlc_disk::{Budget, Part};
use rlc_primitives::Balance;
use rlc_protocol::worker::Step;
use rlc_service::{
	metrics::exponential_buckets, Histogram, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, MetricsError, Observed,
	Registry,
};
use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::messages::Status;

/// What a worker counts.
pub(crate) struct Metrics {
	registry: Registry,
	steps: IntCounterVec,
	runs: Histogram,
	troubles: IntCounter,
	earned: IntCounter,
	tips: IntCounter,
	kept: IntGauge,
	kept_bytes: IntGauge,
	behind: IntGauge,
	disk: IntGaugeVec,
	disk_total: IntGauge,
	gpus: IntGauge,
	gpus_out: IntGauge,
}

impl Metrics {
	/// Returns all of them at zero.
	///
	/// # Errors
	///
	/// Prometheus', if two have one name: never.
	pub fn new() -> Result<Self, MetricsError> {
		let registry = Registry::new("rlc_worker")?;
		let buckets = exponential_buckets(0.001, 4.0, 12)?;
		Ok(Self {
			steps: registry.counters("tasks_total", "Tasks that came to a step.", &["step"])?,
			runs: registry.histogram("run_seconds", "Time that apps ran.", buckets)?,
			troubles: registry.counter("trouble_total", "Runs that failed for reasons of this machine's own.")?,
			earned: registry.counter("earned_nrlc_total", "RLC that this worker was paid, in nRLC.")?,
			tips: registry.counter("tips_nrlc_total", "RLC that was paid so that transactions came first, in nRLC.")?,
			kept: registry.gauge("results_kept", "Results of closed tasks that are in no store yet.")?,
			kept_bytes: registry.gauge("results_kept_bytes", "Bytes of those.")?,
			behind: registry.gauge("node_behind", "1 while the node is not in sync, and no tasks are taken.")?,
			disk: registry.gauges("disk_bytes", "Bytes of the disk that a part of the worker takes.", &["part"])?,
			disk_total: registry.gauge("disk_allowed_bytes", "Bytes of the disk that all parts may take together.")?,
			gpus: registry.gauge("gpus", "Graphics processors that tasks can get.")?,
			gpus_out: registry
				.gauge("gpus_out_of_use", "Graphics processors that no task gets until the next start.")?,
			registry,
		})
	}

	/// Counts a task that came to this step.
	pub fn step(&self, step: Step) {
		self.steps.with_label_values(&[&format!("{step:?}").to_lowercase()]).inc();
	}

	/// Counts a run of this many ms.
	pub fn run(&self, time: u64) {
		self.runs.observe(time as f64 / 1_000.0);
	}

	/// Counts a run that failed for reasons of this machine's own, such as a container service that is away.
	pub fn trouble(&self) {
		self.troubles.inc();
	}

	/// Sets how many results wait for a store, and their bytes.
	pub fn kept(&self, (count, bytes): (usize, u64)) {
		self.kept.set(count.try_into().unwrap_or(i64::MAX));
		self.kept_bytes.set(bytes.try_into().unwrap_or(i64::MAX));
	}

	/// Sets whether the node is behind.
	pub fn behind(&self, behind: bool) {
		self.behind.set(behind.into());
	}

	/// Sets what each part takes of the disk.
	pub fn disk(&self, budget: &Budget) {
		let number = |bytes: u64| bytes.try_into().unwrap_or(i64::MAX);
		for part in Part::ALL {
			self.disk.with_label_values(&[part.name()]).set(number(budget.used(part)));
		}
		self.disk_total.set(number(budget.total()));
	}

	/// Sets how many graphics processors tasks can get, of how many.
	pub fn gpus(&self, usable: u32, all: usize) {
		let out = all.saturating_sub(usize::try_from(usable).unwrap_or(usize::MAX));
		self.gpus.set(usable.into());
		self.gpus_out.set(out.try_into().unwrap_or(i64::MAX));
	}

	/// Counts a tip that was paid, in nRLC.
	pub fn tip(&self, amount: Balance) {
		self.tips.inc_by(amount.try_into().unwrap_or(u64::MAX));
	}

	/// Counts what this worker was paid, in nRLC.
	pub fn earned(&self, amount: Balance) {
		self.earned.inc_by(amount.try_into().unwrap_or(u64::MAX));
	}
}

/// A worker as others watch it.
pub(crate) struct Watched {
	pub metrics: Arc<Metrics>,
	/// Closed once the loop has ended.
	pub status: watch::Receiver<Status>,
}

#[async_trait]
impl Observed for Watched {
	fn registry(&self) -> &Registry {
		&self.metrics.registry
	}

	async fn health(&self) -> Result<Map<String, Value>, String> {
		if self.status.has_changed().is_err() {
			return Err("the worker has ended".into());
		}
		let Status { free_slots, draining } = *self.status.borrow();
		Ok(Map::from_iter([("freeSlots".into(), free_slots.into()), ("draining".into(), draining.into())]))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_was_counted_is_written() {
		let metrics = Metrics::new().unwrap();
		metrics.step(Step::Revealed);
		metrics.step(Step::Revealed);
		metrics.run(1_500);
		metrics.trouble();
		metrics.earned(42);
		metrics.tip(3);
		metrics.tip(4);
		metrics.kept((2, 300));
		metrics.behind(true);
		let budget = Budget::of(1_000);
		let _results = budget.count(Part::Results, 400);
		metrics.disk(&budget);
		metrics.gpus(3, 4);
		let text = metrics.registry.text();
		for line in [
			"rlc_worker_tasks_total{step=\"revealed\"} 2",
			"rlc_worker_run_seconds_sum 1.5",
			"rlc_worker_trouble_total 1",
			"rlc_worker_earned_nrlc_total 42",
			"rlc_worker_tips_nrlc_total 7",
			"rlc_worker_node_behind 1",
			"rlc_worker_results_kept 2",
			"rlc_worker_results_kept_bytes 300",
			"rlc_worker_disk_bytes{part=\"results\"} 400",
			"rlc_worker_disk_allowed_bytes 1000",
			"rlc_worker_gpus 3",
			"rlc_worker_gpus_out_of_use 1",
		] {
			assert!(text.contains(line), "{line} in {text}");
		}
	}

	#[tokio::test]
	async fn worker_is_well_until_its_loop_ends() {
		let (loops, status) = watch::channel(Status { free_slots: 2, draining: false });
		let watched = Watched { metrics: Arc::new(Metrics::new().unwrap()), status };
		let health = watched.health().await.unwrap();
		assert_eq!((&health["freeSlots"], &health["draining"]), (&2.into(), &false.into()));
		drop(loops);
		assert!(watched.health().await.unwrap_err().contains("has ended"));
	}
}
