//! `rlc dataset publish`: uses of a dataset for sale.

use clap::Args;

use crate::{
	answer::Answer,
	assets::{self, Beside, DatasetOffer},
	context::Context,
	failure::Result,
};

/// Sell uses of a dataset: publish an order
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc dataset publish 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 0.2 --account me")]
pub(crate) struct Publish {
	/// The offer
	#[command(flatten)]
	pub offer: DatasetOffer,
	/// What becomes of other orders
	#[command(flatten)]
	pub beside: Beside,
}

/// Puts the order into the book, instead of those on the same terms.
pub(crate) async fn run(publish: Publish, context: &Context) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	let order = publish.offer.order(context, &chain).await?;
	assets::publish_as(context, &chain, key, order.into(), publish.beside.into()).await
}
