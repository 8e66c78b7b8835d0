//! `rlc worker`: let this machine work.

use std::{
	fs,
	io::Write,
	net::SocketAddr,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

use clap::{Args, Subcommand};
use codec::Encode;
use rlc_primitives::Tag;
use rlc_protocol::{requester::SchedulerRpcClient, signing::Claim, worker::Operator, Account};
use rlc_sandbox::WasmTier;
use rlc_store::Url;
use rlc_worker::{Activation, Config, Containers, Misbehavior, Share};
use serde_json::json;

use crate::{
	context::Context,
	failure::{failure, Result},
	ids,
	keystore::data_home,
	output::Answer,
	pool, stop,
	table::{fields, size, span},
};

/// The file in a worker's directory that asks it to drain.
const DRAIN: &str = "drain";
/// How often a worker looks for it.
const LOOK: Duration = Duration::from_millis(500);
/// How long a running worker has to see it.
const DRAIN_PATIENCE: Duration = Duration::from_secs(10);
/// What is written to measure a disk, in bytes.
const BENCH_SIZE: u64 = 64 << 20;
/// The tags' bits that stand for enclaves: that there is one, and its framework.
const ENCLAVE: u64 = 0b1111;
/// How often the way to a scheduler is measured.
const BENCH_PINGS: u32 = 5;

/// Let this machine work.
#[derive(Debug, Subcommand)]
pub enum Worker {
	/// Work for a workerpool until it is stopped
	#[command(after_help = "\
Examples:
  rlc worker run --scheduler https://pool.example.org --account me
  rlc worker run --scheduler https://pool.example.org --slots 2 --activation 'Mon-Fri 18-8, Sat-Sun *' --account me
  rlc worker run --scheduler https://pool.example.org --activation 'load<0.5' --memory 4G --account me
  rlc worker run --scheduler https://pool.example.org --network --gpu /dev/dri/renderD128 --account me

The account stakes RLC for each contribution. Ctrl-C stops at once, and the next start goes on where it was;
`rlc worker drain` finishes what is in hand first.")]
	Run(Box<Run>),

	/// Ask a running worker on this machine to finish what is in hand and end
	#[command(after_help = "\
Examples:
  rlc worker drain --account me
  rlc worker drain --dir /var/lib/rlc-worker")]
	Drain {
		/// The worker's directory, as with run
		#[arg(long, value_name = "DIR")]
		dir: Option<PathBuf>,
	},

	/// Measure what this machine does: processor, disk, network
	#[command(after_help = "\
Examples:
  rlc worker bench
  rlc worker bench --scheduler https://pool.example.org --json")]
	Bench {
		/// Measure the disk that has this directory
		#[arg(long, value_name = "DIR", default_value = ".")]
		dir: PathBuf,
		/// Measure the way to this scheduler
		#[arg(long, value_name = "URL")]
		scheduler: Option<String>,
	},

	/// Say, as an operator, that a worker is one's own: prints what its --operator takes
	#[command(after_help = "\
Example:
  rlc worker run --operator \"$(rlc worker vouch WORKER --account me)\" --scheduler URL --account worker")]
	Vouch {
		/// The worker's account
		worker: String,
	},
}

/// Arguments of `rlc worker run`.
#[derive(Debug, Args)]
pub struct Run {
	/// The pool's scheduler: http(s)://HOST:PORT
	#[arg(long, value_name = "URL")]
	pub scheduler: String,

	/// Where the worker keeps its journal, results and cache [default: $XDG_DATA_HOME/rlc/worker-ACCOUNT]
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,

	/// How many tasks at a time, fewer if they need more than an equal share of the machine [default: one for each core]
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	pub slots: Option<u32>,

	/// When to take tasks: always, weekly windows like 'Mon-Fri 18-8, Sat-Sun *', or 'load<0.5'
	#[arg(long, default_value = "always", value_name = "WHEN")]
	pub activation: Activation,

