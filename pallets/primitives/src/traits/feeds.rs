//! Values from outside, for pallets that use them and for other chains.

use sp_runtime::Weight;

use crate::{
	oracle::{Demand, ReadError, Reading},
	FeedId,
};

/// Reads feeds.
pub trait Feeds {
	/// Returns a feed's value with its quality. It is within the feed's own limits and meets the demand.
	///
	/// # Errors
	///
	/// [`ReadError`]: what the value lacks. No value is returned that is not as good as demanded.
	fn read(feed: &FeedId, demand: &Demand) -> Result<Reading, ReadError>;

	/// Returns the most that a read weighs.
	fn weight() -> Weight;
}

/// Knows no feed: every read fails.
impl Feeds for () {
	fn read(_: &FeedId, _: &Demand) -> Result<Reading, ReadError> {
		Err(ReadError::UnknownFeed)
	}

	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Carries new values of feeds to other chains.
pub trait Outbox {
	/// Takes a new value. Called once for each value of a feed that asks for it, in the order of rounds.
	fn send(feed: &FeedId, reading: &Reading);

	/// Returns the most that this weighs.
	fn weight() -> Weight;
}

/// Values stay here.
impl Outbox for () {
	fn send(_: &FeedId, _: &Reading) {}

	fn weight() -> Weight {
		Weight::zero()
	}
}
