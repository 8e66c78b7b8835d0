//! `rlc deal watch`: a deal until its end.

use clap::Args;
use rlc_primitives::DealId;

use crate::{answer::Answer, context::Context, deals::Counts, failure::Result, ids, say, watch};

/// Follow a deal until its last task is closed
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc deal watch 0x9d0c…

The exit code is 3 if some tasks failed, and 4 if all did.")]
pub(crate) struct Watch {
	/// The deal's id
	#[arg(value_parser = ids::deal)]
	pub deal: DealId,
}

/// Follows it, then shows it.
pub(crate) async fn run(command: Watch, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let (deal, tasks) = watch::to_the_end(context, &chain, command.deal).await?;
	let ending = Counts::of(&tasks).ending();
	Ok(say::deal::shown(&deal, &tasks, chain.clock().await?).ending(ending))
}
