//! `rlc dataset publish`: uses of a dataset for sale.

use clap::Args;

use crate::{
	answer::Answer,
	assets::{self, DatasetOffer},
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
}

/// Puts the order into the book.
pub(crate) async fn run(publish: Publish, context: &Context) -> Result<Answer> {
	assets::publish(context, publish.offer.order(context)?.into()).await
}
