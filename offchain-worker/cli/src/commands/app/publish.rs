//! `rlc app publish`: runs of an app for sale.

use clap::Args;

use crate::{
	answer::Answer,
	assets::{self, AppOffer},
	context::Context,
	failure::Result,
};

/// Sell runs of an app: publish an order
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc app publish 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 0.1 --account me
  rlc app publish 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --price 0.1 --tag network --account me")]
pub(crate) struct Publish {
	/// The offer
	#[command(flatten)]
	pub offer: AppOffer,
}

/// Puts the order into the book.
pub(crate) async fn run(publish: Publish, context: &Context) -> Result<Answer> {
	assets::publish(context, publish.offer.order(context)?.into()).await
}
