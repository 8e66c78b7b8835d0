//! `rlc gov refund`: deposits of a referendum that has ended.

use clap::Args;
use rlc_chain::{Call, Chain, Deposit, Ended, GovernanceCall, Outcome, Proposal, ProxyType, Referendum};
use rlc_json::{Account, Decimal};
use rlc_primitives::{AccountId, Hash};
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	gov::view,
	proxy::OnBehalf,
};

/// Return the deposits of a referendum that has ended to those who placed them
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc gov refund 3 --account me

The decision deposit comes back whatever was decided. The submission deposit comes back if the referendum was approved or
canceled; otherwise it stays where it is, for good. What was held for a long call comes back to --account, if it stored the
call and the node still knows which.")]
pub(crate) struct Refund {
	/// The referendum's index
	pub referendum: u32,
	#[command(flatten)]
	pub on_behalf: OnBehalf,
}

pub(crate) async fn run(Refund { referendum: index, on_behalf }: Refund, context: &Context) -> Result<Answer> {
	let (key, chain) = on_behalf.signer(context, ProxyType::Governance).await?;
	let ended = match view::referendum(&chain, index).await? {
		Referendum::Ended(ended) => ended,
		Referendum::Ongoing(_) => {
			return Err(failure!(ReferendumOpen, "referendum {index} has not ended"; "see `rlc gov status {index}`"));
		}
	};
	let stored = stored_by(&chain, &key.account(), index, &ended).await?;
	let (calls, back) = refunds(index, &ended, stored);
	if calls.is_empty() {
		return Err(failure!(DepositNone, "no deposit of referendum {index} can come back";
			"see `rlc gov status {index}`"));
	}
	let calls = calls.into_iter().map(Call::Governance).collect();
	let receipt = context.send_as(&chain, key, Call::BatchAll(calls), "returning deposits").await?;
	let parts = back.iter().map(|Deposit { who, amount }| format!("{} to {}", Amount(*amount), Account(who.clone())));
	let text = format!("returned: {}", parts.collect::<Vec<_>>().join(", "));
	let back = back
		.iter()
		.map(|Deposit { who, amount }| json!({ "account": Account(who.clone()), "amount": Decimal(*amount) }));
	let back: Vec<_> = back.collect();
	Ok(Answer::new(text, json!({ "index": index, "back": back, "blockHash": receipt.block })))
}

/// Returns the hash of the referendum's call, and what is held of this account for it, if nothing needs the call any more.
async fn stored_by(chain: &Chain, who: &AccountId, index: u32, ended: &Ended) -> Result<Option<(Hash, Deposit)>> {
	let Some(was) = chain.referendum_before(index, ended).await? else { return Ok(None) };
	let Proposal::Stored { hash, len } = was.proposal else { return Ok(None) };
	let stored = chain.stored_call(hash, len).await?.filter(|stored| !stored.is_wanted);
	let deposit = stored.and_then(|stored| stored.deposit).filter(|(depositor, _)| depositor == who);
	Ok(deposit.map(|(who, amount)| (hash, Deposit { who, amount })))
}

/// Returns the calls that return deposits, and which come back.
fn refunds(index: u32, ended: &Ended, stored: Option<(Hash, Deposit)>) -> (Vec<GovernanceCall>, Vec<Deposit>) {
	let (mut calls, mut back) = (Vec::new(), Vec::new());
	if let Some(deposit) = &ended.decision_deposit {
		calls.push(GovernanceCall::RefundDecisionDeposit { index });
		back.push(deposit.clone());
	}
	let is_returned = matches!(ended.outcome, Outcome::Approved | Outcome::Canceled);
	if let Some(deposit) = ended.submission_deposit.as_ref().filter(|_| is_returned) {
		calls.push(GovernanceCall::RefundSubmissionDeposit { index });
		back.push(deposit.clone());
	}
	if let Some((hash, deposit)) = stored {
		calls.push(GovernanceCall::UnnotePreimage { hash });
		back.push(deposit);
	}
	(calls, back)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::gov::stage::tests::deposit;

	#[test]
	fn submission_deposit_comes_back_only_if_the_referendum_was_approved_or_canceled() {
		let back = |outcome| {
			let (submission_deposit, decision_deposit) = (Some(deposit(1)), Some(deposit(500)));
			let ended = Ended { outcome, since: 9, submission_deposit, decision_deposit };
			refunds(3, &ended, None).1.into_iter().map(|deposit| deposit.amount).collect::<Vec<_>>()
		};
		assert_eq!(back(Outcome::Approved), [500, 1]);
		assert_eq!(back(Outcome::Canceled), [500, 1]);
		assert_eq!(back(Outcome::Rejected), [500]);
		assert_eq!(back(Outcome::TimedOut), [500]);
	}

	#[test]
	fn stored_call_is_removed_with_its_deposit() {
		let (submission_deposit, decision_deposit) = (None, None);
		let ended = Ended { outcome: Outcome::Approved, since: 9, submission_deposit, decision_deposit };
		assert_eq!(refunds(3, &ended, None), (Vec::new(), Vec::new()));
		let hash = Hash::repeat_byte(5);
		let stored = refunds(3, &ended, Some((hash, deposit(4))));
		assert_eq!(stored, (vec![GovernanceCall::UnnotePreimage { hash }], vec![deposit(4)]));
	}
}
