//! `rlc app deregister`: the end of an app.

use clap::Args;
use rlc_primitives::AppId;

use crate::{answer::Answer, assets, context::Context, failure::Result, ids};

/// Remove an app of yours from the chain, with your orders for it: its deposit comes back
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc app deregister 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --account me

Existing deals go on, but nobody can buy it anymore.")]
pub(crate) struct Deregister {
	/// The app, by its id
	#[arg(value_parser = ids::app)]
	pub app: AppId,
}

/// Removes it.
pub(crate) async fn run(deregister: Deregister, context: &Context) -> Result<Answer> {
	assets::deregister(context, deregister.app).await
}
