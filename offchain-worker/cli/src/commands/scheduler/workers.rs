//! `rlc scheduler workers`: the workers of a scheduler.

use clap::Args;
use rlc_protocol::requester::SchedulerRpcClient;

use crate::{answer::Answer, context::now, failure::Result, pool, say};

/// List a scheduler's workers
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc scheduler workers
  rlc scheduler workers --scheduler https://pool.example.org --json")]
pub(crate) struct Workers {
	/// The scheduler
	#[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9955")]
	pub scheduler: String,
}

/// Asks the scheduler for them.
pub(crate) async fn run(command: Workers) -> Result<Answer> {
	let client = pool::connect(&command.scheduler).await?;
	let workers = client.workers().await.map_err(|error| pool::refused(&error))?;
	Ok(say::worker::listed(&workers, now()))
}
