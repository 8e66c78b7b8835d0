//! What comes into the pallet's account, and what leaves it. The account holds what is prepaid, what open rounds have put
//! down, bonds, and rewards that are not claimed (O8): nothing is promised that it does not hold.
//!
//! What is put down leaves its account, so that RLC that still vests cannot be put down.

use frame_support::{
	ensure,
	traits::{
		fungible::{Balanced, Mutate, MutateHold},
		tokens::{Fortitude, Precision, Preservation},
		Get, OnUnbalanced,
	},
};
use rlc_primitives::{AccountId, Balance, FeedId};
use sp_runtime::{traits::AccountIdConversion, ArithmeticError, DispatchError, DispatchResult};

use crate::{types::Panel, Config, Error, Event, HoldReason, Pallet, Panels, Seats};

impl<T: Config> Pallet<T> {
	/// Holds what is prepaid, put down for open rounds, bonded, and earned.
	pub fn account() -> AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// Takes RLC in, in nRLC.
	pub(crate) fn put_down(who: &AccountId, amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		T::Currency::transfer(who, &Self::account(), amount, Preservation::Expendable).map(|_| ())
	}

	/// Pays RLC out, in nRLC.
	pub(crate) fn pay_out(who: &AccountId, amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		T::Currency::transfer(&Self::account(), who, amount, Preservation::Expendable).map(|_| ())
	}

	/// Gives RLC that was put down to the treasury, in nRLC.
	pub(crate) fn seize(amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		let (precision, preservation) = (Precision::Exact, Preservation::Expendable);
		let credit = T::Currency::withdraw(&Self::account(), amount, precision, preservation, Fortitude::Polite)?;
		T::Treasury::on_unbalanced(credit);
		Ok(())
	}

	/// Holds a feed's deposit, in nRLC.
	pub(crate) fn hold_deposit(who: &AccountId, amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		T::Currency::hold(&HoldReason::Feed.into(), who, amount)
	}

	/// Returns a feed's deposit, in nRLC.
	pub(crate) fn return_deposit(who: &AccountId, amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		T::Currency::release(&HoldReason::Feed.into(), who, amount, Precision::BestEffort).map(|_| ())
	}

	/// Returns the sum of two amounts, in nRLC.
	pub(crate) fn sum(one: Balance, other: Balance) -> Result<Balance, DispatchError> {
		one.checked_add(other).ok_or_else(|| ArithmeticError::Overflow.into())
	}

	pub(crate) fn do_fund(who: AccountId, feed: FeedId, amount: Balance) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::NothingToPay);
		let mut panel = Self::panel(&feed)?;
		panel.prepaid = Self::sum(panel.prepaid, amount)?;

		Self::put_down(&who, amount)?;
		Panels::<T>::insert(feed, panel);

		Self::deposit_event(Event::FeedFunded { feed, by: who, amount });
		Ok(())
	}

	/// Pays what a seat has earned, on the panel and before.
	pub(crate) fn do_claim(who: AccountId, feed: FeedId) -> DispatchResult {
		let mut panel = Panels::<T>::get(feed);
		let mut seat = Seats::<T>::get(feed, &who);
		let on_panel = panel.as_mut().and_then(|panel| panel.take_earned(&who));
		let before = seat.as_mut().map(|seat| core::mem::take(&mut seat.earned));
		let amount = Self::sum(on_panel.unwrap_or_default(), before.unwrap_or_default())?;
		ensure!(amount > 0, Error::<T>::NothingToClaim);

		Self::pay_out(&who, amount)?;
		if let Some(panel) = panel.filter(|_| on_panel.is_some()) {
			Panels::<T>::insert(feed, panel);
		}
		if let Some(seat) = seat {
			Seats::<T>::insert(feed, &who, seat);
		}

		Self::deposit_event(Event::RewardsClaimed { feed, account: who, amount });
		Ok(())
	}

	/// Reads a feed's panel. Fails if there is none.
	pub(crate) fn panel(feed: &FeedId) -> Result<Panel, DispatchError> {
		match Panels::<T>::get(feed) {
			Some(panel) => Ok(panel),
			None => Err(Self::without_panel(feed).into()),
		}
	}
}
