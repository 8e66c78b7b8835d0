//! `rlc gov deposit`: the deposit without which a referendum is not decided.

use clap::Args;
use rlc_chain::ProxyType;
use rlc_json::Decimal;
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	gov::{deposit, view},
	proxy::OnBehalf,
};

/// Place the decision deposit of a referendum, so that it is decided
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc gov deposit 3 --account me

Anyone can place it, for any referendum. It comes back with `rlc gov refund` when the referendum has ended, unless it is
killed as harmful.")]
pub(crate) struct Deposit {
	/// The referendum's index
	pub referendum: u32,
	#[command(flatten)]
	pub on_behalf: OnBehalf,
}

pub(crate) async fn run(Deposit { referendum: index, on_behalf }: Deposit, context: &Context) -> Result<Answer> {
	let (key, chain) = on_behalf.signer(context, ProxyType::Governance).await?;
	let (referendum, rules) = (view::ongoing(&chain, index).await?, chain.governance().await?);
	if let Some(placed) = &referendum.decision_deposit {
		let who = rlc_json::Account(placed.who.clone());
		return Err(failure!(DepositPlaced, "{who} has placed the decision deposit of referendum {index} already";
			"see `rlc gov status {index}`"));
	}
	let track = rules.track(referendum.track);
	let track =
		track.ok_or_else(|| failure!(TrackUnknown, "referendum {index} is on a track that no longer exists"))?;
	view::explain(context, &chain, index, &referendum).await?;
	let receipt = deposit::place(context, &chain, key, index, track).await?;
	let text = format!("{} is held for the decision of referendum {index}", Amount(track.deposit));
	Ok(Answer::new(text, json!({ "index": index, "amount": Decimal(track.deposit), "blockHash": receipt.block })))
}
