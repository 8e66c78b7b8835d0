//! `rlc account create`: a new key.

use clap::Args;
use rlc_keystore::{Kind, Secret};

use crate::{answer::Answer, context::Context, failure::Result, say};

/// Create a key, and show its secret once
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc account create me
  rlc account create wallet --kind ethereum
  RLC_PASSWORD=… rlc account create bot --json")]
pub(crate) struct Create {
	/// The name of the account
	pub name: String,
	/// The kind of key
	#[arg(long, value_enum, default_value_t)]
	pub kind: Kind,
}

/// Keeps a new key, and shows its secret.
pub(crate) fn run(Create { name, kind }: Create, context: &Context) -> Result<Answer> {
	let secret = Secret::generate(kind);
	let entry = context.keystore()?.add(&name, &secret, &context.new_password()?)?;
	let what = match kind {
		Kind::Sr25519 => "phrase",
		Kind::Ethereum => "private key",
	};
	let text = format!(
		"{}\n\n  {}\n\nWrite this {what} down: it is shown only now, and restores the account if the password is lost.",
		say::account::named(&entry),
		secret.text()
	);
	let mut json = say::account::key(&entry);
	json["secret"] = secret.text().into();
	Ok(Answer::new(text, json))
}
