//! `rlc dataset transfer`: a new owner.

use clap::Args;
use rlc_primitives::DatasetId;

use crate::{answer::Answer, assets, context::Context, failure::Result, ids};

/// Transfer a dataset to another account
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc dataset transfer 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 //Bob --account me")]
pub(crate) struct Transfer {
	/// The dataset
	#[arg(value_parser = ids::dataset)]
	pub dataset: DatasetId,
	/// The new owner
	pub to: String,
}

/// Transfers it.
pub(crate) async fn run(transfer: Transfer, context: &Context) -> Result<Answer> {
	assets::transfer(context, transfer.dataset, &transfer.to).await
}
