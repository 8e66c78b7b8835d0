//! Options of a worker beside the node.

use std::path::{Path, PathBuf};

use rlc_chain::Key;
use rlc_primitives::WorkerpoolId;
use rlc_worker::{Config, Share};
use sc_service::{ChainType, Role};
use zeroize::Zeroizing;

use crate::{worker::Child, Error};

/// The environment variable that may hold the password of the worker's key, as for the program `rlc`.
const PASSWORD_VARIABLE: &str = "RLC_PASSWORD";

/// The options of the command line.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Computing for a workerpool")]
pub struct WorkerParams {
	/// Also work for the workerpool with this scheduler: http(s)://HOST:PORT.
	///
	/// The worker is a process of its own, of low priority, which the node starts, starts again if it fails, and ends. It
	/// takes tasks while the node is in sync.
	#[arg(long = "worker", value_name = "URL", requires = "worker_key")]
	pub scheduler: Option<String>,

	/// The worker's secret key: a file as `rlc account create` writes it, or one with its phrase or seed, which nobody else
	/// can read; where RLC are worth nothing, also a derivation such as //Worker//1.
	#[arg(long, value_name = "FILE", requires = "scheduler")]
	pub worker_key: Option<String>,

	/// Read the password of --worker-key from this file [default: the variable RLC_PASSWORD]
	#[arg(long, value_name = "FILE", requires = "scheduler")]
	pub worker_password_file: Option<PathBuf>,

	/// Work for this account, which stakes and earns, as its proxy: the key needs a little RLC to exist.
	#[arg(long, value_name = "ADDRESS", requires = "scheduler")]
	pub worker_on_behalf_of: Option<rlc_protocol::Account>,

	/// The workerpool to join, as 0x and 40 hex digits [default: the one that the chain says is at --worker]
	#[arg(long, value_name = "ID", requires = "scheduler", value_parser = workerpool)]
	pub worker_workerpool: Option<WorkerpoolId>,

	/// How many cores it computes on [default: all but one, which is left to the node]
	#[arg(long, value_name = "N", requires = "scheduler", value_parser = clap::value_parser!(u32).range(1..))]
	pub worker_cores: Option<u32>,

	/// How many tasks at a time [default: one for each of its cores]
	#[arg(long, value_name = "N", requires = "scheduler", value_parser = clap::value_parser!(u32).range(1..))]
	pub worker_slots: Option<u32>,

	/// Memory for all tasks: 50%, 4G [default: 50%]
	#[arg(long, value_name = "SHARE", requires = "scheduler")]
	pub worker_memory: Option<Share>,

	/// Disk for the worker, of what is free where its directory is: 50%, 20G. A quarter of it is for what tasks write
	/// [default: 50%]
	#[arg(long, value_name = "SHARE", requires = "scheduler")]
	pub worker_disk: Option<Share>,

	/// Let requests fetch inputs from private networks, this machine and its neighbors.
	#[arg(long, requires = "scheduler")]
	pub worker_allow_private_networks: bool,

	/// Keep inputs away from this network too, such as a campus with public addresses: 131.1.0.0/16; may be repeated.
	#[arg(long = "worker-deny-network", value_name = "CIDR", requires = "scheduler")]
	pub worker_denied_networks: Vec<rlc_worker::IpNet>,

	/// Fetch inputs from the web through this HTTP proxy: http://[USER:PASSWORD@]HOST:PORT.
	#[arg(long, value_name = "URL", requires = "scheduler")]
	pub worker_proxy: Option<rlc_worker::Proxy>,

	/// Let the worker run beside a validator.
	///
	/// It computes what strangers send it, as the same user of this machine. A program that breaks out of its sandbox can
	/// read the validator's session keys and sign with them, for which its stake is slashed; and any program takes time,
	/// memory and disk from making blocks. Run the worker on another machine instead, with `rlc worker run`.
	#[arg(long, requires = "scheduler")]
	pub unsafe_worker_beside_validator: bool,

	/// Be the worker, not the node, and reach the node at this address. A node starts itself once more with what it was
	/// started with, and this.
	#[arg(long, hide = true, value_name = "URL", requires_all = ["scheduler", "worker_dir"])]
	pub worker_node: Option<String>,

	/// The directory of that worker.
	#[arg(long, hide = true, value_name = "DIR", requires = "worker_node")]
	pub worker_dir: Option<PathBuf>,
}

/// Reads a workerpool's id.
fn workerpool(text: &str) -> Result<WorkerpoolId, String> {
	text.parse().map(WorkerpoolId).map_err(|_| "not a workerpool id; write 0x and 40 hex digits".into())
}

