//! What a node may ask about the market, and the answers. No server is needed in between.

// SCALE's derives number variants with casts; what the macros write is not documented.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions))]
#![allow(missing_docs)]

use alloc::vec::Vec;

use rlc_primitives::{
	deal::Category,
	market::{Rank, Trade},
	record::Recorded,
	AnyOrder, CategoryId, DealId, OrderHash, RequestOrder, WorkerpoolId,
};

pub use rlc_primitives::market::{
	BookEntry, BookFilter, BookPage, DealView, DomainView, Estimate, OpenDeal, OrderView, RecordView, MAX_PAGE,
};

sp_api::decl_runtime_apis! {
	/// Market data.
	pub trait MarketplaceApi {
		/// Returns orders in the book, after the rank `after`, at most `limit` and at most [`MAX_PAGE`].
		fn orderbook(filter: BookFilter, after: Option<Rank>, limit: u32) -> BookPage;

		/// Returns the best offers for a request, published or not; `None` if no offers in the book serve it.
		fn estimate(request: RequestOrder) -> Option<Estimate>;

		/// Returns how the tasks of a workerpool, or of an app, recently ended; `None` if nothing is known.
		fn record(of: Recorded) -> Option<RecordView>;

		/// Returns what is known of an order; `None` if nothing.
		fn order(hash: OrderHash) -> Option<OrderView>;

		/// Returns a deal; `None` if there never was one, or if it is pruned.
		fn deal(id: DealId) -> Option<DealView>;

		/// Returns a workerpool's deals that have open tasks, in the order of their ids, after `after`: at most `limit`, and
		/// at most [`MAX_PAGE`]. Fewer are the last ones.
		fn open_deals(workerpool: WorkerpoolId, after: Option<DealId>, limit: u32) -> Vec<OpenDeal>;

		/// Returns the last trades of a category, the newest first.
		fn trades(category: CategoryId, limit: u32) -> Vec<Trade>;

		/// Returns the hash of an order on this chain.
		fn order_hash(order: AnyOrder) -> OrderHash;

		/// Returns where signatures are valid.
		fn signing_domain() -> DomainView;

		/// Returns the categories of tasks, by number.
		fn categories() -> Vec<(CategoryId, Category)>;
	}
}