	/// Memory for all tasks: 50%, 4G
	#[arg(long, default_value = "50%", value_name = "SHARE")]
	pub memory: Share,

	/// Disk for all tasks: 50%, 20G
	#[arg(long, default_value = "50%", value_name = "SHARE")]
	pub disk: Share,

	/// What the machine has that requests may demand by a tag: a number of bits, or 32 bytes in hex. Bits 0 to 3 stand
	/// for enclaves, which workers do not have; 8 (gpu) and 16 (network) come with --gpu and --network
	#[arg(long, value_name = "TAG", value_parser = tag)]
	pub tag: Option<Tag>,

	/// Let container apps whose order grants it reach the internet from this machine; not this machine nor private
	/// networks. Needs slirp4netns
	#[arg(long, conflicts_with = "no_containers")]
	pub network: bool,

	/// Let container apps whose deal has the tag gpu, or needs some, open this device, such as /dev/dri/renderD128; once for each
	#[arg(long = "gpu", value_name = "DEVICE", conflicts_with = "no_containers")]
	pub gpus: Vec<PathBuf>,

	/// Do not run container images
	#[arg(long)]
	pub no_containers: bool,

	/// An IPFS node's RPC, such as http://127.0.0.1:5001, to look for what the pool's store does not have
	#[arg(long, value_name = "URL")]
	pub ipfs: Option<Url>,

	/// Let requests read files of this machine (file://): only where all requesters are trusted
	#[arg(long)]
	pub allow_files: bool,

	/// Let requests fetch inputs from private networks and this machine
	#[arg(long)]
	pub allow_private_networks: bool,

	/// Whose the worker is, as `rlc worker vouch` prints it: ACCOUNT:0x…
	#[arg(long, value_name = "VOUCHER", value_parser = operator)]
	pub operator: Option<Operator>,

	/// Serve Prometheus metrics at this address
	#[arg(long, value_name = "HOST:PORT")]
	pub metrics: Option<SocketAddr>,

	/// For demonstrations and tests: contribute wrong results, and lose the stake
	#[arg(long)]
	pub lie: bool,
}

/// Reads the tag of a worker, which promises no enclave, and by other options what apps are granted.
fn tag(text: &str) -> Result<Tag, String> {
	let tag = ids::tag(text)?;
	if !(tag.0 & Tag::from_bits(ENCLAVE).0).is_zero() {
		return Err(
			"a worker cannot have this tag: bits 0 to 3 (tee) stand for enclaves, and its sandbox has none".into()
		);
	}
	if tag.has_network() {
		return Err("bit 16 (network) of a worker's tag is not set by hand; say --network".into());
	}
	if tag.has_gpu() {
		return Err("bit 8 (gpu) of a worker's tag is not set by hand; say --gpu DEVICE".into());
	}
	Ok(tag)
}

/// Reads a voucher.
fn operator(text: &str) -> Result<Operator, String> {
	let wrong = || "this is no voucher; `rlc worker vouch WORKER` prints one".to_owned();
	let (account, signature) = text.split_once(':').ok_or_else(wrong)?;
	let account = account.parse().map_err(|_| wrong())?;
	let signature = signature.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok()).ok_or_else(wrong)?;
	Ok(Operator { account, signature })
}

/// Does it.
///
/// # Errors
///
/// In one line.
pub async fn run(command: Worker, context: &Context) -> Result<Answer> {
	match command {
		Worker::Run(options) => work(context, *options).await,
		Worker::Drain { dir } => drain(&directory(context, dir)?).await,
		Worker::Bench { dir, scheduler } => bench(&dir, scheduler.as_deref()).await,
		Worker::Vouch { worker } => vouch(context, &worker).await,
	}
}

