//! `rlc account show`: a balance, and a worker's standing.

use clap::Args;

use crate::{answer::Answer, context::Context, failure::Result, say, whose::Whose};

/// Show an account's balance and its standing as a worker
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc account show me
  rlc account show 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  rlc account show                               the account of --account")]
pub(crate) struct Show {
	/// Whose balance and standing
	#[command(flatten)]
	pub whose: Whose,
}

/// Asks the chain for it.
pub(crate) async fn run(show: Show, context: &Context) -> Result<Answer> {
	let who = show.whose.account(context)?;
	let chain = context.chain().await?;
	let (funds, worker) = (chain.funds(&who).await?, chain.worker(&who).await?);
	let bonded = chain.stake(&who).await?.map_or(0, |stake| stake.total);
	Ok(say::account::shown(who, &funds, bonded, &worker))
}
