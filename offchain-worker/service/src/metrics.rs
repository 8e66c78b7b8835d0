//! The numbers of a daemon, in the form that Prometheus reads.

use prometheus::{core::Collector, Encoder, HistogramOpts, Opts, TextEncoder};

pub use prometheus::{
	exponential_buckets, Error as MetricsError, Histogram, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
};

/// What the text of [`Registry::text`] is, for the header `Content-Type`.
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

/// The metrics of one daemon. Their names begin with its prefix.
#[derive(Clone, Debug)]
pub struct Registry(prometheus::Registry);

impl Registry {
	/// Returns a registry without metrics, whose names will begin with `prefix` and an underscore.
	///
	/// # Errors
	///
	/// If the prefix is empty.
	pub fn new(prefix: &str) -> Result<Self, MetricsError> {
		prometheus::Registry::new_custom(Some(prefix.into()), None).map(Self)
	}

	/// Registers a number that only grows. Its name ends in `_total`, by custom.
	///
	/// # Errors
	///
	/// If the name is taken or malformed: a mistake in the program, which its first start shows.
	pub fn counter(&self, name: &str, help: &str) -> Result<IntCounter, MetricsError> {
		self.with(IntCounter::new(name, help)?)
	}

	/// Registers a family of numbers that only grow, one for each value of the labels.
	///
	/// # Errors
	///
	/// As of [`counter`](Self::counter).
	pub fn counters(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, MetricsError> {
		self.with(IntCounterVec::new(Opts::new(name, help), labels)?)
	}

	/// Registers a number that goes up and down.
	///
	/// # Errors
	///
	/// As of [`counter`](Self::counter).
	pub fn gauge(&self, name: &str, help: &str) -> Result<IntGauge, MetricsError> {
		self.with(IntGauge::new(name, help)?)
	}

	/// Registers a family of numbers that go up and down, one for each value of the labels.
	///
	/// # Errors
	///
	/// As of [`counter`](Self::counter).
	pub fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec, MetricsError> {
		self.with(IntGaugeVec::new(Opts::new(name, help), labels)?)
	}

	/// Registers a distribution. `buckets` are its upper bounds; none stands for Prometheus' own, for seconds of a request.
	///
	/// # Errors
	///
	/// As of [`counter`](Self::counter), and if the bounds do not grow.
	pub fn histogram(&self, name: &str, help: &str, buckets: Vec<f64>) -> Result<Histogram, MetricsError> {
		let options = HistogramOpts::new(name, help);
		let options = if buckets.is_empty() { options } else { options.buckets(buckets) };
		self.with(Histogram::with_opts(options)?)
	}

	/// Returns all metrics as text, as Prometheus reads it.
	pub fn text(&self) -> String {
		let mut text = Vec::new();
		if let Err(error) = TextEncoder::new().encode(&self.0.gather(), &mut text) {
			tracing::warn!("the metrics cannot be written: {error}");
		}
		String::from_utf8_lossy(&text).into_owned()
	}

	fn with<M: Collector + Clone + 'static>(&self, metric: M) -> Result<M, MetricsError> {
		self.0.register(Box::new(metric.clone()))?;
		Ok(metric)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_was_counted_is_written_under_the_prefix() {
		let registry = Registry::new("rlc_test").unwrap();
		registry.counter("done_total", "What is done").unwrap().inc_by(2);
		registry.gauge("open", "What is open").unwrap().set(3);
		registry.counters("steps_total", "Steps", &["step"]).unwrap().with_label_values(&["run"]).inc();
		registry.gauges("bytes", "Bytes", &["part"]).unwrap().with_label_values(&["cache"]).set(4);
		registry.histogram("run_seconds", "Runs", vec![1.0, 2.0]).unwrap().observe(1.5);
		let text = registry.text();
		for line in [
			"# HELP rlc_test_done_total What is done",
			"rlc_test_done_total 2",
			"rlc_test_open 3",
			"rlc_test_steps_total{step=\"run\"} 1",
			"rlc_test_bytes{part=\"cache\"} 4",
			"rlc_test_run_seconds_bucket{le=\"2\"} 1",
			"rlc_test_run_seconds_sum 1.5",
		] {
			assert!(text.contains(line), "{line} in {text}");
		}
	}

	#[test]
	fn name_is_registered_once() {
		let registry = Registry::new("rlc_test").unwrap();
		registry.counter("done_total", "What is done").unwrap();
		assert!(registry.gauge("done_total", "The same").is_err());
	}
}
