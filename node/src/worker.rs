//! A worker inside the node: the same code as `rlc worker run`, over the node's RPC in memory.
//!
//! It computes for a workerpool while the node runs. Should it end, the node goes on; what it had in hand is in its
//! journal and goes on with the next start.

use std::path::{Path, PathBuf};

use rlc_chain::{Chain, Key};

use crate::{embedded::InMemory, service::Node, Error};

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
		let config = rlc_worker::Config {
			slots: self.worker_slots,
			allow_private_networks: self.worker_allow_private_networks,
			..rlc_worker::Config::new(scheduler.clone(), base_path.join("worker"))
		};
		Ok(Some(Options { config, key }))
	}
}

/// Starts a worker beside a node that runs. It ends with the node.
pub fn start(node: &Node, options: Options) {
	let rpc = InMemory::of(&node.rpc, tokio::runtime::Handle::current());
	// Nobody else may keep it, and it is gone when this task is: when the node ends.
	let handlers = node.rpc.clone();
	node.tasks.spawn_handle().spawn("worker", Some("worker"), async move {
		let _handlers = handlers;
		if let Err(error) = work(rpc, options).await {
			log::error!("the worker has ended, the node goes on: {error}");
		}
	});
}

async fn work(rpc: InMemory, options: Options) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
	let chain = Chain::over(rpc).await?;
	let account = rlc_protocol::Account(options.key.account());
	log::info!("worker {account} works for {}", options.config.scheduler);
	let worker = rlc_worker::start(options.config, chain, options.key).await?;
	worker.exited().await?;
	Ok(())
}
