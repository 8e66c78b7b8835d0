//! Which programs make a stack, with which arguments.

use std::{
	ffi::OsString,
	net::TcpListener,
	path::{Path, PathBuf},
};

use rlc_chain::Key;
use rlc_primitives::{AccountId, Balance, RLC};

use super::options::Options;
use crate::failure::{disk, failure, Failure, Result};

/// The account that gives the workers what they stake. Rich on development chains.
pub(super) const TREASURER: &str = "//Alice";
/// The account that owns the workerpool.
pub(crate) const SCHEDULER: &str = "//Bob";
/// What each worker has at the start, in nRLC.
pub(super) const WORKER_FUNDS: Balance = 100 * RLC;
/// The categories that the pool has an order in.
const CATEGORIES: [&str; 3] = ["XS", "S", "M"];
/// The highest trust that the pool's orders promise.
const TRUST: u64 = 100;
/// How many tasks the pool's orders are good for.
const VOLUME: u64 = 1_000_000;

/// How much of the machine's memory and disk all workers have together, in percent.
const SHARE: u32 = 50;

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
	options: Options,
	base: PathBuf,
	node: PathBuf,
	rlc: PathBuf,
}

impl Plan {
	/// Returns the plan of a stack that is kept in `base`.
	///
	/// # Errors
	///
	/// If a program is missing, or a port is taken.
	pub(super) fn new(options: &Options, base: PathBuf) -> Result<Self> {
		let rlc = std::env::current_exe().map_err(disk("rlc"))?;
		let beside = rlc.with_file_name("rlc-node");
		let node = match &options.node_binary {
			Some(given) if given.is_file() => given.clone(),
			Some(given) => {
				return Err(failure!(ProgramMissing, "there is no program {}", given.display(); "check --node-binary"));
			}
			None if beside.is_file() => beside,
			None => in_path("rlc-node").ok_or_else(|| {
				failure!(ProgramMissing, "rlc-node is neither next to rlc nor in PATH";
					"build it, or give --node-binary FILE")
			})?,
		};
		// Both are held until both are known to be free, so that one port is not taken for both.
		let mut free = Vec::new();
		for (port, option) in [(options.rpc_port, "--rpc-port"), (options.scheduler_port, "--scheduler-port")] {
			free.push(TcpListener::bind(("127.0.0.1", port)).map_err(|_| {
				failure!(PortTaken, "port {port} is in use";
					"stop what listens there, or choose another with {option}")
			})?);
		}
		std::fs::create_dir_all(base.join("logs")).map_err(disk(&base))?;
		Ok(Self { options: options.clone(), base, node, rlc })
	}

	pub(super) fn base(&self) -> &Path {
		&self.base
	}

	pub(super) fn logs(&self) -> PathBuf {
		self.base.join("logs")
	}

	pub(super) fn node_url(&self) -> String {
		format!("ws://127.0.0.1:{}", self.options.rpc_port)
	}

	pub(super) fn scheduler_url(&self) -> String {
		format!("http://127.0.0.1:{}", self.options.scheduler_port)
	}

	pub(super) fn node(&self) -> Part {
		let mut arguments: Vec<OsString> = vec!["--dev".into(), "--no-prometheus".into(), "--no-telemetry".into()];
		arguments.extend(["--port".into(), "0".into()]);
		arguments.extend(["--rpc-port".into(), self.options.rpc_port.to_string().into()]);
		arguments.extend(["--base-path".into(), self.base.join("node").into()]);
		if self.options.instant_seal {
			arguments.push("--instant-seal".into());
		}
		Part { name: "node".into(), program: self.node.clone(), arguments }
	}

	/// Returns the scheduler. It vouches for the workers: each has a vote, and may decide alone.
	pub(super) fn scheduler(&self) -> Part {
		let mut arguments = self.role("scheduler", SCHEDULER, "scheduler");
		arguments.extend(["--name".into(), "rlc up".into()]);
		arguments.extend(["--listen".into(), format!("127.0.0.1:{}", self.options.scheduler_port).into()]);
		arguments.extend(["--public-url".into(), self.scheduler_url().into()]);
		arguments.extend(["--publish-price".into(), format!("{}nRLC", self.options.price.0).into()]);
		arguments.extend(["--volume".into(), VOLUME.to_string().into()]);
		arguments.extend(["--trust".into(), TRUST.to_string().into()]);
		let workers = (1..=self.options.workers).map(worker_key).collect::<Vec<_>>();
		if !workers.is_empty() {
			arguments.extend(["--vouch-for".into(), workers.join(",").into()]);
		}
		for category in CATEGORIES {
			arguments.extend(["--category".into(), category.into()]);
		}
		arguments.extend(self.ipfs());
		Part { name: "scheduler".into(), program: self.rlc.clone(), arguments }
	}

