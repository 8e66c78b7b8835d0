//! The offers that a request would match, or why there are none.

mod reason;
mod wish;

use rlc_chain::{Call, Chain, MarketplaceCall};
use rlc_primitives::{
	market::{Authorization, Estimate, SignedOrder, SignedOrders},
	AnyOrder, AppOrder, Balance, DatasetOrder, OrderHash, RequestOrder, Tag, WorkerpoolOrder,
};

use crate::{
	amount::Amount,
	failure::{failure, Failure, Result},
};
use reason::{nothing_serves, Book};
pub(crate) use wish::Wish;

/// More than anything costs; three of it can still be added up.
pub(crate) const ANY_PRICE: Balance = u64::MAX as Balance;

/// The best offers for a wish, and what they cost.
#[derive(Clone, Debug)]
pub(crate) struct Quote {
	/// The chain's estimate.
	pub estimate: Estimate,
	/// What is held for the record of how much of the request is consumed, besides the deal's deposit, in nRLC. It comes back
	/// when the record is pruned, once the request has expired.
	pub record_deposit: Balance,
	/// The app's offer.
	pub app: AppOrder,
	/// The dataset's offer.
	pub dataset: Option<DatasetOrder>,
	/// The workerpool's offer.
	pub workerpool: WorkerpoolOrder,
}

impl Quote {
	/// Returns what the chain holds from the account that brings the orders, in nRLC: for the deal, and for the record of
	/// the request. The offers are in the book, and have records already.
	pub(crate) fn deposits(&self) -> Balance {
		self.estimate.deposit.saturating_add(self.record_deposit)
	}

	/// Returns the request that pays exactly what these offers ask: nobody can charge more.
	pub(crate) fn request(&self, wish: &Wish) -> RequestOrder {
		let dataset = self.dataset.as_ref().map_or(0, |order| order.price);
		wish.request(self.app.price, dataset, self.workerpool.price)
	}

	/// Returns what the deal's tasks demand of a worker.
	pub(crate) fn tag(&self, wish: &Wish) -> Tag {
		Tag::combine(self.app.tag, self.dataset.as_ref().map_or(Tag::NONE, |order| order.tag), wish.tag)
	}

	/// Returns the call that matches the request with these offers, to be sent by the requester.
	pub(crate) fn purchase(&self, wish: &Wish) -> Call {
		// The offers are published, and the request is the caller's own.
		let authorization = Authorization::OnChain;
		let request = SignedOrder { order: self.request(wish), authorization: authorization.clone() };
		let dataset = self.dataset.clone().map(|order| SignedOrder { order, authorization: authorization.clone() });
		let app = SignedOrder { order: self.app.clone(), authorization: authorization.clone() };
		let workerpool = SignedOrder { order: self.workerpool.clone(), authorization };
		Call::Marketplace(MarketplaceCall::MatchOrders { orders: SignedOrders { app, dataset, workerpool, request } })
	}
}

/// Finds the best published offers.
///
/// # Errors
///
/// If no offers serve: which side is missing, and what to do.
pub(crate) async fn quote(chain: &Chain, wish: &Wish) -> Result<Quote> {
	if chain.app(wish.app).await?.is_none() {
		return Err(
			failure!(AssetUnknown, "there is no app {:?}", wish.app.0; "`rlc app deploy` prints the id of an app"),
		);
	}
	if let Some(dataset) = wish.dataset {
		if chain.dataset(dataset).await?.is_none() {
			return Err(failure!(AssetUnknown, "there is no dataset {:?}", dataset.0;
				"`rlc dataset deploy` prints the id of a dataset"));
		}
	}
	let anything = wish.request(ANY_PRICE, ANY_PRICE, ANY_PRICE);
	let Some(estimate) = chain.estimate(&anything).await? else {
		return Err(nothing_serves(&Book::read(chain, wish).await?, wish));
	};
	if let Some(max) = wish.max_price.filter(|max| estimate.task_price > *max) {
		return Err(
			failure!(OffersTooDear, "a task costs at least {}, but --max-price is {}", Amount(estimate.task_price),
			Amount(max); "offer more, or wait"),
		);
	}
	let AnyOrder::App(app) = published(chain, estimate.orders.app).await? else { return Err(changed()) };
	let AnyOrder::Workerpool(workerpool) = published(chain, estimate.orders.workerpool).await? else {
		return Err(changed());
	};
	let dataset = match estimate.orders.dataset {
		None => None,
		Some(hash) => match published(chain, hash).await? {
			AnyOrder::Dataset(order) => Some(order),
			_ => return Err(changed()),
		},
	};
	// No call of the chain's API returns what a record costs. A scheduler's offer is seldom old, and what its record cost
	// is what the request's will, unless a referendum has changed deposits since.
	let record_deposit = chain.record_deposit(estimate.orders.workerpool).await?.ok_or_else(changed)?;
	Ok(Quote { estimate, record_deposit, app, dataset, workerpool })
}

