//! Whether the worker runs that the node keeps beside it.

use substrate_prometheus_endpoint::{register, Counter, Gauge, PrometheusError, Registry, U64};

/// What a node knows of its worker.
#[derive(Clone)]
pub(crate) struct Metrics {
	/// 1 while its process runs.
	pub up: Gauge<U64>,
	/// How often it was started again.
	pub restarts: Counter<U64>,
}

impl Metrics {
	/// Adds them to the registry, if there is one.
	///
	/// # Errors
	///
	/// If the registry has a metric of one of their names.
	pub fn register(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
		let up = Gauge::new("rlc_worker_up", "1 while the process of the node's worker runs")?;
		let restarts = Counter::new("rlc_worker_restarts_total", "How often the node's worker was started again")?;
		Ok(match registry {
			Some(registry) => Self { up: register(up, registry)?, restarts: register(restarts, registry)? },
			None => Self { up, restarts },
		})
	}
}
