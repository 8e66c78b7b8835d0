//! `rlc doctor`: what this machine can do, and what is missing.

use std::{
	os::unix::fs::MetadataExt,
	path::{Path, PathBuf},
	time::Duration,
};

use clap::Args;
use rlc_chain::{Chain, ProxyType};
use rlc_json::Account;
use rlc_keystore::data_home;
use rlc_protocol::{requester::SchedulerRpcClient, version::SPOKEN};
use rlc_sandbox::{
	Compiler, ContainerTier, Ending, FoundGpu, Gpus, Grants, Job, Limits, NetworkConfig, Stop, WasmTier,
};
use rlc_worker::{Share, CONTAINER_SERVICE};
use serde::Serialize;
use serde_json::json;

use crate::{
	amount::Amount,
	answer::{self, Answer},
	context::{now, Context},
	failure::{disk, failure, Result},
	pool,
	proxy::{self, Kind},
	table::{counted, size, span},
	worker_dir::WorkerDir,
};

/// A chain whose last block is older has stalled, in ms.
const OLD_BLOCK: u64 = 60_000;
/// A clock that is off by more is wrong, in ms: a block may be this old by itself.
const CLOCK_TOLERANCE: u64 = 30_000;
/// A worker needs at least this much disk, in bytes.
const LITTLE_DISK: u64 = 1 << 30;
/// A pool's store needs at least this much room for results, in bytes.
const LITTLE_ROOM: u64 = 1 << 20;
/// A module that does nothing, to try the wasm tier with.
const NOTHING: &[u8] = &[
	0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00, // \0asm, version 1
	0x01, 0x04, 0x01, 0x60, 0x00, 0x00, // one type: () -> ()
	0x03, 0x02, 0x01, 0x00, // one function of it
	0x05, 0x03, 0x01, 0x00, 0x01, // one memory of one page
	0x07, 0x13, 0x02, 0x06, 0x6D, 0x65, 0x6D, 0x6F, 0x72, 0x79, 0x02, 0x00, // exports "memory"
	0x06, 0x5F, 0x73, 0x74, 0x61, 0x72, 0x74, 0x00, 0x00, // and "_start"
	0x0A, 0x04, 0x01, 0x02, 0x00, 0x0B, // which ends at once
];

/// Check what this machine can do, and what is missing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc doctor
  rlc doctor --scheduler https://pool.example.org --json
  rlc doctor --account hot --on-behalf-of 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY

The exit code is 1 if something fails that every command or worker needs.")]
pub(crate) struct Doctor {
	/// Check this scheduler too
	#[arg(long, value_name = "URL")]
	pub scheduler: Option<String>,

	/// Check too whether --account can work, or run a workerpool, as the proxy of this account
	#[arg(long, value_name = "ACCOUNT")]
	pub on_behalf_of: Option<String>,

	/// A directory of CDI specifications, which describe graphics processors; may be repeated [default: /etc/cdi,
	/// /var/run/cdi]
	#[arg(long = "cdi-dir", value_name = "DIR")]
	pub cdi_dirs: Vec<PathBuf>,

	/// The directory of a worker, to tell which of its graphics processors are out of use [default: that of --account]
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,
}

/// What was checked, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Check {
	/// What was checked.
	name: &'static str,
	/// Whether it is in order.
	good: bool,
	/// Whether every command or worker needs it.
	needed: bool,
	/// What was found, or what is wrong and what to do.
	words: String,
}

impl Check {
	fn new(name: &'static str, needed: bool, found: Result<String>) -> Self {
		let good = found.is_ok();
		Self { name, good, needed, words: found.unwrap_or_else(|wrong| wrong.to_string()) }
	}

	fn line(&self, width: usize) -> String {
		let mark = if self.good {
			"✓"
		} else if self.needed {
			"✗"
		} else {
			"-"
		};
		format!("{mark} {:width$}  {}", self.name, self.words)
	}
}

