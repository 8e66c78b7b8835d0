//! The `marketplace` namespace: market data without any server in between.
//!
//! Forms of parameters and answers are those of [`rlc_json`], with an example of each in `docs/rpc/openrpc.json`; errors
//! are in [`ask`](super::ask). Questions are about the best block, or about the one with the hash `at`, the
//! last parameter of each.

use std::sync::Arc;

use codec::Encode;
use jsonrpsee::{proc_macros::rpc, PendingSubscriptionSink};
use pallet_marketplace::api::{BookFilter, MarketplaceApi};
use rlc_json::{
	rpc::At, BookPage, Category, Cursor, Deal, Estimate, Filter, KnownOrder, OpenDeal, Order, Record, Recorded,
	Request, SigningDomain, Trade,
};
use rlc_primitives::{CategoryId, DealId, Hash, OrderHash, WorkerpoolId};
use sp_api::ApiError;
use sp_io::hashing::blake2_256;

use super::{
	answers::Answers,
	ask::{Api, Chain, Refusal},
	follow::{Follows, Topic},
};

/// How many orders, deals or trades an answer has unless told otherwise. More than 100 orders or deals are never looked at
/// for one.
pub const PAGE: u32 = 20;

/// Market data.
#[rpc(server, namespace = "marketplace")]
pub trait MarketplaceRpc {
	/// Returns orders of a list of the book, the best price first, then the oldest; see [`Filter`] for the lists.
	///
	/// `next` is the `cursor` of the next page.
	#[method(name = "orderbook", blocking)]
	fn orderbook(
		&self,
		filter: Filter,
		cursor: Option<Cursor>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> Result<BookPage, Refusal>;

	/// Returns the best offers in the book for a request, published or not, and what they cost; `null` if none serve it.
	#[method(name = "estimate", blocking)]
	fn estimate(&self, request: Request, at: Option<Hash>) -> Result<Option<Estimate>, Refusal>;

	/// Returns how the tasks of a workerpool, or of an app, recently ended; `null` if nothing is known.
	#[method(name = "record", blocking)]
	fn record(&self, of: Recorded, at: Option<Hash>) -> Result<Option<Record>, Refusal>;

	/// Returns what the chain knows of an order; `null` if nothing.
	#[method(name = "order", blocking)]
	fn order(&self, hash: OrderHash, at: Option<Hash>) -> Result<Option<KnownOrder>, Refusal>;

	/// Returns the hash of an order on this chain: what an Ethereum wallet signs if the order has an EIP-712 form.
	#[method(name = "orderHash", blocking)]
	fn order_hash(&self, order: Order, at: Option<Hash>) -> Result<OrderHash, Refusal>;

	/// Returns a deal, and how far it has come; `null` if there never was one, or if it is pruned.
	#[method(name = "deal", blocking)]
	fn deal(&self, id: DealId, at: Option<Hash>) -> Result<Option<Deal>, Refusal>;

	/// Returns a workerpool's deals that have open tasks, in the order of their ids, after the deal `after`.
	#[method(name = "openDeals", blocking)]
	fn open_deals(
		&self,
		workerpool: WorkerpoolId,
		after: Option<DealId>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> Result<Vec<OpenDeal>, Refusal>;

	/// Returns the last trades of a category, the newest first.
	#[method(name = "trades", blocking)]
	fn trades(&self, category: CategoryId, limit: Option<u32>, at: Option<Hash>) -> Result<Vec<Trade>, Refusal>;

	/// Returns where signatures are valid: EIP-712's domain, for Ethereum wallets, and the genesis hash, for native keys.
	#[method(name = "signingDomain", blocking)]
	fn signing_domain(&self, at: Option<Hash>) -> Result<SigningDomain, Refusal>;

	/// Returns the categories of tasks, by number.
	#[method(name = "categories", blocking)]
	fn categories(&self, at: Option<Hash>) -> Result<Vec<Category>, Refusal>;

	/// Sends the first page of `marketplace_orderbook`, at once and whenever a block changes it. `at` is `"best"`, unless
	/// told otherwise, or `"finalized"`. Ended by `marketplace_unsubscribeOrderbook`.
	#[subscription(name = "subscribeOrderbook" => "orderbookChanged", unsubscribe = "unsubscribeOrderbook", item = BookPage)]
	fn subscribe_orderbook(&self, filter: Filter, limit: Option<u32>, at: Option<At>);
}

/// Answers for a chain.
pub struct Marketplace {
	chain: Chain,
	follows: Arc<Follows>,
	/// By block and hash of the request.
	estimates: Answers<(Hash, [u8; 32]), Option<Estimate>>,
}

impl Marketplace {
	/// Answers for `chain`. Subscriptions are among `follows`.
	pub fn new(chain: Chain, follows: Arc<Follows>) -> Self {
		Self { chain, follows, estimates: Answers::for_each_core() }
	}
}

impl MarketplaceRpcServer for Marketplace {
	fn orderbook(
		&self,
		filter: Filter,
		cursor: Option<Cursor>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> Result<BookPage, Refusal> {
		self.chain.ask(at, |api, block| page(api, block, filter.0, cursor, limit))
	}

	fn estimate(&self, request: Request, at: Option<Hash>) -> Result<Option<Estimate>, Refusal> {
		let block = self.chain.block(at)?;
		let question = (block, blake2_256(&request.0.encode()));
		self.estimates.get(&question, || {
			self.chain.ask(Some(block), |api, block| Ok(api.estimate(block, request.0)?.map(Into::into)))
		})
	}

	fn record(&self, of: Recorded, at: Option<Hash>) -> Result<Option<Record>, Refusal> {
		self.chain.ask(at, |api, block| Ok(api.record(block, of.into())?.map(Into::into)))
	}

	fn order(&self, hash: OrderHash, at: Option<Hash>) -> Result<Option<KnownOrder>, Refusal> {
		self.chain.ask(at, |api, block| Ok(api.order(block, hash)?.map(Into::into)))
	}

	fn order_hash(&self, order: Order, at: Option<Hash>) -> Result<OrderHash, Refusal> {
		self.chain.ask_in_domain(at, |api, block| api.order_hash(block, order.0))
	}

	fn deal(&self, id: DealId, at: Option<Hash>) -> Result<Option<Deal>, Refusal> {
		self.chain.ask_with_clock(at, |api, block, clock| Ok(api.deal(block, id)?.map(|deal| Deal::of(deal, clock))))
	}

	fn open_deals(
		&self,
		workerpool: WorkerpoolId,
		after: Option<DealId>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> Result<Vec<OpenDeal>, Refusal> {
		self.chain.ask(at, |api, block| {
			let deals = api.open_deals(block, workerpool, after, limit.unwrap_or(PAGE))?;
			Ok(deals.into_iter().map(Into::into).collect())
		})
	}

	fn trades(&self, category: CategoryId, limit: Option<u32>, at: Option<Hash>) -> Result<Vec<Trade>, Refusal> {
		self.chain.ask(at, |api, block| {
			let trades = api.trades(block, category, limit.unwrap_or(PAGE))?;
			Ok(trades.into_iter().map(Into::into).collect())
		})
	}

	fn signing_domain(&self, at: Option<Hash>) -> Result<SigningDomain, Refusal> {
		self.chain.ask_in_domain(at, |api, block| Ok(api.signing_domain(block)?.into()))
	}

	fn categories(&self, at: Option<Hash>) -> Result<Vec<Category>, Refusal> {
		self.chain.ask(at, |api, block| Ok(api.categories(block)?.into_iter().map(Into::into).collect()))
	}

	fn subscribe_orderbook(
		&self,
		pending: PendingSubscriptionSink,
		filter: Filter,
		limit: Option<u32>,
		at: Option<At>,
	) {
		let topic = Topic::new("orderbook", at, &(&filter.0, limit));
		self.follows.follow(pending, topic, move |chain: &Chain, block| {
			chain.ask(Some(block), |api, block| page(api, block, filter.0.clone(), None, limit))
		});
	}
}

fn page(
	api: &Api,
	block: Hash,
	filter: BookFilter,
	cursor: Option<Cursor>,
	limit: Option<u32>,
) -> Result<BookPage, ApiError> {
	let after = cursor.map(|Cursor(rank)| rank);
	Ok(api.orderbook(block, filter, after, limit.unwrap_or(PAGE))?.into())
}
