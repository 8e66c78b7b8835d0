//! `rlc up`: a whole stack on one machine.
//!
//! Node, scheduler with its store, and workers run as child processes, each under [`supervise`](super::supervise), so
//! that none is left over however this program ends. Each is started when the one before it answers; nothing is
//! restarted; they are stopped in reverse order.

mod plan;
mod process;

use std::{future::Future, path::PathBuf, time::Duration};

use clap::Args;
use jsonrpsee::ws_client::WsClient;
use rlc_chain::{BalancesCall, Call, Chain, Key, Sender};
use rlc_primitives::{
	market::{BookFilter, BookKey},
	Address, WorkerpoolId,
};
use rlc_protocol::requester::SchedulerRpcClient;
use rlc_store::Url;
use serde_json::json;

use crate::{
	amount::Amount,
	context::Context,
	failure::{failure, Result},
	keystore::data_home,
	output::Answer,
	pool, stop,
	table::fields,
};
pub(crate) use plan::{worker_key, SCHEDULER};
use plan::{Plan, TREASURER};
use process::Stack;

const EXAMPLES: &str = "\
Examples:
  rlc up                                         three workers; the chain is kept for the next time
  rlc up --tmp --workers 8 --instant-seal        forgotten at the end, a block for each transaction
  rlc up --liars 1                               one worker lies, and loses its stake
  rlc up --ipfs http://127.0.0.1:5001            results are kept on an IPFS node

Then, from another terminal:
  rlc app run APP --account //Alice
The accounts //Alice, //Bob, … have RLC here; //Bob owns the workerpool, //Worker//1 and so on work.";

/// What a task costs in the pool's orders, if nobody says.
pub(crate) const PRICE: &str = "0.1RLC";
/// How long each part has until it answers. A node on a slow disk takes longest.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a part that does not answer yet is asked again.
const AGAIN: Duration = Duration::from_millis(200);

/// Arguments of `rlc up`.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Up {
	/// How many workers
	#[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=64))]
	pub workers: u32,

	/// How many of them contribute wrong results, for demonstrations and tests
	#[arg(long, default_value_t = 0, value_name = "N")]
	pub liars: u32,

	/// How many tasks each worker takes at a time
	#[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
	pub slots: u32,

	/// Keep results and inputs on the IPFS node with this RPC, such as http://127.0.0.1:5001; workers look there too
	#[arg(long, value_name = "URL")]
	pub ipfs: Option<Url>,

	/// Keep everything in this directory [default: $XDG_DATA_HOME/rlc/up]
	#[arg(long, value_name = "DIR", conflicts_with = "tmp")]
	pub base_path: Option<PathBuf>,

	/// Keep everything in a temporary directory, and remove it at the end
	#[arg(long)]
	pub tmp: bool,

	/// Make a block for each transaction, final at once, instead of one a second
	#[arg(long)]
	pub instant_seal: bool,

	/// Port of the node's JSON-RPC
	#[arg(long, default_value_t = 9944, value_name = "PORT")]
	pub rpc_port: u16,

	/// Port of the scheduler and its store
	#[arg(long, default_value_t = 9955, value_name = "PORT")]
	pub scheduler_port: u16,

	/// What a task costs in the pool's orders
	#[arg(long, default_value = PRICE, value_name = "AMOUNT")]
	pub price: Amount,

	/// The node's program [default: rlc-node beside this program, else in PATH]
	#[arg(long, value_name = "FILE")]
	pub node_binary: Option<PathBuf>,
}

/// Starts everything, waits until it is not wanted any more or a part has died, and stops everything.
///
/// # Errors
///
/// If a part cannot be started, or dies; everything else is stopped then.
pub async fn run(up: Up, context: &Context) -> Result<()> {
	with(up, context, async {
		context.out.say("Ctrl-C stops all of it");
		std::future::pending().await
	})
	.await
}

/// Starts everything, does `what` with it, and stops everything: at its end, when nobody wants it any more, or when a part
/// has died.
///
/// # Errors
///
/// What `what` ends with; if a part cannot be started, or dies.
pub(crate) async fn with(up: Up, context: &Context, what: impl Future<Output = Result<()>>) -> Result<()> {
	if up.liars > up.workers {
		return Err(failure!("{} liars are more than the {} workers", up.liars, up.workers));
	}
	// From here on, whoever stops us stops all.
	let wanted = stop::asked_to_stop();
	let temporary = if up.tmp {
		Some(tempfile::tempdir().map_err(|error| failure!("no temporary directory can be made: {error}"))?)
	} else {
		None
	};
	let base = match (&temporary, &up.base_path) {
		(Some(temporary), _) => temporary.path().to_owned(),
		(None, Some(path)) => std::path::absolute(path).map_err(|error| failure!("{}: {error}", path.display()))?,
		(None, None) => data_home().ok_or_else(|| failure!("there is no place for it; give --base-path"))?.join("up"),
	};
	let plan = Plan::new(&up, base)?;
	let mut stack = Stack::new(plan.logs());
	let ended = tokio::select! {
		ended = async {
			bring_up(&up, &plan, &mut stack, context).await?;
			tokio::select! {
				ended = what => ended,
				death = stack.first_death() => Err(death),
			}
		} => ended,
		() = wanted => Ok(()),
	};
	let progress = context.out.wait("stopping");
	stack.stop(|name| progress.status(format!("stopping {name}"))).await;
	drop(progress);
	if ended.is_ok() {
		context.out.say("all parts have stopped");
	}
	ended
}

