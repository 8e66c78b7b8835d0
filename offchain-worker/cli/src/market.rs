//! What a request would be matched with, and why with nothing.

use rlc_chain::{Call, Chain, MarketplaceCall};
use rlc_primitives::{
	market::{Authorization, BookEntry, BookFilter, BookKey, Estimate, SignedOrder, SignedOrders},
	AccountId, AnyOrder, AppId, AppOrder, Balance, CallbackId, CategoryId, DatasetId, DatasetOrder, Moment, OrderHash,
	Params, RequestOrder, Restriction, Tag, WorkerpoolId, WorkerpoolOrder,
};
use sp_core::H256;

use crate::{
	amount::Amount,
	failure::{failure, Result},
};

/// More than anything costs; three of it can still be added up.
const ANY_PRICE: Balance = u64::MAX as Balance;
/// How many offers of each kind are looked at to say why none serves.
const LOOKED_AT: u32 = 100;

/// What somebody wants to be computed.
#[derive(Clone, Debug)]
pub struct Wish {
	/// The app to run.
	pub app: AppId,
	/// The dataset that it is to use.
	pub dataset: Option<DatasetId>,
	/// The only workerpool that may compute, if it matters.
	pub workerpool: Option<WorkerpoolId>,
	/// How long a task may take.
	pub category: CategoryId,
	/// What people call the category.
	pub category_name: String,
	/// Its reference time, in ms.
	pub reference_time: Moment,
	/// A result's error must be less likely than one in this many.
	pub trust: u64,
	/// What the tasks demand of a workerpool.
	pub tag: Tag,
	/// How many tasks.
	pub tasks: u64,
	/// The most that a task may cost in all, in nRLC.
	pub max_price: Option<Balance>,
	/// Who asks, and pays.
	pub requester: AccountId,
	/// Whose result it is.
	pub beneficiary: Option<AccountId>,
	/// Who receives it on chain.
	pub callback: Option<CallbackId>,
	/// What each task is run with.
	pub params: Params,
	/// Tells the request from others that are equal.
	pub salt: H256,
}

impl Wish {
	/// The request that pays at most this much for app, dataset and workerpool.
	pub fn request(&self, app: Balance, dataset: Balance, workerpool: Balance) -> RequestOrder {
		RequestOrder {
			app: self.app,
			app_max_price: app,
			dataset: self.dataset,
			dataset_max_price: if self.dataset.is_some() { dataset } else { 0 },
			workerpool: self.workerpool.map_or(Restriction::Anyone, Restriction::Exactly),
			workerpool_max_price: workerpool,
			requester: self.requester.clone(),
			volume: self.tasks,
			tag: self.tag,
			category: self.category,
			trust: self.trust,
			beneficiary: self.beneficiary.clone(),
			callback: self.callback,
			params: self.params.clone(),
			salt: self.salt,
			payer: None,
			expiry: None,
		}
	}
}

/// The best offers for a wish, and what they cost.
#[derive(Clone, Debug)]
pub struct Quote {
	/// The chain's estimate.
	pub estimate: Estimate,
	/// What is held for the record of how much of the request is consumed, beside the deal's deposit, in nRLC. It stays:
	/// a request that never expires is never forgotten.
	pub record_deposit: Balance,
	/// The app's offer.
	pub app: AppOrder,
	/// The dataset's offer.
	pub dataset: Option<DatasetOrder>,
	/// The workerpool's offer.
	pub workerpool: WorkerpoolOrder,
}

impl Quote {
	/// What the chain holds from who brings the orders, in nRLC: for the deal, and for the request's record. The offers
	/// are in the book, and have records already.
	pub fn deposits(&self) -> Balance {
		self.estimate.deposit.saturating_add(self.record_deposit)
	}

	/// The request that pays exactly what these offers ask: nobody can charge more.
	pub fn request(&self, wish: &Wish) -> RequestOrder {
		let dataset = self.dataset.as_ref().map_or(0, |order| order.price);
		wish.request(self.app.price, dataset, self.workerpool.price)
	}

	/// What the deal's tasks demand of a worker.
	pub fn tag(&self, wish: &Wish) -> Tag {
		Tag::combine(self.app.tag, self.dataset.as_ref().map_or(Tag::NONE, |order| order.tag), wish.tag)
	}

