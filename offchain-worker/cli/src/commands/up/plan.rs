//! Which programs make a stack, with which arguments.

use std::{
	ffi::OsString,
	path::{Path, PathBuf},
};

use rlc_chain::Key;
use rlc_primitives::{AccountId, Balance, RLC};

use super::Up;
use crate::failure::{failure, Result};

/// Who gives the workers what they stake. Rich on development chains.
pub(super) const TREASURER: &str = "//Alice";
/// Who owns the workerpool.
pub(crate) const SCHEDULER: &str = "//Bob";
/// What each worker has at the start, in nRLC.
pub(super) const WORKER_FUNDS: Balance = 100 * RLC;
/// The categories that the pool has an order in.
const CATEGORIES: [&str; 3] = ["XS", "S", "M"];
/// The highest trust that the pool's orders promise.
const TRUST: u64 = 100;
/// How many tasks the pool's orders are good for.
const VOLUME: u64 = 1_000_000;

/// A part of the stack: one child process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
	/// What people call it, and its log.
	pub(super) name: String,
	/// Its program.
	pub(super) program: PathBuf,
	/// Its arguments.
	pub(super) arguments: Vec<OsString>,
}

/// All parts.
pub(super) struct Plan {
	up: Up,
	base: PathBuf,
	node: PathBuf,
	rlc: PathBuf,
}

impl Plan {
	/// The stack that was asked for, kept in `base`.
	pub(super) fn new(up: &Up, base: PathBuf) -> Result<Self> {
		let rlc = std::env::current_exe().map_err(|error| failure!("this program cannot find itself: {error}"))?;
		let beside = rlc.with_file_name("rlc-node");
		let node = match &up.node_binary {
			Some(given) if given.is_file() => given.clone(),
			Some(given) => return Err(failure!("there is no program {}", given.display())),
			None if beside.is_file() => beside,
			None => in_path("rlc-node").ok_or_else(|| {
				failure!("rlc-node is neither beside rlc nor in PATH; build it, or give --node-binary FILE")
			})?,
		};
		for (port, option) in [(up.rpc_port, "--rpc-port"), (up.scheduler_port, "--scheduler-port")] {
			if std::net::TcpListener::bind(("127.0.0.1", port)).is_err() {
				return Err(failure!("port {port} is in use; stop what listens there, or give another by {option}"));
			}
		}
		std::fs::create_dir_all(base.join("logs")).map_err(|error| failure!("{}: {error}", base.display()))?;
		Ok(Self { up: up.clone(), base, node, rlc })
	}

	pub(super) fn base(&self) -> &Path {
		&self.base
	}

	pub(super) fn logs(&self) -> PathBuf {
		self.base.join("logs")
	}

	pub(super) fn node_url(&self) -> String {
		format!("ws://127.0.0.1:{}", self.up.rpc_port)
	}

	pub(super) fn scheduler_url(&self) -> String {
		format!("http://127.0.0.1:{}", self.up.scheduler_port)
	}

	pub(super) fn node(&self) -> Part {
		let mut arguments: Vec<OsString> = vec!["--dev".into(), "--no-prometheus".into(), "--no-telemetry".into()];
		arguments.extend(["--port".into(), "0".into()]);
		arguments.extend(["--rpc-port".into(), self.up.rpc_port.to_string().into()]);
		arguments.extend(["--base-path".into(), self.base.join("node").into()]);
		if self.up.instant_seal {
			arguments.push("--instant-seal".into());
		}
		Part { name: "node".into(), program: self.node.clone(), arguments }
	}

	pub(super) fn scheduler(&self) -> Part {
		let mut arguments = self.role("scheduler", SCHEDULER, "scheduler");
		arguments.extend(["--name".into(), "rlc up".into()]);
		arguments.extend(["--listen".into(), format!("127.0.0.1:{}", self.up.scheduler_port).into()]);
		arguments.extend(["--public-url".into(), self.scheduler_url().into()]);
		arguments.extend(["--publish-price".into(), format!("{}nRLC", self.up.price.0).into()]);
		arguments.extend(["--volume".into(), VOLUME.to_string().into()]);
		arguments.extend(["--trust".into(), TRUST.to_string().into()]);
		for category in CATEGORIES {
			arguments.extend(["--category".into(), category.into()]);
		}
		arguments.extend(self.ipfs());
		Part { name: "scheduler".into(), program: self.rlc.clone(), arguments }
	}

