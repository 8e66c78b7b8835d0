//! `rlc worker run`: work for a workerpool.

use std::{
	net::SocketAddr,
	path::{Path, PathBuf},
	pin::pin,
};

use clap::Args;
use rlc_chain::{Key, ProxyType};
use rlc_json::hex;
use rlc_primitives::{Tag, WorkerpoolId};
use rlc_protocol::{worker::Operator, Account};
use rlc_store::Url;
use rlc_worker::{Activation, Config, Containers, Handle, Misbehavior, Share};
use serde_json::json;

use super::{funds, gpus::Gpus, internet::Internet};
use crate::{
	amount::Amount,
	answer::Answer,
	context::{refuse_development, Context},
	failure::Result,
	ids, pool, proxy,
	worker_dir::WorkerDir,
};
use rlc_service::{stop_requested, ServiceManager};

/// The bits of a tag that stand for enclaves: that there is one, and its framework.
const ENCLAVE: u64 = 0b1111;

/// Work for a workerpool until it is stopped
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc worker run --scheduler https://pool.example.org --account me
  rlc worker run --scheduler https://pool.example.org --slots 2 --activation 'Mon-Fri 18-8, Sat-Sun *' --account me
  rlc worker run --scheduler https://pool.example.org --activation 'load<0.5' --memory 4G --account me
  rlc worker run --scheduler https://pool.example.org --containers /run/rlc/containers.sock --account me
  rlc worker run --scheduler https://pool.example.org --network --deny-network 131.1.0.0/16 --account me
  rlc worker run --scheduler https://pool.example.org --network --gpu auto --gpu-clear driver --account me
  rlc worker run --scheduler https://pool.example.org --gpu nvidia.com/gpu=0 --gpu-clear 'nvidia-smi --gpu-reset -i \"$RLC_GPU_NAME\"' --account me
  rlc worker run --scheduler https://pool.example.org --account hot --on-behalf-of 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY

The account stakes RLC for each contribution: 30 % of the pool's price, unless its owner set another part. It has to have that \
for as many tasks as it works on at a time; the start says how much, if the pool has offers in the book. Its key need not be on \
this machine: with --on-behalf-of, the key of --account acts as its proxy, see `rlc account proxy add --help`. Ctrl-C stops the worker at once, and the next start resumes its tasks; \
`rlc worker drain` finishes them first.

Container images need root. Do not give it to the worker: run `rlc worker containers` as root beside it, and the worker as \
another user. A worker that is root runs containers itself if there is no such service.")]
pub(crate) struct Run {
	/// The pool's scheduler: http(s)://HOST:PORT
	#[arg(long, value_name = "URL")]
	pub scheduler: String,

	/// The workerpool to join [default: the one that the chain says is at --scheduler]
	#[arg(long, value_name = "WORKERPOOL", value_parser = ids::workerpool)]
	pub workerpool: Option<WorkerpoolId>,

	/// Work for this account, as its proxy: it stakes and earns, and --account needs a little RLC to exist
	#[arg(long, value_name = "ACCOUNT")]
	pub on_behalf_of: Option<String>,

	/// The directory of the worker's journal, results and cache [default: $XDG_DATA_HOME/rlc/worker-ACCOUNT]
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,

	/// How many tasks at a time; fewer if they need more than an equal share of the machine [default: one for each core]
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	pub slots: Option<u32>,

	/// When to take tasks: always, weekly windows like 'Mon-Fri 18-8, Sat-Sun *', or 'load<0.5'
	#[arg(long, default_value = "always", value_name = "WHEN")]
	pub activation: Activation,

	/// Memory for all tasks: 50%, 4G
	#[arg(long, default_value = "50%", value_name = "SHARE")]
	pub memory: Share,

	/// Disk for the worker, of what is free where its directory is: 50%, 20G. A quarter of it is for what tasks write; the
	/// rest is for results, inputs, and images
	#[arg(long, default_value = "50%", value_name = "SHARE")]
	pub disk: Share,

