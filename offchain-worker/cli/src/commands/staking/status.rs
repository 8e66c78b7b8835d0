//! `rlc staking status`: a stake, and what the chain asks of stakes.

use clap::Args;

use crate::{answer::Answer, context::Context, failure::Result, say, whose::Whose};

/// Show what an account has at stake, what comes back when, and what the chain asks of stakes
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc staking status --account me
  rlc staking status 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
pub(crate) struct Status {
	/// Whose
	#[command(flatten)]
	pub whose: Whose,
}

/// Asks the chain for it.
pub(crate) async fn run(status: Status, context: &Context) -> Result<Answer> {
	let who = status.whose.account(context)?;
	let chain = context.chain().await?;
	let (stake, terms) = (chain.stake(&who).await?.unwrap_or_default(), chain.staking_terms().await?);
	Ok(say::staking::status(who, &stake, &terms))
}
