//! `rlc scheduler drain`: a pool, or one of its workers, that finishes what it has.

use std::time::Duration;

use clap::Args;
use rlc_protocol::{admin::AdminRpcClient, requester::SchedulerRpcClient, Account};
use serde_json::json;

use super::operator::Here;
use crate::{
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	pool,
};

/// How often the scheduler is asked how many deals are left.
const AGAIN: Duration = Duration::from_secs(2);

/// Pause a scheduler on this machine and wait until its deals are over, or let one of its workers finish and end
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc scheduler drain --account me
  rlc scheduler drain --worker //Worker//1 --account me

Once a drained scheduler has no deals left, you can stop it for as long as you like; its store goes with it. \
`rlc scheduler resume` lets it sell again. Ctrl-C ends the waiting alone.")]
pub(crate) struct Drain {
	#[command(flatten)]
	here: Here,

	/// Let this worker finish its tasks and end, and nothing else
	#[arg(long, value_name = "ACCOUNT")]
	worker: Option<String>,

	/// Do not wait
	#[arg(long, conflicts_with = "worker")]
	no_wait: bool,
}

/// Tells the scheduler, and waits.
pub(crate) async fn run(command: Drain, context: &Context) -> Result<Answer> {
	let scheduler = command.here.connect(context).await?;
	if let Some(name) = &command.worker {
		let worker = Account(context.account(name)?);
		if !scheduler.drain(worker.clone()).await.map_err(|error| pool::refused(&error))? {
			return Err(
				failure!(SchedulerRefused, "{worker} is not connected"; "`rlc scheduler workers` lists who is"),
			);
		}
		return Ok(Answer::new(format!("{worker} finishes its tasks, then ends"), json!({ "worker": worker })));
	}
	scheduler.pause().await.map_err(|error| pool::refused(&error))?;
	let progress = context.out.wait("draining");
	let deals = loop {
		let status = scheduler.status().await.map_err(|error| pool::refused(&error))?;
		if status.deals == 0 || command.no_wait {
			break status.deals;
		}
		progress.status(format!("{} deals are left", status.deals));
		tokio::time::sleep(AGAIN).await;
	};
	drop(progress);
	let text = match deals {
		0 => "nothing is on sale, and no deal is left: the scheduler can be stopped".into(),
		deals => format!("the scheduler withdraws its orders; {deals} deals are left"),
	};
	Ok(Answer::new(text, json!({ "paused": true, "deals": deals })))
}
