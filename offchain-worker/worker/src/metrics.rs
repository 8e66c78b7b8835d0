//! Numbers for Prometheus.

use std::{net::SocketAddr, sync::Arc};

use prometheus::{Encoder, Histogram, HistogramOpts, IntCounter, IntCounterVec, Opts, Registry, TextEncoder};
use rlc_primitives::Balance;
use rlc_protocol::worker::Step;
use tokio::net::TcpListener;

/// What a worker counts.
pub(crate) struct Metrics {
	registry: Registry,
	steps: IntCounterVec,
	runs: Histogram,
	earned: IntCounter,
}

impl Metrics {
	/// All at zero.
	///
	/// # Errors
	///
	/// Prometheus', if two have one name: never.
	pub fn new() -> Result<Self, prometheus::Error> {
		let registry = Registry::new();
		let steps = Opts::new("rlc_worker_tasks_total", "Tasks that came to a step.");
		let steps = IntCounterVec::new(steps, &["step"])?;
		let buckets = prometheus::exponential_buckets(0.001, 4.0, 12)?;
		let runs = HistogramOpts::new("rlc_worker_run_seconds", "Time that apps ran.").buckets(buckets);
		let runs = Histogram::with_opts(runs)?;
		let earned = IntCounter::new("rlc_worker_earned_nrlc_total", "RLC that this worker was paid, in nRLC.")?;
		registry.register(Box::new(steps.clone()))?;
		registry.register(Box::new(runs.clone()))?;
		registry.register(Box::new(earned.clone()))?;
		Ok(Self { registry, steps, runs, earned })
	}

	/// A task came to this step.
	pub fn step(&self, step: Step) {
		self.steps.with_label_values(&[&format!("{step:?}").to_lowercase()]).inc();
	}

	/// An app ran for so long, in ms.
	pub fn run(&self, time: u64) {
		self.runs.observe(time as f64 / 1_000.0);
	}

	/// This worker was paid, in nRLC.
	pub fn earned(&self, amount: Balance) {
		self.earned.inc_by(amount.try_into().unwrap_or(u64::MAX));
	}

	fn text(&self) -> Vec<u8> {
		let mut text = Vec::new();
		if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
			log::warn!("the metrics cannot be written: {error}");
		}
		text
	}
}

/// Serve `/metrics` on this address, until the task is aborted. Returns where it listens.
///
/// # Errors
///
/// If the address cannot be used.
pub(crate) async fn serve(
	metrics: Arc<Metrics>,
	address: SocketAddr,
) -> std::io::Result<(SocketAddr, tokio::task::JoinHandle<()>)> {
	let listener = TcpListener::bind(address).await?;
	let address = listener.local_addr()?;
	let text = move || async move { ([("content-type", "text/plain; version=0.0.4")], metrics.text()) };
	let routes = axum::Router::new().route("/metrics", axum::routing::get(text));
	let server = tokio::spawn(async move {
		if let Err(error) = axum::serve(listener, routes).await {
			log::error!("metrics are no longer served: {error}");
		}
	});
	Ok((address, server))
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
		metrics.earned(42);
		let text = String::from_utf8(metrics.text()).unwrap();
		for line in [
			"rlc_worker_tasks_total{step=\"revealed\"} 2",
			"rlc_worker_run_seconds_sum 1.5",
			"rlc_worker_earned_nrlc_total 42",
		] {
			assert!(text.contains(line), "{line} in {text}");
		}
	}
}
