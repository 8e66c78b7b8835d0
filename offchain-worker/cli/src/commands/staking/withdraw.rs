//! `rlc staking withdraw`: what waited long enough is free.

use clap::Args;
use rlc_chain::{Call, ProxyType, StakingCall};
use rlc_json::Decimal;
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	proxy::OnBehalf,
	say, stake,
};

/// Free what was unbonded, once the wait is over
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc staking withdraw --account me")]
pub(crate) struct Withdraw {
	#[command(flatten)]
	pub on_behalf: OnBehalf,
}

/// Withdraws it, if there is any.
pub(crate) async fn run(withdraw: Withdraw, context: &Context) -> Result<Answer> {
	let (key, chain) = withdraw.on_behalf.signer(context, ProxyType::Staking).await?;
	let terms = chain.staking_terms().await?;
	let stake = stake::of(&chain, &key.account()).await?;
	let value = stake::withdrawable(&stake, terms.era);
	if value == 0 {
		let why = failure!(StakeWaits, "nothing can be withdrawn yet");
		return Err(match stake.unlocking.first() {
			Some((value, from)) => why.advise(format_args!(
				"{} can be {}",
				Amount(*value),
				say::staking::in_eras(from.saturating_sub(terms.era), &terms)
			)),
			None => why.advise("`rlc staking unbond` takes RLC out of the stake first"),
		});
	}
	let call = StakingCall::WithdrawUnbonded { num_slashing_spans: stake.slashing_spans };
	context.send_as(&chain, key, Call::Staking(call), "withdrawing").await?;
	Ok(Answer::new(format!("free again: {}", Amount(value)), json!({ "withdrawn": Decimal(value) })))
}
