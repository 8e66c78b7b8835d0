//! Trying again: after waits that double up to a longest one, with jitter, and within limits.
//!
//! Where one call is all there is to try, [`Retryable`] of `backon` takes a [`Backoff`]:
//!
//! ```
//! use std::time::Duration;
//! use rlc_service::{Backoff, Retryable};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! const BACKOFF: Backoff = Backoff::new(Duration::from_millis(2), Duration::from_millis(10)).times(3);
//!
//! let mut calls = 0;
//! let answer = (|| {
//!     calls += 1;
//!     std::future::ready(if calls < 3 { Err("busy") } else { Ok(calls) })
//! })
//! .retry(BACKOFF)
//! .when(|error| *error == "busy")
//! .notify(|error, wait| tracing::warn!("{error}; again in {wait:?}"))
//! .await;
//! assert_eq!(answer, Ok(3));
//! # }
//! ```
//!
//! Where a failure is one of many things that happen, as in a connection that is kept, [`Waits`] counts them.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

pub use backon::Retryable;

/// How long to wait before each further try, and when to give up.
///
/// Each wait lies between half of what doubling gives and all of it, by chance, so that many clients of a service that
/// comes back do not ask it at the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
	first: Duration,
	longest: Duration,
	times: Option<usize>,
	total: Option<Duration>,
}

impl Backoff {
	/// Returns waits of `first`, twice that, and so on up to `longest`, without end.
	pub const fn new(first: Duration, longest: Duration) -> Self {
		Self { first, longest, times: None, total: None }
	}

	/// Returns the same, but gives up after this many further tries.
	pub const fn times(self, times: usize) -> Self {
		Self { times: Some(times), ..self }
	}

	/// Returns the same, but gives up before the waits together exceed `total`.
	pub const fn within(self, total: Duration) -> Self {
		Self { total: Some(total), ..self }
	}

	/// Returns the waits of one series of failures.
	pub fn waits(self) -> Waits {
		Waits { backoff: self, left: self.build() }
	}
}

impl BackoffBuilder for Backoff {
	type Backoff = ExponentialBackoff;

	fn build(self) -> ExponentialBackoff {
		// The library's jitter adds up to the wait itself.
		let builder = ExponentialBuilder::new()
			.with_min_delay(self.first / 2)
			.with_max_delay(self.longest / 2)
			.with_total_delay(self.total)
			.with_jitter();
		match self.times {
			Some(times) => builder.with_max_times(times).build(),
			None => builder.without_max_times().build(),
		}
	}
}

/// The waits of a series of failures, which success ends.
#[derive(Debug)]
pub struct Waits {
	backoff: Backoff,
	left: ExponentialBackoff,
}

impl Waits {
	/// Returns how long to wait after one more failure, or `None` if it is time to give up.
	pub fn next_wait(&mut self) -> Option<Duration> {
		self.left.next()
	}

	/// Starts over: there was progress, and the next failure is a first one.
	pub fn reset(&mut self) {
		self.left = self.backoff.build();
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const BACKOFF: Backoff = Backoff::new(Duration::from_millis(400), Duration::from_secs(2));

	fn assert_near(wait: Option<Duration>, full: u64) {
		let wait = wait.unwrap().as_millis() as u64;
		assert!((full / 2..=full).contains(&wait), "{wait} of {full}");
	}

	#[test]
	fn waits_double_up_to_the_longest() {
		let mut waits = BACKOFF.waits();
		for full in [400, 800, 1_600, 2_000, 2_000] {
			assert_near(waits.next_wait(), full);
		}
		assert!((0..1_000).all(|_| waits.next_wait().is_some_and(|wait| wait <= Duration::from_secs(2))));
	}

	#[test]
	fn waits_end_after_so_many_times_and_begin_anew_after_progress() {
		let mut waits = BACKOFF.times(2).waits();
		for _ in 0..2 {
			assert_near(waits.next_wait(), 400);
			assert_near(waits.next_wait(), 800);
			assert_eq!(waits.next_wait(), None);
			waits.reset();
		}
	}

	#[test]
	fn waits_end_within_a_time() {
		let mut waits = BACKOFF.within(Duration::from_secs(10)).waits();
		let all: Duration = std::iter::from_fn(|| waits.next_wait()).take(1_000).sum();
		assert!((Duration::from_secs(8)..=Duration::from_secs(10)).contains(&all), "{all:?}");
	}

	#[test]
	fn waits_differ_between_clients() {
		let first = |_| BACKOFF.waits().next_wait();
		let waits: std::collections::HashSet<_> = (0..20).map(first).collect();
		assert!(waits.len() > 1);
	}
}
