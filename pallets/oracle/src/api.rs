//! What a node may ask about feeds, and the answers.

// SCALE's derives number the variants of an enum with `as`, and the API's macro converts and expects.
#![cfg_attr(
	not(feature = "std"),
	allow(
		clippy::as_conversions,
		clippy::cast_possible_truncation,
		clippy::expect_used,
		clippy::panic,
		clippy::unwrap_used
	)
)]

use alloc::vec::Vec;

use rlc_primitives::{
	oracle::{Definition, Demand, ReadError, Reading},
	AccountId, FeedId,
};

pub use rlc_primitives::oracle::view::{
	CheckView, FeedEntry, FeedView, HistoryView, Past, RoundView, SeatView, MAX_PAGE,
};

sp_api::decl_runtime_apis! {
	/// Feeds and their values.
	pub trait OracleApi {
		/// Returns a feed; `None` if there is none.
		fn feed(feed: FeedId) -> Option<FeedView>;

		/// Returns feeds in the order of their ids, after `after`: at most `limit`, and at most [`MAX_PAGE`]. Fewer are the
		/// last ones.
		fn feeds(after: Option<FeedId>, limit: u32) -> Vec<FeedEntry>;

		/// Returns a feed's value if it is within the feed's limits and meets the demand, and what it lacks otherwise.
		fn read(feed: FeedId, demand: Demand) -> Result<Reading, ReadError>;

		/// Returns a feed's values; `None` if the feed is unknown or composite.
		fn history(feed: FeedId) -> Option<HistoryView>;

		/// Returns a feed's open round; `None` if it has none.
		fn round(feed: FeedId) -> Option<RoundView>;

		/// Returns a seat; `None` if the account has none for this feed.
		fn seat(feed: FeedId, account: AccountId) -> Option<SeatView>;

		/// Returns what becomes of a definition if it is made a feed now: what it is called, what it costs, what is wrong with
		/// it.
		fn check(definition: Definition) -> CheckView;
	}
}