/// Checks everything. What is wrong is part of the answer, and the exit code tells whether something needed is missing.
pub(crate) async fn run(doctor: Doctor, context: &Context) -> Result<Answer> {
	let (containers, network) = container_tier().await;
	let mut checks = vec![
		Check::new("wasm tier", true, wasm_tier(Compiler::this_program()).await),
		Check::new("container tier", false, containers),
		Check::new("container network", false, network),
	];
	checks.extend(gpus(&doctor, context));
	checks.extend([
		Check::new("keystore", true, keystore(context)),
		Check::new("disk", true, disk_space()),
		Check::new("own disk", false, own_disk()),
	]);
	match context.chain().await {
		Err(wrong) => checks.push(Check::new("node", true, Err(wrong))),
		Ok(chain) => {
			checks.extend(node(&chain, &context.global.node).await);
			if let Some(real) = &doctor.on_behalf_of {
				checks.push(Check::new("proxy", true, on_behalf_of(context, &chain, real).await));
			}
		}
	}
	if let Some(url) = &doctor.scheduler {
		checks.extend(scheduler(url).await);
	}
	let width = checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
	let text: Vec<_> = checks.iter().map(|check| check.line(width)).collect();
	let fit = checks.iter().all(|check| check.good || !check.needed);
	let ending = if fit { answer::Ending::Well } else { answer::Ending::Wrong };
	Ok(Answer::new(text.join("\n"), json!({ "fit": fit, "checks": checks })).ending(ending))
}

/// Returns what the account that acts may do for another one, if both have what that takes.
async fn on_behalf_of(context: &Context, chain: &Chain, real: &str) -> Result<String> {
	let (real, signer) = (context.account(real)?, context.who()?);
	let wanted = [ProxyType::Worker, ProxyType::Scheduler];
	let types = proxy::types(&chain.proxies(&real).await?, &real, &signer, &wanted)?;
	proxy::ensure_exists(chain, &signer).await?;
	let funds = chain.funds(&real).await?;
	let [real, signer] = [real, signer].map(Account);
	if funds.free == 0 && funds.locked == 0 {
		return Err(
			failure!(FundsShort, "{real} has no RLC to stake"; "send it some with `rlc account send {real} 10`"),
		);
	}
	let types: Vec<_> = types.into_iter().map(Kind::name_of).collect();
	let free = Amount(funds.spendable());
	Ok(format!("{signer} is a {} proxy of {real}, which has {free} free", types.join(" and ")))
}

async fn wasm_tier(compiler: Compiler) -> Result<String> {
	let wrong = |error: &dyn std::fmt::Display| failure!(TierFailed, "does not run: {error}");
	let dir = tempfile::tempdir().map_err(|error| wrong(&error))?;
	let path = |name: &str| dir.path().join(name);
	let (app, input, output) = (path("app.wasm"), path("in"), path("out"));
	std::fs::write(&app, NOTHING).map_err(|error| wrong(&error))?;
	for dir in [&input, &output] {
		std::fs::create_dir(dir).map_err(|error| wrong(&error))?;
	}
	let tier = WasmTier::new(compiler, None).map_err(|error| wrong(&error))?;
	let limits = &Limits { time: Duration::from_secs(30), ..Limits::default() };
	let (input, output) = (input.as_path(), output.as_path());
	let (grants, seed, hash_memory) = (Grants::default(), [0; 32], false);
	let job = Job { app: &app, args: &[], env: &[], input, output, limits, grants, seed, hash_memory };
	let run = tier.run(&job, &Stop::new()).await.map_err(|error| wrong(&error))?;
	match run.ending {
		Ending::Exited(0) => Ok("runs WebAssembly apps".into()),
		other => Err(failure!(TierFailed, "a module that does nothing ended with {other:?}")),
	}
}

