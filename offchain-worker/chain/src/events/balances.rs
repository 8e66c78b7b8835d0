//! What happened to balances.

use codec::Decode;
use rlc_primitives::{AccountId, Balance};
use scale_info::TypeInfo;

/// What happened to balances. Amounts are nRLC.
// Fields are called as in the pallet, which describes each of them.
#[allow(missing_docs)]
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub enum BalancesEvent {
	/// An account paid another one.
	Transfer { from: AccountId, to: AccountId, amount: Balance },
}
