//! A whole stack on one machine: node, scheduler with its store, workers.
//!
//! All run as child processes, each under `rlc supervise`, so that none is left over however this program ends. Each is
//! started when the one before it answers; nothing is restarted; they are stopped in reverse order.

mod options;
mod plan;
mod process;

use std::{future::Future, path::PathBuf, time::Duration};

use jsonrpsee::ws_client::WsClient;
use rlc_chain::{BalancesCall, Call, Chain, Key};
use rlc_keystore::data_home;
use rlc_primitives::{
	market::{BookFilter, BookKey},
	Address, WorkerpoolId,
};
use rlc_protocol::requester::{PoolInfo, SchedulerRpcClient, WorkerInfo};
use serde_json::json;

use crate::{
	answer::Answer,
	context::Context,
	failure::{disk, failure, Failure, Result},
	gate::Approved,
	pool,
	table::fields,
};
pub(crate) use options::{Directory, Options, PRICE};
#[cfg(test)]
pub(crate) use plan::tests::roles;
pub(crate) use plan::{worker_key, SCHEDULER};
use plan::{Plan, TREASURER, WORKER_FUNDS};
use process::Processes;
pub(crate) use process::GRACE;
use rlc_service::stop_requested;

/// How long each part has until it answers. A node on a slow disk takes longest.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often a part that does not answer yet is asked again.
const AGAIN: Duration = Duration::from_millis(200);

/// Starts everything, does `what` with it, and stops everything: when that ends, when the user stops this program, or when
/// a part has died.
///
/// # Errors
///
/// What `what` ends with; if a part cannot be started, or dies.
pub(crate) async fn with(options: Options, context: &Context, what: impl Future<Output = Result<()>>) -> Result<()> {
	if options.liars > options.workers {
		return Err(failure!(StackLiars, "{} liars are more than the {} workers", options.liars, options.workers;
			"give at least as many --workers"));
	}
	// From here on, a signal stops the whole stack.
	let stopped = stop_requested();
	let (base, temporary) = directory(&options.directory)?;
	let plan = Plan::new(&options, base)?;
	let mut processes = Processes::new(plan.logs());
	let ended = tokio::select! {
		ended = async {
			bring_up(&options, &plan, &mut processes, context).await?;
			tokio::select! {
				ended = what => ended,
				death = processes.first_death() => Err(death),
			}
		} => ended,
		() = stopped => Ok(()),
	};
	let progress = context.out.wait("stopping");
	processes.stop(|name| progress.status(format!("stopping {name}"))).await;
	drop(progress);
	match (&ended, temporary) {
		(Ok(()), _) => context.out.say("all parts have stopped"),
		// Its logs say why.
		(Err(_), Some(temporary)) => {
			context.out.say(format_args!("the logs stay in {}", temporary.keep().join("logs").display()))
		}
		(Err(_), None) => {}
	}
	ended
}

/// Returns where everything is kept, and what removes it when dropped.
fn directory(chosen: &Directory) -> Result<(PathBuf, Option<tempfile::TempDir>)> {
	match chosen {
		Directory::Temporary => {
			let temporary = tempfile::tempdir().map_err(disk(&std::env::temp_dir()))?;
			Ok((temporary.path().to_owned(), Some(temporary)))
		}
		Directory::At(path) => Ok((std::path::absolute(path).map_err(disk(path))?, None)),
		Directory::OfUser => {
			let home = data_home();
			let home = home.ok_or_else(|| failure!(HomeMissing, "no directory for it is known"; "give --base-path"))?;
			Ok((home.join("up"), None))
		}
	}
}

/// Starts one part after the other, and says where they are.
async fn bring_up(options: &Options, plan: &Plan, stack: &mut Processes, context: &Context) -> Result<()> {
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
	let (scheduler, info) = until(stack, "the scheduler", || async { pool::meet(&url).await.ok() }).await?;
	progress.line(format_args!("scheduler  {url}, store {url}/store, workerpool {:?}", info.workerpool.0));

	until(stack, "the order book", || on_sale(&chain, info.workerpool)).await?;

	for number in 1..=options.workers {
		progress.status(format!("starting worker {number}"));
		stack.start(plan.worker(number))?;
	}
	until(stack, "a worker", || joined(&scheduler, options.workers)).await?;
	let workers = scheduler.workers().await.map_err(|error| pool::refused(&error))?;
	for worker in &workers {
		progress.line(format_args!("worker     {}", worker.account));
	}
	drop(progress);

	context.out.print(&described(plan, &info, &workers));
	Ok(())
}

/// Returns something once the pool's orders are in the book.
async fn on_sale(chain: &Chain, workerpool: WorkerpoolId) -> Option<()> {
	let filter = BookFilter { list: BookKey::Workerpool(workerpool), min_price: None, max_price: None };
	let page = chain.orderbook(filter, None, 1).await.ok()?;
	(!page.entries.is_empty()).then_some(())
}

/// Returns something once as many workers are there.
async fn joined(scheduler: &WsClient, wanted: u32) -> Option<()> {
	let workers = scheduler.workers().await.ok()?;
	let alive = workers.iter().filter(|worker| worker.alive).count();
	u32::try_from(alive).is_ok_and(|alive| alive >= wanted).then_some(())
}

fn described(plan: &Plan, info: &PoolInfo, workers: &[WorkerInfo]) -> Answer {
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

/// Asks until there is an answer, a part has died, or it has taken too long.
async fn until<T, F: Future<Output = Option<T>>>(stack: &mut Processes, what: &str, ask: impl Fn() -> F) -> Result<T> {
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
			failure!(StackSlow, "{what} does not answer after {seconds} s"; "see the logs in {}", stack.logs().display())
		}),
		death = stack.first_death() => Err(death),
	}
}

/// Gives the workers what they stake, if they do not have it.
async fn fund(plan: &Plan, chain: &Chain) -> Result<()> {
	let mut transfers = Vec::new();
	for worker in plan.worker_accounts()? {
		let missing = WORKER_FUNDS.saturating_sub(chain.funds(&worker).await?.free);
		if missing > 0 {
			let transfer = BalancesCall::TransferKeepAlive { dest: Address::Id(worker), value: missing };
			transfers.push(Call::Balances(transfer));
		}
	}
	if transfers.is_empty() {
		return Ok(());
	}
	let treasurer = Key::from_suri(TREASURER).map_err(|error| Failure::from(error).during(TREASURER))?;
	Approved::by_policy(treasurer, Call::BatchAll(transfers)).send(chain).await?;
	Ok(())
}