/// Returns whether images run, and whether they can be given a network: by the container service, or by a worker that is
/// root.
async fn container_tier() -> (Result<String>, Result<String>) {
	let service = Path::new(CONTAINER_SERVICE);
	if service.exists() {
		return container_service(service).await;
	}
	let no_network = || Err(failure!(TierFailed, "needs the container tier"));
	let dir = match tempfile::tempdir() {
		Ok(dir) => dir,
		Err(error) => return (Err(failure!(TierFailed, "cannot be tried: {error}")), no_network()),
	};
	match ContainerTier::probe(dir.path()).await {
		Ok(tier) => {
			let network =
				tier.with_network(NetworkConfig::default()).await.map_err(|why| failure!(TierFailed, "{why}"));
			(
				Ok("runs container images, by workers that are root; better use `rlc worker containers`".into()),
				network.map(|_| "can be given to containers (rlc worker run --network)".into()),
			)
		}
		Err(why) => (Err(failure!(TierFailed, "{why}")), no_network()),
	}
}

/// Returns what the container service at a socket does.
async fn container_service(socket: &Path) -> (Result<String>, Result<String>) {
	let failed = |why: String| failure!(TierFailed, "{why}");
	let tier = match ContainerTier::connect(socket).await {
		Ok(tier) => tier,
		Err(why) => return (Err(failed(why.to_string())), Err(failed("needs the container tier".into()))),
	};
	let room = tier.allowance().map_or_else(String::new, |allowance| {
		format!(", up to {} with {} of memory", counted(allowance.runs.into(), "run"), size(allowance.memory))
	});
	let network = tier.with_network(NetworkConfig::default()).await.map_err(|why| failed(why.to_string()));
	(
		Ok(format!("the service at {} runs container images{room}", socket.display())),
		network.map(|_| "can be given to containers (rlc worker run --network)".into()),
	)
}

/// Returns which devices containers can be given, which not, and which a worker has put out of use.
fn gpus(doctor: &Doctor, context: &Context) -> Vec<Check> {
	const NAME: &str = "graphics";
	let dirs = if doctor.cdi_dirs.is_empty() { Gpus::usual_specifications() } else { doctor.cdi_dirs.clone() };
	let found = rlc_sandbox::survey(&dirs);
	let check = |words: Result<String>| Check::new(NAME, false, words);
	let mut checks: Vec<_> = found.devices.iter().map(|gpu| check(gpu_words(gpu))).collect();
	checks.extend(
		found
			.unread
			.iter()
			.map(|(path, why)| check(Err(failure!(DeviceUnusable, "{} is not read: {why}", path.display())))),
	);
	if checks.is_empty() {
		let dirs: Vec<_> = dirs.iter().map(|dir| dir.display().to_string()).collect();
		checks.push(check(Err(failure!(
			DeviceUnusable,
			"no graphics processor is described in {}, and none is in /dev/dri",
			dirs.join(" or ")
		))));
	}
	let dir = WorkerDir::of(context, doctor.dir.clone()).ok();
	let out = dir.and_then(|dir| rlc_sandbox::gpus_out_of_use(&dir.path().join("containers")));
	checks.extend(out.map(|words| {
		check(Err(failure!(DeviceUnusable, "the worker says: {words}"; "mend that, and start the worker again")))
	}));
	checks
}

/// Returns what a container gets with a device.
fn gpu_words(gpu: &FoundGpu) -> Result<String> {
	let nodes = gpu.nodes.as_ref().map_err(|why| failure!(DeviceUnusable, "{}: {why}", gpu.name))?;
	let source = gpu.source.as_ref().map(|path| format!(" of {}", path.display())).unwrap_or_default();
	let auto = if gpu.is_auto { "" } else { "; not one of `--gpu auto`" };
	let left_out =
		if gpu.left_out.is_empty() { String::new() } else { format!(", without {}", gpu.left_out.join(", ")) };
	Ok(format!("{}{source} has {}{left_out}{auto}", gpu.name, nodes.join(", ")))
}

