//! The price history of each category, as a ring.

use alloc::vec::Vec;

use frame_support::traits::Get;
use rlc_primitives::CategoryId;

use crate::{types::Trade, Config, Pallet, TradeCount, Trades};

impl<T: Config> Pallet<T> {
	/// Remembers a trade, and forgets the oldest if there are too many.
	pub(crate) fn record_trade(category: CategoryId, trade: Trade) {
		let count = TradeCount::<T>::get(category);
		if let Some(slot) = Self::slot(count) {
			Trades::<T>::insert(category, slot, trade);
			TradeCount::<T>::insert(category, count.saturating_add(1));
		}
	}

	/// Returns the last trades of a category, the newest first.
	pub(crate) fn last_trades(category: CategoryId, limit: u32) -> Vec<Trade> {
		let count = TradeCount::<T>::get(category);
		let wanted = limit.min(T::TradeHistory::get());
		(1..=u64::from(wanted))
			.map_while(|ago| count.checked_sub(ago))
			.filter_map(|number| Trades::<T>::get(category, Self::slot(number)?))
			.collect()
	}

	/// Returns where the trade of this number is kept; `None` if none is kept at all.
	fn slot(number: u64) -> Option<u32> {
		number.checked_rem(T::TradeHistory::get().into())?.try_into().ok()
	}
}
