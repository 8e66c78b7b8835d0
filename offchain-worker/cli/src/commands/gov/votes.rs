//! `rlc gov votes`: what an account's votes lock.

use clap::Args;
use rlc_json::Account;

use crate::{answer::Answer, context::Context, failure::Result, gov::locks, say, whose::Whose};

/// Show an account's votes, and what they lock until when
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc gov votes --account me
  rlc gov votes 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
pub(crate) struct Votes {
	/// Whose
	#[command(flatten)]
	pub whose: Whose,
}

pub(crate) async fn run(votes: Votes, context: &Context) -> Result<Answer> {
	let who = votes.whose.account(context)?;
	let chain = context.chain().await?;
	let (rules, (now, _)) = futures::try_join!(chain.governance(), chain.best())?;
	let mut all = Vec::new();
	for track in &rules.tracks {
		let found = locks::on_track(&chain, &who, track.id, &rules, now).await?;
		all.extend((!found.is_empty()).then(|| (track.name.clone(), found)));
	}
	Ok(say::votes::locked(Account(who), &all, &rules, now))
}
