//! `rlc order prune`: the deposits for records of expired requests.

use clap::Args;
use rlc_chain::{Call, MarketplaceCall};
use rlc_primitives::OrderHash;
use serde_json::json;

use crate::{answer::Answer, context::Context, failure::Result, ids, table::counted};

/// Remove the chain's records of expired requests; their deposits go back to the accounts that paid them
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc order prune 0x1f8a…c0 --account me

`rlc app run` prints the hash of its request. By default a request expires after a day, see --valid-for there.")]
pub(crate) struct Prune {
	/// The hashes of the requests
	#[arg(required = true, value_name = "HASH", value_parser = ids::order)]
	pub orders: Vec<OrderHash>,
}

/// Prunes all of them, or none.
pub(crate) async fn run(Prune { orders }: Prune, context: &Context) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	let prune = |order: &OrderHash| Call::Marketplace(MarketplaceCall::PruneOrder { order: *order });
	let calls = orders.iter().map(prune).collect();
	context.send_as(&chain, key, Call::BatchAll(calls), "pruning").await?;
	let what = counted(orders.len() as u64, "record");
	Ok(Answer::new(format!("pruned: {what}; the deposits are back"), json!({ "pruned": orders })))
}
