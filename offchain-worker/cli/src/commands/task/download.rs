//! `rlc task download`: the result of a task.

use std::path::PathBuf;

use clap::Args;

use crate::{answer::Answer, context::Context, deals, failure::Result, ids::TaskName, refund::Paid, results, say};

/// Download and verify the task's result
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc task download 0x9d0c…:0 --output result")]
pub(crate) struct Download {
	/// The task: DEAL:INDEX, or its id
	pub task: TaskName,
	/// Unpack the result into this directory [default: result-DEAL]
	#[arg(long, value_name = "DIR")]
	pub output: Option<PathBuf>,
}

/// Downloads it, and verifies it against the chain.
pub(crate) async fn run(download: Download, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let tasks = [deals::task(&chain, download.task).await?];
	let deal = deals::deal(&chain, tasks[0].task.deal).await?;
	let output = download.output.unwrap_or_else(|| results::default_dir(deal.id));
	let fetched = results::download(context, &chain, &deal, &tasks, &output).await?;
	say::deal::outcome(&deal, &tasks, &fetched, &Paid::new())
}
