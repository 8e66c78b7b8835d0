//! Options of a worker beside the node.

use std::path::{Path, PathBuf};

use rlc_chain::Key;
use rlc_primitives::WorkerpoolId;
use rlc_worker::Share;

use crate::{worker::Options, Error};

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

	/// Work for this account, which stakes and earns, as its proxy: the key needs a little RLC to exist.
	#[arg(long, value_name = "ADDRESS", requires = "scheduler")]
	pub worker_on_behalf_of: Option<rlc_protocol::Account>,

	/// The workerpool to join, as 0x and 40 hex digits [default: the one that the chain says is at --worker]
	#[arg(long, value_name = "ID", requires = "scheduler", value_parser = workerpool)]
	pub worker_workerpool: Option<WorkerpoolId>,

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

/// Reads a workerpool's id.
fn workerpool(text: &str) -> Result<WorkerpoolId, String> {
	text.parse().map(WorkerpoolId).map_err(|_| "not a workerpool id; write 0x and 40 hex digits".into())
}

impl WorkerParams {
	/// Returns what the worker is started with, its directory below the node's, or `None` if no worker is asked for.
	///
	/// # Errors
	///
	/// [`Error::BadWorker`] if the key cannot be read or is not valid.
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
		let key = match &self.worker_on_behalf_of {
			Some(account) => key.on_behalf_of(account.0.clone()),
			None => key,
		};
		let usual = rlc_worker::Config::new(scheduler.clone(), base_path.join("worker"));
		let config = rlc_worker::Config {
			workerpool: self.worker_workerpool,
			slots: self.worker_slots,
			memory: self.worker_memory.unwrap_or(usual.memory),
			disk: self.worker_disk.unwrap_or(usual.disk),
			allow_private_networks: self.worker_allow_private_networks,
			..usual
		};
		Ok(Some(Options { config, key }))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn params() -> WorkerParams {
		WorkerParams {
			scheduler: Some("http://127.0.0.1:1".into()),
			worker_key: Some("//Bob".into()),
			worker_on_behalf_of: None,
			worker_workerpool: None,
			worker_slots: None,
			worker_memory: Some(Share::Bytes(5)),
			worker_disk: None,
			worker_allow_private_networks: false,
		}
	}

	fn options(params: &WorkerParams) -> Options {
		params.options(Path::new("/nowhere"), true).expect("a key").expect("a worker")
	}

	#[test]
	fn worker_gets_its_share_of_the_machine() {
		let options = options(&params());
		assert_eq!((options.config.memory, options.config.disk), (Share::Bytes(5), Share::Percent(50)));
	}

	#[test]
	fn worker_acts_for_the_account_that_is_named() {
		let alice = Key::from_suri("//Alice").expect("a key").account();
		let worker_on_behalf_of = Some(rlc_protocol::Account(alice.clone()));
		let key = options(&WorkerParams { worker_on_behalf_of, ..params() }).key;
		assert_eq!((key.account(), key.signer()), (alice, options(&params()).key.account()));
	}
}
