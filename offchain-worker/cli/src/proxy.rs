//! Proxies: what their types are called here, and whether a key may act for another account.

use clap::{Args, ValueEnum};
use rlc_chain::{Chain, Key, Proxy, ProxyType};
use rlc_json::Account;
use rlc_primitives::AccountId;

use crate::{
	context::{refuse_development, Context},
	failure::{failure, Result},
};

/// For whom a command acts: the account of --account, or one that it is a proxy of.
#[derive(Clone, Debug, Args)]
pub(crate) struct OnBehalf {
	/// Act for this account, as its proxy: its RLC is used, and --account pays the fees
	#[arg(long, value_name = "ACCOUNT")]
	pub on_behalf_of: Option<String>,
}

impl OnBehalf {
	/// Returns the key that signs for the account, and the chain.
	///
	/// # Errors
	///
	/// Those of [`Context::signer`]; if the key is not a proxy of the account that may act as this type.
	pub(crate) async fn signer(&self, context: &Context, wanted: ProxyType) -> Result<(Key, Chain)> {
		let key = context.key_for(self.on_behalf_of.as_deref())?;
		let chain = context.chain().await?;
		refuse_development(&chain, &key).await?;
		check(&chain, &key, wanted).await?;
		Ok((key, chain))
	}
}

/// What a proxy may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
	/// Work on tasks: contribute, reveal, report
	Worker,
	/// Run a workerpool: offer its work, choose workers, end tasks
	Scheduler,
	/// Stake, and set session keys
	Staking,
	/// Vote, and take part in referenda
	Governance,
	/// Stop announced calls of other proxies
	CancelProxy,
	/// Everything but moving RLC
	NonTransfer,
	/// Everything, also moving RLC
	Any,
}

impl Kind {
	/// Returns what the chain calls it.
	pub(crate) fn on_chain(self) -> ProxyType {
		match self {
			Self::Worker => ProxyType::Worker,
			Self::Scheduler => ProxyType::Scheduler,
			Self::Staking => ProxyType::Staking,
			Self::Governance => ProxyType::Governance,
			Self::CancelProxy => ProxyType::CancelProxy,
			Self::NonTransfer => ProxyType::NonTransfer,
			Self::Any => ProxyType::Any,
		}
	}

	/// Returns how people write a type of the chain's.
	pub(crate) fn name_of(on_chain: ProxyType) -> String {
		let kind = Self::value_variants().iter().find(|kind| kind.on_chain() == on_chain);
		kind.and_then(ValueEnum::to_possible_value).map(|value| value.get_name().to_owned()).unwrap_or_default()
	}
}

/// Checks that a key may act, as a proxy of this type, for the account that it acts for. It may for its own.
///
/// # Errors
///
/// Those of [`types`] and [`ensure_exists`].
pub(crate) async fn check(chain: &Chain, key: &Key, wanted: ProxyType) -> Result<()> {
	if !key.is_proxy() {
		return Ok(());
	}
	let (real, signer) = (key.account(), key.signer());
	types(&chain.proxies(&real).await?, &real, &signer, &[wanted])?;
	ensure_exists(chain, &signer).await
}

/// Returns as which of the wanted types `signer` may act at once for `real`, which has these proxies.
///
/// # Errors
///
/// If it may not.
pub(crate) fn types(
	proxies: &[Proxy],
	real: &AccountId,
	signer: &AccountId,
	wanted: &[ProxyType],
) -> Result<Vec<ProxyType>> {
	let may = |kind: &ProxyType| proxies.iter().any(|proxy| proxy.allows(signer, *kind));
	let found: Vec<_> = wanted.iter().copied().filter(may).collect();
	if !found.is_empty() {
		return Ok(found);
	}
	let other = proxies.iter().find(|proxy| proxy.delegate == *signer);
	let [real, signer] = [real, signer].map(|account| Account(account.clone()));
	let kind = wanted.first().copied().map(Kind::name_of).unwrap_or_default();
	let problem = match other {
		None => failure!(ProxyMissing, "{signer} is not a proxy of {real}"),
		Some(Proxy { delay: 0, proxy_type, .. }) => {
			let other = Kind::name_of(*proxy_type);
			failure!(ProxyMissing, "{signer} is a proxy of {real} of type {other}, which may not do this")
		}
		Some(Proxy { delay, .. }) => {
			failure!(ProxyMissing, "{signer} is a proxy of {real} that has to announce its calls {delay} blocks ahead")
		}
	};
	Err(problem.advise(format_args!("with the key of {real}, run `rlc account proxy add {signer} --type {kind}`")))
}

/// Checks that an account exists on the chain, which accepts nothing from one that does not, even if it is free.
///
/// # Errors
///
/// If it has no RLC.
pub(crate) async fn ensure_exists(chain: &Chain, signer: &AccountId) -> Result<()> {
	if chain.funds(signer).await?.free > 0 {
		return Ok(());
	}
	let signer = Account(signer.clone());
	Err(failure!(FundsShort, "{signer} has no RLC, so the chain does not know it";
		"send it a little with `rlc account send {signer} 0.1`"))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn each_type_of_the_chain_has_a_name() {
		for (kind, name) in [
			(ProxyType::Any, "any"),
			(ProxyType::NonTransfer, "non-transfer"),
			(ProxyType::Governance, "governance"),
			(ProxyType::Staking, "staking"),
			(ProxyType::CancelProxy, "cancel-proxy"),
			(ProxyType::Worker, "worker"),
			(ProxyType::Scheduler, "scheduler"),
		] {
			assert_eq!(Kind::name_of(kind), name);
		}
	}

	/// Returns what is found if the one proxy is of this type and has this delay.
	fn found(proxy_type: ProxyType, delay: u32) -> Result<Vec<ProxyType>> {
		let [real, signer] = [1, 2].map(|byte| AccountId::new([byte; 32]));
		let proxy = Proxy { delegate: signer.clone(), proxy_type, delay };
		types(&[proxy], &real, &signer, &[ProxyType::Worker, ProxyType::Scheduler])
	}

	#[test]
	fn proxy_may_act_as_its_type() {
		assert_eq!(found(ProxyType::Scheduler, 0), Ok(vec![ProxyType::Scheduler]));
		assert_eq!(found(ProxyType::Any, 0), Ok(vec![ProxyType::Worker, ProxyType::Scheduler]));
	}

	#[test]
	fn proxy_that_may_not_act_is_told_why() {
		let refusal = |proxy_type, delay| found(proxy_type, delay).unwrap_err();
		let other = refusal(ProxyType::Staking, 0);
		assert_eq!(other.code(), "proxy.missing");
		assert!(
			other.to_string().contains("of type staking") && other.to_string().contains("--type worker"),
			"{other}"
		);
		let delayed = refusal(ProxyType::Worker, 7);
		assert!(delayed.to_string().contains("announce its calls 7 blocks ahead"), "{delayed}");
		let [real, signer] = [1, 2].map(|byte| AccountId::new([byte; 32]));
		let none = types(&[], &real, &signer, &[ProxyType::Scheduler]).unwrap_err();
		assert!(
			none.to_string().contains("is not a proxy of") && none.to_string().contains("--type scheduler"),
			"{none}"
		);
	}
}
