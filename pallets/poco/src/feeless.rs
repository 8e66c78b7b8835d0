//! Which calls are free: those of workers and schedulers that would be accepted. One that is refused pays its fee.
//!
//! So a dishonest account pays for whatever it has checked in vain, and a call that is free moves its task on, which a
//! task allows only so often.

use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use rlc_primitives::{traits::Stops, AccountId};
use sp_runtime::DispatchResult;

use crate::{Config, Pallet};

impl<T: Config> Pallet<T> {
	/// Returns whether an account signed, and its call of this name would be accepted: then it is free.
	pub(crate) fn accepts(
		call: &'static str,
		origin: &OriginFor<T>,
		check: impl FnOnce(&AccountId) -> DispatchResult,
	) -> bool {
		!T::Stops::is_stopped(call) && ensure_signed(origin.clone()).is_ok_and(|who| check(&who).is_ok())
	}
}
