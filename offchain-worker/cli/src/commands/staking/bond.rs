//! `rlc staking bond`: RLC into the stake.

use clap::Args;
use rlc_chain::{Call, ProxyType, RewardDestination, StakingCall};
use rlc_json::Decimal;
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	proxy::OnBehalf,
	say,
};

/// Bond RLC: the first step to nominate or to validate, or more for a stake that is there
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc staking bond 500 --account me
  rlc staking bond 10000 --compound --account me

What is bonded cannot be spent, but still votes. It comes back in three steps: `rlc staking unbond`, a wait of 28 eras (28 days on
live networks), `rlc staking withdraw`. Bonding alone earns nothing: nominate or validate next.")]
pub(crate) struct Bond {
	/// How much
	pub amount: Amount,
	/// Add rewards to the stake, instead of paying them to the account; only when it bonds for the first time
	#[arg(long)]
	pub compound: bool,
	#[command(flatten)]
	pub on_behalf: OnBehalf,
}

/// Bonds it, as a new stake or as a part of the one that is there.
pub(crate) async fn run(bond: Bond, context: &Context) -> Result<Answer> {
	let Amount(value) = bond.amount;
	if value == 0 {
		return Err(failure!(AmountInvalid, "nothing would be bonded"; "give more than 0"));
	}
	let (key, chain) = bond.on_behalf.signer(context, ProxyType::Staking).await?;
	let who = key.account();
	let call = match chain.stake(&who).await? {
		Some(_) if bond.compound => {
			return Err(failure!(StakeExists, "the account has a stake already, whose rewards go where they went";
				"leave --compound out"));
		}
		Some(_) => StakingCall::BondExtra { max_additional: value },
		None => {
			let payee = if bond.compound { RewardDestination::Staked } else { RewardDestination::Stash };
			StakingCall::Bond { value, payee }
		}
	};
	let terms = chain.staking_terms().await?;
	context.out.say(format_args!("once it is unbonded, it is free after {}", say::staking::wait(&terms)));
	context.send_as(&chain, key, Call::Staking(call), "bonding").await?;
	let stake = chain.stake(&who).await?.unwrap_or_default();
	let next = say::staking::next(&stake, &terms);
	let text = format!("bonded: {}; at stake: {}{next}", bond.amount, Amount(stake.active));
	Ok(Answer::new(text, json!({ "bonded": Decimal(value), "active": Decimal(stake.active) })))
}
