//! What apps write while they run, for those who read along: kept for a moment, and told only if the scheduler asks.

use std::{
	collections::HashMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};

use rlc_primitives::TaskId;
use rlc_protocol::worker::{Logs, Shown, MAX_SHOWN_TASKS};
use rlc_sandbox::{Tap, Tapped};
use tokio::{sync::Notify, time::Instant};

/// How many bytes of each stream of each app are kept.
const KEPT: usize = 8 << 10;

/// The longest time for which an app is shown without being asked for again.
const LONGEST: Duration = Duration::from_secs(60);

/// The apps that run, and those that are shown.
#[derive(Default)]
pub(crate) struct Shows {
	table: Mutex<Table>,
	/// Tells that something is to be shown.
	news: Notify,
}

#[derive(Default)]
struct Table {
	running: HashMap<TaskId, Tap>,
	/// What is to be shown, and until when; perhaps it does not run yet.
	wanted: HashMap<TaskId, Instant>,
	/// What has ended, and was shown to its end or not.
	ended: Vec<(TaskId, Tap)>,
}

/// An app that runs, as long as this is kept.
pub(crate) struct Showing {
	shows: Arc<Shows>,
	task: TaskId,
}

impl Shows {
	/// Records that an app begins. Returns what is to be told what it writes, and what to keep while it runs.
	pub fn begin(self: &Arc<Self>, task: TaskId) -> (Tap, Showing) {
		let tap = Tap::new(KEPT);
		self.lock().running.insert(task, tap.clone());
		(tap, Showing { shows: self.clone(), task })
	}

	/// Has the app of a task shown for this time. More than [`MAX_SHOWN_TASKS`] are not shown at once.
	pub fn want(&self, task: TaskId, time: Duration) {
		let mut table = self.lock();
		table.expire(Instant::now());
		if table.wanted.len() < MAX_SHOWN_TASKS || table.wanted.contains_key(&task) {
			table.wanted.insert(task, Instant::now() + time.min(LONGEST));
			self.news.notify_one();
		}
	}

	/// Waits until something is to be shown.
	pub async fn wanted(&self) {
		loop {
			let news = self.news.notified();
			{
				let mut table = self.lock();
				table.expire(Instant::now());
				if !(table.wanted.is_empty() && table.ended.is_empty()) {
					return;
				}
			}
			news.await;
		}
	}

	/// Takes what the apps wrote that are to be shown: this many bytes at most in all.
	pub fn take(&self, most: usize) -> Vec<Shown> {
		let mut table = self.lock();
		table.expire(Instant::now());
		let Table { running, wanted, ended } = &mut *table;
		let ended = std::mem::take(ended);
		let running = wanted.keys().filter_map(|task| Some((*task, running.get(task)?.clone())));
		let all: Vec<_> = ended.into_iter().chain(running).take(MAX_SHOWN_TASKS).collect();
		let share = most / (2 * all.len().max(1));
		let shown = all.into_iter().map(|(task, tap)| (task, tap.take(share)));
		shown.filter(|(_, tapped)| !tapped.is_empty()).map(|(task, tapped)| said(task, &tapped)).collect()
	}

	fn lock(&self) -> MutexGuard<'_, Table> {
		self.table.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Table {
	/// Removes what is no longer to be shown.
	fn expire(&mut self, now: Instant) {
		self.wanted.retain(|_, until| *until > now);
	}
}

impl Drop for Showing {
	fn drop(&mut self) {
		let mut table = self.shows.lock();
		let Some(tap) = table.running.remove(&self.task) else { return };
		// What it wrote last is shown, too.
		if table.wanted.contains_key(&self.task) && table.ended.len() < MAX_SHOWN_TASKS {
			table.ended.push((self.task, tap));
			self.shows.news.notify_one();
		}
	}
}

/// Returns what an app wrote, as it is told.
fn said(task: TaskId, Tapped { streams, missed }: &Tapped) -> Shown {
	let [stdout, stderr] = [0, 1].map(|stream| String::from_utf8_lossy(&streams[stream]).into_owned());
	Shown { task, logs: Logs { stdout, stderr }, missed: *missed }
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H256;

	const MINUTE: Duration = Duration::from_secs(60);

	fn task(number: u64) -> TaskId {
		TaskId(H256::from_low_u64_be(number))
	}

	fn texts(shows: &Shows) -> Vec<String> {
		shows.take(1_000).into_iter().map(|shown| shown.logs.stdout).collect()
	}

	#[tokio::test]
	async fn only_what_is_wanted_is_shown_and_that_once() {
		let shows = Arc::new(Shows::default());
		let (tap, _running) = shows.begin(task(1));
		let (other, _other) = shows.begin(task(2));
		tap.push(0, b"before");
		other.push(0, b"other");
		assert!(texts(&shows).is_empty(), "nobody asks");
		shows.want(task(1), MINUTE);
		shows.wanted().await;
		assert_eq!(texts(&shows), ["before"]);
		assert!(texts(&shows).is_empty());
		tap.push(0, b"now");
		assert_eq!(texts(&shows), ["now"]);
	}

	#[test]
	fn last_words_are_shown_after_the_end() {
		let shows = Arc::new(Shows::default());
		shows.want(task(1), MINUTE);
		let (tap, running) = shows.begin(task(1));
		tap.push(0, b"last");
		drop(running);
		assert_eq!(texts(&shows), ["last"]);
		let (_, unseen) = shows.begin(task(2));
		drop(unseen);
		let table = shows.lock();
		assert!(table.running.is_empty() && table.ended.is_empty(), "nobody asked for the other");
	}

	#[test]
	fn showing_ends_unless_it_is_asked_for_again() {
		let shows = Shows::default();
		shows.want(task(1), Duration::MAX);
		shows.want(task(2), Duration::ZERO);
		let mut table = shows.lock();
		table.expire(Instant::now());
		assert_eq!(table.wanted.keys().collect::<Vec<_>>(), [&task(1)]);
		table.expire(Instant::now() + LONGEST);
		assert!(table.wanted.is_empty(), "whatever time the scheduler says");
	}

	#[test]
	fn not_everything_is_shown_at_once() {
		let shows = Shows::default();
		(0..1_000).for_each(|number| shows.want(task(number), MINUTE));
		assert_eq!(shows.lock().wanted.len(), MAX_SHOWN_TASKS);
	}
}
