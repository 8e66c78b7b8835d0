//! What time brings, even if everyone sleeps: rounds that are over are closed in blocks' idle weight, the earliest first.
//!
//! There is an entry for each open round, and it goes with the round: nobody fills the agenda without rounds, of which a feed
//! has one. What happens here an explicit call may do at the same moment. A step that fails, which needs a broken invariant,
//! is skipped, and leaves the explicit call.

use frame_support::{
	defensive,
	storage::with_storage_layer,
	traits::Get,
	weights::{Weight, WeightMeter},
};
use rlc_primitives::traits::{Outbox, Stops};

use crate::{types::DueKey, Agenda, Config, Pallet, WeightInfo};

impl<T: Config> Pallet<T> {
	/// Returns the most that a step of `on_idle` weighs, with what comes before it: it must fit into a block.
	pub(crate) fn due_weight() -> Weight {
		Self::stop_weight().saturating_add(T::WeightInfo::due_next()).saturating_add(Self::close_weight())
	}

	fn close_weight() -> Weight {
		T::WeightInfo::close_round().saturating_add(T::Outbox::weight())
	}

	/// Returns what it weighs to know whether closing is stopped: safe mode, and the call's own pause.
	fn stop_weight() -> Weight {
		T::DbWeight::get().reads(4)
	}

	/// Closes rounds that are over, until none is left or `meter` has no room for the next. Does nothing while the call is
	/// stopped that does the same.
	pub(crate) fn run_due(meter: &mut WeightMeter) {
		if meter.try_consume(Self::stop_weight()).is_err() || T::Stops::is_stopped("close_round") {
			return;
		}
		let now = Self::now();
		let mut last: Option<DueKey> = None;
		while meter.try_consume(T::WeightInfo::due_next()).is_ok() {
			// Not from the start again: the storage steps over all that this block removed there, one by one.
			let mut entries = match last {
				None => Agenda::<T>::iter_keys(),
				Some(last) => Agenda::<T>::iter_keys_from(Agenda::<T>::hashed_key_for(last)),
			};
			let Some(key) = entries.next().filter(|key| key.at() <= now) else { return };
			if meter.try_consume(Self::close_weight()).is_err() {
				return;
			}
			if let Err(error) = with_storage_layer(|| Self::do_close_round(key.feed)) {
				defensive!("a round that is over could not be closed", error);
			}
			Agenda::<T>::remove(key);
			last = Some(key);
		}
	}
}