	/// What the machine has that requests may demand by a tag: a number of bits, or 32 bytes in hex. Bits 0 to 3 stand
	/// for enclaves, which workers do not have; --gpu and --network set bits 8 and 16
	#[arg(long, value_name = "TAG", value_parser = tag)]
	pub tag: Option<Tag>,

	#[command(flatten)]
	pub internet: Internet,

	#[command(flatten)]
	pub gpus: Gpus,

	/// Let the container service at this socket run container images [default: /run/rlc/containers.sock, if it is there;
	/// else this process, if it is root]
	#[arg(long, value_name = "SOCKET", conflicts_with = "no_containers")]
	pub containers: Option<PathBuf>,

	/// Do not run container images
	#[arg(long, conflicts_with_all = ["network", "gpus"])]
	pub no_containers: bool,

	/// The RPC of an IPFS node, such as http://127.0.0.1:5001, to look for what the pool's store does not have
	#[arg(long, value_name = "URL")]
	pub ipfs: Option<Url>,

	/// A gateway of IPFS to ask for what is not there either; may be repeated. What it gives out is checked
	#[arg(
		long = "ipfs-gateway",
		value_name = "URL",
		default_value = rlc_worker::IPFS_GATEWAY,
		conflicts_with = "no_ipfs_gateway"
	)]
	pub ipfs_gateways: Vec<Url>,

	/// Ask no gateway of IPFS
	#[arg(long)]
	pub no_ipfs_gateway: bool,

	/// Let requests read files of this machine (file://): only if all requesters are trusted
	#[arg(long)]
	pub allow_files: bool,

	/// Let requests fetch inputs from private networks, this machine and its neighbors, and what --deny-network names
	#[arg(long)]
	pub allow_private_networks: bool,

	/// The most to offer as a tip for a transaction whose deadline is near while blocks are full; 0 for never a tip. What
	/// workers do on chain is free otherwise
	#[arg(long, default_value = "0.01RLC", value_name = "RLC")]
	pub max_tip: Amount,

	/// The operator's voucher for the worker, as `rlc worker vouch` prints it: ACCOUNT:0x…
	#[arg(long, value_name = "VOUCHER", value_parser = operator)]
	pub operator: Option<Operator>,

	/// Serve Prometheus metrics at this address
	#[arg(long, value_name = "HOST:PORT")]
	pub metrics: Option<SocketAddr>,

	/// For demonstrations and tests: contribute wrong results, and lose the stake
	#[arg(long)]
	pub lie: bool,
}

/// Reads the tag of a worker. It promises no enclave; what apps are granted is promised by other options.
fn tag(text: &str) -> Result<Tag, String> {
	let tag = ids::tag(text)?;
	if !(tag.0 & Tag::from_bits(ENCLAVE).0).is_zero() {
		return Err(
			"a worker cannot have this tag: bits 0 to 3 (tee) stand for enclaves, and the sandbox has none".into()
		);
	}
	if tag.has_network() {
		return Err("bit 16 (network) of a worker's tag is not set by hand; give --network".into());
	}
	if tag.has_gpu() {
		return Err("bit 8 (gpu) of a worker's tag is not set by hand; give --gpu DEVICE".into());
	}
	Ok(tag)
}

/// Returns who runs container images.
fn containers(service: Option<PathBuf>, none: bool) -> Containers {
	match service {
		_ if none => Containers::Off,
		Some(socket) => Containers::Service(socket),
		None => Containers::Auto,
	}
}

/// Reads a voucher.
fn operator(text: &str) -> Result<Operator, String> {
	let wrong = || "not a voucher; `rlc worker vouch WORKER` prints one".to_owned();
	let (account, signature) = text.split_once(':').ok_or_else(wrong)?;
	let account = account.parse().map_err(|_| wrong())?;
	let signature = hex::read(signature).ok_or_else(wrong)?;
	Ok(Operator { account, signature })
}

