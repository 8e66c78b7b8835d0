//! `rlc staking nominate`: the stake behind validators.

use clap::Args;
use rlc_chain::{Call, ProxyType, StakingCall};
use rlc_json::Account;
use rlc_primitives::Address;
use serde_json::json;

use crate::{
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	proxy::OnBehalf,
	say, stake,
};

/// Put the stake behind validators, from the next era on
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc staking nominate 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty --account me

This replaces earlier nominations. If one of them breaks the rules, a part of the stake is lost. Rewards are paid when somebody
runs `rlc staking payout`. To end it, run `rlc staking stop`, or `rlc staking unbond all` to have the stake back too.")]
pub(crate) struct Nominate {
	/// The validators, of those that `rlc staking candidates` lists
	#[arg(required = true, num_args = 1..=16, value_name = "VALIDATOR")]
	pub validators: Vec<String>,
	#[command(flatten)]
	pub on_behalf: OnBehalf,
}

/// Nominates them, if the stake suffices and they are candidates.
pub(crate) async fn run(nominate: Nominate, context: &Context) -> Result<Answer> {
	let (key, chain) = nominate.on_behalf.signer(context, ProxyType::Staking).await?;
	let terms = chain.staking_terms().await?;
	let stake = stake::of(&chain, &key.account()).await?;
	stake::suffices(&stake, terms.least_to_nominate, "nominate")?;
	let candidates = chain.candidates().await?;
	let mut targets = Vec::new();
	for name in &nominate.validators {
		let who = context.account(name)?;
		let prefs = candidates.iter().find(|(candidate, _)| *candidate == who).map(|(_, prefs)| prefs);
		match prefs {
			Some(prefs) if prefs.blocked && !stake.nominates.contains(&who) => {
				return Err(failure!(CandidateUnknown, "{} admits no new nominators", Account(who);
					"`rlc staking candidates` lists those that do"));
			}
			Some(_) => targets.push(who),
			None => {
				return Err(failure!(CandidateUnknown, "{} is not a candidate", Account(who);
					"`rlc staking candidates` lists them"));
			}
		}
	}
	let names: Vec<_> = targets.iter().cloned().map(Account).collect();
	let call = StakingCall::Nominate { targets: targets.into_iter().map(Address::Id).collect() };
	context.send_as(&chain, key, Call::Staking(call), "nominating").await?;
	let era = say::staking::era(&terms);
	let text = format!(
		"nominated from the next era on; an era is about {era}. `rlc staking payout` pays the rewards of those that are over"
	);
	Ok(Answer::new(text, json!({ "nominates": names })))
}
