//! `rlc deal show`: a deal and its tasks.

use clap::Args;
use rlc_primitives::DealId;

use crate::{answer::Answer, context::Context, deals, failure::Result, ids, say};

/// Show a deal and its tasks
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc deal show 0x9d0c… --json")]
pub(crate) struct Show {
	/// The deal's id
	#[arg(value_parser = ids::deal)]
	pub deal: DealId,
}

/// Asks the chain for them.
pub(crate) async fn run(show: Show, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let deal = deals::deal(&chain, show.deal).await?;
	let tasks = deals::tasks(&chain, &deal).await?;
	Ok(say::deal::shown(&deal, &tasks, chain.clock().await?))
}
