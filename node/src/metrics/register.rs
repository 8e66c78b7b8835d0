//! Adds metrics to a registry.

use substrate_prometheus_endpoint::{
	register, Counter, CounterVec, Gauge, GaugeVec, Opts, PrometheusError, Registry, U64,
};

/// Adds a counter.
pub(super) fn counter(registry: &Registry, name: &str, help: &str) -> Result<Counter<U64>, PrometheusError> {
	register(Counter::new(name, help)?, registry)
}

/// Adds a counter for each value of a label, all of them at zero: a counter that is missing until its first event would
/// hide that event from rates.
pub(super) fn counters(
	registry: &Registry,
	name: &str,
	help: &str,
	label: &str,
	values: &[&str],
) -> Result<CounterVec<U64>, PrometheusError> {
	let counters = register(CounterVec::new(Opts::new(name, help), &[label])?, registry)?;
	for value in values {
		counters.with_label_values(&[value]);
	}
	Ok(counters)
}

/// Adds a gauge.
pub(super) fn gauge(registry: &Registry, name: &str, help: &str) -> Result<Gauge<U64>, PrometheusError> {
	register(Gauge::new(name, help)?, registry)
}

/// Adds a gauge for each value of a label.
pub(super) fn gauges(
	registry: &Registry,
	name: &str,
	help: &str,
	label: &str,
) -> Result<GaugeVec<U64>, PrometheusError> {
	register(GaugeVec::new(Opts::new(name, help), &[label])?, registry)
}
