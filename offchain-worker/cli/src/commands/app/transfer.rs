//! `rlc app transfer`: a new owner.

use clap::Args;
use rlc_primitives::AppId;

use crate::{answer::Answer, assets, context::Context, failure::Result, ids};

/// Transfer an app to another account
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc app transfer 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 //Bob --account me")]
pub(crate) struct Transfer {
	/// The app
	#[arg(value_parser = ids::app)]
	pub app: AppId,
	/// The new owner
	pub to: String,
}

/// Transfers it.
pub(crate) async fn run(transfer: Transfer, context: &Context) -> Result<Answer> {
	assets::transfer(context, transfer.app, &transfer.to).await
}