	/// The call that matches the request with these offers, to be sent by the requester.
	pub fn purchase(&self, wish: &Wish) -> Call {
		// The offers are published, and the request is the caller's own.
		let authorization = Authorization::OnChain;
		let request = SignedOrder { order: self.request(wish), authorization: authorization.clone() };
		let dataset = self.dataset.clone().map(|order| SignedOrder { order, authorization: authorization.clone() });
		let app = SignedOrder { order: self.app.clone(), authorization: authorization.clone() };
		let workerpool = SignedOrder { order: self.workerpool.clone(), authorization };
		Call::Marketplace(MarketplaceCall::MatchOrders { orders: SignedOrders { app, dataset, workerpool, request } })
	}
}

/// Find the best published offers.
///
/// # Errors
///
/// If none serve, in words: which side is missing, and what to do.
pub async fn quote(chain: &Chain, wish: &Wish) -> Result<Quote> {
	if chain.app(wish.app).await?.is_none() {
		return Err(failure!("there is no app {:?}; `rlc app deploy` prints an app's id", wish.app.0));
	}
	if let Some(dataset) = wish.dataset {
		if chain.dataset(dataset).await?.is_none() {
			return Err(failure!("there is no dataset {:?}; `rlc dataset deploy` prints a dataset's id", dataset.0));
		}
	}
	let anything = wish.request(ANY_PRICE, ANY_PRICE, ANY_PRICE);
	let Some(estimate) = chain.estimate(&anything).await? else {
		return Err(nothing_serves(&book(chain, wish).await?, wish));
	};
	if let Some(max) = wish.max_price.filter(|max| estimate.task_price > *max) {
		let (cheapest, max) = (Amount(estimate.task_price), Amount(max));
		return Err(failure!("a task costs {cheapest} at least, and --max-price is {max}; offer more, or wait"));
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
	// The chain tells nobody what a record costs now. A scheduler's offer is seldom old, and what its record cost is what
	// the request's will, unless a referendum has changed deposits since.
	let record_deposit = chain.record_deposit(estimate.orders.workerpool).await?.ok_or_else(changed)?;
	Ok(Quote { estimate, record_deposit, app, dataset, workerpool })
}

/// An order of the book.
async fn published(chain: &Chain, hash: OrderHash) -> Result<AnyOrder> {
	let published = chain.order(hash).await?.and_then(|view| view.published);
	published.map(|published| published.order).ok_or_else(changed)
}

fn changed() -> crate::failure::Failure {
	failure!("the order book has just changed; try again")
}

/// The offers that a wish could meet.
#[derive(Clone, Debug, Default)]
struct Book {
	apps: Vec<BookEntry>,
	datasets: Vec<BookEntry>,
	workerpools: Vec<BookEntry>,
}

async fn book(chain: &Chain, wish: &Wish) -> Result<Book> {
	let list = |list| async move {
		let filter = BookFilter { list, min_price: None, max_price: None };
		chain.orderbook(filter, None, LOOKED_AT).await.map(|page| page.entries)
	};
	let datasets = match wish.dataset {
		Some(dataset) => list(BookKey::Dataset(dataset)).await?,
		None => Vec::new(),
	};
	let workerpools = match wish.workerpool {
		Some(workerpool) => BookKey::Workerpool(workerpool),
		None => BookKey::Workerpools(wish.category),
	};
	Ok(Book { apps: list(BookKey::App(wish.app)).await?, datasets, workerpools: list(workerpools).await? })
}

/// Why none of these offers serve, though none is too expensive: the first reason that holds for all of a side.
fn nothing_serves(book: &Book, wish: &Wish) -> crate::failure::Failure {
	let left = |entries: &[BookEntry]| entries.iter().any(|entry| entry.remaining > 0);
	if !left(&book.apps) {
		return failure!("nobody sells app {:?}; its owner can: `rlc app publish {0:?} --price P`", wish.app.0);
	}
	if let Some(dataset) = wish.dataset.filter(|_| !left(&book.datasets)) {
		return failure!("nobody sells dataset {:?}; its owner can: `rlc dataset publish {0:?} --price P`", dataset.0);
	}
	let offers: Vec<_> = book.workerpools.iter().filter(|entry| entry.remaining > 0).filter_map(pool_order).collect();
	let who = match wish.workerpool {
		Some(workerpool) => format!("workerpool {:?}", workerpool.0),
		None => "any workerpool".into(),
	};
	let category = &wish.category_name;
	let in_category: Vec<_> = offers.iter().filter(|order| order.category == wish.category).collect();
	if in_category.is_empty() {
		return failure!(
			"there is no offer of {who} for category {category}; try another, see `rlc orderbook --kind workerpool`"
		);
	}
	let best = in_category.iter().map(|order| order.trust).max().unwrap_or_default();
	if best < wish.trust {
		return failure!(
			"no offer of {who} for category {category} promises trust {}; ask for --trust {best}",
			wish.trust
		);
	}
	if !in_category.iter().any(|order| order.trust >= wish.trust && order.tag.covers(wish.tag)) {
		return failure!("no offer of {who} for category {category} has the tag {:?}; ask for less", wish.tag.0);
	}
	failure!(
		"the offers for app, dataset and workerpool exclude each other or this requester, demand a tag that no workerpool \
		 has, or the scheduler cannot stake for {} tasks; ask for fewer --tasks, or see `rlc orderbook`",
		wish.tasks
	)
}

fn pool_order(entry: &BookEntry) -> Option<&WorkerpoolOrder> {
	match &entry.order {
		AnyOrder::Workerpool(order) => Some(order),
		_ => None,
	}
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use rlc_primitives::market::Hashes;
	use sp_core::H160;

	/// What two tasks cost, with a deposit of 9 nRLC for the deal and one of 2 for the request's record.
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
		};
		Quote { estimate, record_deposit: 2, app: app(), dataset: None, workerpool: pool() }
	}

	pub(crate) fn wish() -> Wish {
		Wish {
			app: AppId(H160::repeat_byte(1)),
			dataset: None,
			workerpool: None,
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
		}
	}

	fn app() -> AppOrder {
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

	fn pool() -> WorkerpoolOrder {
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

	fn entry(order: impl Into<AnyOrder>) -> BookEntry {
		let (hash, owner) = (OrderHash::default(), AccountId::new([1; 32]));
		BookEntry { hash, order: order.into(), owner, price: 1, remaining: 9, published: 0 }
	}

	fn reason(apps: &[AppOrder], pools: &[WorkerpoolOrder], wish: &Wish) -> String {
		let (apps, workerpools) = (apps.iter().cloned().map(entry), pools.iter().cloned().map(entry));
		let book = Book { apps: apps.collect(), datasets: Vec::new(), workerpools: workerpools.collect() };
		nothing_serves(&book, wish).to_string()
	}

	#[test]
	fn the_side_that_is_missing_is_named() {
		assert!(reason(&[], &[pool()], &wish()).starts_with("nobody sells app 0x0101"));
		let with_data = Wish { dataset: Some(DatasetId(H160::repeat_byte(7))), ..wish() };
		assert!(reason(&[app()], &[pool()], &with_data).starts_with("nobody sells dataset 0x0707"));
		assert!(reason(&[app()], &[], &wish()).contains("no offer of any workerpool for category XS"));
		let one_pool = Wish { workerpool: Some(pool().workerpool), ..wish() };
		assert!(reason(&[app()], &[], &one_pool).contains("no offer of workerpool 0x0202"));
	}

	#[test]
	fn what_the_pools_do_not_serve_is_named() {
		let other = WorkerpoolOrder { category: CategoryId(1), ..pool() };
		assert!(reason(&[app()], &[other], &wish()).contains("for category XS; try another"));
		let weak = WorkerpoolOrder { trust: 3, ..pool() };
		assert!(reason(&[app()], std::slice::from_ref(&weak), &wish()).contains("promises trust 5; ask for --trust 3"));
		let protected = Wish { tag: Tag::from_bits(1), ..wish() };
		assert!(reason(&[app()], &[pool()], &protected).contains("has the tag"));
		let weak_but_protected = WorkerpoolOrder { tag: Tag::from_bits(1), ..weak };
		assert!(reason(&[app()], &[pool(), weak_but_protected], &protected).contains("has the tag"));
		assert!(reason(&[app()], &[pool()], &wish()).contains("cannot stake for 2 tasks"));
	}

	#[test]
	fn what_is_used_up_counts_for_nothing() {
		let used = BookEntry { remaining: 0, ..entry(app()) };
		let book = Book { apps: vec![used], ..Default::default() };
		assert!(nothing_serves(&book, &wish()).to_string().starts_with("nobody sells app"));
	}

	#[test]
	fn a_request_pays_what_the_offers_ask_and_not_more() {
		let request = wish().request(3, 100, 4);
		assert_eq!((request.app_max_price, request.dataset_max_price, request.workerpool_max_price), (3, 0, 4));
		assert_eq!((request.volume, request.trust), (2, 5));
	}
}
