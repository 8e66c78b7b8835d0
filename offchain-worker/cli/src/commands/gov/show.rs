//! `rlc gov show`: what a referendum would do.

use clap::Args;

use crate::{answer::Answer, context::Context, failure::Result, gov::view, say};

/// Show what a referendum would do, in words, what its track requires, and its progress
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc gov show 3
  rlc --json gov show 3 | jq .call     the call, as `rlc gov propose` reads it")]
pub(crate) struct Show {
	/// The referendum's index
	pub referendum: u32,
}

pub(crate) async fn run(show: Show, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	Ok(say::gov::shown(&view::look(&chain, show.referendum).await?))
}
