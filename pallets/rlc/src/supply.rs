//! The cap: the one door through which new RLC may come.

use frame_support::{
	ensure,
	traits::{
		fungible::{Inspect, Mutate},
		Get,
	},
};
use rlc_primitives::{AccountId, Balance};
use sp_runtime::DispatchResult;

use crate::{Config, Error, Event, Pallet};

impl<T: Config> Pallet<T> {
	/// Mints `amount` nRLC to `who`, if the cap allows.
	///
	/// # Errors
	///
	/// [`Error::CapExceeded`] if the supply would exceed its cap; the currency's own error if `who` cannot take it.
	pub fn mint(who: &AccountId, amount: Balance) -> DispatchResult {
		let supply = T::Currency::total_issuance().checked_add(amount).ok_or(Error::<T>::CapExceeded)?;
		ensure!(supply <= T::MaxSupply::get(), Error::<T>::CapExceeded);
		T::Currency::mint_into(who, amount)?;
		Self::deposit_event(Event::Minted { who: who.clone(), amount });
		Ok(())
	}
}
