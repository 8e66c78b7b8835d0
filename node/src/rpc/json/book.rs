//! The order book: what can be asked of it, and its answers.

use pallet_marketplace::{
	api::{self, BookFilter},
	types::{self, BookKey, Hashes, Rank},
};
use rlc_primitives::{
	eip712::{DOMAIN_NAME, DOMAIN_VERSION},
	AccountId, AppId, Balance, Category, CategoryId, DatasetId, Moment, OrderHash, WorkerpoolId,
};
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
use sp_core::{H160, H256};

use super::{orders::Order, Account, Decimal};

/// Which list of the book, and within which prices.
///
/// | kind | its lists |
/// |---|---|
/// | `app` | all; with `app`: of one |
/// | `dataset` | all; with `dataset`: of one |
/// | `workerpool` | with `category`: of a category; with `workerpool`: of one |
/// | `request` | with `category`: of a category; with `app`: for one app |
///
/// `minPrice` and `maxPrice` bound the price of what is offered, or what a request pays at most for a task in all.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "FilterForm")]
pub struct Filter(pub BookFilter);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FilterForm {
	kind: Kind,
	app: Option<AppId>,
	dataset: Option<DatasetId>,
	workerpool: Option<WorkerpoolId>,
	category: Option<CategoryId>,
	min_price: Option<Decimal<Balance>>,
	max_price: Option<Decimal<Balance>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
	App,
	Dataset,
	Workerpool,
	Request,
}

impl TryFrom<FilterForm> for Filter {
	type Error = &'static str;

	fn try_from(form: FilterForm) -> Result<Self, Self::Error> {
		let list = match (form.kind, form.app, form.dataset, form.workerpool, form.category) {
			(Kind::App, None, None, None, None) => BookKey::Apps,
			(Kind::App, Some(app), None, None, None) => BookKey::App(app),
			(Kind::App, ..) => return Err("a list of app orders is of all apps, or of one `app`"),
			(Kind::Dataset, None, None, None, None) => BookKey::Datasets,
			(Kind::Dataset, None, Some(dataset), None, None) => BookKey::Dataset(dataset),
			(Kind::Dataset, ..) => return Err("a list of dataset orders is of all datasets, or of one `dataset`"),
			(Kind::Workerpool, None, None, None, Some(category)) => BookKey::Workerpools(category),
			(Kind::Workerpool, None, None, Some(workerpool), None) => BookKey::Workerpool(workerpool),
			(Kind::Workerpool, ..) => {
				return Err("a list of workerpool orders is of one `category`, or of one `workerpool`")
			}
			(Kind::Request, None, None, None, Some(category)) => BookKey::Requests(category),
			(Kind::Request, Some(app), None, None, None) => BookKey::RequestsFor(app),
			(Kind::Request, ..) => return Err("a list of requests is of one `category`, or for one `app`"),
		};
		let price = |bound: Option<Decimal<Balance>>| bound.map(|Decimal(price)| price);
		Ok(Self(BookFilter { list, min_price: price(form.min_price), max_price: price(form.max_price) }))
	}
}

/// Where a page of the book ends, as hex digits that need not be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub Rank);

impl Serialize for Cursor {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&sp_core::bytes::to_hex(&self.0, false))
	}
}

impl<'de> Deserialize<'de> for Cursor {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		let bytes = sp_core::bytes::from_hex(&text).ok().and_then(|bytes| Rank::try_from(bytes).ok());
		bytes.map(Self).ok_or_else(|| D::Error::custom("expected the `next` of another answer"))
	}
}

/// Some orders of a list, the best price first, then the oldest.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
	/// The orders. Those that cannot be matched now are left out, so there may be fewer than were asked for.
	pub entries: Vec<Entry>,
	/// Where the next page begins; `null`: this is the last one.
	pub next: Option<Cursor>,
}

/// An order in the book.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
	/// Its hash.
	pub hash: OrderHash,
	/// `kind` and `order`.
	#[serde(flatten)]
	pub order: Order,
	/// Who published it.
	pub owner: Account,
	/// Its price; of a request, what it pays at most for a task in all. In nRLC.
	pub price: Decimal<Balance>,
	/// How much of its volume is left.
	pub remaining: Decimal<u64>,
	/// When it was published, in ms.
	pub published: Moment,
}

impl From<api::BookPage> for Page {
	fn from(page: api::BookPage) -> Self {
		Self { entries: page.entries.into_iter().map(Into::into).collect(), next: page.next.map(Cursor) }
	}
}

