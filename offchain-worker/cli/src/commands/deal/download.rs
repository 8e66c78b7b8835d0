//! `rlc deal download`: the results of a deal.

use std::path::PathBuf;

use clap::Args;
use rlc_primitives::DealId;

use crate::{answer::Answer, context::Context, deals, failure::Result, ids, refund::Paid, results, say};

/// Download and verify the results of all tasks of a deal
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc deal download 0x9d0c…
  rlc deal download 0x9d0c… --output result")]
pub(crate) struct Download {
	/// The deal's id
	#[arg(value_parser = ids::deal)]
	pub deal: DealId,
	/// Unpack the results into this directory [default: result-DEAL]
	#[arg(long, value_name = "DIR")]
	pub output: Option<PathBuf>,
}

/// Downloads what there is, and verifies it against the chain.
pub(crate) async fn run(download: Download, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let deal = deals::deal(&chain, download.deal).await?;
	let tasks = deals::tasks(&chain, &deal).await?;
	let output = download.output.unwrap_or_else(|| results::default_dir(deal.id));
	let fetched = results::download(context, &chain, &deal, &tasks, &output).await?;
	say::deal::outcome(&deal, &tasks, &fetched, &Paid::new())
}
