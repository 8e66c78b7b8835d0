//! `rlc scheduler`: run a workerpool.

use std::{collections::BTreeSet, net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Subcommand};
use rlc_chain::{Call, Chain, Key, MarketplaceCall};
use rlc_primitives::{market::BookKey, AnyOrder, CategoryId, GroupId, Restriction, Tag, WorkerpoolId, WorkerpoolOrder};
use rlc_protocol::{
	requester::{SchedulerRpcClient, WorkerInfo},
	Account,
};
use rlc_scheduler::{Admission, Config, PoolChoice};
use rlc_store::Url;
use serde_json::json;
use sp_core::H256;

use super::workerpool;
use crate::{
	amount::Amount,
	assets,
	context::{now, Context},
	failure::{failure, Result},
	ids,
	keystore::data_home,
	output::Answer,
	pool, stop,
	table::{size, table, when},
};

/// Run a workerpool.
#[derive(Debug, Subcommand)]
pub enum Scheduler {
	/// Run a workerpool's scheduler and its store until it is stopped
	#[command(after_help = "\
Examples:
  rlc scheduler run --name mine --public-url https://pool.example.org --account me
  rlc scheduler run --name mine --publish-price 0.5 --category XS --category S --trust 10 --account me
  rlc scheduler run --workerpool 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --database postgres://localhost/pool --account me
  rlc scheduler run --name mine --ipfs http://127.0.0.1:5001 --store-quota 1000 --store-cache 20 --account me
  rlc scheduler run --name private --allow //Worker//1 --allow //Worker//2 --account me
  rlc scheduler run --name ours --group 0x9c1f0c9de1a84f7f8f6de0a3d2c1b0a998877123 --account me

The account owns the workerpool, and stakes RLC for each deal. One port serves everything: JSON-RPC over WebSocket,
/store, /metrics and /healthz. It can be stopped at any moment, and goes on where it was.

Whom it takes: anyone; with --private its own workers; with --allow those of a list; with --group the members of a group
that somebody keeps on the chain with registry.createGroup, registry.addMembers and registry.removeMembers. The chain is
asked each time that a worker joins: who leaves the group works on until its connection ends, and is then refused.

If it was down for longer than its node keeps state, start it over an archive node (--state-pruning archive): over
another it passes over the deals that were opened meanwhile.

Several that share a PostgreSQL run behind one load balancer, which has to send a client's requests to the same one. Give
each an --instance-url: who asks one of them for what another has in its store is sent there.

With --ipfs, what is uploaded is served from the disk at once, added to that IPFS node afterwards, and may leave the disk
then; it is read from the node when it is asked for. While the node is away nothing leaves the disk, and /metrics counts
what waits: rlc_scheduler_store_unmirrored. The node has to be this scheduler's own: what nobody needs any more is
unpinned there. Its RPC must not be open to others; what is on it can be had by everybody who knows its name, as from
/store. Started without --ipfs again, the scheduler does not have what is on the node only.")]
	Run(Box<Run>),

	/// List a scheduler's workers
	#[command(after_help = "\
Examples:
  rlc scheduler workers
  rlc scheduler workers --scheduler https://pool.example.org --json")]
	Workers {
		/// The scheduler
		#[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9955")]
		scheduler: String,
	},
}

/// Arguments of `rlc scheduler run`.
#[derive(Debug, Args)]
pub struct Run {
	/// The workerpool, which has to be the account's
	#[arg(long, value_name = "WORKERPOOL", value_parser = ids::workerpool, required_unless_present = "name")]
	pub workerpool: Option<WorkerpoolId>,

	/// Register a workerpool of this name first, if there is none
	#[arg(long, conflicts_with = "workerpool")]
	pub name: Option<String>,

	/// Listen here
	#[arg(long, default_value = "127.0.0.1:9955", value_name = "HOST:PORT")]
	pub listen: SocketAddr,

	/// How others reach it; registered with --name [default: http:// and what it listens on]
	#[arg(long, value_name = "URL")]
	pub public_url: Option<String>,

	/// How clients reach this very scheduler, when several share a --database behind one --public-url
	#[arg(long, value_name = "URL", requires = "database")]
	pub instance_url: Option<String>,

	/// Where it keeps everything [default: $XDG_DATA_HOME/rlc/scheduler-ACCOUNT]
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,

	/// Its database: sqlite://FILE or postgres://… [default: SQLite in --dir]
	#[arg(long, value_name = "URL")]
	pub database: Option<String>,

	/// Where results and inputs are stored [default: in --dir]
	#[arg(long, value_name = "DIR")]
	pub store_dir: Option<PathBuf>,