impl From<api::BookEntry> for Entry {
	fn from(entry: api::BookEntry) -> Self {
		Self {
			hash: entry.hash,
			order: Order(entry.order),
			owner: Account(entry.owner),
			price: Decimal(entry.price),
			remaining: Decimal(entry.remaining),
			published: entry.published,
		}
	}
}

/// The best offers for a request, and what they cost.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
	/// The hashes of the offers, and of the request.
	pub orders: Sides,
	/// How many tasks the deal would have.
	pub volume: Decimal<u64>,
	/// What a task costs, in nRLC.
	pub task_price: Decimal<Balance>,
	/// What all of the deal's tasks cost, in nRLC.
	pub total_price: Decimal<Balance>,
	/// What a worker stakes for a contribution, in nRLC.
	pub worker_stake: Decimal<Balance>,
	/// What the scheduler stakes for a task, in nRLC.
	pub pool_stake: Decimal<Balance>,
	/// What the scheduler stakes for the deal, in nRLC.
	pub total_pool_stake: Decimal<Balance>,
	/// What is held as a deposit for the deal, in nRLC.
	pub deposit: Decimal<Balance>,
}

/// The hashes of four orders that meet.
#[derive(Clone, Debug, Serialize)]
pub struct Sides {
	/// Of the app order.
	pub app: OrderHash,
	/// Of the dataset order, if there is one.
	pub dataset: Option<OrderHash>,
	/// Of the workerpool order.
	pub workerpool: OrderHash,
	/// Of the request.
	pub request: OrderHash,
}

impl From<api::Estimate> for Estimate {
	fn from(estimate: api::Estimate) -> Self {
		let Hashes { app, dataset, workerpool, request } = estimate.orders;
		Self {
			orders: Sides { app, dataset, workerpool, request },
			volume: Decimal(estimate.volume),
			task_price: Decimal(estimate.task_price),
			total_price: Decimal(estimate.total_price),
			worker_stake: Decimal(estimate.worker_stake),
			pool_stake: Decimal(estimate.pool_stake),
			total_pool_stake: Decimal(estimate.total_pool_stake),
			deposit: Decimal(estimate.deposit),
		}
	}
}

/// What the chain knows of an order.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownOrder {
	/// The order, if it is in the book.
	pub published: Option<Published>,
	/// Who presigned it.
	pub presigned_by: Option<Account>,
	/// How much of its volume is consumed.
	pub consumed: Decimal<u64>,
	/// How much of its volume is left; `null` if the chain does not know the order itself.
	pub remaining: Option<Decimal<u64>>,
}

/// An order in the book, and what its owner paid for that.
#[derive(Clone, Debug, Serialize)]
pub struct Published {
	/// `kind` and `order`.
	#[serde(flatten)]
	pub order: Order,
	/// Who published it.
	pub owner: Account,
	/// What is held from the owner, in nRLC.
	pub deposit: Decimal<Balance>,
	/// When it was published, in ms.
	pub published: Moment,
	/// Its number in the order of publication.
	pub sequence: Decimal<u64>,
}

impl From<api::OrderView> for KnownOrder {
	fn from(view: api::OrderView) -> Self {
		Self {
			published: view.published.map(Into::into),
			presigned_by: view.presigned_by.map(|account: AccountId| Account(account)),
			consumed: Decimal(view.consumed),
			remaining: view.remaining.map(Decimal),
		}
	}
}

impl From<types::Published> for Published {
	fn from(published: types::Published) -> Self {
		Self {
			order: Order(published.order),
			owner: Account(published.owner),
			deposit: Decimal(published.deposit),
			published: published.published,
			sequence: Decimal(published.sequence),
		}
	}
}

/// What was paid once.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trade {
	/// When, in ms.
	pub time: Moment,
	/// What a task paid for the app, in nRLC.
	pub app_price: Decimal<Balance>,
	/// What a task paid for the dataset, in nRLC.
	pub dataset_price: Decimal<Balance>,
	/// What a task paid for the workerpool, in nRLC.
	pub workerpool_price: Decimal<Balance>,
	/// How many tasks.
	pub volume: Decimal<u64>,
}

impl From<types::Trade> for Trade {
	fn from(trade: types::Trade) -> Self {
		Self {
			time: trade.time,
			app_price: Decimal(trade.app_price),
			dataset_price: Decimal(trade.dataset_price),
			workerpool_price: Decimal(trade.workerpool_price),
			volume: Decimal(trade.volume),
		}
	}
}

