//! What can be asked of the chain by a transaction.

mod balances;
mod governance;
mod marketplace;
mod poco;
mod proxy;
mod registry;
mod staking;

use codec::Encode;
use rlc_primitives::AccountId;
use scale_info::TypeInfo;

pub(crate) use self::staking::StakersCall;
pub use self::{
	balances::BalancesCall,
	governance::{Ballot, GovernanceCall, Proposal, MOST_INLINE},
	marketplace::MarketplaceCall,
	poco::PocoCall,
	proxy::{Proxy, ProxyCall, ProxyType},
	registry::RegistryCall,
	staking::{RewardDestination, SessionCall, SessionKeys, StakingCall, ValidatorPrefs},
};

/// A call: a pallet, named as on the chain, and one of its calls, whose name there is the same in snake case. Who may call
/// it and what it costs is in the pallet's README.
///
/// Lists that the chain bounds are plain vectors here; the node cannot read one that is too long.
// A request with its signature is large; a box would only move the bytes.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum Call {
	/// Apps, datasets, workerpools and groups.
	Registry(RegistryCall),
	/// Orders, and the deals made from them.
	Marketplace(MarketplaceCall),
	/// Tasks.
	Poco(PocoCall),
	/// Payments.
	Balances(BalancesCall),
	/// Keys that act for an account.
	Proxy(ProxyCall),
	/// Stakes.
	// These two are calls of `StakersCall`, so that only those who make them need the chain to have them.
	#[codec(skip)]
	Staking(StakingCall),
	/// The keys of validators.
	#[codec(skip)]
	Session(SessionCall),
	/// Referenda, and votes on them.
	// As the runtime describes them.
	#[codec(skip)]
	Governance(GovernanceCall),
	/// Several calls in one transaction: all of them, or none if one is refused.
	// Holds calls as the chain encodes them, which the runtime's description alone tells.
	#[codec(skip)]
	BatchAll(Vec<Call>),
	/// A call of another account, of which the sender is a proxy.
	// As above.
	#[codec(skip)]
	For {
		/// Whose call it is.
		account: AccountId,
		/// The call.
		call: Box<Call>,
	},
}

/// Turns a pallet's call into a [`Call`].
macro_rules! calls {
	($($pallet:ident($call:ty)),*) => { $(
		impl From<$call> for Call {
			fn from(call: $call) -> Self {
				Self::$pallet(call)
			}
		}
	)* };
}
calls!(
	Registry(RegistryCall),
	Marketplace(MarketplaceCall),
	Poco(PocoCall),
	Balances(BalancesCall),
	Proxy(ProxyCall),
	Staking(StakingCall),
	Session(SessionCall),
	Governance(GovernanceCall)
);

/// Where several calls in one are.
pub(crate) const BATCH: (&str, &str) = ("Utility", "batch_all");
/// Where a proxy's call for another account is.
pub(crate) const FOR: (&str, &str) = ("Proxy", "proxy");

/// Returns a call's name on the chain.
pub(crate) fn on_chain(name: &str) -> String {
	let mut snake = String::with_capacity(name.len() + 4);
	for (place, letter) in name.char_indices() {
		if letter.is_ascii_uppercase() && place > 0 {
			snake.push('_');
		}
		snake.push(letter.to_ascii_lowercase());
	}
	snake
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn names_are_snakes_on_the_chain() {
		assert_eq!(on_chain("ContributeAndFinalize"), "contribute_and_finalize");
		assert_eq!(on_chain("Claim"), "claim");
	}
}