/// Returns an order of the book.
async fn published(chain: &Chain, hash: OrderHash) -> Result<AnyOrder> {
	let published = chain.order(hash).await?.and_then(|view| view.published);
	published.map(|published| published.order).ok_or_else(changed)
}

fn changed() -> Failure {
	failure!(BookChanged, "the order book has just changed"; "try again")
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use rlc_primitives::{
		market::Hashes, record::LeastRecord, AccountId, AppId, CategoryId, PoolRestriction, Restriction, WorkerpoolId,
	};
	use sp_core::{H160, H256};

	/// Returns what two tasks cost, with a deposit of 9 nRLC for the deal and one of 2 for the request's record.
	pub(crate) fn quote() -> Quote {
		let hash = OrderHash::default();
		let estimate = Estimate {
			orders: Hashes { app: hash, dataset: None, workerpool: hash, request: hash },
			volume: 2,
			task_price: 7,
			total_price: 14,
			worker_stake: 1,
			pool_stake: 2,
			total_pool_stake: 4,
			deposit: 9,
			charge: 4,
		};
		Quote { estimate, record_deposit: 2, app: app(), dataset: None, workerpool: pool() }
	}

	pub(crate) fn wish() -> Wish {
		Wish {
			app: AppId(H160::repeat_byte(1)),
			dataset: None,
			workerpool: None,
			least_record: None,
			category: CategoryId(0),
			category_name: "XS".into(),
			reference_time: 300_000,
			trust: 5,
			tag: Tag::NONE,
			tasks: 2,
			max_price: None,
			requester: AccountId::new([9; 32]),
			beneficiary: None,
			callback: None,
			params: Default::default(),
			salt: H256::zero(),
			expiry: 90_000,
		}
	}

	pub(super) fn app() -> AppOrder {
		AppOrder {
			app: wish().app,
			price: 3,
			volume: 9,
			tag: Tag::NONE,
			dataset_restrict: Restriction::Anyone,
			workerpool_restrict: Restriction::Anyone,
			requester_restrict: Restriction::Anyone,
			salt: H256::zero(),
		}
	}

	pub(super) fn pool() -> WorkerpoolOrder {
		WorkerpoolOrder {
			workerpool: WorkerpoolId(H160::repeat_byte(2)),
			price: 4,
			volume: 9,
			tag: Tag::NONE,
			category: CategoryId(0),
			trust: 5,
			app_restrict: Restriction::Anyone,
			dataset_restrict: Restriction::Anyone,
			requester_restrict: Restriction::Anyone,
			salt: H256::zero(),
		}
	}

	#[test]
	fn request_pays_what_offers_ask_and_not_more() {
		let request = wish().request(3, 100, 4);
		assert_eq!((request.app_max_price, request.dataset_max_price, request.workerpool_max_price), (3, 0, 4));
		assert_eq!((request.volume, request.trust), (2, 5));
		assert_eq!(request.expiry, Some(90_000), "or its record would stay for good");
	}

	#[test]
	fn request_asks_for_a_record_of_any_pool_or_of_the_one_that_it_names() {
		let least_record = Some(LeastRecord { completed: 5, max_failed: 10 });
		let restriction = |wish: Wish| wish.request(3, 0, 4).workerpool;
		let any = Wish { least_record, ..wish() };
		assert_eq!(restriction(any.clone()), PoolRestriction::new(Restriction::Anyone, least_record));
		let workerpool = pool().workerpool;
		let named = Wish { workerpool: Some(workerpool), ..any };
		assert_eq!(restriction(named), PoolRestriction::new(Restriction::Exactly(workerpool), least_record));
		assert_eq!(restriction(wish()), PoolRestriction::Anyone);
	}
}
