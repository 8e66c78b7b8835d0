//! So many calls in a second, for each of many callers.

use std::{
	collections::HashMap,
	hash::Hash,
	time::{Duration, Instant},
};

/// The most callers that are remembered.
const MAX_CALLERS: usize = 100_000;

/// How often those that may call again are forgotten.
const SWEEP: Duration = Duration::from_secs(1);

/// Turns of callers. One that has called too much lately waits for its turn, and others do not.
///
/// Of each caller, only the time is known at which all its turns are over; the longer that is away, the longer it waits (a
/// generic cell rate algorithm).
pub(super) struct Turns<K> {
	/// How long a turn takes.
	turn: Duration,
	/// How many turns at once need no wait, as the time that they take.
	burst: Duration,
	/// The longest wait.
	patience: Duration,
	over: HashMap<K, Instant>,
	swept: Instant,
}

impl<K: Eq + Hash> Turns<K> {
	/// Returns turns of which so many are in a second, and so many need no wait, nobody waits for longer than `patience`.
	pub fn new(rate: u32, burst: u32, patience: Duration) -> Self {
		let turn = Duration::from_secs(1) / rate.max(1);
		Self { turn, burst: turn * burst, patience, over: HashMap::new(), swept: Instant::now() }
	}

	/// Takes so many turns. Returns how long to wait for them; `None` if that is too long: then they are not taken.
	pub fn take(&mut self, caller: K, turns: u32, now: Instant) -> Option<Duration> {
		if self.over.len() >= MAX_CALLERS && now.saturating_duration_since(self.swept) >= SWEEP {
			self.over.retain(|_, over| *over > now);
			self.swept = now;
		}
		let known = self.over.get(&caller).copied();
		if known.is_none() && self.over.len() >= MAX_CALLERS {
			return None;
		}
		let over = known.map_or(now, |over| over.max(now)) + self.turn * turns;
		let wait = over.saturating_duration_since(now + self.burst);
		if wait > self.patience {
			return None;
		}
		self.over.insert(caller, over);
		Some(wait)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const SECOND: Duration = Duration::from_secs(1);

	#[test]
	fn burst_needs_no_wait_and_what_follows_comes_at_the_rate() {
		let mut turns = Turns::new(10, 5, SECOND);
		let now = Instant::now();
		let waits = (0..8).map(|_| turns.take("a", 1, now).unwrap().as_millis()).collect::<Vec<_>>();
		assert_eq!(waits, [0, 0, 0, 0, 0, 100, 200, 300]);
		assert_eq!(turns.take("b", 1, now), Some(Duration::ZERO), "others do not wait");
		assert_eq!(turns.take("a", 1, now + SECOND), Some(Duration::ZERO), "it has waited enough");
	}

	#[test]
	fn nobody_waits_for_too_long() {
		let mut turns = Turns::new(10, 1, SECOND);
		let now = Instant::now();
		let taken = (0..100).filter(|_| turns.take("a", 1, now).is_some()).count();
		assert_eq!(taken, 11, "what is refused takes no turn");
		assert_eq!(turns.take("b", 100, now), None);
		assert_eq!(turns.take("b", 10, now).map(|wait| wait.as_millis()), Some(900));
	}

	#[test]
	fn callers_are_bounded_and_forgotten() {
		let mut turns = Turns::new(10, 1, SECOND);
		let now = Instant::now();
		let refused = (0..MAX_CALLERS + 10).filter(|n| turns.take(*n, 1, now).is_none()).count();
		assert_eq!((refused, turns.over.len()), (10, MAX_CALLERS));
		assert_eq!(turns.take(MAX_CALLERS, 1, now + SECOND), Some(Duration::ZERO));
		assert_eq!(turns.over.len(), 1, "those that may call again are forgotten");
	}
}
