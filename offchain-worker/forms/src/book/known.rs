//! What the chain knows of an order.

use rlc_primitives::{market, Balance, Moment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Account, Decimal, Order};

/// What the chain knows of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KnownOrder {
	/// The order, if it is in the book.
	pub published: Option<PublishedOrder>,
	/// Who presigned it.
	pub presigned_by: Option<Account>,
	/// How much of its volume is consumed.
	pub consumed: Decimal<u64>,
	/// How much of its volume is left; `null` if the chain does not know the order itself.
	pub remaining: Option<Decimal<u64>>,
}

/// An order in the book, and what its owner paid for that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublishedOrder {
	/// `kind` and `order`.
	#[serde(flatten)]
	pub order: Order,
	/// Who published it.
	pub owner: Account,
	/// What is held from the owner, in nRLC.
	pub deposit: Decimal<Balance>,
	/// What is held from the owner beside it, in nRLC: of a workerpool order, the stake of one task.
	pub bond: Decimal<Balance>,
	/// When it was published, in ms.
	pub published: Moment,
	/// Its number in the order of publication.
	pub sequence: Decimal<u64>,
}

impl From<market::OrderView> for KnownOrder {
	fn from(view: market::OrderView) -> Self {
		Self {
			published: view.published.map(Into::into),
			presigned_by: view.presigned_by.map(Account),
			consumed: Decimal(view.consumed),
			remaining: view.remaining.map(Decimal),
		}
	}
}

impl From<market::Published> for PublishedOrder {
	fn from(published: market::Published) -> Self {
		Self {
			order: Order(published.order),
			owner: Account(published.owner),
			deposit: Decimal(published.deposit),
			bond: Decimal(published.bond),
			published: published.published,
			sequence: Decimal(published.sequence),
		}
	}
}