impl WorkerParams {
	/// Returns what this process is to do as a worker, if it is one that a node started.
	pub fn child(&self) -> Option<Child<'_>> {
		let (scheduler, node, dir) = (self.scheduler.as_ref()?, self.worker_node.as_ref()?, self.worker_dir.as_ref()?);
		let usual = Config::new(scheduler.clone(), dir.clone());
		let config = Config {
			workerpool: self.worker_workerpool,
			slots: self.worker_slots,
			memory: self.worker_memory.unwrap_or(usual.memory),
			disk: self.worker_disk.unwrap_or(usual.disk),
			allow_private_networks: self.worker_allow_private_networks,
			denied_networks: self.worker_denied_networks.clone(),
			proxy: self.worker_proxy.clone(),
			..usual
		};
		Some(Child { node, config, cores: self.worker_cores, key: Box::new(|live| self.key(live)) })
	}

	/// Returns whether a worker is to run beside the node, after all that can be known before anything starts was checked.
	///
	/// # Errors
	///
	/// [`Error::BadWorker`] beside a validator, and for a key that cannot be used. On a development chain everybody knows
	/// the keys of the validators, so there is nothing to protect.
	pub fn is_wanted(&self, role: Role, chain: ChainType) -> Result<bool, Error> {
		if self.scheduler.is_none() {
			return Ok(false);
		}
		let is_exposed = role.is_authority() && chain != ChainType::Development;
		if is_exposed && !self.unsafe_worker_beside_validator {
			return Err(wrong(
				"a program that breaks out of its sandbox could take the session keys of this validator: run it on another \
				 machine, or give --unsafe-worker-beside-validator",
			));
		}
		self.key(chain == ChainType::Live).map(|_| true)
	}

	/// Reads the worker's key, for a network that is a live one or not.
	///
	/// # Errors
	///
	/// [`Error::BadWorker`] if it cannot be read, or if everybody has it and the network is a live one.
	fn key(&self, live: bool) -> Result<Key, Error> {
		let name = self.worker_key.as_deref().unwrap_or_default();
		let key = if name.starts_with("//") {
			Key::from_suri(name)
				.map_err(|_| wrong(format_args!("{name} is not a derivation; write it as //Worker//1")))?
		} else {
			let password = self.password()?;
			rlc_keystore::read_key(Path::new(name), password.as_deref().map(String::as_str)).map_err(wrong)?
		};
		if live && key.is_development() {
			return Err(wrong(format_args!(
				"{} is an account for development, whose key everybody has: name another",
				rlc_protocol::Account(key.signer())
			)));
		}
		Ok(match &self.worker_on_behalf_of {
			Some(account) => key.on_behalf_of(account.0.clone()),
			None => key,
		})
	}

	/// Returns the password of the key, if one is given.
	fn password(&self) -> Result<Option<Zeroizing<String>>, Error> {
		let Some(path) = &self.worker_password_file else {
			return Ok(std::env::var(PASSWORD_VARIABLE).ok().map(Zeroizing::new));
		};
		let text = std::fs::read_to_string(path).map(Zeroizing::new);
		let text = text.map_err(|error| wrong(format_args!("the password in {}: {error}", path.display())))?;
		Ok(Some(Zeroizing::new(text.trim_end_matches(['\n', '\r']).into())))
	}
}

fn wrong(reason: impl std::fmt::Display) -> Error {
	Error::BadWorker { reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{fs, os::unix::fs::PermissionsExt};

	fn params(key: &str) -> WorkerParams {
		WorkerParams {
			scheduler: Some("http://127.0.0.1:1".into()),
			worker_key: Some(key.into()),
			..Default::default()
		}
	}

	/// Returns why a worker cannot run so.
	fn refusal(params: &WorkerParams, role: Role, chain: ChainType) -> String {
		params.is_wanted(role, chain).expect_err("it cannot").one_line()
	}

	#[test]
	fn worker_gets_its_share_of_the_machine() {
		let params = WorkerParams {
			worker_memory: Some(Share::Bytes(5)),
			worker_node: Some("ws://127.0.0.1:2".into()),
			worker_dir: Some("/nowhere".into()),
			..params("//Bob")
		};
		let asked = params.child().map(|child| (child.config.memory, child.config.disk));
		assert_eq!(asked, Some((Share::Bytes(5), Share::Percent(50))));
		assert!(WorkerParams { worker_node: None, ..params }.child().is_none(), "it is the node");
	}

	#[test]
	fn worker_acts_for_the_account_that_is_named() {
		let alice = Key::from_suri("//Alice").expect("a key").account();
		let worker_on_behalf_of = Some(rlc_protocol::Account(alice.clone()));
		let key = WorkerParams { worker_on_behalf_of, ..params("//Bob") }.key(false).expect("a key");
		assert_eq!((key.account(), key.signer()), (alice, params("//Bob").key(false).expect("a key").account()));
	}

	#[test]
	fn validator_has_no_worker_beside_it_unless_that_is_forced() {
		let params = params("//Bob");
		assert!(refusal(&params, Role::Authority, ChainType::Local).contains("--unsafe-worker-beside-validator"));
		assert!(params.is_wanted(Role::Full, ChainType::Local).expect("a full node"));
		assert!(params.is_wanted(Role::Authority, ChainType::Development).expect("keys that everybody knows"));
		let forced = WorkerParams { unsafe_worker_beside_validator: true, ..params };
		assert!(forced.is_wanted(Role::Authority, ChainType::Local).expect("it is forced"));
		assert!(!WorkerParams::default().is_wanted(Role::Authority, ChainType::Live).expect("no worker"));
	}

	#[test]
	fn live_network_takes_no_key_that_everybody_has() {
		let folder = tempfile::tempdir().expect("a folder");
		let file = folder.path().join("phrase");
		fs::write(&file, "//Worker//1").expect("a file");
		fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("ours");
		for key in ["//Bob", file.to_str().expect("text")] {
			assert!(refusal(&params(key), Role::Full, ChainType::Live).contains("everybody has"), "{key}");
			assert!(params(key).is_wanted(Role::Full, ChainType::Local).is_ok(), "{key}");
		}
		fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("ours");
		let exposed = params(file.to_str().expect("text"));
		assert!(refusal(&exposed, Role::Full, ChainType::Local).contains("chmod 600"));
	}
}