	/// The most that is stored, in GiB [default: 64]
	#[arg(long, value_name = "GIB")]
	pub store_quota: Option<u64>,

	/// Keep what is stored on the IPFS node with this RPC, such as http://127.0.0.1:5001; the disk is a cache of it then
	#[arg(long, value_name = "URL")]
	pub ipfs: Option<Url>,

	/// How much of what is on the IPFS node stays on the disk too, in GiB [default: 4]
	#[arg(long, value_name = "GIB", requires = "ipfs")]
	pub store_cache: Option<u64>,

	/// How long results are kept after their deal, in hours [default: 30 days]
	#[arg(long, value_name = "HOURS")]
	pub retention: Option<u64>,

	/// With a new database: look for the pool's deals from this block on [default: the last few minutes]
	#[arg(long, value_name = "NUMBER")]
	pub first_block: Option<u32>,

	/// Only this worker may join, or workers of this operator; may be repeated [default: anyone]
	#[arg(long, value_name = "ACCOUNT", conflicts_with = "private")]
	pub allow: Vec<String>,

	/// Only workers that the account vouches for may join, see `rlc worker vouch`
	#[arg(long)]
	pub private: bool,

	/// Only members of this group on the chain may join, or workers whose operator is one
	#[arg(long, value_name = "GROUP", value_parser = ids::group, conflicts_with_all = ["allow", "private"])]
	pub group: Option<GroupId>,

	/// Publish an order at this price for each --category, unless there is one
	#[arg(long, value_name = "AMOUNT")]
	pub publish_price: Option<Amount>,

	/// A category to publish an order in; may be repeated [default: XS]
	#[arg(long, value_name = "CATEGORY", requires = "publish_price")]
	pub category: Vec<String>,

	/// The highest trust that the published orders promise
	#[arg(long, default_value_t = 10, value_name = "T", value_parser = clap::value_parser!(u64).range(1..))]
	pub trust: u64,

	/// How many tasks the published orders are good for
	#[arg(long, default_value_t = assets::VOLUME, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
	pub volume: u64,

	/// The tag of the published orders, what its workers can do: tee, gpu, network, with commas between; or a number of
	/// bits, or 32 bytes in hex
	#[arg(long, value_name = "TAG", value_parser = ids::tag)]
	pub tag: Option<Tag>,
}

/// Does it.
///
/// # Errors
///
/// In one line.
pub async fn run(command: Scheduler, context: &Context) -> Result<Answer> {
	match command {
		Scheduler::Run(options) => schedule(context, *options).await,
		Scheduler::Workers { scheduler } => {
			let client = pool::connect(&scheduler).await?;
			let workers = client.workers().await.map_err(|error| pool::refused(&error))?;
			Ok(listed(&workers, now()))
		}
	}
}

async fn schedule(context: &Context, run: Run) -> Result<Answer> {
	let key = context.key()?;
	let config = configuration(context, &run, &key)?;
	let chain = context.chain().await?;
	let handle = rlc_scheduler::start(config, chain.clone(), key.clone()).await?;
	let id = handle.workerpool;
	let told = async {
		if let Some(price) = run.publish_price {
			publish(context, &chain, &key, id, price, &run).await?;
			let here = Ok(format!("http://{}", handle.address));
			if let Some(warning) = pool::warning(here, run.tag.unwrap_or(Tag::NONE)).await {
				context.out.say(warning);
			}
		}
		context.out.say(format_args!("workerpool {:?} is served at {}; Ctrl-C stops it", id.0, handle.address));
		handle.exited().await;
		Ok(())
	};
	let ended = tokio::select! {
		ended = told => ended,
		() = stop::asked_to_stop() => Ok(()),
	};
	// If it ended by itself, this says why.
	handle.stop().await?;
	ended.map(|()| Answer::new("the scheduler has stopped", json!({ "workerpool": id })))
}

