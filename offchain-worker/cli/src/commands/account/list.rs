//! `rlc account list`: the keys in the keystore.

use clap::Args;

use crate::{answer::Answer, context::Context, failure::Result, say};

/// List the keys in the keystore
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc account list --json")]
pub(crate) struct List {}

/// Lists the keys.
pub(crate) fn run(context: &Context) -> Result<Answer> {
	Ok(say::account::keys(context.keystore()?.list()?))
}
