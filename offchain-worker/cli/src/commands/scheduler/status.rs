//! `rlc scheduler status`: how a pool's business goes.

use clap::Args;
use rlc_protocol::requester::SchedulerRpcClient;

use crate::{answer::Answer, context::now, failure::Result, pool, say};

/// Show how a scheduler's business goes: its workers and tasks, stakes lost, whose deals are served last
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc scheduler status
  rlc scheduler status --scheduler https://pool.example.org --json

If the scheduler has withdrawn its orders, find out why stakes were lost, then run `rlc scheduler resume`.")]
pub(crate) struct Status {
	/// The scheduler
	#[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9955")]
	pub scheduler: String,
}

/// Asks the scheduler.
pub(crate) async fn run(command: Status) -> Result<Answer> {
	let client = pool::connect(&command.scheduler).await?;
	let status = client.status().await.map_err(|error| pool::refused(&error))?;
	Ok(say::scheduler::status(&status, now()))
}
