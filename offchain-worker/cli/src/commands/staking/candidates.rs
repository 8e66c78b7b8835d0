//! `rlc staking candidates`: whom one can nominate.

use clap::Args;

use crate::{answer::Answer, context::Context, failure::Result, say};

/// List the validators that can be nominated
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc staking candidates")]
pub(crate) struct Candidates {}

/// Asks the chain for them, and for their stakes.
pub(crate) async fn run(_: Candidates, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let mut lines = Vec::new();
	for (who, prefs) in chain.candidates().await? {
		let own = chain.stake(&who).await?.unwrap_or_default().active;
		lines.push((who, prefs, own));
	}
	lines.sort_by_key(|(who, prefs, own)| (prefs.blocked, prefs.commission, std::cmp::Reverse(*own), who.clone()));
	Ok(say::staking::candidates(&lines))
}
