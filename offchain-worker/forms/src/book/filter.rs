//! Which orders of the book to list.

use rlc_primitives::{
	market::{BookFilter, BookKey},
	AppId, Balance, CategoryId, DatasetId, WorkerpoolId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{described::As, Decimal, OrderKind};

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Form", into = "Form")]
pub struct Filter(pub BookFilter);

/// Which list of the book, and within which prices: app orders, all or of one `app`; dataset orders, all or of one
/// `dataset`; workerpool orders, of one `category` or one `workerpool`; requests, of one `category` or for one `app`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Filter")]
struct Form {
	/// The kind of orders.
	kind: OrderKind,
	/// Those of this app, or for it.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	#[schemars(with = "Option<As<AppId>>")]
	app: Option<AppId>,
	/// Those of this dataset.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	#[schemars(with = "Option<As<DatasetId>>")]
	dataset: Option<DatasetId>,
	/// Those of this workerpool.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	#[schemars(with = "Option<As<WorkerpoolId>>")]
	workerpool: Option<WorkerpoolId>,
	/// Those of this category.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	#[schemars(with = "Option<As<CategoryId>>")]
	category: Option<CategoryId>,
	/// The lowest price, in nRLC; of requests, of what they pay at most for a task in all.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	min_price: Option<Decimal<Balance>>,
	/// The highest price, in nRLC.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	max_price: Option<Decimal<Balance>>,
}

impl Form {
	/// Returns all of a kind.
	fn all(kind: OrderKind) -> Self {
		Self { kind, app: None, dataset: None, workerpool: None, category: None, min_price: None, max_price: None }
	}
}

impl From<Filter> for Form {
	fn from(Filter(filter): Filter) -> Self {
		let list = match filter.list {
			BookKey::Apps => Self::all(OrderKind::App),
			BookKey::App(app) => Self { app: Some(app), ..Self::all(OrderKind::App) },
			BookKey::Datasets => Self::all(OrderKind::Dataset),
			BookKey::Dataset(dataset) => Self { dataset: Some(dataset), ..Self::all(OrderKind::Dataset) },
			BookKey::Workerpools(category) => Self { category: Some(category), ..Self::all(OrderKind::Workerpool) },
			BookKey::Workerpool(pool) => Self { workerpool: Some(pool), ..Self::all(OrderKind::Workerpool) },
			BookKey::Requests(category) => Self { category: Some(category), ..Self::all(OrderKind::Request) },
			BookKey::RequestsFor(app) => Self { app: Some(app), ..Self::all(OrderKind::Request) },
		};
		Self { min_price: filter.min_price.map(Decimal), max_price: filter.max_price.map(Decimal), ..list }
	}
}

impl TryFrom<Form> for Filter {
	type Error = &'static str;

	fn try_from(form: Form) -> Result<Self, Self::Error> {
		let list = match (form.kind, form.app, form.dataset, form.workerpool, form.category) {
			(OrderKind::App, None, None, None, None) => BookKey::Apps,
			(OrderKind::App, Some(app), None, None, None) => BookKey::App(app),
			(OrderKind::App, ..) => return Err("a list of app orders is of all apps, or of one `app`"),
			(OrderKind::Dataset, None, None, None, None) => BookKey::Datasets,
			(OrderKind::Dataset, None, Some(dataset), None, None) => BookKey::Dataset(dataset),
			(OrderKind::Dataset, ..) => return Err("a list of dataset orders is of all datasets, or of one `dataset`"),
			(OrderKind::Workerpool, None, None, None, Some(category)) => BookKey::Workerpools(category),
			(OrderKind::Workerpool, None, None, Some(workerpool), None) => BookKey::Workerpool(workerpool),
			(OrderKind::Workerpool, ..) => {
				return Err("a list of workerpool orders is of one `category`, or of one `workerpool`")
			}
			(OrderKind::Request, None, None, None, Some(category)) => BookKey::Requests(category),
			(OrderKind::Request, Some(app), None, None, None) => BookKey::RequestsFor(app),
			(OrderKind::Request, ..) => return Err("a list of requests is of one `category`, or for one `app`"),
		};
		let price = |bound: Option<Decimal<Balance>>| bound.map(|Decimal(price)| price);
		Ok(Self(BookFilter { list, min_price: price(form.min_price), max_price: price(form.max_price) }))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::{from_value, json, to_value, Value};
	use sp_core::H160;

	fn list(filter: Value) -> Option<BookKey> {
		from_value::<Filter>(filter).ok().map(|filter| filter.0.list)
	}

	#[test]
	fn filter_names_each_list() {
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
			assert_eq!(list(filter.clone()), Some(key));
			let written = Filter(BookFilter { list: key, min_price: None, max_price: None });
			assert_eq!(to_value(written).unwrap(), filter);
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
	fn bounds_of_the_price_come_back_as_they_were() {
		let filter = Filter(BookFilter { list: BookKey::Apps, min_price: Some(1), max_price: Some(Balance::MAX) });
		assert_eq!(from_value::<Filter>(to_value(filter.clone()).unwrap()).unwrap(), filter);
	}
}
