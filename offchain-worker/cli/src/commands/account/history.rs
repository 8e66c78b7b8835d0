//! `rlc account history`: what happened to an account's RLC.

use clap::Args;
use rlc_primitives::BlockNumber;

use crate::{
	answer::Answer,
	context::{now, Context},
	failure::Result,
	history::History,
	say,
	whose::Whose,
};

/// Show what an account earned, paid, received, and sent in the last blocks
#[derive(Debug, Args)]
#[command(
	visible_alias = "earnings",
	after_help = "\
Examples:
  rlc account history --account me
  rlc account earnings 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --blocks 50000

A node remembers what happened in the last 256 blocks, one with --state-pruning archive in all of them. Fees and deposits are
not listed."
)]
pub(crate) struct Past {
	/// Whose past
	#[command(flatten)]
	pub whose: Whose,
	/// How many blocks to look at
	#[arg(long, default_value_t = 256, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
	pub blocks: BlockNumber,
	/// The most entries to list; the sums are of all
	#[arg(long, default_value_t = 50, value_name = "N")]
	pub limit: usize,
}

/// Reads the blocks.
pub(crate) async fn run(command: Past, context: &Context) -> Result<Answer> {
	let who = command.whose.account(context)?;
	let chain = context.chain().await?;
	let progress = context.out.wait("reading blocks");
	let history = History::of(&chain, &who, command.blocks).await?;
	drop(progress);
	if history.is_cut {
		context.out.say(format_args!(
			"the node has discarded what happened before block {}: ask an archive node for more",
			history.first
		));
	}
	Ok(say::account::history(&history, command.limit, now()))
}
