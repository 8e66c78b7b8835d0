//! What the pool publishes of itself. Whoever asks reads it there: questions never get to the pool, so that no number of
//! them keeps it from its work.
//!
//! Tasks are published whenever they change. What is dear to sum up is published when somebody wants it, for all who do at
//! once, and so often at most that the pool spends a small part of its time on it.

use std::{
	collections::HashMap,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex, PoisonError, RwLock,
	},
	time::{Duration, Instant},
};

use rlc_primitives::TaskId;
use rlc_protocol::requester::{PoolStatus, TaskInfo, WorkerInfo};
use sp_core::H256;
use tokio::{
	sync::{watch, Notify},
	time::timeout,
};

/// How long a reader waits for what is newer than its question, before it takes what there is.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long a reader waits for the first of all.
const FIRST: Duration = Duration::from_secs(25);

/// How often the pool publishes, at the most.
const EVERY: Duration = Duration::from_millis(50);

/// The pool spends at most one part of so many of its time on publishing.
const SHARE: u32 = 20;

/// What the pool publishes of itself.
pub(crate) struct Board {
	/// How its business goes.
	pub status: Published<PoolStatus>,
	/// Its workers.
	pub workers: Published<Vec<WorkerInfo>>,
	/// How long a run of each app takes, in ms.
	pub run_times: Published<HashMap<H256, u64>>,
	/// How many tasks are before each that waits.
	pub positions: Published<HashMap<TaskId, u64>>,
	tasks: RwLock<HashMap<TaskId, Shown>>,
	wanted: Arc<Notify>,
	pace: Mutex<Pace>,
}

/// A task that is in memory.
struct Shown {
	info: Arc<TaskInfo>,
	/// Whoever watches it.
	watchers: Option<watch::Sender<Arc<TaskInfo>>>,
}

/// When the pool published last, if it did, and when it may again.
#[derive(Clone, Copy)]
struct Pace {
	last: Option<Instant>,
	next: Instant,
}

impl Default for Board {
	fn default() -> Self {
		let wanted = Arc::new(Notify::new());
		Self {
			status: Published::new(&wanted),
			workers: Published::new(&wanted),
			run_times: Published::new(&wanted),
			positions: Published::new(&wanted),
			tasks: RwLock::default(),
			wanted,
			pace: Mutex::new(Pace { last: None, next: Instant::now() }),
		}
	}
}

impl Board {
	/// Waits until somebody wants what is not published.
	pub async fn wanted(&self) {
		self.wanted.notified().await;
	}

	/// Returns when to publish what is wanted; `None` if nothing is.
	pub fn next(&self) -> Option<Instant> {
		let is_wanted = self.status.is_wanted()
			|| self.workers.is_wanted()
			|| self.run_times.is_wanted()
			|| self.positions.is_wanted();
		is_wanted.then(|| self.pace().next)
	}

	/// Records that what was wanted is published. It began to be summed up at this time.
	pub fn published(&self, began: Instant) {
		let now = Instant::now();
		let next = began + EVERY.max(now.saturating_duration_since(began) * SHARE);
		*self.pace.lock().unwrap_or_else(PoisonError::into_inner) = Pace { last: Some(now), next };
	}

	/// Returns how long ago the pool published last; `None` if it never did.
	pub fn age(&self) -> Option<Duration> {
		self.pace().last.map(|last| last.elapsed())
	}

	fn pace(&self) -> Pace {
		*self.pace.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Shows tasks as they are now.
	pub fn show(&self, changed: impl IntoIterator<Item = TaskInfo>) {
		// Before, so that readers do not wait for that.
		let changed = changed.into_iter().map(Arc::new).collect::<Vec<_>>();
		let mut tasks = self.tasks.write().unwrap_or_else(PoisonError::into_inner);
		for info in changed {
			let shown = tasks.entry(info.task.id()).or_insert_with(|| Shown { info: info.clone(), watchers: None });
			if let Some(watchers) = &shown.watchers {
				watchers.send_replace(info.clone());
			}
			shown.info = info;
		}
	}

	/// Returns a task; `None` if it is not in memory.
	pub fn task(&self, id: &TaskId) -> Option<Arc<TaskInfo>> {
		let tasks = self.tasks.read().unwrap_or_else(PoisonError::into_inner);
		tasks.get(id).map(|shown| shown.info.clone())
	}

	/// Returns a task, now and whenever it changes; `None` if it is not in memory. One who reads slowly misses what came in
	/// between. It ends when the task is not in memory any more.
	pub fn watch(&self, id: &TaskId) -> Option<watch::Receiver<Arc<TaskInfo>>> {
		let mut tasks = self.tasks.write().unwrap_or_else(PoisonError::into_inner);
		let shown = tasks.get_mut(id)?;
		let watchers = shown.watchers.get_or_insert_with(|| watch::Sender::new(shown.info.clone()));
		Some(watchers.subscribe())
	}

	/// Forgets tasks that are not in memory any more, and watchers that have gone.
	pub fn sweep(&self, is_known: impl Fn(&TaskId) -> bool) {
		let mut tasks = self.tasks.write().unwrap_or_else(PoisonError::into_inner);
		tasks.retain(|id, shown| {
			if shown.watchers.as_ref().is_some_and(|watchers| watchers.receiver_count() == 0) {
				shown.watchers = None;
			}
			is_known(id)
		});
	}
}

/// Something that is published when it is wanted.
pub(crate) struct Published<T> {
	latest: watch::Sender<Option<Arc<T>>>,
	/// Whether somebody waits for it.
	is_wanted: AtomicBool,
	/// Whether the pool did not come to it last time.
	is_late: AtomicBool,
	wanted: Arc<Notify>,
}

impl<T> Published<T> {
	fn new(wanted: &Arc<Notify>) -> Self {
		Self {
			latest: watch::Sender::new(None),
			is_wanted: AtomicBool::new(false),
			is_late: AtomicBool::new(false),
			wanted: wanted.clone(),
		}
	}