/// A category of tasks.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NumberedCategory {
	/// Its number.
	pub id: CategoryId,
	/// What people call it.
	#[serde(serialize_with = "super::text::serialize")]
	pub name: Vec<u8>,
	/// T, in ms: the windows are multiples of it.
	pub reference_time: Moment,
}

impl From<(CategoryId, Category)> for NumberedCategory {
	fn from((id, category): (CategoryId, Category)) -> Self {
		Self { id, name: category.name.into_inner(), reference_time: category.reference_time }
	}
}

/// Where signatures are valid.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SigningDomain {
	/// The hash of the chain's first block.
	pub genesis: H256,
	/// EIP-712's name.
	pub name: &'static str,
	/// EIP-712's version.
	pub version: &'static str,
	/// EIP-712's chain id.
	pub chain_id: u64,
	/// EIP-712's verifying address.
	pub verifying_contract: H160,
}

impl From<api::DomainView> for SigningDomain {
	fn from(domain: api::DomainView) -> Self {
		let api::DomainView { genesis, chain_id, verifying_contract } = domain;
		Self { genesis, name: DOMAIN_NAME, version: DOMAIN_VERSION, chain_id, verifying_contract }
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::AppOrder;
	use serde_json::{from_value, json, to_value, Value};
	use sp_core::H160;

	fn list(filter: Value) -> Option<BookKey> {
		from_value::<Filter>(filter).ok().map(|filter| filter.0.list)
	}

	#[test]
	fn a_filter_names_each_list() {
		let id = H160::repeat_byte(1);
		let category = CategoryId(3);
		for (filter, key) in [
			(json!({ "kind": "app" }), BookKey::Apps),
			(json!({ "kind": "app", "app": id }), BookKey::App(AppId(id))),
			(json!({ "kind": "dataset" }), BookKey::Datasets),
			(json!({ "kind": "dataset", "dataset": id }), BookKey::Dataset(DatasetId(id))),
			(json!({ "kind": "workerpool", "category": 3 }), BookKey::Workerpools(category)),
			(json!({ "kind": "workerpool", "workerpool": id }), BookKey::Workerpool(WorkerpoolId(id))),
			(json!({ "kind": "request", "category": 3 }), BookKey::Requests(category)),
			(json!({ "kind": "request", "app": id }), BookKey::RequestsFor(AppId(id))),
		] {
			assert_eq!(list(filter), Some(key));
		}
		for filter in [
			json!({}),
			json!({ "kind": "apps" }),
			json!({ "kind": "app", "category": 3 }),
			json!({ "kind": "dataset", "app": id }),
			json!({ "kind": "workerpool" }),
			json!({ "kind": "workerpool", "category": 3, "workerpool": id }),
			json!({ "kind": "request" }),
			json!({ "kind": "app", "price": 3 }),
			json!({ "kind": "app", "minPrice": -3 }),
		] {
			assert_eq!(list(filter.clone()), None, "{filter}");
		}
	}

	#[test]
	fn an_entry_has_the_order_beside_its_kind() {
		let order = AppOrder {
			app: AppId(H160::repeat_byte(1)),
			price: 5,
			volume: 7,
			tag: Default::default(),
			dataset_restrict: Default::default(),
			workerpool_restrict: Default::default(),
			requester_restrict: Default::default(),
			salt: Default::default(),
		};
		let entry = Entry {
			hash: OrderHash::default(),
			order: Order(order.into()),
			owner: Account(AccountId::new([1; 32])),
			price: Decimal(5),
			remaining: Decimal(6),
			published: 8,
		};
		let json = to_value(entry.clone()).unwrap();
		assert_eq!((&json["kind"], &json["remaining"], &json["published"]), (&json!("app"), &json!("6"), &json!(8)));
		let order = json!({ "kind": json["kind"], "order": json["order"] });
		assert_eq!(from_value::<Order>(order).unwrap(), entry.order);
	}

	#[test]
	fn a_cursor_comes_back_as_it_was() {
		let cursor = Cursor([7; 24]);
		assert_eq!(from_value::<Cursor>(to_value(cursor).unwrap()).unwrap(), cursor);
		for wrong in [json!("0x07"), json!("next"), json!(7)] {
			assert!(from_value::<Cursor>(wrong).is_err());
		}
	}
}
