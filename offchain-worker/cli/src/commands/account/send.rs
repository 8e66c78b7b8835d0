//! `rlc account send`: RLC for another account.

use clap::Args;
use rlc_chain::{BalancesCall, BalancesEvent, Call, Event};
use rlc_json::{Account, Decimal};
use rlc_primitives::{AccountId, Address, Balance};
use serde_json::json;

use crate::{
	amount::{Amount, HowMuch},
	answer::Answer,
	context::Context,
	failure::{failure, Result},
};

/// Send RLC, and wait until nothing can undo it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc account send 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty 12.5 --account me
  rlc account send 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed 12.5 --account me
  rlc account send main all --account old

With `all`, the fee is taken from the amount, and the account is closed unless something is held or staked there. The answer \
says which.")]
pub(crate) struct Send {
	/// The receiver: an address, a name in the keystore, or a development account such as //Bob
	pub to: String,
	/// How much, or all
	pub amount: HowMuch,
}

/// Sends it, if the account has it.
pub(crate) async fn run(Send { to, amount }: Send, context: &Context) -> Result<Answer> {
	if amount == HowMuch::Exactly(Amount(0)) {
		return Err(failure!(AmountInvalid, "nothing would be sent"; "give more than 0"));
	}
	let to = context.receiver(&to)?;
	let (key, chain) = context.signer().await?;
	let from = key.account();
	if from == to {
		return Err(failure!(AccountInvalid, "the account would send to itself"; "name another receiver"));
	}
	let dest = Address::Id(to.clone());
	let (transfer, what) = match amount {
		HowMuch::All => (BalancesCall::TransferAll { dest, keep_alive: false }, "all".to_owned()),
		HowMuch::Exactly(Amount(value)) => (BalancesCall::TransferKeepAlive { dest, value }, Amount(value).to_string()),
	};
	let is_priced = amount != HowMuch::All;
	let approved = context.approve_priced(&chain, key, Call::Balances(transfer), is_priced).await?;
	let progress = context.out.wait(format!("sending {what}"));
	let receipt = approved.send_finalized(&chain).await?;
	drop(progress);
	let sent = sent(&receipt.events, &from, &to);
	let left = chain.funds(&from).await?.free;
	let receiver = Account(to);
	let mut text = format!("sent {} to {receiver}", Amount(sent));
	if amount == HowMuch::All {
		text += &ending(left);
	}
	let json = json!({ "to": receiver, "amount": Decimal(sent), "block": receipt.block, "left": Decimal(left) });
	Ok(Answer::new(text, json))
}

/// Returns what one account paid the other.
fn sent(events: &[Event], from: &AccountId, to: &AccountId) -> Balance {
	let amounts = events.iter().map(|event| match event {
		Event::Balances(BalancesEvent::Transfer { from: payer, to: payee, amount }) if payer == from && payee == to => {
			*amount
		}
		_ => 0,
	});
	amounts.sum()
}

/// Says what became of an account that was emptied.
fn ending(left: Balance) -> String {
	match left {
		0 => "; nothing is left, and the account has ended".into(),
		left => format!("; the account stays with {}, since something is held or staked there", Amount(left)),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::amount::InvalidAmount;

	#[test]
	fn all_is_an_amount() {
		for text in ["all", "ALL", " all "] {
			assert_eq!(text.parse(), Ok(HowMuch::All));
		}
		assert_eq!("1.5".parse(), Ok(HowMuch::Exactly(Amount(1_500_000_000))));
		for wrong in ["alles", "all RLC", ""] {
			assert_eq!(wrong.parse::<HowMuch>(), Err(InvalidAmount::Form(wrong.into())));
		}
	}

	#[test]
	fn payment_is_told_from_others_of_the_same_transaction() {
		let [me, you, other] = [1, 2, 3].map(|byte| AccountId::new([byte; 32]));
		let pay = |from: &AccountId, to: &AccountId, amount| {
			Event::from(BalancesEvent::Transfer { from: from.clone(), to: to.clone(), amount })
		};
		let events = [pay(&me, &other, 1), pay(&me, &you, 20), pay(&you, &me, 300)];
		assert_eq!(sent(&events, &me, &you), 20);
		assert_eq!(sent(&[], &me, &you), 0);
	}

	#[test]
	fn account_that_was_emptied_is_said_to_end_or_to_stay() {
		assert!(ending(0).contains("has ended"));
		assert!(ending(1).contains("stays with 0.000000001 RLC"));
	}
}
