//! Time, as a test has it pass.

use frame_support::{pallet_prelude::ValueQuery, storage_alias, traits::Time};
use rlc_primitives::Moment;

#[storage_alias]
type Now = StorageValue<Clock, Moment, ValueQuery>;

/// A clock that tests set. It starts at 0.
pub struct Clock;

impl Clock {
	/// Sets the time, in ms.
	pub fn set(now: Moment) {
		Now::put(now);
	}

	/// Lets this many ms pass.
	pub fn advance(by: Moment) {
		Now::mutate(|now| *now += by);
	}
}

impl Time for Clock {
	type Moment = Moment;

	fn now() -> Moment {
		Now::get()
	}
}
