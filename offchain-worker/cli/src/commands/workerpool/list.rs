//! `rlc workerpool list`: what is registered, by name.

use clap::Args;
use rlc_primitives::WorkerpoolId;

use crate::{answer::Answer, assets::Catalog, context::Context, failure::Result};

/// List workerpools by their names, with the price of the best offer to everybody
#[derive(Debug, Args)]
#[command(
	visible_alias = "search",
	after_help = "\
Examples:
  rlc workerpool list
  rlc workerpool search gpu
  rlc workerpool list --owner me

Anybody can register any name: look at the owner, and at NOTE, which counts others that are called alike."
)]
pub(crate) struct List {
	/// Which ones
	#[command(flatten)]
	pub catalog: Catalog,
}

/// Looks for them in the chain's state.
pub(crate) async fn run(list: List, context: &Context) -> Result<Answer> {
	list.catalog.list::<WorkerpoolId>(context).await
}
