//! The four kinds of orders, with iExec's fields.

mod app;
mod dataset;
mod hashed;
mod request;
mod workerpool;

use rlc_primitives::{self as domain, AnyOrder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
	app::AppOrder,
	dataset::DatasetOrder,
	hashed::HashedOrder,
	request::{LeastRecord, RequestOrder},
	workerpool::WorkerpoolOrder,
};

/// An order of any kind: `{"kind": "app" | "dataset" | "workerpool" | "request", "order": {…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Tagged", into = "Tagged")]
pub struct Order(pub AnyOrder);

/// A request, without its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Request(#[serde(with = "RequestOrder")] pub domain::RequestOrder);

/// A kind of orders: `app`, `dataset`, `workerpool` or `request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OrderKind {
	/// An app's owner sells runs of it.
	App,
	/// A dataset's owner sells uses of it.
	Dataset,
	/// A scheduler sells computing.
	Workerpool,
	/// A requester asks for tasks.
	Request,
}

impl From<domain::OrderKind> for OrderKind {
	fn from(kind: domain::OrderKind) -> Self {
		match kind {
			domain::OrderKind::App => Self::App,
			domain::OrderKind::Dataset => Self::Dataset,
			domain::OrderKind::Workerpool => Self::Workerpool,
			domain::OrderKind::Request => Self::Request,
		}
	}
}

/// What [`Order`] is written as.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "order", rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Order")]
#[allow(clippy::large_enum_variant, reason = "as the type that it describes")]
enum Tagged {
	/// An app's owner sells runs of it.
	#[serde(with = "AppOrder")]
	App(domain::AppOrder),
	/// A dataset's owner sells uses of it.
	#[serde(with = "DatasetOrder")]
	Dataset(domain::DatasetOrder),
	/// A scheduler sells computing.
	#[serde(with = "WorkerpoolOrder")]
	Workerpool(domain::WorkerpoolOrder),
	/// A requester asks for tasks.
	#[serde(with = "RequestOrder")]
	Request(domain::RequestOrder),
}

impl From<Tagged> for Order {
	fn from(order: Tagged) -> Self {
		Self(match order {
			Tagged::App(order) => order.into(),
			Tagged::Dataset(order) => order.into(),
			Tagged::Workerpool(order) => order.into(),
			Tagged::Request(order) => order.into(),
		})
	}
}

impl From<Order> for Tagged {
	fn from(Order(order): Order) -> Self {
		match order {
			AnyOrder::App(order) => Self::App(order),
			AnyOrder::Dataset(order) => Self::Dataset(order),
			AnyOrder::Workerpool(order) => Self::Workerpool(order),
			AnyOrder::Request(order) => Self::Request(order),
		}
	}
}

impl JsonSchema for Request {
	fn schema_name() -> std::borrow::Cow<'static, str> {
		RequestOrder::schema_name()
	}

	fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
		RequestOrder::json_schema(generator)
	}
}

#[cfg(test)]
mod parsing;
#[cfg(test)]
mod tests;
