//! `rlc app show`: an app and its offers.

use clap::Args;
use rlc_primitives::AppId;

use crate::{
	answer::Answer,
	assets::{self, AssetName},
	context::Context,
	failure::Result,
	ids,
};

/// Show an app and its offers
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc app show 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665")]
pub(crate) struct Show {
	/// The app: its id or its name
	#[arg(value_parser = assets::named(ids::app))]
	pub app: AssetName<AppId>,
}

/// Asks the chain for them.
pub(crate) async fn run(show: Show, context: &Context) -> Result<Answer> {
	assets::show(context, &show.app).await
}
