//! The pool on chain.

use rlc_chain::{Call, Chain, RegistryCall, Sender};
use rlc_primitives::{
	assets::{Description, Registered, Workerpool},
	WorkerpoolId,
};
use rlc_protocol::{Account, PoolDescription};

use crate::{Error, PoolChoice};

/// Returns the chosen pool, which the sender's key owns. `known` is the one to which the database belongs.
pub(crate) async fn find_or_register(
	choice: &PoolChoice,
	known: Option<WorkerpoolId>,
	url: &str,
	chain: &Chain,
	sender: &Sender,
) -> Result<WorkerpoolId, Error> {
	match choice {
		PoolChoice::Registered(id) => owned(*id, chain, sender).await?.map(|_| *id).ok_or(Error::UnknownPool(*id)),
		PoolChoice::Named(name) => {
			let description = describe(name, url)?;
			if let Some(id) = known {
				// A pool's description, and so its URL, stays as it is.
				let pool = owned(id, chain, sender).await?.ok_or(Error::UnknownPool(id))?;
				let found = PoolDescription::parse(&pool.content.description);
				if found.name == *name {
					if pool.content.description != description {
						tracing::warn!(
							workerpool = ?id.0,
							"the chain says that the pool is at {:?}, but it is at {url}",
							found.url
						);
					}
					return Ok(id);
				}
			}
			let id = WorkerpoolId::derive(&sender.account(), &description);
			if owned(id, chain, sender).await?.is_none() {
				if sender.key().is_proxy() {
					// Proxies for schedulers register nothing: a pool can be sold.
					return Err(Error::Unregistered(name.clone(), Account(sender.account())));
				}
				sender.send(Call::Registry(RegistryCall::RegisterWorkerpool { description })).await?;
				tracing::info!(workerpool = ?id.0, "registered");
			}
			Ok(id)
		}
	}
}

/// Returns a pool, which has to be the sender's; `None` if there is none.
async fn owned(id: WorkerpoolId, chain: &Chain, sender: &Sender) -> Result<Option<Registered<Workerpool>>, Error> {
	match chain.workerpool(id).await? {
		Some(pool) if pool.owner != sender.account() => Err(Error::NotOwner(id, Account(pool.owner))),
		found => Ok(found),
	}
}

/// Returns the description that goes on chain.
fn describe(name: &str, url: &str) -> Result<Description, Error> {
	let description = PoolDescription { name: name.into(), url: Some(url.trim_end_matches('/').into()) };
	description.to_bytes().try_into().map_err(|_| Error::LongDescription)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn description_names_the_pool_and_its_url() {
		let bytes = describe("mine", "http://127.0.0.1:9000/").unwrap();
		let read = PoolDescription::parse(&bytes);
		assert_eq!((read.name.as_str(), read.url.as_deref()), ("mine", Some("http://127.0.0.1:9000")));
		assert!(matches!(describe(&"x".repeat(300), "http://a"), Err(Error::LongDescription)));
	}
}
