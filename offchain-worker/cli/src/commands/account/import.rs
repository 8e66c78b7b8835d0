//! `rlc account import`: a key that exists already.

use std::path::PathBuf;

use clap::Args;
use rlc_keystore::{Kind, Secret};
use zeroize::Zeroizing;

use crate::{
	answer::Answer,
	context::{read_secret, Context},
	failure::{failure, Result},
	say,
};

/// Import an existing key: a phrase, a seed, or an Ethereum private key
///
/// With --kind ethereum, a phrase gives the account that MetaMask and other wallets show first (m/44'/60'/0'/0/0). For another
/// account of a wallet, export its private key there, and import that.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc account import me                          asks for the phrase or seed
  rlc account import wallet --kind ethereum --secret-file key.txt     a private key, or a wallet's phrase
  rlc account import alice --suri //Alice        a development key; never type a real secret as an argument")]
pub(crate) struct Import {
	/// The name of the account
	pub name: String,
	/// The kind of key
	#[arg(long, value_enum, default_value_t)]
	pub kind: Kind,
	/// Read the secret from this file; - is standard input
	#[arg(long, value_name = "FILE")]
	pub secret_file: Option<PathBuf>,
	/// The secret itself: others on this machine can see it, so use it for development only
	#[arg(long, value_name = "SECRET", conflicts_with = "secret_file")]
	pub suri: Option<String>,
}

/// Keeps the key under a password.
pub(crate) fn run(import: Import, context: &Context) -> Result<Answer> {
	let text = match (import.secret_file, import.suri) {
		(Some(path), _) => read_secret(&path)?,
		(None, Some(text)) => Zeroizing::new(text),
		(None, None) => ask(context)?,
	};
	// An invalid secret is refused before a password is asked for.
	let secret = Secret::new(import.kind, &text)?;
	let entry = context.keystore()?.add(&import.name, &secret, &context.new_password()?)?;
	Ok(Answer::new(say::account::named(&entry), say::account::key(&entry)))
}

fn ask(context: &Context) -> Result<Zeroizing<String>> {
	if !context.out.can_ask() {
		return Err(failure!(SecretMissing, "the secret is needed, and there is no terminal to ask for it";
			"give --secret-file"));
	}
	let typed = rpassword::prompt_password("Phrase, seed or private key: ");
	typed.map(Zeroizing::new).map_err(|error| failure!(SecretMissing, "no secret was read: {error}"))
}
