//! `rlc workerpool deregister`: the end of a workerpool.

use clap::Args;
use rlc_primitives::WorkerpoolId;

use crate::{answer::Answer, assets, context::Context, failure::Result, ids};

/// Remove a workerpool of yours from the chain, with your orders for it: its deposit comes back
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc workerpool deregister 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --account me

Existing deals go on, but nobody can buy it anymore.")]
pub(crate) struct Deregister {
	/// The workerpool, by its id
	#[arg(value_parser = ids::workerpool)]
	pub workerpool: WorkerpoolId,
}

/// Removes it.
pub(crate) async fn run(deregister: Deregister, context: &Context) -> Result<Answer> {
	assets::deregister(context, deregister.workerpool).await
}
