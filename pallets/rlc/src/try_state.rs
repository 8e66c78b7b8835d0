//! The invariants, each a check of its own.

use frame_support::{
	ensure,
	traits::{fungible::Inspect, Get},
};
use rlc_primitives::{traits::OpenLocks, Balance};
use sp_runtime::TryRuntimeError;

use crate::{Config, Deactivated, Kitty, Locked, Pallet};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::supply_is_capped()?;
		Self::keyless_rlc_is_inactive()?;
		Self::locks_are_open()?;
		Self::locked_accounts_live()?;
		Self::escrow_is_covered()
	}

	/// Checks I1: total issuance never exceeds the cap.
	fn supply_is_capped() -> Result<(), TryRuntimeError> {
		ensure!(T::Currency::total_issuance() <= T::MaxSupply::get(), "I1: more RLC exists than the cap allows");
		Ok(())
	}

	/// Checks that what the keyless accounts hold, as of the end of a block, is a part of the inactive issuance.
	fn keyless_rlc_is_inactive() -> Result<(), TryRuntimeError> {
		let deactivated = Deactivated::<T>::get();
		ensure!(deactivated == Self::held_without_key(), "keyless accounts hold another sum than was deactivated");
		let inactive = T::Currency::total_issuance().saturating_sub(T::Currency::active_issuance());
		ensure!(inactive >= deactivated, "RLC of keyless accounts is active");
		Ok(())
	}

	/// Checks I2: what an account has locked is the sum of its open locks; nobody has one without the other.
	fn locks_are_open() -> Result<(), TryRuntimeError> {
		let mut open = T::OpenLocks::open_locks();
		open.retain(|_, amount| *amount > 0);
		for (who, locked) in Locked::<T>::iter() {
			ensure!(open.remove(&who).unwrap_or_default() == locked, "I2: an account's locks do not add up");
		}
		ensure!(open.is_empty(), "I2: an open lock has nothing locked");
		Ok(())
	}

	/// Checks that accounts with locked RLC are never reaped.
	fn locked_accounts_live() -> Result<(), TryRuntimeError> {
		for who in Locked::<T>::iter_keys() {
			ensure!(frame_system::Pallet::<T>::providers(&who) > 0, "an account with locked RLC does not exist");
		}
		Ok(())
	}

	/// Checks I3: the escrow account holds what is locked and what the kitty has.
	///
	/// It may hold more: anyone can send RLC to an account. Such a gift belongs to nobody.
	fn escrow_is_covered() -> Result<(), TryRuntimeError> {
		let owed = Locked::<T>::iter_values().fold(Kitty::<T>::get(), Balance::saturating_add);
		ensure!(
			T::Currency::total_balance(&Self::escrow_account()) >= owed,
			"I3: the escrow holds less than what is locked and the kitty"
		);
		Ok(())
	}
}
