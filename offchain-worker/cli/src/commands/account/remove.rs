//! `rlc account remove`: a key that is not needed any more.

use clap::Args;

use crate::{
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	say,
};

/// Remove a key from the keystore
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc account remove me --yes")]
pub(crate) struct Remove {
	/// The name of the account
	pub name: String,
}

/// Removes it, once the user agrees.
pub(crate) fn run(Remove { name }: Remove, context: &Context) -> Result<Answer> {
	let keystore = context.keystore()?;
	let entry = keystore.entry(&name)?;
	let question = format_args!("Remove {name}? Without its secret, {} is lost.", entry.account);
	if !context.global.yes && !context.out.confirm(question) {
		return Err(failure!(NotConfirmed, "{name} was not removed"; "give --yes to remove it without a question"));
	}
	keystore.remove(&name)?;
	Ok(Answer::new(format!("{name} is removed"), say::account::key(&entry)))
}
