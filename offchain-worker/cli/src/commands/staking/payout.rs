//! `rlc staking payout`: rewards of past eras.

use clap::Args;
use rlc_chain::{Call, ProxyType, StakingCall};
use rlc_primitives::AccountId;
use serde_json::json;

use crate::{
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	proxy::OnBehalf,
	stake,
	table::counted,
};

/// How many payouts go into one transaction.
const BATCH: usize = 8;

/// Pay out the rewards of past eras: to validators, and to all who stand behind them
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc staking payout --account me                what your own validator, or those that you nominate, have to pay
  rlc staking payout 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --account me

Anyone can ask for the payout, for the last 84 eras (84 days on live networks): after that, unclaimed rewards are lost.")]
pub(crate) struct Payout {
	/// The validators [default: the account's own, and those that it nominates]
	#[arg(value_name = "VALIDATOR")]
	pub validators: Vec<String>,
	#[command(flatten)]
	pub on_behalf: OnBehalf,
}

/// Looks for what was not paid, and pays it out.
pub(crate) async fn run(payout: Payout, context: &Context) -> Result<Answer> {
	let (key, chain) = payout.on_behalf.signer(context, ProxyType::Staking).await?;
	let validators = if payout.validators.is_empty() {
		let stake = stake::of(&chain, &key.account()).await?;
		let own = stake.validates.map(|_| key.account());
		own.into_iter().chain(stake.nominates).collect()
	} else {
		let named = payout.validators.iter().map(|name| context.account(name));
		named.collect::<Result<Vec<AccountId>>>()?
	};
	let terms = chain.staking_terms().await?;
	let mut calls = Vec::new();
	let progress = context.out.wait("looking for rewards");
	for era in terms.era.saturating_sub(terms.history)..terms.era {
		for validator in &validators {
			if chain.has_pending_rewards(era, validator).await? {
				let validator_stash = validator.clone();
				calls.push(Call::Staking(StakingCall::PayoutStakers { validator_stash, era }));
			}
		}
	}
	drop(progress);
	if calls.is_empty() {
		return Err(failure!(RewardsNone, "no rewards wait to be paid"; "those of an era are paid after its end"));
	}
	let count = calls.len();
	for calls in calls.chunks(BATCH) {
		context.send_as(&chain, key.clone(), Call::BatchAll(calls.to_vec()), "paying rewards").await?;
	}
	Ok(Answer::new(format!("paid: {}", counted(count as u64, "payout")), json!({ "payouts": count })))
}
