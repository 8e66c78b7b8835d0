//! The pool on chain.

use std::net::IpAddr;

use rlc_chain::{Call, Chain, RegistryCall, Sender};
use rlc_primitives::{
	assets::{Description, Registered, Workerpool},
	WorkerpoolId,
};
use rlc_protocol::{Account, PoolDescription};
use rlc_store::{is_public, Url};

use crate::{Error, PoolChoice};

/// Where the scheduler is reached.
pub(crate) struct Reach<'a> {
	/// As its operator says, if it does.
	pub public: Option<&'a str>,
	/// Where it listens.
	pub here: &'a str,
}

impl Reach<'_> {
	/// Returns the URL for a pool that has none.
	fn url(&self) -> &str {
		self.public.unwrap_or(self.here)
	}
}

/// Returns the chosen pool, which the sender's key owns, and tells the chain where it is reached. `known` is the one to which
/// the database belongs.
///
/// A pool is registered under its name alone, from which its id is derived: one with a new URL, or whose database is lost, is
/// the same pool.
pub(crate) async fn find_or_register(
	choice: &PoolChoice,
	known: Option<WorkerpoolId>,
	reach: &Reach<'_>,
	chain: &Chain,
	sender: &Sender,
) -> Result<WorkerpoolId, Error> {
	let name = match choice {
		PoolChoice::Registered(id) => {
			let pool = owned(*id, chain, sender).await?.ok_or(Error::UnknownPool(*id))?;
			tell(*id, &pool, reach, chain, sender).await?;
			return Ok(*id);
		}
		PoolChoice::Named(name) => name,
	};
	if let Some(id) = known {
		let pool = owned(id, chain, sender).await?.ok_or(Error::UnknownPool(id))?;
		if PoolDescription::parse(&pool.content.description).name == *name {
			tell(id, &pool, reach, chain, sender).await?;
			return Ok(id);
		}
	}
	let (plain, full) = (describe(name, None)?, describe(name, Some(reach.url()))?);
	let id = WorkerpoolId::derive(&sender.account(), &plain);
	// Earlier programs registered it with its URL.
	for id in [id, WorkerpoolId::derive(&sender.account(), &full)] {
		if let Some(pool) = owned(id, chain, sender).await? {
			tell(id, &pool, reach, chain, sender).await?;
			return Ok(id);
		}
	}
	if sender.key().is_proxy() {
		// Proxies for schedulers register nothing: a pool can be sold.
		return Err(Error::Unregistered(name.clone(), Account(sender.account())));
	}
	ensure_reachable(reach.url(), chain).await?;
	let calls = [
		RegistryCall::RegisterWorkerpool { description: plain },
		RegistryCall::SetDescription { workerpool: id, description: full },
	];
	sender.send(Call::BatchAll(calls.map(Call::Registry).into())).await?;
	tracing::info!(workerpool = ?id.0, "registered");
	Ok(id)
}

/// Tells the chain where a pool is reached, if it says something else. Without a URL of the operator's, what the chain says
/// stays.
async fn tell(
	id: WorkerpoolId,
	pool: &Registered<Workerpool>,
	reach: &Reach<'_>,
	chain: &Chain,
	sender: &Sender,
) -> Result<(), Error> {
	let found = PoolDescription::parse(&pool.content.description);
	let Some(url) = next_url(&found, reach) else { return Ok(()) };
	ensure_reachable(url, chain).await?;
	let description = describe(&found.name, Some(url))?;
	sender.send(Call::Registry(RegistryCall::SetDescription { workerpool: id, description })).await?;
	tracing::info!(workerpool = ?id.0, "the chain says now that the pool is at {url}");
	Ok(())
}

/// Returns the URL that the chain is to tell of a pool instead of what it does; `None`: that is right.
fn next_url<'a>(found: &PoolDescription, reach: &Reach<'a>) -> Option<&'a str> {
	let url = match (&found.url, reach.public) {
		(_, Some(public)) => public,
		(Some(_), None) => return None,
		(None, None) => reach.here,
	};
	(found.url.as_deref() != Some(url.trim_end_matches('/'))).then_some(url)
}

/// Refuses a URL that others cannot reach, on a network for everybody.
async fn ensure_reachable(url: &str, chain: &Chain) -> Result<(), Error> {
	if is_reachable(url) || !chain.is_live().await? {
		return Ok(());
	}
	Err(Error::Unreachable(url.into()))
}

/// Returns whether machines elsewhere may reach a URL: it names a host, or a public address.
fn is_reachable(url: &str) -> bool {
	let Ok(url) = url.parse::<Url>() else { return false };
	let Some(host) = url.host_str() else { return false };
	match host.trim_matches(['[', ']']).parse::<IpAddr>() {
		Ok(address) => is_public(address),
		Err(_) => host != "localhost" && !host.ends_with(".localhost"),
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
fn describe(name: &str, url: Option<&str>) -> Result<Description, Error> {
	let url = url.map(|url| url.trim_end_matches('/').into());
	PoolDescription { name: name.into(), url }.to_bytes().try_into().map_err(|_| Error::LongDescription)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn description_names_the_pool_and_its_url() {
		let bytes = describe("mine", Some("http://127.0.0.1:9000/")).unwrap();
		let read = PoolDescription::parse(&bytes);
		assert_eq!((read.name.as_str(), read.url.as_deref()), ("mine", Some("http://127.0.0.1:9000")));
		assert!(matches!(describe(&"x".repeat(300), Some("http://a")), Err(Error::LongDescription)));
		assert_eq!(PoolDescription::parse(&describe("mine", None).unwrap()).url, None);
	}

	#[test]
	fn chain_is_told_where_the_pool_is_now() {
		let told = |url: Option<&str>, public| {
			let found = PoolDescription { name: "mine".into(), url: url.map(Into::into) };
			next_url(&found, &Reach { public, here: "http://0.0.0.0:1" }).map(ToOwned::to_owned)
		};
		assert_eq!(told(Some("https://old"), Some("https://new/")), Some("https://new/".into()));
		assert_eq!(told(Some("https://new"), Some("https://new/")), None, "it says so");
		assert_eq!(told(Some("https://old"), None), None, "where it listens is not where it is reached");
		assert_eq!(told(None, None), Some("http://0.0.0.0:1".into()));
	}

	#[test]
	fn url_of_this_machine_is_not_reachable() {
		for url in [
			"http://127.0.0.1:9955",
			"http://0.0.0.0:9955",
			"http://localhost:9955",
			"http://192.168.1.2",
			"http://10.0.0.1",
			"http://[::1]:9955",
			"nonsense",
		] {
			assert!(!is_reachable(url), "{url}");
		}
		for url in ["https://pool.example.org", "http://93.184.215.14:9955", "http://[2606:2800:21f:cb07::1]:9955"] {
			assert!(is_reachable(url), "{url}");
		}
	}
}