/// The worker's directory: the one that was given, or one for each account.
fn directory(context: &Context, given: Option<PathBuf>) -> Result<PathBuf> {
	if let Some(dir) = given {
		return Ok(dir);
	}
	let home = data_home().ok_or_else(|| failure!("there is no place for it; give --dir"))?;
	Ok(home.join(format!("worker-{}", Account(context.who()?))))
}

async fn work(context: &Context, run: Run) -> Result<Answer> {
	pool::rpc_url(&run.scheduler)?;
	let dir = directory(context, run.dir)?;
	let key = context.key()?;
	let account = Account(key.account());
	fs::create_dir_all(&dir).map_err(|error| failure!("{}: {error}", dir.display()))?;
	// A wish from before concerns a worker that is gone.
	let _ = fs::remove_file(dir.join(DRAIN));
	let chain = context.chain().await?;
	let config = Config {
		slots: run.slots,
		activation: run.activation,
		memory: run.memory,
		disk: run.disk,
		gpu_devices: run.gpus,
		network: run.network,
		tag: run.tag.unwrap_or(Tag::NONE),
		containers: if run.no_containers { Containers::Off } else { Containers::Auto },
		ipfs: run.ipfs,
		allow_files: run.allow_files,
		allow_private_networks: run.allow_private_networks,
		operator: run.operator,
		metrics: run.metrics,
		misbehave: run.lie.then_some(Misbehavior::WrongResults),
		..Config::new(run.scheduler, dir.clone())
	};
	let handle = rlc_worker::start(config, chain, key).await?;
	context.out.say(format_args!("worker {account} works in {}; Ctrl-C stops it", dir.display()));
	let drained = tokio::select! {
		ended = handle.exited() => return Err(ended.err().map_or_else(|| failure!("the worker has ended"), Into::into)),
		() = stop::asked_to_stop() => false,
		() = asked_to_drain(&dir) => {
			context.out.say("finishing what is in hand");
			handle.drain();
			tokio::select! {
				ended = handle.exited() => ended.is_ok(),
				() = stop::asked_to_stop() => false,
			}
		}
	};
	handle.stop().await?;
	let text = if drained { "the worker has finished all it had" } else { "the worker has stopped" };
	Ok(Answer::new(text, json!({ "worker": account, "drained": drained })))
}

/// Wait until somebody wants the worker to drain.
async fn asked_to_drain(dir: &Path) {
	while fs::remove_file(dir.join(DRAIN)).is_err() {
		tokio::time::sleep(LOOK).await;
	}
}

async fn drain(dir: &Path) -> Result<Answer> {
	let file = dir.join(DRAIN);
	fs::write(&file, "").map_err(|error| failure!("{}: {error}; give the worker's --dir", dir.display()))?;
	let begin = Instant::now();
	while file.exists() {
		if begin.elapsed() > DRAIN_PATIENCE {
			let _ = fs::remove_file(&file);
			return Err(failure!("no worker runs in {}; give the directory that it was started with", dir.display()));
		}
		tokio::time::sleep(LOOK / 5).await;
	}
	Ok(Answer::new("the worker finishes what is in hand, and ends", json!({ "dir": dir })))
}

async fn vouch(context: &Context, worker: &str) -> Result<Answer> {
	let worker = context.account(worker)?;
	let key = context.key()?;
	let genesis = context.chain().await?.genesis();
	let signature = key.sign(&Claim::Operator { worker: &worker }.payload(genesis)).encode();
	let voucher = format!("{}:0x{}", Account(key.account()), hex::encode(signature));
	Ok(Answer::new(
		voucher.clone(),
		json!({ "operator": Account(key.account()), "worker": Account(worker), "voucher": voucher }),
	))
}

