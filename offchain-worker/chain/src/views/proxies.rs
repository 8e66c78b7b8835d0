//! What the chain knows of proxies.

use rlc_primitives::AccountId;

use crate::{
	calls::{Proxy, ProxyType},
	questions, Chain, Error,
};

// Errors are those of every question.
#[allow(clippy::missing_errors_doc)]
impl Chain {
	/// Returns the proxies that an account named.
	pub async fn proxies(&self, of: &AccountId) -> Result<Vec<Proxy>, Error> {
		Ok(self.entry(&questions::PROXIES, of).await?.map(|(proxies, _)| proxies).unwrap_or_default())
	}

	/// Returns whether `delegate` may act for an account at once, as this kind of proxy.
	pub async fn is_proxy(&self, of: &AccountId, delegate: &AccountId, kind: ProxyType) -> Result<bool, Error> {
		Ok(self.proxies(of).await?.iter().any(|proxy| proxy.allows(delegate, kind)))
	}
}