/// Starts one part after the other, and says where they are.
async fn bring_up(up: &Up, plan: &Plan, stack: &mut Stack, context: &Context) -> Result<()> {
	let progress = context.out.wait("starting the node");
	stack.start(plan.node())?;
	let node = plan.node_url();
	let chain = until(stack, "the node", || async { Chain::connect(&node).await.ok() }).await?;
	progress.line(format_args!("node       {node}"));

	progress.status("funding the workers");
	fund(plan, &chain).await?;

	progress.status("starting the scheduler");
	stack.start(plan.scheduler())?;
	let url = plan.scheduler_url();
	let scheduler = until(stack, "the scheduler", || async {
		let client = pool::connect(&url).await.ok()?;
		client.info().await.ok().map(|info| (client, info))
	});
	let (scheduler, info) = scheduler.await?;
	progress.line(format_args!("scheduler  {url}, store {url}/store, workerpool {:?}", info.workerpool.0));

	until(stack, "the order book", || on_sale(&chain, info.workerpool)).await?;

	for number in 1..=up.workers {
		progress.status(format!("starting worker {number}"));
		stack.start(plan.worker(number))?;
	}
	until(stack, "a worker", || joined(&scheduler, up.workers)).await?;
	let workers = scheduler.workers().await.map_err(|error| pool::refused(&error))?;
	for worker in &workers {
		progress.line(format_args!("worker     {}", worker.account));
	}
	drop(progress);

	context.out.print(&described(plan, &info, &workers));
	Ok(())
}

/// Whether the pool's orders are in the book.
async fn on_sale(chain: &Chain, workerpool: WorkerpoolId) -> Option<()> {
	let filter = BookFilter { list: BookKey::Workerpool(workerpool), min_price: None, max_price: None };
	let page = chain.orderbook(filter, None, 1).await.ok()?;
	(!page.entries.is_empty()).then_some(())
}

/// Whether as many workers are there.
async fn joined(scheduler: &WsClient, wanted: u32) -> Option<()> {
	let workers = scheduler.workers().await.ok()?;
	let alive = workers.iter().filter(|worker| worker.alive).count();
	u32::try_from(alive).is_ok_and(|alive| alive >= wanted).then_some(())
}

fn described(
	plan: &Plan,
	info: &rlc_protocol::requester::PoolInfo,
	workers: &[rlc_protocol::requester::WorkerInfo],
) -> Answer {
	let (node, scheduler) = (plan.node_url(), plan.scheduler_url());
	let text = fields([
		("node", node.clone()),
		("scheduler", scheduler.clone()),
		("workerpool", format!("{:?}", info.workerpool.0)),
		("workers", workers.len().to_string()),
		("logs", plan.logs().display().to_string()),
	]);
	let json = json!({
		"node": node,
		"scheduler": scheduler,
		"store": format!("{scheduler}/store"),
		"workerpool": info.workerpool,
		"genesis": info.genesis,
		"workers": workers.iter().map(|worker| &worker.account).collect::<Vec<_>>(),
		"logs": plan.logs(),
		"directory": plan.base(),
	});
	Answer::new(text, json)
}

/// Ask until there is an answer, or a part has died, or it has taken too long.
async fn until<T, F: Future<Output = Option<T>>>(stack: &mut Stack, what: &str, ask: impl Fn() -> F) -> Result<T> {
	let answer = async {
		loop {
			if let Some(answer) = ask().await {
				return answer;
			}
			tokio::time::sleep(AGAIN).await;
		}
	};
	tokio::select! {
		answer = tokio::time::timeout(PATIENCE, answer) => answer.map_err(|_| {
			let seconds = PATIENCE.as_secs();
			failure!("{what} does not answer after {seconds} s; see the logs in {}", stack.logs().display())
		}),
		death = stack.first_death() => Err(death),
	}
}

/// Gives the workers what they stake, if they do not have it.
async fn fund(plan: &Plan, chain: &Chain) -> Result<()> {
	let mut transfers = Vec::new();
	for worker in plan.worker_accounts()? {
		let missing = plan::WORKER_FUNDS.saturating_sub(chain.funds(&worker).await?.free);
		if missing > 0 {
			transfers
				.push(Call::Balances(BalancesCall::TransferKeepAlive { dest: Address::Id(worker), value: missing }));
		}
	}
	if transfers.is_empty() {
		return Ok(());
	}
	let treasurer = Key::from_suri(TREASURER).map_err(|error| failure!("{TREASURER}: {error}"))?;
	Sender::new(chain.clone(), treasurer).send(Call::BatchAll(transfers)).await?;
	Ok(())
}
