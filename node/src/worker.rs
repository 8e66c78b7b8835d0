//! A worker inside the node: the same code as `rlc worker run`, over the node's RPC in memory.
//!
//! It computes for a workerpool while the node runs. If it ends, the node goes on; its unfinished tasks are in its
//! journal and continue with the next start. A node that ends waits until the worker has stopped what it runs, such as
//! containers, which would outlive them both.

use std::{
	future::Future,
	sync::mpsc::{self, RecvTimeoutError},
	time::Duration,
};

use rlc_chain::{Chain, Key};
use tokio::sync::oneshot;

use crate::{in_memory::InMemory, service::Node};

/// How long a node that ends waits for its worker: as long as the worker gives to what runs, and a little more.
const STOP_PATIENCE: Duration = Duration::from_secs(12);

/// What a worker is started with.
pub struct Options {
	/// How it works, and for whom.
	pub config: rlc_worker::Config,
	/// Its account's key.
	pub key: Key,
}

/// Starts a worker beside a node that runs. It ends with the node.
pub fn start(node: &mut Node, options: Options) {
	let rpc = InMemory::of(&node.rpc, tokio::runtime::Handle::current());
	// Kept by this task alone, so that it goes when the node ends.
	let handlers = node.rpc.clone();
	let running = Running::spawn(|stop| async move {
		let _handlers = handlers;
		if let Err(error) = work(rpc, options, stop).await {
			tracing::error!("the worker has ended, the node goes on: {error}");
		}
	});
	// A node that ends drops its own tasks at once; this waits when it is dropped, while there still are threads.
	node.tasks.keep_alive(running);
}

async fn work(
	rpc: InMemory,
	options: Options,
	stop: oneshot::Receiver<()>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
	let chain = Chain::over(rpc).await?;
	let account = rlc_protocol::Account(options.key.account());
	if options.key.is_development() && chain.is_live().await? {
		return Err(format!("{account} is an account for development, whose key everybody has: name another").into());
	}
	tracing::info!("worker {account} works for {}", options.config.scheduler);
	let worker = rlc_worker::start(options.config, chain, options.key).await?;
	tokio::select! {
		ended = worker.exited() => ended?,
		// The sender is dropped.
		_ = stop => worker.stop().await?,
	}
	Ok(())
}

/// Work that goes on until this is dropped, which waits for its end.
struct Running {
	/// Dropped to stop it.
	stop: Option<oneshot::Sender<()>>,
	/// Closed when it has ended.
	ended: mpsc::Receiver<()>,
}

impl Running {
	/// Starts work that ends soon when what it is given resolves.
	fn spawn<Work>(work: impl FnOnce(oneshot::Receiver<()>) -> Work) -> Self
	where
		Work: Future<Output = ()> + Send + 'static,
	{
		let (stop, stopped) = oneshot::channel();
		let (end, ended) = mpsc::channel::<()>();
		let work = work(stopped);
		tokio::spawn(async move {
			let _end = end;
			work.await;
		});
		Self { stop: Some(stop), ended }
	}
}

impl Drop for Running {
	fn drop(&mut self) {
		drop(self.stop.take());
		if self.ended.recv_timeout(STOP_PATIENCE) == Err(RecvTimeoutError::Timeout) {
			tracing::warn!("the worker did not stop in time; what runs may go on until its next start");
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sc_service::TaskManager;
	use std::sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	};

	#[test]
	fn ending_node_waits_for_its_worker() {
		let threads = tokio::runtime::Runtime::new().expect("threads");
		let mut tasks = TaskManager::new(threads.handle().clone(), None).expect("no metrics");
		let stopped = Arc::new(AtomicBool::new(false));
		let seen = stopped.clone();
		let running = threads.block_on(async {
			Running::spawn(|stop| async move {
				// The sender is dropped.
				let _ = stop.await;
				tokio::time::sleep(Duration::from_millis(100)).await;
				seen.store(true, Ordering::SeqCst);
			})
		});
		tasks.keep_alive(running);
		assert!(!stopped.load(Ordering::SeqCst), "it goes on while the node does");
		// As the library does when the node is to end.
		drop(tasks.into_task_registry());
		assert!(stopped.load(Ordering::SeqCst));
	}

	#[test]
	fn ended_worker_is_not_waited_for() {
		let threads = tokio::runtime::Runtime::new().expect("threads");
		let running = threads.block_on(async { Running::spawn(|_| async {}) });
		let begin = std::time::Instant::now();
		drop(running);
		assert!(begin.elapsed() < STOP_PATIENCE);
	}
}
