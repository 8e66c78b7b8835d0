//! A worker inside the node: the same code as `rlc worker run`, over the node's RPC in memory.
//!
//! It computes for a workerpool while the node runs. Should it end, the node goes on; what it had in hand is in its
//! journal and goes on with the next start. When the node ends, it waits until the worker has stopped what runs, such as
//! containers, which would outlive them both.

use std::{
	future::Future,
	path::{Path, PathBuf},
	sync::mpsc::{self, RecvTimeoutError},
	time::Duration,
};

use rlc_chain::{Chain, Key};
use rlc_worker::Share;
use tokio::sync::oneshot;

use crate::{embedded::InMemory, service::Node, Error};

/// How long a node that ends waits for its worker: as long as the worker gives to what runs, and a little more.
const STOP_PATIENCE: Duration = Duration::from_secs(12);

/// The options of the command line.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Computing for a workerpool")]
pub struct WorkerParams {
	/// Also work for the workerpool with this scheduler: http(s)://HOST:PORT.
	#[arg(long = "worker", value_name = "URL", requires = "worker_key")]
	pub scheduler: Option<String>,

	/// The worker's secret key: a file with its phrase or seed; on development chains also a derivation such as
	/// //Worker//1.
	#[arg(long, value_name = "FILE", requires = "scheduler")]
	pub worker_key: Option<String>,

	/// How many tasks at a time [default: one for each core]
	#[arg(long, value_name = "N", requires = "scheduler", value_parser = clap::value_parser!(u32).range(1..))]
	pub worker_slots: Option<u32>,

	/// Memory for all tasks: 50%, 4G [default: 50%]
	#[arg(long, value_name = "SHARE", requires = "scheduler")]
	pub worker_memory: Option<Share>,

	/// Disk for all tasks: 50%, 20G [default: 50%]
	#[arg(long, value_name = "SHARE", requires = "scheduler")]
	pub worker_disk: Option<Share>,

	/// Let requests fetch inputs from private networks and this machine.
	#[arg(long, requires = "scheduler")]
	pub worker_allow_private_networks: bool,
}

/// What a worker is started with.
pub struct Options {
	config: rlc_worker::Config,
	key: Key,
}

impl WorkerParams {
	/// The worker that is asked for, if one is, with its directory below the node's.
	///
	/// # Errors
	///
	/// [`Error::BadWorker`] if the key cannot be read, or is none.
	pub fn options(&self, base_path: &Path, development: bool) -> Result<Option<Options>, Error> {
		let (Some(scheduler), Some(key)) = (&self.scheduler, &self.worker_key) else { return Ok(None) };
		let wrong = |reason: String| Error::BadWorker { reason };
		let secret = if key.starts_with("//") {
			if !development {
				return Err(wrong(format!("everybody knows the key {key}; give a file with a key of your own")));
			}
			key.clone()
		} else {
			let path = PathBuf::from(key);
			std::fs::read_to_string(&path).map_err(|error| wrong(format!("the key in {key}: {error}")))?
		};
		let key = Key::from_suri(secret.trim()).map_err(|_| wrong("the key is neither a phrase nor a seed".into()))?;
		let usual = rlc_worker::Config::new(scheduler.clone(), base_path.join("worker"));
		let config = rlc_worker::Config {
			slots: self.worker_slots,
			memory: self.worker_memory.unwrap_or(usual.memory),
			disk: self.worker_disk.unwrap_or(usual.disk),
			allow_private_networks: self.worker_allow_private_networks,
			..usual
		};
		Ok(Some(Options { config, key }))
	}
}

/// Starts a worker beside a node that runs. It ends with the node.
pub fn start(node: &mut Node, options: Options) {
	let rpc = InMemory::of(&node.rpc, tokio::runtime::Handle::current());
	// Nobody else may keep it, and it is gone when this task is: when the node ends.
	let handlers = node.rpc.clone();
	let running = Running::spawn(|stop| async move {
		let _handlers = handlers;
		if let Err(error) = work(rpc, options, stop).await {
			log::error!("the worker has ended, the node goes on: {error}");
		}
	});
	// The node's own tasks are dropped where they are when it ends; this is dropped then, while there are threads yet.
	node.tasks.keep_alive(running);
}

async fn work(
	rpc: InMemory,
	options: Options,
	stop: oneshot::Receiver<()>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
	let chain = Chain::over(rpc).await?;
	let account = rlc_protocol::Account(options.key.account());
	log::info!("worker {account} works for {}", options.config.scheduler);
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
			log::warn!("the worker did not stop in time; what runs may go on until its next start");
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
	fn a_node_that_ends_waits_for_its_worker() {
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
	fn a_worker_gets_its_share_of_the_machine() {
		let params = WorkerParams {
			scheduler: Some("http://127.0.0.1:1".into()),
			worker_key: Some("//Bob".into()),
			worker_slots: None,
			worker_memory: Some(Share::Bytes(5)),
			worker_disk: None,
			worker_allow_private_networks: false,
		};
		let options = params.options(Path::new("/nowhere"), true).expect("a key").expect("a worker");
		assert_eq!((options.config.memory, options.config.disk), (Share::Bytes(5), Share::Percent(50)));
	}

	#[test]
	fn a_worker_that_has_ended_is_not_waited_for() {
		let threads = tokio::runtime::Runtime::new().expect("threads");
		let running = threads.block_on(async { Running::spawn(|_| async {}) });
		let begin = std::time::Instant::now();
		drop(running);
		assert!(begin.elapsed() < STOP_PATIENCE);
	}
}
