//! `rlc app unpublish`: the end of a sale.

use clap::Args;
use rlc_primitives::{AppId, OrderHash};

use crate::{
	answer::Answer,
	assets::{self, AssetName},
	context::Context,
	failure::Result,
	ids,
};

/// Withdraw your orders for an app from the book
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc app unpublish 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --account me")]
pub(crate) struct Unpublish {
	/// The app: its id or its name
	#[arg(value_parser = assets::named(ids::app))]
	pub app: AssetName<AppId>,
	/// Only this order
	#[arg(long, value_name = "HASH", value_parser = ids::order)]
	pub order: Option<OrderHash>,
}

/// Withdraws them.
pub(crate) async fn run(unpublish: Unpublish, context: &Context) -> Result<Answer> {
	assets::unpublish(context, &unpublish.app, unpublish.order).await
}
