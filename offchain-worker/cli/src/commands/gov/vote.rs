//! `rlc gov vote`: aye or nay.

use clap::{Args, ValueEnum};
use rlc_chain::{Ballot, Call, Chain, GovernanceCall, ProxyType};
use rlc_json::{Account, Decimal};
use rlc_primitives::{AccountId, Balance};
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	gov::view,
	proxy::OnBehalf,
	say,
};

/// Vote on a referendum
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc gov vote 3 aye 100 --account me
  rlc gov vote 3 nay 100 --conviction 3 --account me
  rlc gov vote 3 aye 100 --account hot --on-behalf-of 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY

What votes is locked, not paid: it cannot be sent until it is unlocked, but can be staked and vote on other referenda. Before
anything is signed, it says for how long. The conviction says how much the vote counts, and for how many periods after the end
of the referendum it stays locked if its side wins; what voted for the losing side is free at the end:

  conviction   0     1   2   3   4   5    6
  counts       0.1×  1×  2×  3×  4×  5×   6×
  periods      0     1   2   4   8   16   32      a period is a week on live networks

A later vote on the same referendum replaces the earlier one. `rlc gov unlock REFERENDUM` takes it back while the referendum
goes on. Nothing is unlocked by itself: `rlc gov votes` tells what can be, `rlc gov unlock` does it.")]
pub(crate) struct Vote {
	/// The referendum's index
	pub referendum: u32,
	/// Which way
	#[arg(value_enum)]
	pub side: Side,
	/// The amount to vote with
	pub amount: Amount,
	/// How long it may stay locked if its side wins, for more votes
	#[arg(long, value_name = "0-6", default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=6))]
	pub conviction: u8,
	#[command(flatten)]
	pub on_behalf: OnBehalf,
}

/// Which way a vote goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
	/// In favor
	Aye,
	/// Against
	Nay,
	/// Let others decide, but count as support
	Abstain,
}

pub(crate) async fn run(vote: Vote, context: &Context) -> Result<Answer> {
	let (key, chain) = vote.on_behalf.signer(context, ProxyType::Governance).await?;
	let (who, index) = (key.account(), vote.referendum);
	let (referendum, rules) = (view::ongoing(&chain, index).await?, chain.governance().await?);
	let ballot = ballot(vote.side, vote.amount.0, vote.conviction);
	check(&chain, &who, referendum.track, vote.amount.0).await?;
	view::explain(context, &chain, index, &referendum).await?;
	context.out.say(say::votes::cast(&ballot, &rules));
	let call = Call::Governance(GovernanceCall::Vote { index, ballot });
	let receipt = context.send_as(&chain, key, call, "voting").await?;
	let amount = vote.amount;
	let json = json!({ "index": index, "amount": Decimal(amount.0), "blockHash": receipt.block });
	let text = format!(
		"voted on referendum {index} with {amount}; follow it with `rlc gov status {index}`, and unlock the {amount} \
		 afterwards with `rlc gov unlock`"
	);
	Ok(Answer::new(text, json))
}

fn ballot(side: Side, balance: Balance, conviction: u8) -> Ballot {
	match side {
		Side::Aye | Side::Nay => Ballot::Standard { aye: side == Side::Aye, conviction, balance },
		Side::Abstain => Ballot::Split { aye: 0, nay: 0, abstain: balance },
	}
}

/// Checks that the account has what it votes with, and votes itself.
async fn check(chain: &Chain, who: &AccountId, track: u16, amount: Balance) -> Result<()> {
	let (funds, votes) = futures::try_join!(chain.funds(who), chain.votes(who, track))?;
	let account = Account(who.clone());
	if votes.delegated.is_some() {
		return Err(failure!(VoteInvalid, "{account} has delegated its votes on this track to another account";
			"take that back first, with `convictionVoting.undelegate` in a wallet"));
	}
	let all = funds.free.saturating_add(funds.reserved);
	if amount > all {
		return Err(failure!(VoteInvalid, "{account} has {}, and would vote with {}", Amount(all), Amount(amount);
			"vote with less"));
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn abstention_has_no_conviction() {
		assert_eq!(ballot(Side::Abstain, 5, 6), Ballot::Split { aye: 0, nay: 0, abstain: 5 });
		assert_eq!(ballot(Side::Nay, 5, 6), Ballot::Standard { aye: false, conviction: 6, balance: 5 });
	}
}
