//! `rlc staking unbond`: RLC out of the stake.

use clap::Args;
use rlc_chain::{Call, ProxyType, StakingCall};
use rlc_json::Decimal;
use serde_json::json;

use crate::{
	amount::{Amount, HowMuch},
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	proxy::OnBehalf,
	say, stake,
};

/// Take RLC out of the stake; it is free after a wait, once it is withdrawn
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc staking unbond 100 --account me
  rlc staking unbond all --account me            ends validating or nominating too

The wait is 28 eras: 28 days on live networks. Then `rlc staking withdraw` frees it; it does not come back by itself.")]
pub(crate) struct Unbond {
	/// How much, or all
	pub amount: HowMuch,
	#[command(flatten)]
	pub on_behalf: OnBehalf,
}

/// Unbonds it, if what stays suffices for what the account does.
pub(crate) async fn run(unbond: Unbond, context: &Context) -> Result<Answer> {
	let (key, chain) = unbond.on_behalf.signer(context, ProxyType::Staking).await?;
	let terms = chain.staking_terms().await?;
	let who = key.account();
	let stake = stake::of(&chain, &who).await?;
	let (value, call) = match unbond.amount {
		HowMuch::Exactly(Amount(value)) => {
			if let Some(refused) = stake::unbonding_refused(&stake, value, &terms) {
				return Err(refused);
			}
			(value, Call::Staking(StakingCall::Unbond { value }))
		}
		HowMuch::All => {
			let value = stake.active;
			if value == 0 {
				return Err(
					failure!(StakeShort, "nothing is at stake anymore"; "`rlc staking status` shows what waits"),
				);
			}
			let calls = [StakingCall::Chill, StakingCall::Unbond { value }];
			(value, Call::BatchAll(calls.map(Call::Staking).to_vec()))
		}
	};
	let wait = say::staking::wait(&terms);
	context
		.out
		.say(format_args!("{} is free after {wait}; until then it earns nothing, and can be slashed", Amount(value)));
	context.send_as(&chain, key, call, "unbonding").await?;
	let text = format!(
		"unbonded: {}; free after {wait}, once you run `rlc staking withdraw`: `rlc staking status` tells when",
		Amount(value)
	);
	Ok(Answer::new(text, json!({ "unbonded": Decimal(value), "freeInEra": terms.era.saturating_add(terms.wait) })))
}
