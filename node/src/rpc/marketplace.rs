//! The `marketplace` namespace: market data without any server in between.
//!
//! Forms of parameters and answers are described in [`json`](super::json), errors in [`ask`](super::ask). Questions are
//! about the best block, or about the one with the hash `at`, the last parameter of each.

use jsonrpsee::{proc_macros::rpc, PendingSubscriptionSink};
use pallet_marketplace::api::{BookFilter, MarketplaceApi};
use rlc_primitives::{CategoryId, DealId, Hash, OrderHash};
use sc_rpc::SubscriptionTaskExecutor;
use sp_api::ApiError;

use super::{
	ask::{Api, Chain, Refusal},
	follow::{follow, At},
	json::{
		book::{Cursor, Estimate, Filter, KnownOrder, NumberedCategory, Page, SigningDomain, Trade},
		deals::Deal,
		orders::{Order, Request},
	},
};

/// How many orders or trades an answer has unless told otherwise. More than 100 orders are never looked at for one.
pub const PAGE: u32 = 20;

/// Market data.
#[rpc(server, namespace = "marketplace")]
pub trait MarketplaceRpc {
	/// Orders of a list of the book, the best price first, then the oldest; see [`Filter`] for the lists.
	///
	/// `marketplace_orderbook({"kind": "workerpool", "category": 0, "maxPrice": "2000000000"}, null, 1)`:
	///
	/// ```json
	/// {
	///   "entries": [{
	///     "hash": "0x5d…",
	///     "kind": "workerpool",
	///     "order": {
	///       "workerpool": "0x7a…", "price": "1000000000", "volume": "100", "tag": "0x00…", "category": 0, "trust": "10",
	///       "appRestrict": null, "datasetRestrict": null, "requesterRestrict": {"group": "0x33…"}, "salt": "0x00…"
	///     },
	///     "owner": "5Grw…", "price": "1000000000", "remaining": "99", "published": 1795392000000
	///   }],
	///   "next": "0x000000000000000000000000003b9aca000000000000000007"
	/// }
	/// ```
	///
	/// `next` is the `cursor` of the next page.
	#[method(name = "orderbook", blocking)]
	fn orderbook(
		&self,
		filter: Filter,
		cursor: Option<Cursor>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> Result<Page, Refusal>;

	/// The best offers in the book for a request, published or not, and what they cost; `null` if none serve it.
	///
	/// `marketplace_estimate({"app": "0x01…", "appMaxPrice": "0", "workerpoolMaxPrice": "2000000000", "requester": "5Grw…",
	/// "volume": 3, "category": 0, "trust": 1})`:
	///
	/// ```json
	/// {
	///   "orders": {"app": "0x9c…", "dataset": null, "workerpool": "0x5d…", "request": "0xe1…"},
	///   "volume": "3", "taskPrice": "1000000000", "totalPrice": "3000000000",
	///   "workerStake": "300000000", "poolStake": "300000000", "totalPoolStake": "900000000", "deposit": "14000000"
	/// }
	/// ```
	#[method(name = "estimate", blocking)]
	fn estimate(&self, request: Request, at: Option<Hash>) -> Result<Option<Estimate>, Refusal>;

	/// What the chain knows of an order; `null` if nothing.
	///
	/// `marketplace_order("0x5d…")`:
	///
	/// ```json
	/// {
	///   "published": {
	///     "kind": "workerpool", "order": {"workerpool": "0x7a…", "price": "1000000000"},
	///     "owner": "5Grw…", "deposit": "4560000", "published": 1795392000000, "sequence": "7"
	///   },
	///   "presignedBy": null, "consumed": "1", "remaining": "99"
	/// }
	/// ```
	#[method(name = "order", blocking)]
	fn order(&self, hash: OrderHash, at: Option<Hash>) -> Result<Option<KnownOrder>, Refusal>;

	/// The hash of an order on this chain: what an Ethereum wallet signs if the order has an EIP-712 form.
	///
	/// `marketplace_orderHash({"kind": "app", "order": {"app": "0x01…", "price": "5", "volume": "10"}})`:
	///
	/// ```json
	/// "0x9c2f…"
	/// ```
	#[method(name = "orderHash", blocking)]
	fn order_hash(&self, order: Order, at: Option<Hash>) -> Result<OrderHash, Refusal>;

	/// A deal, and how far it has come; `null` if there never was one, or if it is pruned.
	///
	/// `marketplace_deal("0xd3…")`:
	///
	/// ```json
	/// {
	///   "id": "0xd3…",
	///   "app": {"id": "0x01…", "owner": "5Grw…", "price": "0"}, "dataset": null,
	///   "workerpool": {"id": "0x7a…", "owner": "5FHn…", "price": "1000000000"},
	///   "payer": "5DAA…", "requester": "5DAA…", "beneficiary": null, "callback": null,
	///   "category": 0, "referenceTime": 300000, "trust": "1", "tag": "0x00…", "params": "{\"iexec_args\": \"1\"}",
	///   "start": 1795392000000, "contributionDeadline": 1795394100000, "finalDeadline": 1795395000000,
	///   "first": "0", "size": "3", "workerStake": "300000000", "schedulerRatio": 1, "settlement": "automatic",
	///   "open": "2", "kept": "3", "closedAt": null, "depositor": "5DAA…", "deposit": "14000000"
	/// }
	/// ```
	#[method(name = "deal", blocking)]
	fn deal(&self, id: DealId, at: Option<Hash>) -> Result<Option<Deal>, Refusal>;

	/// The last trades of a category, the newest first.
	///
	/// `marketplace_trades(0, 1)`:
	///
	/// ```json
	/// [{
	///   "time": 1795392000000, "appPrice": "0", "datasetPrice": "0", "workerpoolPrice": "1000000000", "volume": "3"
	/// }]
	/// ```
	#[method(name = "trades", blocking)]
	fn trades(&self, category: CategoryId, limit: Option<u32>, at: Option<Hash>) -> Result<Vec<Trade>, Refusal>;

	/// Where signatures are valid: EIP-712's domain, for Ethereum wallets, and the genesis hash, for native keys.
	///
	/// `marketplace_signingDomain()`:
	///
	/// ```json
	/// {
	///   "genesis": "0x1f…", "name": "iExecODB", "version": "5.0.0", "chainId": 134087, "verifyingContract": "0x8b…"
	/// }
	/// ```
	#[method(name = "signingDomain", blocking)]
	fn signing_domain(&self, at: Option<Hash>) -> Result<SigningDomain, Refusal>;

	/// The categories of tasks, by number.
	///
	/// `marketplace_categories()`:
	///
	/// ```json
	/// [{"id": 0, "name": "XS", "referenceTime": 300000}, {"id": 1, "name": "S", "referenceTime": 1200000}]
	/// ```
	#[method(name = "categories", blocking)]
	fn categories(&self, at: Option<Hash>) -> Result<Vec<NumberedCategory>, Refusal>;

	/// The first page of `marketplace_orderbook`, at once and whenever a block changes it. `at` is `"best"`, unless told
	/// otherwise, or `"finalized"`. Ended by `marketplace_unsubscribeOrderbook`.
	///
	/// `marketplace_subscribeOrderbook({"kind": "request", "category": 0}, 50, "finalized")`, before there is a request:
	///
	/// ```json
	/// {"entries": [], "next": null}
	/// ```
	#[subscription(name = "subscribeOrderbook" => "orderbookChanged", unsubscribe = "unsubscribeOrderbook", item = Page)]
	fn subscribe_orderbook(&self, filter: Filter, limit: Option<u32>, at: Option<At>);
}

/// Answers for a chain.
pub struct Marketplace {
	chain: Chain,
	executor: SubscriptionTaskExecutor,
}

impl Marketplace {
	/// Answers for `chain`. Subscriptions run on `executor`.
	pub fn new(chain: Chain, executor: SubscriptionTaskExecutor) -> Self {
		Self { chain, executor }
	}
}

impl MarketplaceRpcServer for Marketplace {
	fn orderbook(
		&self,
		filter: Filter,
		cursor: Option<Cursor>,
		limit: Option<u32>,
		at: Option<Hash>,
	) -> Result<Page, Refusal> {
		self.chain.ask(at, |api, block| page(api, block, filter.0, cursor, limit))
	}

