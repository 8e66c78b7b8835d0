//! How long apps run.

use std::collections::HashMap;

use sp_core::H256;

/// The most apps whose run times are remembered: then all are learned again.
const MAX_APPS: usize = 10_000;

/// How long runs of each app take, in ms: a moving average.
#[derive(Debug, Default)]
pub struct RunTimes(HashMap<H256, u64>);

impl RunTimes {
	/// Records a run of this app, in ms.
	pub fn add(&mut self, app: H256, time: u64) {
		if self.0.len() >= MAX_APPS && !self.0.contains_key(&app) {
			self.0.clear();
		}
		let mean = self.0.entry(app).or_insert(time);
		*mean = mean.saturating_mul(7).saturating_add(time) / 8;
	}

	/// Returns how long a run of each app takes, in ms.
	pub fn all(&self) -> &HashMap<H256, u64> {
		&self.0
	}

	/// Returns how long a run of this app takes, in ms; `None` if none was seen.
	pub fn of(&self, app: &H256) -> Option<u64> {
		self.0.get(app).copied()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn run_times_are_bounded() {
		let mut times = RunTimes::default();
		let app = H256::repeat_byte(1);
		times.add(app, u64::MAX);
		times.add(app, u64::MAX);
		assert_eq!(times.of(&app), Some(u64::MAX / 8), "it does not wrap");
		for n in 0..=MAX_APPS {
			times.add(H256::from_low_u64_be(n.try_into().unwrap()), 1);
		}
		assert!(times.0.len() <= MAX_APPS);
	}
}
