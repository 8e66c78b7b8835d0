//! The order book's answers.

mod estimate;
mod filter;
mod known;
mod quote;
mod record;
mod status;
mod trade;

use rlc_primitives::{
	market::{self, Rank},
	Balance, Moment, OrderHash,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
	estimate::{Estimate, OrderHashes},
	filter::Filter,
	known::{KnownOrder, PublishedOrder},
	quote::{Forecast, Price, Prices, Quote},
	record::{Record, Recorded},
	status::OrderStatus,
	trade::Trade,
};
use crate::{described::As, Account, Decimal, Hex, Order};

/// Where a page of the book ends: hex digits that need not be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Cursor(
	#[serde(with = "Hex")]
	#[schemars(with = "String", regex(pattern = "^0x[0-9a-f]{48}$"))]
	pub Rank,
);

/// Some orders of a list, the best price first, then the oldest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BookPage {
	/// The orders. Those that cannot be matched now are left out, so there may be fewer than were asked for.
	pub entries: Vec<BookEntry>,
	/// Where the next page begins; `null`: this is the last one.
	pub next: Option<Cursor>,
}

/// An order in the book that can be matched now, if its terms are met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BookEntry {
	/// Its hash.
	#[schemars(with = "As<OrderHash>")]
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

impl From<market::BookPage> for BookPage {
	fn from(page: market::BookPage) -> Self {
		Self { entries: page.entries.into_iter().map(Into::into).collect(), next: page.next.map(Cursor) }
	}
}

impl From<market::BookEntry> for BookEntry {
	fn from(entry: market::BookEntry) -> Self {
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

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{AccountId, AppId, AppOrder};
	use serde_json::{from_value, json, to_value};
	use sp_core::H160;

	#[test]
	fn entry_has_the_order_beside_its_kind() {
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
		let entry = BookEntry {
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
		assert_eq!(from_value::<BookEntry>(json).unwrap(), entry);
	}

	#[test]
	fn cursor_comes_back_as_it_was() {
		let cursor = Cursor([7; 24]);
		assert_eq!(from_value::<Cursor>(to_value(cursor).unwrap()).unwrap(), cursor);
		for wrong in [json!("0x07"), json!("next"), json!(7)] {
			assert!(from_value::<Cursor>(wrong).is_err());
		}
	}
}