	/// Returns the worker with this number, from 1. The last ones are the liars.
	pub(super) fn worker(&self, number: u32) -> Part {
		let name = format!("worker-{number}");
		let mut arguments = self.role("worker", &worker_key(number), &name);
		arguments.extend(["--scheduler".into(), self.scheduler_url().into()]);
		arguments.extend(["--slots".into(), self.options.slots.to_string().into()]);
		// They share what one worker would take.
		let share = OsString::from(format!("{}%", (SHARE / self.options.workers.max(1)).max(1)));
		arguments.extend(["--memory".into(), share.clone(), "--disk".into(), share]);
		arguments.push("--allow-private-networks".into());
		arguments.extend(self.ipfs());
		if number > self.options.workers - self.options.liars {
			arguments.push("--lie".into());
		}
		Part { name, program: self.rlc.clone(), arguments }
	}

	/// Returns the accounts of all workers.
	pub(super) fn worker_accounts(&self) -> Result<Vec<AccountId>> {
		let account = |number| {
			let key = worker_key(number);
			Key::from_suri(&key).map(|own| own.account()).map_err(|error| Failure::from(error).during(&key))
		};
		(1..=self.options.workers).map(account).collect()
	}

	/// Returns the options for the IPFS node, if there is one.
	fn ipfs(&self) -> Vec<OsString> {
		self.options.ipfs.iter().flat_map(|rpc| [OsString::from("--ipfs"), rpc.as_str().into()]).collect()
	}

	/// Returns the arguments of `rlc ROLE run` as this account, with a directory of its own.
	fn role(&self, role: &str, account: &str, dir: &str) -> Vec<OsString> {
		let mut arguments: Vec<OsString> = vec![role.into(), "run".into()];
		arguments.extend(["--node".into(), self.node_url().into()]);
		arguments.extend(["--account".into(), account.into()]);
		arguments.extend(["--dir".into(), self.base.join(dir).into()]);
		arguments
	}
}

/// Returns the key of the worker with this number.
pub(crate) fn worker_key(number: u32) -> String {
	format!("//Worker//{number}")
}

/// Returns a program in PATH.
fn in_path(name: &str) -> Option<PathBuf> {
	let path = std::env::var_os("PATH")?;
	std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use crate::{amount::Amount, stack::options::Directory};

	fn options() -> Options {
		Options {
			workers: 3,
			liars: 0,
			slots: 1,
			ipfs: None,
			directory: Directory::Temporary,
			instant_seal: false,
			rpc_port: 9944,
			scheduler_port: 9000,
			price: Amount(1),
			node_binary: None,
		}
	}

	fn plan(options: Options) -> Plan {
		Plan { options, base: "/base".into(), node: "/bin/rlc-node".into(), rlc: "/bin/rlc".into() }
	}

	/// Returns the arguments that start a scheduler and a worker, with an IPFS node.
	pub(crate) fn roles() -> [Vec<OsString>; 2] {
		let plan = plan(Options { ipfs: Some("http://127.0.0.1:5001".parse().unwrap()), ..options() });
		[plan.scheduler().arguments, plan.worker(1).arguments]
	}

	#[test]
	fn scheduler_and_workers_use_the_ipfs_node() {
		for arguments in roles() {
			let given = arguments.windows(2).any(|pair| pair == ["--ipfs", "http://127.0.0.1:5001/"]);
			assert!(given, "{arguments:?}");
		}
	}

	#[test]
	fn scheduler_vouches_for_all_workers() {
		let arguments = plan(options()).scheduler().arguments;
		let option = ["--vouch-for", "//Worker//1,//Worker//2,//Worker//3"];
		assert!(arguments.windows(2).any(|pair| pair == option), "{arguments:?}");
		let alone = plan(Options { workers: 0, ..options() }).scheduler().arguments;
		assert!(!alone.contains(&"--vouch-for".into()), "{alone:?}");
	}

	#[test]
	fn last_workers_are_the_liars() {
		let plan = plan(Options { liars: 1, ..options() });
		let lies = |number| plan.worker(number).arguments.contains(&"--lie".into());
		assert_eq!([1, 2, 3].map(lies), [false, false, true]);
		assert_eq!(plan.worker_accounts().unwrap().len(), 3);
	}

	#[test]
	fn workers_share_what_one_would_take() {
		for (workers, share) in [(1, "50%"), (3, "16%"), (200, "1%")] {
			let arguments = plan(Options { workers, ..options() }).worker(1).arguments;
			for option in ["--memory", "--disk"] {
				assert!(arguments.windows(2).any(|pair| pair == [option, share]), "{arguments:?}");
			}
		}
	}

	#[test]
	fn one_port_for_both_is_refused() {
		let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
		let node_binary = std::env::current_exe().ok();
		let options = Options { rpc_port: port, scheduler_port: port, node_binary, ..options() };
		let refused = Plan::new(&options, "/nowhere".into()).err().unwrap().to_string();
		assert!(refused.contains(&port.to_string()) && refused.contains("--scheduler-port"), "{refused}");
	}

	#[test]
	fn node_seals_as_asked() {
		let sealed = plan(Options { instant_seal: true, ..options() });
		assert!(sealed.node().arguments.contains(&"--instant-seal".into()));
		assert!(!plan(options()).node().arguments.contains(&"--instant-seal".into()));
	}
}
