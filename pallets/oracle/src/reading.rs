//! What readers get: a value that is within its feed's limits and as good as they demand, or the reason why they get nothing (O1).

use alloc::vec::Vec;

use frame_support::weights::Weight;
use rlc_primitives::{
	oracle::{Composite, Demand, ReadError, Reading, Status, Value},
	traits::Feeds as ReadFeeds,
	FeedId,
};

use crate::{types::Feed, values::reading, Config, Feeds, Pallet, Panels, Values, WeightInfo};

impl<T: Config> ReadFeeds for Pallet<T> {
	fn read(feed: &FeedId, demand: &Demand) -> Result<Reading, ReadError> {
		let reading = Self::reading(feed)?;
		demand.check(&reading, Self::now())?;
		Ok(reading)
	}

	fn weight() -> Weight {
		T::WeightInfo::read()
	}
}

impl<T: Config> Pallet<T> {
	/// Returns a feed's value with its quality and its status, whatever that is. For those that show it; to use it, read it by
	/// [`Feeds::read`](ReadFeeds::read).
	///
	/// # Errors
	///
	/// Why the feed has no value: [`ReadError::UnknownFeed`], [`ReadError::Empty`]; for a composite feed also
	/// [`ReadError::NotComputable`], [`ReadError::OutOfBounds`].
	pub fn reading(id: &FeedId) -> Result<Reading, ReadError> {
		let feed = Feeds::<T>::get(id).ok_or(ReadError::UnknownFeed)?;
		match &feed.composite {
			None => Self::panel_reading(id, &feed),
			Some(composite) => Self::composite_reading(composite, &feed),
		}
	}

	fn panel_reading(id: &FeedId, feed: &Feed) -> Result<Reading, ReadError> {
		let history = Values::<T>::get(id).ok_or(ReadError::UnknownFeed)?;
		let latest = history.latest.as_ref().ok_or(ReadError::Empty)?;
		let prepaid = Panels::<T>::get(id).map_or(0, |panel| panel.prepaid);
		let is_funded = prepaid >= feed.terms.round_cost();
		Ok(reading(latest, history.status(feed.terms.max_age, is_funded, Self::now())))
	}

	/// Computes a composite feed's value: as old as the oldest, and as good as the worst of its feeds. Its depth is at most
	/// [`MAX_DEPTH`](rlc_primitives::oracle::composite::MAX_DEPTH).
	fn composite_reading(composite: &Composite, feed: &Feed) -> Result<Reading, ReadError> {
		let legs: Vec<_> = composite.legs().iter().map(Self::reading).collect::<Result<_, _>>()?;
		let numbers: Vec<_> = legs.iter().filter_map(|leg| leg.value.number()).collect();
		let value = Value::Number(composite.of(&numbers).ok_or(ReadError::NotComputable)?);
		if !feed.terms.accepts(&value) {
			return Err(ReadError::OutOfBounds);
		}
		let whole = legs.into_iter().reduce(|one, other| Reading {
			value: one.value,
			date: one.date.min(other.date),
			round: one.round.saturating_add(other.round),
			quality: one.quality.with(other.quality),
			status: if one.status == Status::Fresh { other.status } else { one.status },
		});
		let mut whole = whole.ok_or(ReadError::NotComputable)?;
		let is_old = Self::now().saturating_sub(whole.date) > feed.terms.max_age;
		if is_old && whole.status == Status::Fresh {
			whole.status = Status::Stale;
		}
		Ok(Reading { value, ..whole })
	}
}