	/// Returns it as it is after this was called; or, if the pool is busy, as it was last. `None` if the pool does not come to
	/// it at all.
	pub async fn get(&self) -> Option<Arc<T>> {
		let mut latest = self.latest.subscribe();
		if !self.is_wanted.swap(true, Ordering::AcqRel) {
			self.wanted.notify_one();
		}
		if latest.borrow().is_none() {
			let first = timeout(FIRST, latest.wait_for(Option::is_some)).await;
			return first.ok()?.ok()?.clone();
		}
		// Whoever asks a pool that is known to be busy need not find that out again.
		if !self.is_late.load(Ordering::Relaxed) && timeout(PATIENCE, latest.changed()).await.is_err() {
			self.is_late.store(true, Ordering::Relaxed);
		}
		let latest = latest.borrow();
		latest.clone()
	}

	/// Publishes it, if somebody wants it.
	pub fn publish(&self, sum_up: impl FnOnce() -> T) {
		// First, so that one who asks while it is summed up gets the next.
		if self.is_wanted.swap(false, Ordering::AcqRel) {
			self.is_late.store(false, Ordering::Relaxed);
			self.latest.send_replace(Some(Arc::new(sum_up())));
		}
	}

	fn is_wanted(&self) -> bool {
		self.is_wanted.load(Ordering::Acquire)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::DealId;
	use rlc_protocol::TaskRef;

	fn task(index: u64) -> TaskInfo {
		let task = TaskRef { deal: DealId::default(), index };
		TaskInfo { task, queue_position: None, replicates: Vec::new(), result: None, result_size: None, given_up: None }
	}

	#[tokio::test]
	async fn watches_end_with_their_task_and_with_their_watcher() {
		let board = Board::default();
		let info = task(0);
		let id = info.task.id();
		assert!(board.watch(&id).is_none());
		board.show([info.clone()]);
		let mut here = board.watch(&id).unwrap();
		assert_eq!(**here.borrow_and_update(), info);
		drop(board.watch(&id));
		board.show([TaskInfo { given_up: Some("first".into()), ..info.clone() }]);
		board.show([TaskInfo { given_up: Some("second".into()), ..info }]);
		here.changed().await.unwrap();
		assert_eq!(here.borrow_and_update().given_up.as_deref(), Some("second"), "a slow watcher is told the newest");
		board.sweep(|_| false);
		assert!(here.changed().await.is_err() && board.task(&id).is_none());
	}

	#[tokio::test]
	async fn all_who_want_something_share_it() {
		let board = Arc::new(Board::default());
		let asking = (0..100).map(|_| {
			let board = board.clone();
			tokio::spawn(async move { board.run_times.get().await.unwrap() })
		});
		let asking = asking.collect::<Vec<_>>();
		board.wanted().await;
		let mut times = 0;
		for one in asking {
			while !one.is_finished() {
				board.run_times.publish(|| {
					times += 1;
					HashMap::from([(H256::zero(), times)])
				});
				tokio::task::yield_now().await;
			}
			assert!(one.await.unwrap()[&H256::zero()] > 0);
		}
		assert!(times < 100, "{times}");
	}

	#[tokio::test]
	async fn busy_pool_is_waited_for_once() {
		let board = Board::default();
		board.run_times.is_wanted.store(true, Ordering::Relaxed);
		board.run_times.publish(HashMap::new);
		let began = Instant::now();
		for _ in 0..20 {
			assert!(board.run_times.get().await.is_some(), "the last is good enough");
		}
		assert!(began.elapsed() < PATIENCE * 3, "{:?}", began.elapsed());
	}

	#[test]
	fn publishing_takes_a_small_part_of_the_time() {
		let board = Board::default();
		assert_eq!(board.next(), None, "nobody wants anything");
		board.status.is_wanted.store(true, Ordering::Relaxed);
		assert!(board.next().unwrap() <= Instant::now());
		let second = Duration::from_secs(1);
		board.published(Instant::now() - second);
		assert!(board.next().unwrap() > Instant::now() + second * (SHARE - 2));
	}
}
