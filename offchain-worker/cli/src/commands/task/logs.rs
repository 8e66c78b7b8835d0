//! `rlc task logs`: what the app wrote.

use clap::Args;
use rlc_protocol::requester::SchedulerRpcClient;

use crate::{answer::Answer, context::Context, deals, failure::Result, ids::TaskName, pool, say};

/// Show what the app wrote, as the deal's requester or beneficiary
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc task logs 0x9d0c…:0 --account me")]
pub(crate) struct Logs {
	/// The task: DEAL:INDEX, or its id
	pub task: TaskName,
}

/// Asks the scheduler for it.
pub(crate) async fn run(logs: Logs, context: &Context) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	let task = deals::task(&chain, logs.task).await?;
	let deal = deals::deal(&chain, task.task.deal).await?;
	let workerpool = deal.deal.workerpool.id;
	let scheduler = pool::connect(&pool::url(context, &chain, workerpool).await?).await?;
	let request = pool::logs_request(chain.genesis(), workerpool, &key, task.id);
	let logs = scheduler.logs(request).await.map_err(|error| pool::signed_refused(&error))?;
	Ok(say::task::logs(&logs))
}
