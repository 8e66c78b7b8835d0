//! Orders of assets in the book: published, listed, withdrawn.

use futures::future::try_join_all;
use rlc_chain::{Call, Chain, Key, MarketplaceCall};
use rlc_json::{Account, HashedOrder, Order};
use rlc_primitives::{
	market::{BookEntry, BookFilter, BookKey},
	AccountId, AnyOrder, AppOrder, Balance, DatasetOrder, OrderHash, WorkerpoolOrder,
};
use serde_json::json;

use super::{kind::Asset, named::AssetName};
use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	say,
	table::counted,
};

/// What the owner of a dataset should know before it is sold.
const PUBLIC: &str =
	"warning: the price buys that tasks use the dataset; its file stays public: anyone can read it at its \
	location, which the chain shows";

/// How many orders are asked for at a time.
const PAGE: u32 = 100;
/// How many are asked for where mostly the first is enough.
const FEW: u32 = 5;

/// What becomes of an account's other orders on the same terms, when one is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Others {
	/// They stay: the cheapest is matched first.
	Keep,
	/// They leave the book, so that the new price is the price.
	Replace,
}

/// Puts an order into the book.
///
/// # Errors
///
/// If the chain refuses it.
pub(crate) async fn publish(context: &Context, order: AnyOrder) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	publish_as(context, &chain, key, order, Others::Keep).await
}

/// Puts an order of this key's account into the book.
///
/// # Errors
///
/// If the chain refuses it.
pub(crate) async fn publish_as(
	context: &Context,
	chain: &Chain,
	key: Key,
	order: AnyOrder,
	others: Others,
) -> Result<Answer> {
	let hash = chain.order_hash(&order).await?;
	let replaced = match others {
		Others::Keep => Vec::new(),
		Others::Replace => rivals(chain, &key.account(), &order).await?,
	};
	let price = Amount(say::order::price(&order));
	let state = match &order {
		AnyOrder::Request(_) => "in the book, paying up to",
		AnyOrder::App(_) | AnyOrder::Dataset(_) | AnyOrder::Workerpool(_) => "on sale for",
	};
	if matches!(&order, AnyOrder::Dataset(dataset) if dataset.price > 0) {
		context.out.say(PUBLIC);
	}
	for entry in &replaced {
		let former = Amount(entry.price);
		context.out.say(format_args!("this replaces your order {:?} for {former} a task", entry.hash.0));
	}
	let mut text = format!("{state} {price} a task, order {:?}", hash.0);
	if !replaced.is_empty() {
		text += &format!("; withdrawn: {}", counted(replaced.len() as u64, "earlier order"));
	}
	let mut json = json!(HashedOrder { hash, order: Order(order.clone()) });
	json["replaced"] = replaced.iter().map(|entry| json!(entry.hash)).collect();
	context.send_as(chain, key, instead(order, &replaced), "publishing the order").await?;
	Ok(Answer::new(text, json))
}

/// Returns the call that publishes an order and withdraws these.
fn instead(order: AnyOrder, replaced: &[BookEntry]) -> Call {
	let publish = Call::Marketplace(MarketplaceCall::PublishOrder { order });
	if replaced.is_empty() {
		return publish;
	}
	let withdrawals = replaced.iter().map(|entry| Call::from(MarketplaceCall::UnpublishOrder { order: entry.hash }));
	Call::BatchAll(withdrawals.chain([publish]).collect())
}

/// Returns the orders of an account in the book that differ from this one in price and volume alone.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn rivals(chain: &Chain, owner: &AccountId, order: &AnyOrder) -> Result<Vec<BookEntry>> {
	let [_, list] = BookKey::of(order);
	let mut own = own_orders(chain, list, owner).await?;
	own.retain(|entry| terms(&entry.order) == terms(order));
	Ok(own)
}

/// Returns an order's terms: the order without its price, its volume, and what tells it from others.
fn terms(order: &AnyOrder) -> AnyOrder {
	let (price, volume, salt) = (0, 0, Default::default());
	match order.clone() {
		AnyOrder::App(order) => AppOrder { price, volume, salt, ..order }.into(),
		AnyOrder::Dataset(order) => DatasetOrder { price, volume, salt, ..order }.into(),
		AnyOrder::Workerpool(order) => WorkerpoolOrder { price, volume, salt, ..order }.into(),
		request @ AnyOrder::Request(_) => request,
	}
}

