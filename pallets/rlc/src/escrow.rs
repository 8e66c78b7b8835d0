//! The escrow: RLC that is locked until a task decides who gets it.
//!
//! What is locked leaves its account for [`Pallet::escrow_account`], and [`Locked`] says whose it is. So seizing and the
//! kitty are bookkeeping, a payment is one transfer, and RLC that still vests cannot be spent by locking it: a hold, which
//! stays in its account, would count towards what the account must keep.
//!
//! The escrow account holds what is locked, and the kitty. A settlement touches each account once, however many tasks it
//! ends.

use alloc::vec::Vec;

use frame_support::{
	ensure,
	traits::{
		fungible::{Balanced, Inspect, Mutate},
		tokens::{Fortitude, Precision, Preservation},
		Get, OnUnbalanced,
	},
};
use frame_system::Pallet as System;
use rlc_primitives::{
	count,
	traits::{Escrow, Movement, MovementKind},
	AccountId, Balance,
};
use sp_runtime::{traits::AccountIdConversion, ArithmeticError, DispatchError, DispatchResult};

use crate::{tally::Tally, Config, Error, Event, Kitty, Locked, Pallet};

impl<T: Config> Pallet<T> {
	/// Holds what is locked, and the kitty.
	pub fn escrow_account() -> AccountId {
		T::PalletId::get().into_sub_account_truncating(b"escrow")
	}

	/// Prunes an account with nothing locked.
	pub(crate) fn do_prune(who: AccountId) -> DispatchResult {
		let locked = Locked::<T>::get(&who).ok_or(Error::<T>::NotFound)?;
		ensure!(locked == 0, Error::<T>::StillLocked);
		System::<T>::dec_providers(&who)?;
		Locked::<T>::remove(&who);
		Self::deposit_event(Event::Pruned { who });
		Ok(())
	}

	/// Moves free RLC to the escrow. An account that locks for the first time is given a reference first: with it, the
	/// last nRLC can go too, whatever else depends on the account.
	fn put_in(who: &AccountId, amount: Balance, is_first: bool) -> DispatchResult {
		// Refused before the reference is given, so that none is given to an account that does not exist.
		ensure!(T::Currency::balance(who) >= amount, Error::<T>::InsufficientFree);
		if is_first {
			System::<T>::inc_providers(who);
		}
		if T::Currency::transfer(who, &Self::escrow_account(), amount, Preservation::Expendable).is_ok() {
			return Ok(());
		}
		if is_first {
			// What was just given can be taken back.
			let _ = System::<T>::dec_providers(who);
		}
		Err(Error::<T>::InsufficientFree.into())
	}

	/// Moves RLC out of the escrow. It has what its books say, and the account can take any amount, so this cannot
	/// fail.
	fn take_out(who: &AccountId, amount: Balance) -> DispatchResult {
		T::Currency::transfer(&Self::escrow_account(), who, amount, Preservation::Expendable).map(|_| ())
	}

	/// Moves RLC out of the escrow to the treasury.
	fn pay_treasury(amount: Balance) -> DispatchResult {
		let escrow = Self::escrow_account();
		let credit =
			T::Currency::withdraw(&escrow, amount, Precision::Exact, Preservation::Expendable, Fortitude::Polite)?;
		T::Treasury::on_unbalanced(credit);
		Ok(())
	}

	/// Returns what an account has left locked when this was released; `None` if nothing was.
	fn locked_after(who: &AccountId, released: Balance) -> Result<Option<Balance>, Error<T>> {
		if released == 0 {
			return Ok(None);
		}
		let left = Locked::<T>::get(who).and_then(|locked| locked.checked_sub(released));
		left.ok_or(Error::InsufficientLocked).map(Some)
	}

	/// Returns what the kitty holds after the settlement; `None` if that is what it held before. It is filled before it
	/// pays.
	fn kitty_after(tally: &Tally) -> Result<Option<Balance>, DispatchError> {
		if tally.to_kitty == tally.from_kitty {
			return Ok(None);
		}
		let filled = Kitty::<T>::get().checked_add(tally.to_kitty).ok_or(ArithmeticError::Overflow)?;
		Ok(Some(filled.checked_sub(tally.from_kitty).ok_or(Error::<T>::InsufficientKitty)?))
	}

	/// Notes what an account has left locked. With nothing left, its reference goes too, unless the account must live
	/// on.
	fn set_locked(who: &AccountId, left: Balance) {
		if left == 0 && System::<T>::dec_providers(who).is_ok() {
			Locked::<T>::remove(who);
		} else {
			Locked::<T>::insert(who, left);
		}
	}

	/// Announces a movement other than an unlock: unlocks are announced once for each account.
	fn announce(Movement { task, who, amount, kind }: &Movement) {
		let task = *task;
		let who = who.clone();
		let amount = *amount;
		match kind {
			MovementKind::Unlock => {}
			MovementKind::Seize => Self::deposit_event(Event::Seized { who, amount, task }),
			MovementKind::SeizeForKitty => {
				Self::deposit_event(Event::Seized { who, amount, task });
				Self::deposit_event(Event::KittyFilled { amount, task });
			}
			MovementKind::Reward | MovementKind::RewardFromKitty => {
				Self::deposit_event(Event::Rewarded { who, amount, task });
			}
			MovementKind::ToTreasury => Self::deposit_event(Event::TreasuryPaid { amount, task }),
		}
	}
}

/// Amounts of 0 change nothing, and touch no account.
impl<T: Config> Escrow for Pallet<T> {
	fn lock(who: &AccountId, amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		let before = Locked::<T>::get(who);
		let locked = before.unwrap_or_default().checked_add(amount).ok_or(ArithmeticError::Overflow)?;

		Self::put_in(who, amount, before.is_none())?;
		Locked::<T>::insert(who, locked);

		Self::deposit_event(Event::Locked { who: who.clone(), amount });
		Ok(())
	}

	fn settle(movements: &[Movement]) -> Result<u32, DispatchError> {
		let tally = Tally::of(movements)?;
		ensure!(tally.rewarded.checked_add(tally.to_treasury) == Some(tally.seized), Error::<T>::Unbalanced);
		let kitty = Self::kitty_after(&tally)?;
		let touched = tally.accounts.len();
		let mut changes = Vec::with_capacity(touched);
		for (who, share) in &tally.accounts {
			changes.push((*who, share.paid, Self::locked_after(who, share.released)?));
		}

		for (who, paid, locked) in changes {
			// First the RLC, then the reference: the account is never without both.
			if paid > 0 {
				Self::take_out(who, paid)?;
			}
			if let Some(left) = locked {
				Self::set_locked(who, left);
			}
		}
		if let Some(left) = kitty {
			Kitty::<T>::put(left);
		}
		if tally.to_treasury > 0 {
			Self::pay_treasury(tally.to_treasury)?;
		}

		movements.iter().filter(|movement| movement.amount > 0).for_each(Self::announce);
		for (who, share) in tally.accounts.into_iter().filter(|(_, share)| share.unlocked > 0) {
			Self::deposit_event(Event::Unlocked { who: who.clone(), amount: share.unlocked });
		}
		Ok(count(touched).saturating_add(u32::from(tally.to_treasury > 0)))
	}

	fn kitty() -> Balance {
		Kitty::<T>::get()
	}
}
