//! `rlc app list`: what is registered, by name.

use clap::Args;
use rlc_primitives::AppId;

use crate::{answer::Answer, assets::Catalog, context::Context, failure::Result};

/// List apps by their names, with the price of the best offer to everybody
#[derive(Debug, Args)]
#[command(
	visible_alias = "search",
	after_help = "\
Examples:
  rlc app list
  rlc app search ray tracer
  rlc app list --owner me

Anybody can register any name: look at the owner, and at NOTE, which counts others that are called alike."
)]
pub(crate) struct List {
	/// Which ones
	#[command(flatten)]
	pub catalog: Catalog,
}

/// Looks for them in the chain's state.
pub(crate) async fn run(list: List, context: &Context) -> Result<Answer> {
	list.catalog.list::<AppId>(context).await
}