	/// The worker with this number, from 1. The last ones are the liars.
	pub(super) fn worker(&self, number: u32) -> Part {
		let name = format!("worker-{number}");
		let mut arguments = self.role("worker", &worker_key(number), &name);
		arguments.extend(["--scheduler".into(), self.scheduler_url().into()]);
		arguments.extend(["--slots".into(), self.up.slots.to_string().into()]);
		arguments.push("--allow-private-networks".into());
		arguments.extend(self.ipfs());
		if number > self.up.workers - self.up.liars {
			arguments.push("--lie".into());
		}
		Part { name, program: self.rlc.clone(), arguments }
	}

	/// Accounts of all workers.
	pub(super) fn worker_accounts(&self) -> Result<Vec<AccountId>> {
		let account = |number| {
			let key = worker_key(number);
			Key::from_suri(&key).map(|key| key.account()).map_err(|error| failure!("{key}: {error}"))
		};
		(1..=self.up.workers).map(account).collect()
	}

	/// Where the IPFS node is, if there is one.
	fn ipfs(&self) -> Vec<OsString> {
		self.up.ipfs.iter().flat_map(|rpc| [OsString::from("--ipfs"), rpc.as_str().into()]).collect()
	}

	/// `rlc ROLE run` as this account, with a directory of its own.
	fn role(&self, role: &str, account: &str, dir: &str) -> Vec<OsString> {
		let mut arguments: Vec<OsString> = vec![role.into(), "run".into()];
		arguments.extend(["--node".into(), self.node_url().into()]);
		arguments.extend(["--account".into(), account.into()]);
		arguments.extend(["--dir".into(), self.base.join(dir).into()]);
		arguments
	}
}

/// The key of the worker with this number.
pub(crate) fn worker_key(number: u32) -> String {
	format!("//Worker//{number}")
}

/// A program in PATH.
fn in_path(name: &str) -> Option<PathBuf> {
	let path = std::env::var_os("PATH")?;
	std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cli::{Cli, Command};
	use clap::Parser;

	fn plan(arguments: &[&str]) -> Plan {
		let cli = Cli::try_parse_from([&["rlc", "up"], arguments].concat()).unwrap();
		let Command::Up(up) = cli.command else { panic!("not up") };
		Plan { up, base: "/base".into(), node: "/bin/rlc-node".into(), rlc: "/bin/rlc".into() }
	}

	/// What a part is started with must be a command line that this program understands.
	fn understood(part: &Part) -> Command {
		let arguments = [OsString::from("rlc")].into_iter().chain(part.arguments.iter().cloned());
		Cli::try_parse_from(arguments).unwrap().command
	}

	#[test]
	fn roles_are_started_with_arguments_that_they_understand() {
		let plan = plan(&["--scheduler-port", "9000"]);
		assert!(matches!(understood(&plan.scheduler()), Command::Scheduler(_)));
		assert!(matches!(understood(&plan.worker(1)), Command::Worker(_)));
	}

	#[test]
	fn scheduler_and_workers_use_the_ipfs_node() {
		let plan = plan(&["--ipfs", "http://127.0.0.1:5001"]);
		for part in [plan.scheduler(), plan.worker(1)] {
			let given = part.arguments.windows(2).any(|pair| pair == ["--ipfs", "http://127.0.0.1:5001/"]);
			assert!(given, "{:?}", part.arguments);
			understood(&part);
		}
	}

	#[test]
	fn the_last_workers_are_the_liars() {
		let plan = plan(&["--workers", "3", "--liars", "1"]);
		let lies = |number| plan.worker(number).arguments.contains(&"--lie".into());
		assert_eq!([1, 2, 3].map(lies), [false, false, true]);
		assert_eq!(plan.worker_accounts().unwrap().len(), 3);
	}

	#[test]
	fn the_node_seals_as_asked() {
		assert!(plan(&["--instant-seal"]).node().arguments.contains(&"--instant-seal".into()));
		assert!(!plan(&[]).node().arguments.contains(&"--instant-seal".into()));
	}
}
