//! Categories of tasks: added by governance, and there for good.

use frame_support::{ensure, pallet_prelude::ConstU32, BoundedVec};
use rlc_primitives::{
	deal::{Category, MAX_CATEGORY_NAME},
	CategoryId, Moment,
};
use sp_runtime::DispatchResult;

use crate::{Categories, Config, Error, Event, NextCategory, Pallet};

impl<T: Config> Pallet<T> {
	/// Adds a category under the next number.
	pub(crate) fn do_add_category(
		name: BoundedVec<u8, ConstU32<MAX_CATEGORY_NAME>>,
		reference_time: Moment,
	) -> DispatchResult {
		let id = NextCategory::<T>::get();
		let category = Category { name, reference_time };

		ensure!(category.is_valid(), Error::<T>::InvalidReferenceTime);
		let next = CategoryId(id.0.checked_add(1).ok_or(Error::<T>::TooManyCategories)?);

		Categories::<T>::insert(id, category);
		NextCategory::<T>::put(next);

		Self::deposit_event(Event::CategoryAdded { category: id, reference_time });
		Ok(())
	}
}
