//! Where locked RLC is, and how it moves.

use alloc::collections::BTreeMap;

use sp_runtime::{DispatchError, DispatchResult};

use crate::{AccountId, Balance, TaskId};

/// RLC that is locked for what may happen. Amounts are nRLC.
pub trait Escrow {
	/// Locks free RLC of an account. Fails if it has too little.
	fn lock(who: &AccountId, amount: Balance) -> DispatchResult;

	/// Moves the money of tasks that ended: all of these movements at once, or none.
	///
	/// What an account gets and loses is summed up first, so that a batch of tasks costs hardly more than one. Fails if
	/// less is locked than is unlocked and seized, if the kitty has less than is taken from it, or if what is seized is
	/// not what is rewarded and what goes to the treasury.
	///
	/// Returns how many accounts were touched.
	fn settle(movements: &[Movement]) -> Result<u32, DispatchError>;

	/// Returns what the kitty holds: the stakes of schedulers that failed.
	fn kitty() -> Balance;
}

/// What happens to an account's RLC when a task ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
	/// Because of this task.
	pub task: TaskId,
	/// Whose RLC.
	pub who: AccountId,
	/// How much, in nRLC.
	pub amount: Balance,
	/// What happens.
	pub kind: MovementKind,
}

/// The ways of money when a task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementKind {
	/// Locked RLC of the account is free again.
	Unlock,
	/// Locked RLC is taken from the account, and pays for rewards.
	Seize,
	/// Locked RLC is taken from the account, and goes to the kitty.
	SeizeForKitty,
	/// The account is paid out of what is seized.
	Reward,
	/// The account is paid out of the kitty.
	RewardFromKitty,
	/// A part of what is seized goes to the treasury. The account is the one that lost it, or the scheduler for all.
	ToTreasury,
}

/// Knows what is locked in the [`Escrow`], and says so from its own books: for checks only (invariant I2), since it may
/// read all of the state.
pub trait OpenLocks {
	/// Returns what each account has locked, in nRLC; accounts with nothing locked may be missing.
	fn open_locks() -> BTreeMap<AccountId, Balance>;
}

#[impl_trait_for_tuples::impl_for_tuples(5)]
impl OpenLocks for Tuple {
	fn open_locks() -> BTreeMap<AccountId, Balance> {
		let mut all = BTreeMap::new();
		for_tuples!( #( add_up(&mut all, Tuple::open_locks()); )* );
		all
	}
}

/// Adds each account's amount to `sums`.
#[allow(dead_code)] // not called by the tuple of none
fn add_up(sums: &mut BTreeMap<AccountId, Balance>, amounts: BTreeMap<AccountId, Balance>) {
	for (who, amount) in amounts {
		let sum: &mut Balance = sums.entry(who).or_default();
		*sum = sum.saturating_add(amount);
	}
}