	fn estimate(&self, request: Request, at: Option<Hash>) -> Result<Option<Estimate>, Refusal> {
		self.chain.ask(at, |api, block| Ok(api.estimate(block, request.0)?.map(Into::into)))
	}

	fn order(&self, hash: OrderHash, at: Option<Hash>) -> Result<Option<KnownOrder>, Refusal> {
		self.chain.ask(at, |api, block| Ok(api.order(block, hash)?.map(Into::into)))
	}

	fn order_hash(&self, order: Order, at: Option<Hash>) -> Result<OrderHash, Refusal> {
		self.chain.ask_in_domain(at, |api, block| api.order_hash(block, order.0))
	}

	fn deal(&self, id: DealId, at: Option<Hash>) -> Result<Option<Deal>, Refusal> {
		self.chain.ask(at, |api, block| Ok(api.deal(block, id)?.map(Into::into)))
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

	fn categories(&self, at: Option<Hash>) -> Result<Vec<NumberedCategory>, Refusal> {
		self.chain.ask(at, |api, block| Ok(api.categories(block)?.into_iter().map(Into::into).collect()))
	}

	fn subscribe_orderbook(
		&self,
		pending: PendingSubscriptionSink,
		filter: Filter,
		limit: Option<u32>,
		at: Option<At>,
	) {
		follow(self.chain.clone(), &self.executor, pending, at, move |chain: &Chain, block| {
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
) -> Result<Page, ApiError> {
	let after = cursor.map(|Cursor(rank)| rank);
	Ok(api.orderbook(block, filter, after, limit.unwrap_or(PAGE))?.into())
}
