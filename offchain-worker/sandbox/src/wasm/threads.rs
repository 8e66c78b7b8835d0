//! The threads that modules run on. They are kept for a while: to start one takes as long as a short run.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::engine::MODULE_STACK;
use crate::Error;

/// A thread's stack: the module's, and as much again for what the module calls.
const STACK: usize = 2 * MODULE_STACK;
/// How long a thread waits for its next run.
const KEPT: Duration = Duration::from_secs(10);
/// More than there are ever runs at a time: each has a thread.
const MOST: usize = 1 << 16;

/// Threads for runs, each as long as its run needs it. Of the runtime, nothing else is used.
#[derive(Debug)]
pub struct Threads(Option<Runtime>);

impl Threads {
	/// Starts none yet.
	///
	/// # Errors
	///
	/// [`Error::Host`], if the machine has no files left.
	pub fn new() -> Result<Self, Error> {
		let mut builder = Builder::new_current_thread();
		builder.thread_name("rlc-wasm").thread_stack_size(STACK).thread_keep_alive(KEPT).max_blocking_threads(MOST);
		let runtime =
			builder.build().map_err(|error| Error::Host(format!("there are no threads for runs: {error}")))?;
		Ok(Self(Some(runtime)))
	}

	/// Runs something to its end, even if the future is dropped.
	///
	/// # Errors
	///
	/// Its own, or [`Error::Host`], if it panics.
	pub async fn run<T: Send + 'static>(
		&self,
		run: impl FnOnce() -> Result<T, Error> + Send + 'static,
	) -> Result<T, Error> {
		let running = self.0.as_ref().map(|runtime| runtime.spawn_blocking(run));
		match running {
			Some(running) => {
				running.await.unwrap_or_else(|_| Err(Error::Host("the thread of the run panicked".into())))
			}
			None => Err(Error::Host("the threads of runs have ended".into())),
		}
	}
}

impl Drop for Threads {
	fn drop(&mut self) {
		// Runs have ended or will: nobody waits for them here, since this may be a thread that must not wait.
		if let Some(runtime) = self.0.take() {
			runtime.shutdown_background();
		}
	}
}
