//! `rlc account send`: RLC for another account.

use clap::Args;
use rlc_chain::{BalancesCall, Call};
use rlc_json::{Account, Decimal};
use rlc_primitives::Address;
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Result},
};

/// Send RLC, and wait until nothing can undo it
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc account send 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty 12.5 --account me")]
pub(crate) struct Send {
	/// The receiver: an address, a name in the keystore, or a development account such as //Bob
	pub to: String,
	/// How much
	pub amount: Amount,
}

/// Sends it, if the account has it.
pub(crate) async fn run(Send { to, amount }: Send, context: &Context) -> Result<Answer> {
	if amount.0 == 0 {
		return Err(failure!(AmountInvalid, "nothing would be sent"; "give more than 0"));
	}
	let to = context.account(&to)?;
	let (key, chain) = context.signer().await?;
	let free = chain.funds(&key.account()).await?.spendable();
	if free < amount.0 {
		return Err(
			failure!(FundsShort, "{} has {} free and cannot send {amount}", Account(key.account()), Amount(free);
			"send less"),
		);
	}
	let transfer = BalancesCall::TransferKeepAlive { dest: Address::Id(to.clone()), value: amount.0 };
	let approved = context.approve(&chain, key, Call::Balances(transfer)).await?;
	let progress = context.out.wait(format!("sending {amount}"));
	let receipt = approved.send_finalized(&chain).await?;
	drop(progress);
	let to = Account(to);
	let text = format!("sent {amount} to {to}");
	Ok(Answer::new(text, json!({ "to": to, "amount": Decimal(amount.0), "block": receipt.block })))
}
