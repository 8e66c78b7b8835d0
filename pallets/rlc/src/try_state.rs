//! The invariants, each a check of its own.

use frame_support::{
	ensure,
	traits::{fungible::Inspect, Get},
};
use sp_runtime::TryRuntimeError;

use crate::{Config, Pallet};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::supply_is_capped()
	}

	/// I1: total issuance never exceeds the cap.
	fn supply_is_capped() -> Result<(), TryRuntimeError> {
		ensure!(T::Currency::total_issuance() <= T::MaxSupply::get(), "I1: more RLC exists than the cap allows");
		Ok(())
	}
}
