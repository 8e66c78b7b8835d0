//! What apps, datasets and workerpools have in common: they are registered, sold, and given away.

use clap::Args;
use rlc_chain::{Call, Chain, Key, MarketplaceCall, RegistryCall};
use rlc_primitives::{
	assets::{AssetId, Registered, MAX_LOCATION},
	market::{BookEntry, BookFilter, BookKey},
	AccountId, AnyOrder, OrderHash, Restriction, Tag,
};
use rlc_protocol::Account;
use rlc_store::{Ipfs, Url};
use serde_json::{json, Value};

use crate::{
	amount::Amount,
	context::Context,
	failure::{failure, Result},
	ids, orders,
	output::Answer,
	pool,
	request::LocalFile,
	table::{counted, fields},
};

/// How many orders are asked for at a time.
const PAGE: u32 = 100;
/// How many tasks an offer is good for, if nobody says.
pub const VOLUME: u64 = 1_000_000;

/// On which terms something is sold.
#[derive(Clone, Debug, Args)]
pub struct Terms {
	/// What a task pays for it
	#[arg(long, value_name = "AMOUNT")]
	pub price: Amount,

	/// How many tasks the offer is good for
	#[arg(long, default_value_t = VOLUME, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
	pub volume: u64,

	/// The order's tag: tee, gpu, network, with commas between; or a number of bits, or 32 bytes in hex. Only an app's order
	/// grants a network
	#[arg(long, value_name = "TAG", value_parser = ids::tag)]
	pub tag: Option<Tag>,

	/// Only this requester may buy
	#[arg(long, value_name = "ACCOUNT")]
	pub only_requester: Option<String>,
}

impl Terms {
	/// The tag.
	pub fn tag(&self) -> Tag {
		self.tag.unwrap_or(Tag::NONE)
	}

	/// Who may buy.
	///
	/// # Errors
	///
	/// If the account is none.
	pub fn requester(&self, context: &Context) -> Result<Restriction<AccountId>> {
		let only = self.only_requester.as_deref().map(|who| context.account(who)).transpose()?;
		Ok(only.map_or(Restriction::Anyone, Restriction::Exactly))
	}
}

/// Where a file is kept.
#[derive(Clone, Debug, Args)]
pub struct Place {
	/// Do not upload it: it is at this CID or http(s) URL
	#[arg(long, value_name = "URL")]
	pub location: Option<String>,

	/// The scheduler whose store keeps it [default: of the first workerpool in the book that has one]
	#[arg(long, value_name = "URL", conflicts_with = "location")]
	pub store: Option<String>,

	/// Upload it to the IPFS node with this RPC, such as http://127.0.0.1:5001: workers find it that have one too
	#[arg(long, value_name = "URL", conflicts_with_all = ["location", "store"])]
	pub ipfs: Option<Url>,
}

/// This one only, or anyone.
pub fn only<Id>(id: Option<Id>) -> Restriction<Id> {
	id.map_or(Restriction::Anyone, Restriction::Exactly)
}

/// Put an order into the book.
///
/// # Errors
///
/// If it is refused.
pub async fn publish(context: &Context, order: AnyOrder) -> Result<Answer> {
	let key = context.key()?;
	let chain = context.chain().await?;
	publish_as(context, &chain, key, order).await
}

/// Put an order of this key's account into the book.
///
/// # Errors
///
/// If it is refused.
pub async fn publish_as(context: &Context, chain: &Chain, key: Key, order: AnyOrder) -> Result<Answer> {
	let hash = chain.order_hash(&order).await?;
	let price = Amount(orders::price(&order));
	let progress = context.out.wait("publishing the order");
	context.send_as(chain, key, Call::Marketplace(MarketplaceCall::PublishOrder { order: order.clone() })).await?;
	drop(progress);
	let json = json!({ "order": hash, "terms": orders::describe(&order) });
	Ok(Answer::new(format!("on sale for {price} a task, order {:?}", hash.0), json))
}

/// Take one's own orders out of a list of the book: one, or all.
///
/// # Errors
///
/// If there are none, or it is refused.
pub async fn unpublish(context: &Context, list: BookKey, order: Option<OrderHash>) -> Result<Answer> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let mine = match order {
		Some(order) => vec![order],
		None => own_orders(&chain, list, &key.account()).await?.into_iter().map(|entry| entry.hash).collect(),
	};
	if mine.is_empty() {
		return Err(failure!("{} has no order for this in the book", Account(key.account())));
	}
	let progress = context.out.wait("withdrawing");
	let withdrawals =
		mine.iter().map(|order| Call::Marketplace(MarketplaceCall::UnpublishOrder { order: *order })).collect();
	context.send_as(&chain, key, Call::BatchAll(withdrawals)).await?;
	drop(progress);
	let what = counted(mine.len() as u64, "order");
	Ok(Answer::new(format!("withdrawn: {what}; deals go on"), json!({ "withdrawn": mine })))
}

