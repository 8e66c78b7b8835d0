//! What the chain knows of orders and deals.

use rlc_primitives::{
	deal::Category,
	market::{
		BookFilter, BookPage, DealView, Estimate, OpenDeal, OrderView, Published, Rank, RecordView, Trade, MAX_PAGE,
	},
	record::Recorded,
	AccountId, AnyOrder, Balance, CategoryId, DealId, OrderHash, RequestOrder, SigningDomain, WorkerpoolId,
};

use crate::{questions, Chain, Error, Walked};

// Errors are those of every question.
#[allow(clippy::missing_errors_doc)]
impl Chain {
	/// Returns where orders and delegations are valid: needed to hash and to sign them.
	pub async fn domain(&self) -> Result<SigningDomain, Error> {
		let view = self.question(&questions::SIGNING_DOMAIN, &()).await?;
		// The runtime does not know the genesis hash before the first block is made.
		Ok(SigningDomain::new(self.genesis(), view.chain_id, view.verifying_contract))
	}

	/// Returns orders in the book, the best price first, after the rank `after`: at most `limit`, and at most
	/// [`MAX_PAGE`](rlc_primitives::market::MAX_PAGE).
	pub async fn orderbook(&self, filter: BookFilter, after: Option<Rank>, limit: u32) -> Result<BookPage, Error> {
		self.question(&questions::ORDERBOOK, &(filter, after, limit)).await
	}

	/// Returns the best offers for a request, and what they cost; `None` if no offers in the book serve it.
	pub async fn estimate(&self, request: &RequestOrder) -> Result<Option<Estimate>, Error> {
		self.question(&questions::ESTIMATE, &(request.clone(),)).await
	}

	/// Returns how the tasks of a workerpool, or of an app, recently ended; `None` if nothing is known.
	pub async fn record(&self, of: Recorded) -> Result<Option<RecordView>, Error> {
		self.question(&questions::RECORD, &(of,)).await
	}

	/// Returns what is known of an order; `None` if nothing.
	pub async fn order(&self, hash: OrderHash) -> Result<Option<OrderView>, Error> {
		self.question(&questions::ORDER, &(hash,)).await
	}

	/// Returns the orders in the book that an account published, ordered by their hashes; about `most` orders are looked at.
	pub async fn orders_of(&self, owner: &AccountId, most: usize) -> Result<Walked<(OrderHash, Published)>, Error> {
		let (_, at) = self.best().await?;
		let own = |hash: OrderHash, published: Published| (published.owner == *owner).then_some((hash, published));
		self.walk(&questions::ORDERS, at, most, own).await
	}

	/// Returns what was held, in nRLC, for the record of how much of an order is consumed, when that record was made; `None` if
	/// there is none. Published orders have one.
	pub async fn record_deposit(&self, order: OrderHash) -> Result<Option<Balance>, Error> {
		Ok(self.entry(&questions::CONSUMED, &order).await?.map(|record| record.deposit))
	}

	/// Returns an order's hash on this chain.
	pub async fn order_hash(&self, order: &AnyOrder) -> Result<OrderHash, Error> {
		Ok(order.hash(&self.domain().await?))
	}

	/// Returns a deal; `None` if there is none, or if it is pruned.
	pub async fn deal(&self, id: DealId) -> Result<Option<DealView>, Error> {
		self.question(&questions::DEAL, &(id,)).await
	}

	/// Returns a workerpool's deals that have open tasks. Each page is of the best block of its moment: a deal that opens
	/// meanwhile may be missing.
	pub async fn open_deals(&self, workerpool: WorkerpoolId) -> Result<Vec<OpenDeal>, Error> {
		let (mut deals, mut after) = (Vec::<OpenDeal>::new(), None);
		loop {
			let page: Vec<OpenDeal> = self.question(&questions::OPEN_DEALS, &(workerpool, after, MAX_PAGE)).await?;
			let is_last = page.len() < MAX_PAGE as usize;
			deals.extend(page);
			after = deals.last().map(|deal| deal.id);
			if is_last {
				return Ok(deals);
			}
		}
	}

	/// Returns the last trades of a category, the newest first.
	pub async fn trades(&self, category: CategoryId, limit: u32) -> Result<Vec<Trade>, Error> {
		self.question(&questions::TRADES, &(category, limit)).await
	}

	/// Returns the categories of tasks.
	pub async fn categories(&self) -> Result<Vec<(CategoryId, Category)>, Error> {
		self.question(&questions::CATEGORIES, &()).await
	}
}
