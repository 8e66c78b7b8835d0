//! What happened to the money of deals, contributions and tasks.

use codec::Decode;
use rlc_primitives::{AccountId, Balance, TaskId};
use scale_info::TypeInfo;

/// What happened to the money of deals, contributions and tasks. Amounts are nRLC, times are ms.
// Fields are called as in the pallet, which describes each of them.
#[allow(missing_docs)]
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub enum RlcEvent {
	/// Free RLC was locked for a deal or a contribution.
	Locked { who: AccountId, amount: Balance },
	/// Locked RLC is free again.
	Unlocked { who: AccountId, amount: Balance },
	/// An account lost locked RLC: it paid for a task, or lost a stake.
	Seized { who: AccountId, amount: Balance, task: TaskId },
	/// An account was paid.
	Rewarded { who: AccountId, amount: Balance, task: TaskId },
	/// A failed scheduler's stake went to the kitty.
	KittyFilled { amount: Balance, task: TaskId },
	/// A part of what was seized went to the treasury.
	TreasuryPaid { amount: Balance, task: TaskId },
}
