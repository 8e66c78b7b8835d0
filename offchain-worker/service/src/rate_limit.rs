//! So many calls in a second, for each of many callers: calls in the narrow sense, requests, connections.

use std::{
	collections::HashMap,
	hash::Hash,
	sync::{Arc, Mutex, PoisonError},
	time::{Duration, Instant},
};

use tokio::{
	sync,
	time::{sleep, timeout},
};

/// The most callers that are remembered.
const MAX_CALLERS: usize = 100_000;

/// How often those that may call again are forgotten.
const SWEEP: Duration = Duration::from_secs(1);

/// How often each of many callers may call. One that has called too much lately waits for its turn, and others do not.
///
/// Of each caller, only the time is known at which all its turns are over; the longer that is away, the longer it waits (a
/// generic cell rate algorithm). All calls of a caller stand in one line, and one that takes several turns goes to the
/// line's end after each: none gets on faster than another. One that leaves the line has taken no turn.
pub struct RateLimit<K> {
	/// How long a turn takes.
	turn: Duration,
	/// How many turns at once need no wait, as the time that they take.
	burst: Duration,
	/// The longest time in the line.
	patience: Duration,
	callers: Mutex<Callers<K>>,
}

/// A caller's line, and when all its turns are over.
type Line = Arc<sync::Mutex<Instant>>;

struct Callers<K> {
	lines: HashMap<K, Line>,
	swept: Instant,
}

/// A call that would have to wait for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl<K: Clone + Eq + Hash> RateLimit<K> {
	/// Returns turns of which so many are in a second and so many need no wait. Nobody stands in line for longer than
	/// `patience`.
	pub fn new(rate: u32, burst: u32, patience: Duration) -> Self {
		let turn = Duration::from_secs(1) / rate.max(1);
		let callers = Mutex::new(Callers { lines: HashMap::new(), swept: Instant::now() });
		Self { turn, burst: turn * burst, patience, callers }
	}

	/// Waits for so many turns. Returns whether it had to wait.
	///
	/// # Errors
	///
	/// [`Refused`], if one of them does not come in time.
	pub async fn wait(&self, caller: &K, turns: u32) -> Result<bool, Refused> {
		let mut has_waited = false;
		for _ in 0..turns {
			let line = self.line(caller)?;
			let mut over = timeout(self.patience, line.lock()).await.map_err(|_| Refused)?;
			let now = Instant::now();
			let next = (*over).max(now) + self.turn;
			let wait = next.saturating_duration_since(now + self.burst);
			if !wait.is_zero() {
				has_waited = true;
				sleep(wait).await;
			}
			*over = next;
		}
		Ok(has_waited)
	}

	/// Takes so many turns at once, if they need no wait.
	///
	/// # Errors
	///
	/// [`Refused`], if they do: then none is taken.
	pub fn take(&self, caller: &K, turns: u32) -> Result<(), Refused> {
		let line = self.line(caller)?;
		let mut over = line.try_lock().map_err(|_| Refused)?;
		let now = Instant::now();
		let next = (*over).max(now) + self.turn * turns;
		if next > now + self.burst {
			return Err(Refused);
		}
		*over = next;
		Ok(())
	}

	fn line(&self, caller: &K) -> Result<Line, Refused> {
		let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
		if let Some(line) = callers.lines.get(caller) {
			return Ok(line.clone());
		}
		let now = Instant::now();
		if callers.lines.len() >= MAX_CALLERS && now.saturating_duration_since(callers.swept) >= SWEEP {
			callers.lines.retain(|_, line| !is_idle(line, now));
			callers.swept = now;
		}
		if callers.lines.len() >= MAX_CALLERS {
			return Err(Refused);
		}
		let line = Line::new(sync::Mutex::new(now));
		callers.lines.insert(caller.clone(), line.clone());
		Ok(line)
	}
}

/// Returns whether nobody is in line, and all turns are over.
fn is_idle(line: &Line, now: Instant) -> bool {
	Arc::strong_count(line) == 1 && line.try_lock().is_ok_and(|over| *over <= now)
}

#[cfg(test)]
mod tests {
	use super::*;

	const LONG: Duration = Duration::from_secs(60);

	#[tokio::test]
	async fn burst_needs_no_wait_and_what_follows_comes_at_the_rate() {
		let limit = RateLimit::new(100, 10, LONG);
		let began = Instant::now();
		assert_eq!(limit.wait(&"a", 10).await, Ok(false));
		assert_eq!(limit.wait(&"a", 20).await, Ok(true));
		assert!(began.elapsed() >= Duration::from_millis(190), "{:?}", began.elapsed());
		assert_eq!(limit.wait(&"b", 1).await, Ok(false), "others do not wait");
	}

	#[tokio::test]
	async fn those_of_one_caller_get_on_one_after_the_other() {
		let limit = Arc::new(RateLimit::new(100, 1, LONG));
		let hogs = (0..8).map(|_| {
			let limit = limit.clone();
			tokio::spawn(async move { limit.wait(&"a", u32::MAX).await })
		});
		let hogs = hogs.collect::<Vec<_>>();
		sleep(Duration::from_millis(50)).await;
		let began = Instant::now();
		limit.wait(&"a", 3).await.unwrap();
		// Three rounds of nine, of 10 ms each.
		assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
		hogs.iter().for_each(tokio::task::JoinHandle::abort);
	}

	#[tokio::test]
	async fn one_that_leaves_the_line_has_taken_no_turn() {
		let limit = RateLimit::new(1, 1, LONG);
		limit.wait(&"a", 1).await.unwrap();
		let begun = Instant::now();
		while begun.elapsed() < Duration::from_millis(500) {
			assert!(timeout(Duration::from_millis(1), limit.wait(&"a", 1)).await.is_err());
		}
		// Hundreds left, of which each would have taken a second.
		assert!(timeout(Duration::from_secs(60), limit.wait(&"a", 1)).await.is_ok());
	}

	#[tokio::test]
	async fn nobody_stands_in_line_for_too_long() {
		let limit = Arc::new(RateLimit::new(1, 1, Duration::from_millis(50)));
		limit.wait(&"a", 1).await.unwrap();
		let first = tokio::spawn({
			let limit = limit.clone();
			async move { limit.wait(&"a", 1).await }
		});
		sleep(Duration::from_millis(20)).await;
		assert_eq!(limit.wait(&"a", 1).await, Err(Refused));
		assert_eq!(first.await.unwrap(), Ok(true));
	}

	#[test]
	fn turns_that_would_need_a_wait_are_not_taken() {
		let limit = RateLimit::new(1, 10, LONG);
		assert_eq!(limit.take(&"a", 11), Err(Refused));
		assert_eq!(limit.take(&"a", 9), Ok(()));
		assert_eq!(limit.take(&"a", 2), Err(Refused));
		assert_eq!(limit.take(&"b", 10), Ok(()));
	}

	#[test]
	fn callers_are_bounded_and_forgotten() {
		let limit = RateLimit::new(1_000_000, 1, LONG);
		let refused = (0..MAX_CALLERS + 10).filter(|n| limit.take(n, 1).is_err()).count();
		assert_eq!(refused, 10);
		std::thread::sleep(SWEEP);
		assert_eq!(limit.take(&MAX_CALLERS, 1), Ok(()));
		let known = limit.callers.lock().unwrap().lines.len();
		assert_eq!(known, 1, "those that may call again are forgotten");
	}
}
