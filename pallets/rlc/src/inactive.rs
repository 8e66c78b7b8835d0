//! RLC that takes part in no vote: what lies in accounts without a key, out of which only governance pays.
//!
//! Referenda measure their turnout by the active issuance. RLC that nobody can vote with must not count there, or the
//! votes of all that is in people's hands could fall short of every threshold.

use frame_support::traits::{
	fungible::{Inspect, Unbalanced},
	Get,
};
use rlc_primitives::Balance;

use crate::{Config, Deactivated, Pallet};

impl<T: Config> Pallet<T> {
	/// Makes inactive what the keyless accounts hold now, and active what they held before and have paid since.
	///
	/// Other pallets may deactivate RLC of their own; what they did is left as it is.
	pub fn update_inactive() {
		let (held, before) = (Self::held_without_key(), Deactivated::<T>::get());
		if held != before {
			T::Currency::reactivate(before);
			T::Currency::deactivate(held);
			Deactivated::<T>::put(held);
		}
	}

	/// Returns what the keyless accounts hold, in nRLC.
	pub(crate) fn held_without_key() -> Balance {
		let accounts = T::KeylessAccounts::get();
		accounts.iter().fold(0, |sum, who| T::Currency::total_balance(who).saturating_add(sum))
	}
}
