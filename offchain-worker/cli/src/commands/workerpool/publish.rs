//! `rlc workerpool publish`: computing for sale.

use clap::Args;

use crate::{
	answer::Answer,
	assets::{self, Beside, WorkerpoolOffer},
	context::Context,
	failure::Result,
	pool,
};

/// Sell computing: publish an order
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc workerpool publish 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 1 --category XS --trust 10 --account me")]
pub(crate) struct Publish {
	/// The offer
	#[command(flatten)]
	pub offer: WorkerpoolOffer,
	/// What becomes of other orders
	#[command(flatten)]
	pub beside: Beside,
}

/// Puts the order into the book, instead of those on the same terms, and warns if no worker serves its tag.
pub(crate) async fn run(publish: Publish, context: &Context) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	let order = publish.offer.order(context, &chain).await?;
	let (id, tag) = (order.workerpool, order.tag);
	let published = assets::publish_as(context, &chain, key, order.into(), publish.beside.into()).await?;
	if let Some(warning) = pool::warning(pool::url(context, &chain, id).await, tag).await {
		context.out.say(warning);
	}
	Ok(published)
}
