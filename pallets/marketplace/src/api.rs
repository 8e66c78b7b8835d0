//! What a node may ask about the market, and the answers. No server is needed in between.

// SCALE's derives number variants with casts; what the macros write is not documented.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions))]
#![allow(missing_docs)]

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode};
use rlc_primitives::{
	deal::{Category, Params},
	AccountId, AnyOrder, Balance, CategoryId, Deal, DealId, Moment, OrderHash, RequestOrder,
};
use scale_info::TypeInfo;
use sp_core::{H160, H256};

use crate::types::{BookKey, DealProgress, Hashes, Published, Rank, Trade};

/// The most entries of the book that are looked at for one answer, whatever is asked for.
pub const MAX_PAGE: u32 = 100;

/// Which orders to list.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct BookFilter {
	/// Which list: a kind of orders, of a category or an asset.
	pub list: BookKey,
	/// The lowest price, in nRLC; of requests, of what they pay at most for a task in all.
	pub min_price: Option<Balance>,
	/// The highest price, in nRLC.
	pub max_price: Option<Balance>,
}

/// An order in the book that can be matched now, if its terms are met.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct BookEntry {
	/// The order's hash.
	pub hash: OrderHash,
	/// The order.
	pub order: AnyOrder,
	/// Who published it.
	pub owner: AccountId,
	/// Its price, in nRLC; of a request, what it pays at most for a task in all.
	pub price: Balance,
	/// How much of its volume is left.
	pub remaining: u64,
	/// When it was published, in ms.
	pub published: Moment,
}

/// Some entries of a list, the best price first, then the oldest.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct BookPage {
	/// The entries: as many as were asked for or less, as those that cannot be matched are left out.
	pub entries: Vec<BookEntry>,
	/// What to ask for to get the next page; `None` if this is the last one.
	pub next: Option<Rank>,
}

/// The best offers for a request, and what they cost.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Estimate {
	/// The offers, and the request.
	pub orders: Hashes,
	/// How many tasks the deal would have.
	pub volume: u64,
	/// What a task costs, in nRLC.
	pub task_price: Balance,
	/// What all of the deal's tasks cost, in nRLC.
	pub total_price: Balance,
	/// What a worker stakes for a contribution, in nRLC.
	pub worker_stake: Balance,
	/// What the scheduler stakes for a task, in nRLC.
	pub pool_stake: Balance,
	/// What the scheduler stakes for the deal, in nRLC.
	pub total_pool_stake: Balance,
	/// What is held as a deposit for the deal, in nRLC.
	pub deposit: Balance,
}

/// What the chain knows of an order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct OrderView {
	/// The order, if it is in the book.
	pub published: Option<Published>,
	/// Who presigned it.
	pub presigned_by: Option<AccountId>,
	/// How much of its volume is consumed.
	pub consumed: u64,
	/// How much of its volume is left; `None` if the chain does not know the order itself.
	pub remaining: Option<u64>,
}

/// A deal, with how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct DealView {
	/// Its id.
	pub id: DealId,
	/// What was agreed on.
	pub deal: Deal,
	/// What its tasks are run with.
	pub params: Params,
	/// How far it has come.
	pub progress: DealProgress,
}

/// Where signatures are valid: what a tool needs to sign orders, by either kind of key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct DomainView {
	/// The hash of the chain's first block.
	pub genesis: H256,
	/// EIP-712's chain id.
	pub chain_id: u64,
	/// EIP-712's verifying address.
	pub verifying_contract: H160,
}

sp_api::decl_runtime_apis! {
	/// Market data.
	pub trait MarketplaceApi {
		/// Orders in the book, after the rank `after`, at most `limit` and at most [`MAX_PAGE`].
		fn orderbook(filter: BookFilter, after: Option<Rank>, limit: u32) -> BookPage;

		/// The best offers for a request, published or not; `None` if no offers in the book serve it.
		fn estimate(request: RequestOrder) -> Option<Estimate>;

		/// What is known of an order; `None` if nothing.
		fn order(hash: OrderHash) -> Option<OrderView>;

		/// A deal; `None` if there never was one, or if it is forgotten.
		fn deal(id: DealId) -> Option<DealView>;

		/// The last trades of a category, the newest first.
		fn trades(category: CategoryId, limit: u32) -> Vec<Trade>;

		/// The hash of an order on this chain.
		fn order_hash(order: AnyOrder) -> OrderHash;

		/// Where signatures are valid.
		fn signing_domain() -> DomainView;

		/// The categories of tasks, by number.
		fn categories() -> Vec<(CategoryId, Category)>;
	}
}
