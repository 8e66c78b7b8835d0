//! Orders that come with their hashes.

use rlc_primitives::OrderHash;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Order;
use crate::described::As;

/// An order with its hash, which names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HashedOrder {
	/// Its hash.
	#[schemars(with = "As<OrderHash>")]
	pub hash: OrderHash,
	/// `kind` and `order`.
	#[serde(flatten)]
	pub order: Order,
}
