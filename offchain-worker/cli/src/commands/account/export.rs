//! `rlc account export`: a key's secret.

use clap::Args;
use serde_json::json;

use crate::{answer::Answer, context::Context, failure::Result};

/// Print the secret of a key: anyone who has it controls the account
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc account export me")]
pub(crate) struct Export {
	/// The name of the account
	pub name: String,
}

/// Opens the key with its password.
pub(crate) fn run(Export { name }: Export, context: &Context) -> Result<Answer> {
	let keystore = context.keystore()?;
	// An unknown name is refused before a password is asked for.
	keystore.entry(&name)?;
	let secret = keystore.open(&name, &context.password(&format!("Password of {name}: "))?)?;
	Ok(Answer::new(secret.text(), json!({ "name": name, "secret": secret.text() })))
}
