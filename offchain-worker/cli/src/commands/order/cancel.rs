//! `rlc order cancel`: the end of an order.

use clap::Args;
use rlc_chain::{Call, MarketplaceCall};
use serde_json::json;

use crate::{answer::Answer, context::Context, failure::Result, named_order::NamedOrder};

/// Cancel an order: nothing is left of its volume
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc order cancel request.json --account me
  rlc order cancel 0x1f8a…c0 --account me        an order in the book")]
pub(crate) struct Cancel {
	/// A file with a signed order, of `rlc order sign` or of iExec's SDK; or the hash of an order in the book
	pub order: String,
}

/// Cancels it on the chain.
pub(crate) async fn run(cancel: Cancel, context: &Context) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	let order = NamedOrder::find(&chain, &cancel.order).await?.order;
	let hash = chain.order_hash(&order).await?;
	let call = Call::Marketplace(MarketplaceCall::CancelOrder { order });
	context.send_as(&chain, key, call, "canceling").await?;
	Ok(Answer::new(format!("order {:?} is canceled", hash.0), json!({ "hash": hash })))
}
