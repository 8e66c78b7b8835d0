//! `rlc dataset show`: a dataset and its offers.

use clap::Args;
use rlc_primitives::DatasetId;

use crate::{
	answer::Answer,
	assets::{self, AssetName},
	context::Context,
	failure::Result,
	ids,
};

/// Show a dataset and its offers
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc dataset show 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665")]
pub(crate) struct Show {
	/// The dataset: its id or its name
	#[arg(value_parser = assets::named(ids::dataset))]
	pub dataset: AssetName<DatasetId>,
}

/// Asks the chain for them.
pub(crate) async fn run(show: Show, context: &Context) -> Result<Answer> {
	assets::show(context, &show.dataset).await
}