/// What the options say, over what is usual.
fn configuration(context: &Context, run: &Run, key: &Key) -> Result<Config> {
	let dir = match &run.dir {
		Some(dir) => dir.clone(),
		None => {
			let home = data_home().ok_or_else(|| failure!("there is no place for it; give --dir"))?;
			home.join(format!("scheduler-{}", Account(key.account())))
		}
	};
	std::fs::create_dir_all(&dir).map_err(|error| failure!("{}: {error}", dir.display()))?;
	let pool = match (run.workerpool, &run.name) {
		(Some(id), _) => PoolChoice::Registered(id),
		(None, Some(name)) => PoolChoice::Named(name.clone()),
		(None, None) => return Err(failure!("--workerpool or --name is needed")),
	};
	let listed = run.allow.iter().map(|who| context.account(who)).collect::<Result<BTreeSet<_>>>()?;
	let admission = match run.group {
		Some(group) => Admission::Group(group),
		None if run.private => Admission::Private,
		None if listed.is_empty() => Admission::Open,
		None => Admission::Listed(listed),
	};
	let usual = Config::new(pool, dir);
	Ok(Config {
		listen: run.listen,
		public_url: run.public_url.clone(),
		instance_url: run.instance_url.clone(),
		database: run.database.clone().unwrap_or(usual.database),
		store_dir: run.store_dir.clone().unwrap_or(usual.store_dir),
		store_quota: run.store_quota.map_or(usual.store_quota, |quota| quota.saturating_mul(1 << 30)),
		ipfs: run.ipfs.clone(),
		store_cache: run.store_cache.map_or(usual.store_cache, |size| size.saturating_mul(1 << 30)),
		retention: run.retention.map_or(usual.retention, |hours| Duration::from_secs(hours.saturating_mul(3_600))),
		first_block: run.first_block,
		admission,
		..usual
	})
}

/// Publish what is not on sale yet.
async fn publish(
	context: &Context,
	chain: &Chain,
	key: &Key,
	id: WorkerpoolId,
	price: Amount,
	run: &Run,
) -> Result<()> {
	let mine = assets::own_orders(chain, BookKey::Workerpool(id), &key.account()).await?;
	let default = ["XS".to_owned()];
	let mut orders = Vec::new();
	for name in if run.category.is_empty() { default.as_slice() } else { &run.category } {
		let category = workerpool::category(chain, name).await?;
		let same =
			|order: &AnyOrder| matches!(order, AnyOrder::Workerpool(order) if is_same(order, category, price, run));
		if mine.iter().any(|entry| entry.remaining > 0 && same(&entry.order)) {
			continue;
		}
		let order = WorkerpoolOrder {
			workerpool: id,
			price: price.0,
			volume: run.volume,
			tag: run.tag.unwrap_or(Tag::NONE),
			category,
			trust: run.trust,
			app_restrict: Restriction::Anyone,
			dataset_restrict: Restriction::Anyone,
			requester_restrict: Restriction::Anyone,
			salt: H256(rand::random()),
		};
		context.out.say(format_args!("on sale for {price} a task of category {name}"));
		orders.push(Call::Marketplace(MarketplaceCall::PublishOrder { order: order.into() }));
	}
	if !orders.is_empty() {
		// All at once: whoever sees one sees all.
		context.send_as(chain, key.clone(), Call::BatchAll(orders)).await?;
	}
	Ok(())
}

/// Whether an order says what would be published.
fn is_same(order: &WorkerpoolOrder, category: CategoryId, price: Amount, run: &Run) -> bool {
	let tag = run.tag.unwrap_or(Tag::NONE);
	(order.category, order.price, order.trust, order.tag) == (category, price.0, run.trust, tag)
}

fn listed(workers: &[WorkerInfo], now: u64) -> Answer {
	if workers.is_empty() {
		return Answer::new("No worker has joined yet.", workers);
	}
	let rows = workers.iter().map(|worker| {
		let state = match (worker.alive, worker.draining) {
			(false, _) => "lost",
			(true, true) => "draining",
			(true, false) => "alive",
		};
		let tiers = [(worker.resources.wasm, "wasm"), (worker.resources.container, "container")];
		let tiers: Vec<_> = tiers.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect();
		[
			worker.account.to_string(),
			state.into(),
			worker.running.to_string(),
			worker.free_slots.to_string(),
			worker.resources.cores.to_string(),
			size(worker.resources.memory),
			tiers.join("+"),
			when(worker.seen, now),
		]
	});
	Answer::new(table(["WORKER", "STATE", "RUNNING", "FREE", "CORES", "MEMORY", "TIERS", "SEEN"], rows), workers)
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::AccountId;

	#[test]
	fn workers_are_listed_with_what_they_do() {
		let worker = WorkerInfo {
			account: Account(AccountId::new([1; 32])),
			operator: None,
			alive: true,
			draining: false,
			resources: rlc_protocol::worker::Resources { wasm: true, cores: 4, ..Default::default() },
			free_slots: 3,
			running: 1,
			seen: 1_000,
		};
		let lost = WorkerInfo { alive: false, ..worker.clone() };
		let text = listed(&[worker, lost], 2_000).text;
		let lines: Vec<_> = text.lines().collect();
		assert!(lines[1].contains("alive") && lines[1].contains("wasm") && lines[1].ends_with("1 s ago"), "{text}");
		assert!(lines[2].contains("lost"), "{text}");
		assert_eq!(listed(&[], 0).text, "No worker has joined yet.");
	}
}