fn keystore(context: &Context) -> Result<String> {
	let keystore = context.keystore()?;
	let entries = keystore.list()?;
	let dir = keystore.dir().display();
	Ok(match entries.len() {
		0 => format!("no accounts in {dir} yet; `rlc account create NAME` makes one"),
		count => format!("{} in {dir}", counted(count as u64, "account")),
	})
}

/// Returns the directory that has, or would have, the data of a worker.
fn data_dir() -> Result<PathBuf> {
	let home = data_home()
		.ok_or_else(|| failure!(HomeMissing, "there is no directory for data"; "set XDG_DATA_HOME or HOME"))?;
	Ok(home.ancestors().find(|dir| dir.exists()).unwrap_or(Path::new("/")).to_owned())
}

fn disk_space() -> Result<String> {
	let there = data_dir()?;
	let free = rlc_disk::available(&there).map_err(disk(&there))?;
	if free < LITTLE_DISK {
		return Err(failure!(DiskSmall, "only {} are free at {}", size(free), there.display();
			"a worker needs at least {}", size(LITTLE_DISK)));
	}
	let usual = Share::Percent(50);
	let (takes, promises) = (size(usual.of(free)), size(usual.promised(free)));
	let there = there.display();
	Ok(format!(
		"{} are free at {there}; a new worker takes {takes} ({usual}), and promises tasks {promises}",
		size(free)
	))
}

/// Returns whether what fills the system's disk does not fill the worker's, nor the other way round.
fn own_disk() -> Result<String> {
	let there = data_dir()?;
	let device = |dir: &Path| std::fs::metadata(dir).map(|data| data.dev()).map_err(disk(dir));
	if device(&there)? == device(Path::new("/"))? {
		return Err(failure!(DiskShared, "{} is on the disk of the system", there.display();
			"a worker there stops taking tasks when others fill the disk; give it a file system of its own, or a quota"));
	}
	Ok(format!("{} is on another file system than the system", there.display()))
}

async fn node(chain: &Chain, url: &str) -> [Check; 3] {
	let best = chain.best().await;
	let node = best.map(|(number, _)| format!("{url}, block {number}, genesis {:?}", chain.genesis()));
	let (age, clock) = match chain.now().await {
		Ok(time) => (block_age(time, now()), clock(time, now())),
		Err(error) => (Err(error.clone().into()), Err(error.into())),
	};
	let node = Check::new("node", true, node.map_err(Into::into));
	[node, Check::new("last block", true, age), Check::new("clock", true, clock)]
}

fn block_age(block: u64, now: u64) -> Result<String> {
	let age = now.saturating_sub(block);
	if age > OLD_BLOCK {
		return Err(failure!(ChainStalled, "is {} old, so the chain has stalled", span(age);
			"check its validators and this machine's clock, unless it makes blocks on demand only"));
	}
	Ok(format!("{} old", span(age)))
}

/// Compares the clocks: one that is behind the chain's is certainly wrong; one that is ahead may be, or the chain has
/// stalled.
fn clock(block: u64, now: u64) -> Result<String> {
	if block > now.saturating_add(CLOCK_TOLERANCE) {
		return Err(
			failure!(ClockBehind, "this machine's clock is {} behind the chain's", span(block - now); "set it by NTP"),
		);
	}
	Ok(match block.checked_sub(now) {
		Some(behind) => format!("{} behind the chain's", span(behind)),
		None => "not behind the chain's".into(),
	})
}

