//! The end of a daemon: asked for once, seen by every task, and over within a limit.

use std::{future::Future, time::Duration};

use tokio::{
	signal::unix::{signal, SignalKind},
	task::JoinHandle,
	time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;

/// Tells all tasks of a daemon to end, and waits for them. Clones are one and the same.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
	token: CancellationToken,
	tasks: TaskTracker,
}

/// Tasks that did not end in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{tasks} tasks did not end within {limit:?} and are cut off")]
pub struct Unfinished {
	/// How many.
	pub tasks: usize,
	/// How long they had.
	pub limit: Duration,
}

impl Shutdown {
	/// Returns a shutdown that begins when somebody calls [`begin`](Self::begin).
	pub fn new() -> Self {
		Self::default()
	}

	/// Returns a shutdown that also begins at Ctrl-C, SIGTERM or SIGHUP: see [`stop_requested`].
	///
	/// # Panics
	///
	/// Outside a tokio runtime.
	pub fn on_signal() -> Self {
		let (shutdown, requested) = (Self::new(), stop_requested());
		let watched = shutdown.clone();
		tokio::spawn(async move {
			if watched.unless_stopped(requested).await.is_some() {
				tracing::info!("asked to stop");
				watched.begin();
			}
		});
		shutdown
	}

	/// Asks all tasks to end. Asking again changes nothing.
	pub fn begin(&self) {
		self.token.cancel();
	}

	/// Returns whether tasks have been asked to end.
	pub fn is_begun(&self) -> bool {
		self.token.is_cancelled()
	}

	/// Waits until tasks are asked to end.
	pub async fn begun(&self) {
		self.token.cancelled().await;
	}

	/// Returns what `work` does, or `None` if the shutdown begins first: then `work` is dropped where it stands.
	pub async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
		self.token.run_until_cancelled(work).await
	}

	/// Spawns a task that [`finish`](Self::finish) waits for, in the current span. The task itself watches for the
	/// shutdown.
	pub fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
		self.tasks.spawn(task.in_current_span())
	}

	/// Asks all tasks to end, and waits for those of [`spawn`](Self::spawn), no longer than `limit`.
	///
	/// # Errors
	///
	/// [`Unfinished`], if some go on. They end with the runtime.
	pub async fn finish(&self, limit: Duration) -> Result<(), Unfinished> {
		self.begin();
		self.tasks.close();
		let finished = timeout(limit, self.tasks.wait()).await;
		finished.map_err(|_| Unfinished { tasks: self.tasks.len(), limit })
	}
}

/// Returns a future that ends at Ctrl-C, at SIGTERM, which `kill` sends, or at SIGHUP, which a terminal sends that is closed.
/// From the call on, these do not end the program by themselves any more.
///
/// # Panics
///
/// Outside a tokio runtime.
pub fn stop_requested() -> impl Future<Output = ()> + Send {
	let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
	let [interrupt, terminate, hangup] = kinds.map(signal);
	async move {
		let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) = (interrupt, terminate, hangup) else {
			// Without handlers, signals end the program by themselves.
			return std::future::pending().await;
		};
		tokio::select! {
			_ = interrupt.recv() => {}
			_ = terminate.recv() => {}
			_ = hangup.recv() => {}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const LIMIT: Duration = Duration::from_secs(10);

	#[tokio::test]
	async fn tasks_see_the_shutdown_and_are_waited_for() {
		let shutdown = Shutdown::new();
		let seen = shutdown.clone();
		let task = shutdown.spawn(async move {
			seen.begun().await;
			tokio::time::sleep(Duration::from_millis(20)).await;
			7
		});
		assert!(!shutdown.is_begun());
		shutdown.finish(LIMIT).await.unwrap();
		assert!(shutdown.is_begun() && task.is_finished());
		assert_eq!(task.await.unwrap(), 7);
	}

	/// Other tests of this program do not mind: signals go to all who wait for them.
	#[tokio::test]
	async fn closed_terminal_asks_to_stop() {
		let requested = stop_requested();
		let kill = format!("kill -HUP {}", std::process::id());
		assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
		tokio::time::timeout(LIMIT, requested).await.unwrap();
	}

	#[tokio::test]
	async fn tasks_that_go_on_are_counted() {
		let shutdown = Shutdown::new();
		shutdown.spawn(std::future::pending::<()>());
		let limit = Duration::from_millis(10);
		assert_eq!(shutdown.finish(limit).await, Err(Unfinished { tasks: 1, limit }));
	}

	#[tokio::test]
	async fn work_ends_with_the_shutdown() {
		let shutdown = Shutdown::new();
		assert_eq!(shutdown.unless_stopped(async { 1 }).await, Some(1));
		shutdown.begin();
		assert_eq!(shutdown.unless_stopped(std::future::pending::<()>()).await, None);
	}
}
