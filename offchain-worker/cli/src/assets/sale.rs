//! Orders of assets in the book: published, listed, withdrawn.

use rlc_chain::{Call, Chain, Key, MarketplaceCall};
use rlc_json::{Account, HashedOrder, Order};
use rlc_primitives::{
	market::{BookEntry, BookFilter, BookKey},
	AccountId, AnyOrder, OrderHash,
};
use serde_json::json;

use super::kind::Asset;
use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	say,
	table::counted,
};

/// How many orders are asked for at a time.
const PAGE: u32 = 100;

/// Puts an order into the book.
///
/// # Errors
///
/// If the chain refuses it.
pub(crate) async fn publish(context: &Context, order: AnyOrder) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	publish_as(context, &chain, key, order).await
}

/// Puts an order of this key's account into the book.
///
/// # Errors
///
/// If the chain refuses it.
pub(crate) async fn publish_as(context: &Context, chain: &Chain, key: Key, order: AnyOrder) -> Result<Answer> {
	let hash = chain.order_hash(&order).await?;
	let price = Amount(say::order::price(&order));
	let state = match &order {
		AnyOrder::Request(_) => "in the book, paying up to",
		AnyOrder::App(_) | AnyOrder::Dataset(_) | AnyOrder::Workerpool(_) => "on sale for",
	};
	let json = HashedOrder { hash, order: Order(order.clone()) };
	let call = Call::Marketplace(MarketplaceCall::PublishOrder { order });
	context.send_as(chain, key, call, "publishing the order").await?;
	Ok(Answer::new(format!("{state} {price} a task, order {:?}", hash.0), json))
}

/// Withdraws one's own orders of an asset from the book: one, or all.
///
/// # Errors
///
/// If there are none, or the chain refuses it.
pub(crate) async fn unpublish<A: Asset>(context: &Context, asset: A, order: Option<OrderHash>) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	let own = match order {
		Some(order) => vec![order],
		None => own_orders(&chain, asset.list(), &key.account()).await?.into_iter().map(|entry| entry.hash).collect(),
	};
	if own.is_empty() {
		let account = Account(key.account());
		return Err(failure!(BookEmpty, "{account} has no order for this {} in the book", A::KIND; "check --account"));
	}
	let withdraw = |order: &OrderHash| Call::Marketplace(MarketplaceCall::UnpublishOrder { order: *order });
	let withdrawals = own.iter().map(withdraw).collect();
	context.send_as(&chain, key, Call::BatchAll(withdrawals), "withdrawing").await?;
	let what = counted(own.len() as u64, "order");
	Ok(Answer::new(format!("withdrawn: {what}; existing deals go on"), json!({ "withdrawn": own })))
}

/// Returns the orders of a list that this account published.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn own_orders(chain: &Chain, list: BookKey, owner: &AccountId) -> Result<Vec<BookEntry>> {
	let filter = BookFilter { list, min_price: None, max_price: None };
	let (mut all, mut after) = (Vec::new(), None);
	loop {
		let page = chain.orderbook(filter.clone(), after, PAGE).await?;
		all.extend(page.entries.into_iter().filter(|entry| entry.owner == *owner));
		after = page.next;
		if after.is_none() {
			return Ok(all);
		}
	}
}

/// Returns the first offers of a list.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn offers(chain: &Chain, list: BookKey) -> Result<Vec<BookEntry>> {
	let filter = BookFilter { list, min_price: None, max_price: None };
	Ok(chain.orderbook(filter, None, PAGE).await?.entries)
}
