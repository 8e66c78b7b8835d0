//! `rlc worker vouch`: an operator's word for a worker.

use clap::Args;
use codec::Encode;
use rlc_protocol::{signing::Claim, Account};
use serde_json::json;

use crate::{answer::Answer, context::Context, failure::Result};

/// Vouch, as an operator, for one's own worker: prints what its --operator takes
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc worker run --operator \"$(rlc worker vouch WORKER --account me)\" --scheduler URL --account worker")]
pub(crate) struct Vouch {
	/// The worker's account
	pub worker: String,
}

/// Signs the voucher.
pub(crate) async fn run(vouch: Vouch, context: &Context) -> Result<Answer> {
	let worker = context.account(&vouch.worker)?;
	let (key, chain) = context.signer().await?;
	let genesis = chain.genesis();
	let signature = key.sign(&Claim::Operator { genesis, worker: &worker }.payload()).encode();
	let operator = Account(key.account());
	let voucher = format!("{operator}:0x{}", hex::encode(signature));
	let json = json!({ "operator": operator, "worker": Account(worker), "voucher": voucher });
	Ok(Answer::new(voucher, json))
}
