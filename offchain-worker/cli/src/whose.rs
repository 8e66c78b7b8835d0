//! Whose things a command shows.

use clap::Args;
use rlc_primitives::AccountId;

use crate::{context::Context, failure::Result};

/// Whose things are shown.
#[derive(Clone, Debug, Args)]
pub(crate) struct Whose {
	/// An address, a name in the keystore, or a development account such as //Alice [default: that of --account]
	#[arg(value_name = "ACCOUNT")]
	pub who: Option<String>,
}

impl Whose {
	/// Returns the account.
	///
	/// # Errors
	///
	/// If it is not one, or none is named and `--account` is missing.
	pub(crate) fn account(&self, context: &Context) -> Result<AccountId> {
		match &self.who {
			Some(account) => context.account(account),
			None => context.who(),
		}
	}
}
