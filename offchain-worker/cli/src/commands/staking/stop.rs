//! `rlc staking stop`: neither validate nor nominate anymore.

use clap::Args;
use rlc_chain::{Call, ProxyType, StakingCall};
use serde_json::json;

use crate::{
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	proxy::OnBehalf,
	stake,
};

/// Stop validating or nominating; the stake stays bonded
#[derive(Debug, Args)]
#[command(
	visible_alias = "chill",
	after_help = "\
Example:
  rlc staking stop --account me"
)]
pub(crate) struct Stop {
	#[command(flatten)]
	pub on_behalf: OnBehalf,
}

/// Ends it from the next era on.
pub(crate) async fn run(stop: Stop, context: &Context) -> Result<Answer> {
	let (key, chain) = stop.on_behalf.signer(context, ProxyType::Staking).await?;
	let stake = stake::of(&chain, &key.account()).await?;
	if stake.validates.is_none() && stake.nominates.is_empty() {
		return Err(failure!(StakeIdle, "the account neither validates nor nominates";
			"`rlc staking unbond` takes its stake back"));
	}
	context.send_as(&chain, key, Call::Staking(StakingCall::Chill), "asking the chain").await?;
	let text = "stopped from the next era on; until then the node has to go on, and the stake is at risk. \
		`rlc staking unbond all` takes it back";
	Ok(Answer::new(text, json!({ "stopped": true })))
}
