//! Proxies: keys that act for an account, and the calls that name them.

use codec::{Decode, Encode};
use rlc_primitives::{AccountId, Address, BlockNumber};
use scale_info::TypeInfo;

/// What a proxy may do for the account that named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum ProxyType {
	/// Everything.
	Any,
	/// Everything but moving RLC.
	NonTransfer,
	/// Vote.
	Governance,
	/// Stake.
	Staking,
	/// Stop announced calls of other proxies.
	CancelProxy,
	/// Work on tasks.
	Worker,
	/// Run a workerpool.
	Scheduler,
}

/// A key that acts for an account.
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub struct Proxy {
	/// The key's account.
	pub delegate: AccountId,
	/// What it may do.
	pub proxy_type: ProxyType,
	/// How many blocks its calls have to be announced before; 0: not at all.
	pub delay: BlockNumber,
}

impl Proxy {
	/// Returns whether this account may act so at once: as this kind of proxy, or as one for everything.
	pub fn allows(&self, delegate: &AccountId, kind: ProxyType) -> bool {
		self.delegate == *delegate && self.delay == 0 && [kind, ProxyType::Any].contains(&self.proxy_type)
	}
}

/// The calls of proxies: an account names the keys that act for it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum ProxyCall {
	/// Lets a key act for the sender. Holds a deposit.
	AddProxy {
		/// The key's account.
		delegate: Address,
		/// What it may do.
		proxy_type: ProxyType,
		/// How many blocks its calls have to be announced before; 0: not at all.
		delay: BlockNumber,
	},
	/// Takes that back, and releases the deposit. Names the proxy as it was added.
	RemoveProxy {
		/// The key's account.
		delegate: Address,
		/// What it may do.
		proxy_type: ProxyType,
		/// As above.
		delay: BlockNumber,
	},
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn proxy_acts_as_what_it_was_named_for_and_at_once() {
		let [me, other] = [1, 2].map(|byte| AccountId::new([byte; 32]));
		let proxy = |proxy_type, delay| Proxy { delegate: me.clone(), proxy_type, delay };
		assert!(proxy(ProxyType::Worker, 0).allows(&me, ProxyType::Worker));
		assert!(proxy(ProxyType::Any, 0).allows(&me, ProxyType::Worker));
		assert!(!proxy(ProxyType::Worker, 0).allows(&other, ProxyType::Worker));
		assert!(!proxy(ProxyType::Worker, 1).allows(&me, ProxyType::Worker), "it has to announce its calls");
		assert!(!proxy(ProxyType::Scheduler, 0).allows(&me, ProxyType::Worker));
		assert!(!proxy(ProxyType::NonTransfer, 0).allows(&me, ProxyType::Worker), "tasks move RLC");
	}
}