/// Works until it is stopped, drained, or ends by itself.
pub(crate) async fn run(run: Run, context: &Context) -> Result<Answer> {
	pool::rpc_url(&run.scheduler)?;
	let dir = WorkerDir::of(context, run.dir.clone())?;
	let key = context.key_for(run.on_behalf_of.as_deref())?;
	let account = Account(key.account());
	dir.create()?;
	// Once, so that none is missed between two looks. It stops the worker however far the start has come.
	let mut stop = pin!(stop_requested());
	let handle = tokio::select! {
		started = start(run, &dir, key, context) => started?,
		() = stop.as_mut() => return Ok(stopped(&account, false)),
	};
	context.out.say(format_args!("worker {account} works in {}; Ctrl-C stops it", dir.path().display()));
	let drained = tokio::select! {
		// Its scheduler let it end, once its tasks were done.
		ended = handle.exited() => ended.map(|()| true)?,
		() = stop.as_mut() => false,
		() = dir.asked_to_drain() => {
			context.out.say("finishing the tasks in hand");
			handle.drain();
			tokio::select! {
				ended = handle.exited() => ended.is_ok(),
				() = stop.as_mut() => false,
			}
		}
	};
	handle.stop().await?;
	Ok(stopped(&account, drained))
}

/// Starts the worker as soon as its node is in sync.
async fn start(run: Run, dir: &WorkerDir, key: Key, context: &Context) -> Result<Handle> {
	let chain = context.early_chain().await?;
	refuse_development(&chain, &key).await?;
	context.when_in_sync(&chain).await?;
	proxy::check(&chain, &key, ProxyType::Worker).await?;
	funds::check(context, &chain, &key.account(), &run.scheduler, run.workerpool).await?;
	Ok(rlc_worker::start(configuration(run, context, dir.path()), chain, key).await?)
}

/// Returns the configuration that the options ask for, of a worker in this directory.
fn configuration(run: Run, context: &Context, dir: &Path) -> Config {
	Config {
		workerpool: run.workerpool,
		slots: run.slots,
		activation: run.activation,
		memory: run.memory,
		disk: run.disk,
		gpus: run.gpus.config(),
		network: run.internet.network,
		network_program: run.internet.network_program,
		resolvers: run.internet.resolvers,
		denied_networks: run.internet.denied_networks,
		tag: run.tag.unwrap_or(Tag::NONE),
		containers: containers(run.containers, run.no_containers),
		ipfs: run.ipfs,
		ipfs_gateways: if run.no_ipfs_gateway { Vec::new() } else { run.ipfs_gateways },
		allow_files: run.allow_files,
		allow_private_networks: run.allow_private_networks,
		proxy: context.global.http_proxy.clone(),
		max_tip: run.max_tip.0,
		operator: run.operator,
		metrics: run.metrics,
		manager: ServiceManager::of_process(),
		misbehave: run.lie.then_some(Misbehavior::WrongResults),
		..Config::new(run.scheduler, dir.to_owned())
	}
}

/// Says that a worker has ended.
fn stopped(account: &Account, drained: bool) -> Answer {
	let text = if drained { "the worker has finished its tasks" } else { "the worker has stopped" };
	Answer::new(text, json!({ "worker": account, "drained": drained }))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn no_worker_promises_an_enclave() {
		assert_eq!((tag("0"), tag("48")), (Ok(Tag::NONE), Ok(Tag::from_bits(0x30))));
		for wrong in ["tee", "TEE", "1", "2", "8", "17", &format!("0x{}f", "0".repeat(63))] {
			assert!(tag(wrong).unwrap_err().contains("sandbox has none"), "{wrong}");
		}
		assert!(tag("gpus").unwrap_err().contains("not a tag"));
	}

	#[test]
	fn what_apps_are_granted_is_not_promised_by_tags() {
		for (wrong, said) in [
			("network", "give --network"),
			("65536", "give --network"),
			("65552", "give --network"),
			("gpu", "give --gpu DEVICE"),
			("256", "give --gpu DEVICE"),
			("272", "give --gpu DEVICE"),
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
}