/// Withdraws one's own orders of an asset from the book: one, or all.
///
/// # Errors
///
/// If there are none, the name does not tell the asset, or the chain refuses it.
pub(crate) async fn unpublish<A: Asset>(
	context: &Context,
	name: &AssetName<A>,
	order: Option<OrderHash>,
) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	let asset = name.find(context, &chain).await?;
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

/// Returns what a task pays at least by the offers of a list that every requester can take, in nRLC; `None` if there are none.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn best_for_anyone(chain: &Chain, list: BookKey) -> Result<Option<Balance>> {
	let filter = BookFilter { list, min_price: None, max_price: None };
	let mut after = None;
	loop {
		let page = chain.orderbook(filter.clone(), after, FEW).await?;
		if let Some(best) = cheapest(&page.entries) {
			return Ok(Some(best));
		}
		after = page.next;
		if after.is_none() {
			return Ok(None);
		}
	}
}

/// Returns the price of the first of these offers that every requester can take: lists begin with the best price.
fn cheapest(entries: &[BookEntry]) -> Option<Balance> {
	entries.iter().find(|entry| entry.order.is_for_anyone()).map(|entry| entry.price)
}

/// Returns what the assets of orders are called, in their order; of a request, the app that it asks for.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn names(chain: &Chain, entries: &[BookEntry]) -> Result<Vec<String>> {
	try_join_all(entries.iter().map(|entry| name(chain, &entry.order))).await
}

async fn name(chain: &Chain, order: &AnyOrder) -> Result<String> {
	match order {
		AnyOrder::App(order) => called(chain, order.app).await,
		AnyOrder::Request(order) => called(chain, order.app).await,
		AnyOrder::Dataset(order) => called(chain, order.dataset).await,
		AnyOrder::Workerpool(order) => called(chain, order.workerpool).await,
	}
}

/// Returns what an asset is called; nothing if there is none any more.
async fn called<A: Asset>(chain: &Chain, id: A) -> Result<String> {
	Ok(id.find(chain).await?.map(|asset| A::name(&asset.content)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::market::tests::quote;
	use rlc_primitives::Restriction;

	#[test]
	fn orders_that_differ_in_price_and_volume_alone_have_the_same_terms() {
		let app = quote().app;
		let dearer = AppOrder { price: app.price + 1, volume: app.volume + 1, salt: Default::default(), ..app.clone() };
		assert_eq!(terms(&app.clone().into()), terms(&dearer.clone().into()));
		let restricted = AppOrder { requester_restrict: Restriction::Exactly(AccountId::new([7; 32])), ..dearer };
		assert_ne!(terms(&app.into()), terms(&restricted.into()));
		let pool = quote().workerpool;
		let trusted = WorkerpoolOrder { trust: pool.trust + 1, ..pool.clone() };
		assert_ne!(terms(&pool.into()), terms(&trusted.into()));
	}

	fn entry(order: AnyOrder, price: Balance) -> BookEntry {
		let (hash, owner) = (OrderHash::default(), AccountId::new([1; 32]));
		BookEntry { hash, order, owner, price, remaining: 1, published: 0 }
	}

	#[test]
	fn offer_to_one_requester_is_not_the_price_for_everybody() {
		let open = quote().app;
		let restricted = AppOrder { requester_restrict: Restriction::Exactly(AccountId::new([7; 32])), ..open.clone() };
		let in_book = [entry(restricted.clone().into(), 2), entry(open.clone().into(), 3), entry(open.into(), 4)];
		assert_eq!(cheapest(&in_book), Some(3));
		assert_eq!(cheapest(&[entry(restricted.into(), 2)]), None);
	}

	#[test]
	fn earlier_orders_leave_before_the_new_one_comes() {
		let order = AnyOrder::from(quote().app);
		assert!(matches!(instead(order.clone(), &[]), Call::Marketplace(MarketplaceCall::PublishOrder { .. })));
		let Call::BatchAll(calls) = instead(order.clone(), &[entry(order, 1)]) else { panic!("two calls") };
		assert!(matches!(calls[0], Call::Marketplace(MarketplaceCall::UnpublishOrder { .. })));
		assert!(matches!(calls[1], Call::Marketplace(MarketplaceCall::PublishOrder { .. })));
	}
}
