//! What accounts can lock now, and what follows from it: how many tasks they can pay or stake for.
//!
//! A workerpool order in the book comes with a bond, the stake of one task, so that it can be made whenever it is met. A
//! deal takes the stake from the scheduler's free RLC. What is free may not suffice, since other deals took it: then the
//! order's bond pays, and the order leaves the book.

use frame_support::{
	storage::{with_transaction, TransactionOutcome},
	traits::{
		fungible::Inspect,
		tokens::{Fortitude, Preservation},
		Get,
	},
};
use rlc_primitives::{
	money,
	traits::{Escrow, TaskCharge},
	AccountId, Balance, OrderHash, RequestOrder, WorkerpoolOrder,
};
use sp_runtime::{traits::Convert, DispatchError};

use crate::{
	matching::{Refusal, Terms},
	Categories, Config, Error, Event, Orders, Pallet,
};

impl<T: Config> Pallet<T> {
	/// Returns what an account could lock now, in nRLC.
	pub(crate) fn lockable(who: &AccountId) -> Balance {
		T::Currency::reducible_balance(who, Preservation::Expendable, Fortitude::Polite)
	}

	/// Returns what an account could lock now if this bond of it were released, in nRLC. Of RLC that still vests, or that
	/// votes, a bond can be held, but it cannot be locked.
	pub(crate) fn lockable_with(who: &AccountId, bond: Balance) -> Balance {
		with_transaction(|| {
			let lockable = Self::return_bond(who, bond).map(|()| Self::lockable(who));
			TransactionOutcome::Rollback(lockable)
		})
		.unwrap_or_default()
	}

	/// Returns what a scheduler stakes for a task of this order, in nRLC.
	pub(crate) fn stake_for(order: &WorkerpoolOrder) -> Result<Balance, Error<T>> {
		let category = Categories::<T>::get(order.category).ok_or(Error::UnknownCategory)?;
		let floor = money::stake_floor(T::StakeRate::get(), category.reference_time)?;
		Ok(money::pool_stake(order.price, floor)?)
	}

	/// Returns for how many tasks of an order with this bond its scheduler can stake now.
	pub(crate) fn stakeable(scheduler: &AccountId, bond: Balance, stake: Balance) -> u64 {
		stakeable(stake, bond, Self::lockable(scheduler), || Self::lockable_with(scheduler, bond))
	}

	/// Returns what a requester pays beside the prices, in nRLC: for a deal, and for each of its tasks. Whatever else a
	/// deal costs its depositor is to be added here: estimates and the search ask for it.
	pub(crate) fn costs(request: &RequestOrder) -> Costs {
		let trust = request.trust.max(1);
		let deal = Self::deal_deposit(0, trust, &request.params);
		let charge = T::TaskCharge::per_task(trust, request.callback.is_some());
		Costs { deal, task: T::TaskDeposit::convert(trust).saturating_add(charge) }
	}

	/// Returns how many tasks a match that nobody signed may have: as many as both sides can pay for now, and as the
	/// workerpool's record leaves room for.
	///
	/// # Errors
	///
	/// Why it can have none.
	pub(crate) fn most_unattended(
		terms: &Terms,
		order: &WorkerpoolOrder,
		bond: Balance,
		request: &RequestOrder,
	) -> Result<u64, Refusal> {
		let some = |tasks: u64, refusal| if tasks > 0 { Ok(tasks) } else { Err(refusal) };
		if !T::TaskCharge::is_moderate() {
			return Err(Refusal::ChargeTooHigh);
		}
		let room = some(Self::unattended_room(&order.workerpool, &terms.workerpool.owner), Refusal::TooManyUnattended)?;
		let affordable = Self::costs(request).tasks(Self::lockable(&request.requester), terms.task_price);
		let affordable = some(affordable, Refusal::RequesterUnfunded)?;
		// A scheduler that asks itself has its RLC but once: then locking decides.
		let stakeable = Self::stakeable(&terms.workerpool.owner, bond, terms.pool_stake);
		let stakeable = some(stakeable, Refusal::SchedulerUnfunded)?;
		Ok(room.min(affordable).min(stakeable))
	}

	/// Locks a scheduler's stake: of its free RLC, or, if that is too little, with the bond of the order, which then leaves
	/// the book. Returns whether it did.
	pub(crate) fn lock_stake(order: &OrderHash, scheduler: &AccountId, stake: Balance) -> Result<bool, DispatchError> {
		let Err(error) = T::Escrow::lock(scheduler, stake) else { return Ok(false) };
		let bonded = Orders::<T>::get(order).filter(|published| published.owner == *scheduler && published.bond > 0);
		let published = bonded.ok_or(error)?;

		Orders::<T>::remove(order);
		Self::unlist(&published);
		Self::return_deposit(scheduler, published.deposit)?;
		Self::return_bond(scheduler, published.bond)?;
		T::Escrow::lock(scheduler, stake)?;

		Self::deposit_event(Event::OrderUnfunded { order: *order });
		Ok(true)
	}

	/// Runs `look` and undoes what it did.
	pub(crate) fn tried<R>(look: impl FnOnce() -> Result<R, DispatchError>) -> Result<R, DispatchError> {
		with_transaction(|| TransactionOutcome::Rollback(look()))
	}
}

/// What a deal costs its requester beside the prices, in nRLC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Costs {
	/// Once.
	pub deal: Balance,
	/// For each task.
	pub task: Balance,
}

impl Costs {
	/// Returns how many tasks at this price a requester with this much RLC can pay for.
	pub fn tasks(&self, free: Balance, task_price: Balance) -> u64 {
		let Some(left) = free.checked_sub(self.deal) else { return 0 };
		times(left, task_price.saturating_add(self.task))
	}
}

/// Returns for how many tasks a scheduler can stake: with its free RLC, or, if that is too little for one, with the bond of
/// its order too. `with_bond` returns what it could lock then.
pub(crate) fn stakeable(stake: Balance, bond: Balance, free: Balance, with_bond: impl FnOnce() -> Balance) -> u64 {
	match times(free, stake) {
		0 if bond > 0 => times(with_bond(), stake),
		tasks => tasks,
	}
}

/// Returns how many times `part` goes into an amount: without end, if it is 0.
fn times(amount: Balance, part: Balance) -> u64 {
	amount.checked_div(part).map_or(u64::MAX, |times| u64::try_from(times).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn free_rlc_comes_first_and_the_bond_is_for_one_task_at_least() {
		let never = || -> Balance { unreachable!("what is free suffices") };
		assert_eq!(stakeable(30, 30, 95, never), 3);
		assert_eq!(stakeable(0, 0, 0, never), u64::MAX, "no stake is needed");
		assert_eq!(stakeable(30, 0, 29, never), 0, "there is no bond");
		assert_eq!(stakeable(30, 30, 29, || 59), 1);
		assert_eq!(stakeable(30, 30, 0, || 0), 0, "the bond vests");
	}

	#[test]
	fn requester_pays_deposits_beside_prices() {
		let costs = Costs { deal: 100, task: 10 };
		assert_eq!([99, 100, 129, 130, 160].map(|free| costs.tasks(free, 20)), [0, 0, 0, 1, 2]);
		assert_eq!(Costs { deal: 0, task: 0 }.tasks(0, 0), u64::MAX);
		assert_eq!(costs.tasks(Balance::MAX, Balance::MAX), 0);
	}
}