async fn bench(dir: &Path, scheduler: Option<&str>) -> Result<Answer> {
	let speed = tokio::task::spawn_blocking(|| WasmTier::new(None).map(|tier| tier.speed()));
	let speed = speed.await.map_err(|error| failure!("the benchmark did not end: {error}"))?;
	let speed = speed.map_err(|error| failure!("the wasm tier does not run: {error}"))?;
	let cores = std::thread::available_parallelism().map_or(1, usize::from);
	let place = dir.to_owned();
	let disk = tokio::task::spawn_blocking(move || disk_speed(&place));
	let disk = disk.await.map_err(|error| failure!("the benchmark did not end: {error}"))?;
	let disk = disk.map_err(|error| failure!("{}: {error}", dir.display()))?;
	let network = match scheduler {
		Some(url) => Some(round_trip(url).await?),
		None => None,
	};
	let text = fields([
		("processor", format!("{} million wasm instructions a second on each of {cores} cores", speed / 1_000_000)),
		("disk", format!("writes {} a second, with sync", size(disk))),
		("network", network.map(|ms| format!("{} to the scheduler and back", span(ms))).unwrap_or_default()),
	]);
	let json =
		json!({ "cores": cores, "instructionsPerSecond": speed, "diskBytesPerSecond": disk, "roundTrip": network });
	Ok(Answer::new(text, json))
}

/// How many bytes a second arrive on the disk.
fn disk_speed(dir: &Path) -> std::io::Result<u64> {
	let mut file = tempfile::tempfile_in(dir)?;
	let block = vec![0x5A; 1 << 20];
	let begin = Instant::now();
	for _ in 0..BENCH_SIZE / block.len() as u64 {
		file.write_all(&block)?;
	}
	file.sync_all()?;
	Ok((BENCH_SIZE as f64 / begin.elapsed().as_secs_f64().max(0.001)) as u64)
}

/// The shortest way to a scheduler and back, in ms.
async fn round_trip(url: &str) -> Result<u64> {
	let scheduler = pool::connect(url).await?;
	let mut shortest = Duration::MAX;
	for _ in 0..BENCH_PINGS {
		let begin = Instant::now();
		scheduler.info().await.map_err(|error| pool::refused(&error))?;
		shortest = shortest.min(begin.elapsed());
	}
	Ok(u64::try_from(shortest.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn a_worker_sees_that_it_is_to_drain() {
		let dir = tempfile::tempdir().unwrap();
		let (asked, _) = tokio::join!(drain(dir.path()), asked_to_drain(dir.path()));
		assert!(asked.is_ok());
		assert!(drain(Path::new("/no/such/dir")).await.unwrap_err().to_string().contains("give the worker's --dir"));
	}

	#[test]
	fn no_worker_promises_an_enclave() {
		assert_eq!((tag("0"), tag("48")), (Ok(Tag::NONE), Ok(Tag::from_bits(0x30))));
		for wrong in ["tee", "TEE", "1", "2", "8", "17", &format!("0x{}f", "0".repeat(63))] {
			assert!(tag(wrong).unwrap_err().contains("sandbox has none"), "{wrong}");
		}
		assert!(tag("gpus").unwrap_err().contains("this is no tag"));
	}

	#[test]
	fn what_apps_are_granted_is_not_promised_by_a_tag() {
		for (wrong, said) in [
			("network", "say --network"),
			("65536", "say --network"),
			("65552", "say --network"),
			("gpu", "say --gpu DEVICE"),
			("256", "say --gpu DEVICE"),
			("272", "say --gpu DEVICE"),
		] {
			assert!(tag(wrong).unwrap_err().contains(said), "{wrong}");
		}
	}

	#[test]
	fn vouchers_are_an_account_and_a_signature() {
		let account = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		let read = operator(&format!("{account}:0x0102")).unwrap();
		assert_eq!((read.account.to_string(), read.signature), (account.into(), vec![1, 2]));
		assert!(["", account, "x:0x01", &format!("{account}:01")].iter().all(|wrong| operator(wrong).is_err()));
	}

	#[test]
	fn a_disk_has_a_speed() {
		assert!(disk_speed(tempfile::tempdir().unwrap().path()).unwrap() > 0);
	}
}
