//! The cap: the one door through which new RLC may come, and a guard for those who could go around it.

use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{
		fungible::{Inspect, Mutate},
		Get,
	},
};
use rlc_primitives::{AccountId, Balance};
use sp_runtime::{DispatchError, DispatchResult};

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

	/// Runs `act`, and undoes all of it if there is more or less RLC afterwards.
	///
	/// For what runs with root's power, which may call what writes balances or the issuance at will. It compares the
	/// issuance itself, so it does not matter how deep such a call is nested.
	///
	/// # Errors
	///
	/// [`Error::IssuanceChanged`], or the error that `act` fails with.
	pub fn conserving<R, E: From<DispatchError>>(act: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
		with_storage_layer(|| {
			let before = T::Currency::total_issuance();
			let done = act()?;
			if T::Currency::total_issuance() != before {
				return Err(DispatchError::from(Error::<T>::IssuanceChanged).into());
			}
			Ok(done)
		})
	}
}