/// Returns whether a scheduler answers, and whether its store accepts results.
async fn scheduler(url: &str) -> Vec<Check> {
	let begin = std::time::Instant::now();
	let asked = async {
		let client = pool::connect(url).await?;
		client.info(Some(SPOKEN)).await.map_err(|error| pool::refused(&error))
	};
	let info = match asked.await {
		Ok(info) => info,
		Err(wrong) => return vec![Check::new("scheduler", true, Err(wrong))],
	};
	let took = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
	let (workers, slots) = (counted(info.workers.into(), "worker"), counted(info.free_slots.into(), "free slot"));
	let answers = format!("{url} answers in {}, {workers}, {slots}", span(took));
	let mut checks = vec![Check::new("scheduler", true, Ok(answers))];
	// Older schedulers do not say.
	checks.extend(info.room.map(|room| Check::new("results", false, results(room, info.homeless))));
	checks
}

/// Judges the room that a pool has for results, in bytes, and how many results are in no store.
fn results(room: u64, homeless: u64) -> Result<String> {
	if room < LITTLE_ROOM {
		return Err(failure!(StoreFull, "the pool has room for {} of results, so tasks wait", size(room);
			"raise --store-quota, lower --retention, or free its disk"));
	}
	if homeless > 0 {
		let results = counted(homeless, "result");
		return Err(failure!(ResultsHomeless, "{results} of completed tasks are not in the pool's store yet";
			"look at its log, and at the workers that have them; this ends by itself once they have uploaded them"));
	}
	Ok(format!("all are in the store, which has room for {} more", size(room)))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn module_that_does_nothing_runs() {
		assert_eq!(wasm_tier(Compiler::unlimited()).await, Ok("runs WebAssembly apps".into()));
	}

	#[test]
	fn disk_says_what_a_worker_would_take_and_promise_of_it() {
		let said = disk_space().unwrap();
		assert!(said.contains("a new worker takes") && said.contains("(50%), and promises tasks"), "{said}");
	}

	#[test]
	fn device_is_told_with_what_containers_get_of_it() {
		let gpu = FoundGpu {
			name: "nvidia.com/gpu=all".into(),
			source: Some("/etc/cdi/nvidia.yaml".into()),
			nodes: Ok(vec!["/dev/nvidia0".into(), "/dev/nvidiactl".into()]),
			is_auto: false,
			left_out: vec!["/run/x (a service)".into()],
		};
		let said =
			"nvidia.com/gpu=all of /etc/cdi/nvidia.yaml has /dev/nvidia0, /dev/nvidiactl, without /run/x (a service); \
			not one of `--gpu auto`";
		assert_eq!(gpu_words(&gpu), Ok(said.into()));
		let broken = gpu_words(&FoundGpu { nodes: Err("it is empty".into()), ..gpu }).unwrap_err().to_string();
		assert!(broken.starts_with("nvidia.com/gpu=all: it is empty"), "{broken}");
	}

	#[test]
	fn clock_behind_the_chains_is_wrong() {
		assert!(clock(1_000_000, 1_000_500).is_ok());
		assert!(clock(1_000_000, 990_000).is_ok());
		assert!(clock(1_000_000, 900_000).unwrap_err().to_string().contains("100 s behind"));
	}

	#[test]
	fn pool_whose_results_have_no_home_is_unfit() {
		assert!(results(1 << 30, 0).is_ok());
		let full = results(1_000, 0).unwrap_err().to_string();
		assert!(full.contains("tasks wait") && full.contains("--store-quota"), "{full}");
		let homeless = results(1 << 30, 2).unwrap_err().to_string();
		assert!(homeless.contains("2 results of completed tasks are not in the pool's store"), "{homeless}");
	}

	#[test]
	fn chain_without_new_blocks_has_stalled() {
		assert!(block_age(1_000_000, 1_002_000).is_ok());
		assert!(block_age(1_000_000, 2_000_000).is_err());
	}

	#[test]
	fn what_is_missing_and_needed_is_crossed_out() {
		let line = |needed, found| Check::new("disk", needed, found).line(6);
		assert_eq!(line(true, Ok("much".into())), "✓ disk    much");
		let none = || Err(failure!(DiskSmall, "none"));
		assert!(line(true, none()).starts_with("✗") && line(false, none()).starts_with("-"));
	}
}