/// The orders of a list that this account published.
///
/// # Errors
///
/// If the node does not answer.
pub async fn own_orders(chain: &Chain, list: BookKey, owner: &AccountId) -> Result<Vec<BookEntry>> {
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

/// Give something to another account.
///
/// # Errors
///
/// If it is refused.
pub async fn transfer(context: &Context, asset: AssetId, to: &str) -> Result<Answer> {
	let to = context.account(to)?;
	let key = context.key()?;
	let chain = context.chain().await?;
	let progress = context.out.wait("transferring");
	context.send_as(&chain, key, Call::Registry(RegistryCall::Transfer { asset, to: to.clone() })).await?;
	drop(progress);
	let to = Account(to);
	Ok(Answer::new(format!("it belongs to {to} now; orders of before match no longer"), json!({ "owner": to })))
}

/// Register something, unless it is there already. The answer is whether it was not.
///
/// # Errors
///
/// If it is refused.
pub async fn register<Content>(
	context: &Context,
	chain: &Chain,
	key: &Key,
	known: Option<Registered<Content>>,
	calls: Vec<Call>,
) -> Result<bool> {
	if known.is_some() {
		return Ok(false);
	}
	let progress = context.out.wait("registering");
	context.send_as(chain, key.clone(), Call::BatchAll(calls)).await?;
	drop(progress);
	Ok(true)
}

/// A file that is to be registered: where workers will find it.
///
/// # Errors
///
/// If it has to be stored, and no store is found, or it takes nothing.
pub async fn place(context: &Context, chain: &Chain, key: &Key, file: &LocalFile, place: Place) -> Result<String> {
	if let Some(location) = place.location {
		return Ok(location);
	}
	if let Some(node) = place.ipfs {
		let progress = context.out.wait(format!("uploading {}", file.path.display()));
		let name = Ipfs::new(node)?.add(&file.path).await?;
		drop(progress);
		return Ok(named(format!("ipfs://{name}"), file));
	}
	let scheduler = match place.store {
		Some(url) => url,
		None => first_store(chain).await?,
	};
	upload(context, chain, key, &scheduler, std::slice::from_ref(file)).await?;
	// A URL, so that workers of every pool find it. Their own pool's store is asked first, by the checksum.
	Ok(named(format!("{}/store/{}", scheduler.trim_end_matches('/'), file.cid), file))
}

/// A location that says the file's name too, where there is room for it.
fn named(location: String, file: &LocalFile) -> String {
	let named = format!("{location}?filename={}", file.name());
	if named.len() <= MAX_LOCATION as usize {
		named
	} else {
		location
	}
}

/// Store files with a scheduler. What it has already is not sent again.
///
/// # Errors
///
/// If it does not answer, or takes them not.
pub async fn upload(context: &Context, chain: &Chain, key: &Key, scheduler: &str, files: &[LocalFile]) -> Result<()> {
	if files.is_empty() {
		return Ok(());
	}
	let client = pool::connect(scheduler).await?;
	let store = pool::store(scheduler)?;
	for file in files {
		let token = pool::upload_token(&client, chain.genesis(), key, file.cid.digest(), file.size).await?;
		let progress = context.out.bytes(format!("uploading {}", file.path.display()), file.size);
		store.upload_file(&file.cid, &token, &file.path, |done, _| progress.set(done)).await?;
	}
	Ok(())
}

/// The scheduler of the first workerpool that has an offer in the book and says where it is.
async fn first_store(chain: &Chain) -> Result<String> {
	for (category, _) in chain.categories().await? {
		let filter = BookFilter { list: BookKey::Workerpools(category), min_price: None, max_price: None };
		for entry in chain.orderbook(filter, None, PAGE).await?.entries {
			let AnyOrder::Workerpool(order) = entry.order else { continue };
			if let Some(url) = pool::description(chain, order.workerpool).await?.url {
				return Ok(url);
			}
		}
	}
	Err(failure!(
		"no workerpool in the book has a store; name one by --store URL, or say by --location where the file is"
	))
}

/// Something registered, for people and programs. `more` is what only its kind has.
pub fn shown<Content, const N: usize>(
	id: Value,
	thing: &Registered<Content>,
	more: [(&'static str, String); N],
	offers: &[BookEntry],
) -> Answer {
	let sale = match offers.iter().map(|entry| entry.price).min() {
		Some(price) => format!("from {} a task, {}", Amount(price), counted(offers.len() as u64, "offer")),
		None => "not on sale".into(),
	};
	let mut all = vec![
		("id", id.as_str().unwrap_or_default().to_owned()),
		("owner", Account(thing.owner.clone()).to_string()),
		("deposit", Amount(thing.deposit).to_string()),
		("sale", sale),
	];
	all.extend(more.clone());
	let text = fields(all);
	let mut json = json!({
		"id": id,
		"owner": Account(thing.owner.clone()),
		"deposit": thing.deposit.to_string(),
		"offers": offers.iter().map(|entry| json!({ "order": entry.hash, "price": entry.price.to_string() })).collect::<Vec<_>>(),
	});
	for (name, value) in more {
		json[name] = value.into();
	}
	Answer::new(text, json)
}

/// The first offers of a list.
///
/// # Errors
///
/// If the node does not answer.
pub async fn offers(chain: &Chain, list: BookKey) -> Result<Vec<BookEntry>> {
	let filter = BookFilter { list, min_price: None, max_price: None };
	Ok(chain.orderbook(filter, None, PAGE).await?.entries)
}
