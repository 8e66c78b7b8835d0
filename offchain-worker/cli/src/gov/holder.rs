//! Whose RLC proposes and votes.

use clap::Args;
use rlc_chain::{Chain, Key, ProxyType};
use rlc_primitives::AccountId;

use crate::{
	context::{refuse_development, Context},
	failure::Result,
	proxy,
};

/// Whose RLC proposes and votes: that of --account, or of an account that it is a proxy of.
#[derive(Clone, Debug, Args)]
pub(crate) struct Holder {
	/// Act for this account, as its proxy of type governance: its RLC votes and is held, and --account pays the fees
	#[arg(long, value_name = "ACCOUNT")]
	pub on_behalf_of: Option<String>,
}

impl Holder {
	/// Returns the account, without a key.
	///
	/// # Errors
	///
	/// If none is named.
	pub(crate) fn account(&self, context: &Context) -> Result<AccountId> {
		match &self.on_behalf_of {
			Some(real) => context.account(real),
			None => context.who(),
		}
	}

	/// Returns the key that signs for the account, and the chain.
	///
	/// # Errors
	///
	/// Those of [`Context::signer`]; if the key is not a proxy of the account that may do this.
	pub(crate) async fn signer(&self, context: &Context) -> Result<(Key, Chain)> {
		let key = context.key_for(self.on_behalf_of.as_deref())?;
		let chain = context.chain().await?;
		refuse_development(&chain, &key).await?;
		proxy::check(&chain, &key, ProxyType::Governance).await?;
		Ok((key, chain))
	}
}
