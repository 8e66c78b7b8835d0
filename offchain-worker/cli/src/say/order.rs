//! Orders: their terms, and what is left of them.

use rlc_json::{OrderStatus, PublishedOrder};
use rlc_primitives::{AnyOrder, Balance, DealId};
use serde_json::json;

use crate::{amount::Amount, answer::Answer, table::fields};

/// Returns bytes that mostly are text as text, else in hex.
pub(crate) fn text(bytes: &[u8]) -> String {
	rlc_json::text::write(bytes).into_owned()
}

/// Returns what a task pays for what the order offers, or at most for what it asks, in nRLC. What is more than 128 bits
/// is shown as the most that they hold: nobody has it.
pub(crate) fn price(order: &AnyOrder) -> Balance {
	order.price().unwrap_or(Balance::MAX)
}

/// Shows an order, what is left of it, and the deals that were made of it, if it is a request.
pub(crate) fn shown(status: &OrderStatus, deals: &[DealId]) -> Answer {
	let order = status.order.as_ref().map(|order| &order.0);
	let publisher = status.known.published.as_ref().map(|PublishedOrder { owner, .. }| owner.to_string());
	let text = fields([
		("hash", format!("{:?}", status.hash.0)),
		("kind", order.map(|order| order.kind().name().to_owned()).unwrap_or_default()),
		("price", order.map(|order| Amount(price(order)).to_string()).unwrap_or_default()),
		("volume", order.map(|order| order.volume().to_string()).unwrap_or_default()),
		("consumed", status.known.consumed.0.to_string()),
		("left", status.known.remaining.map(|left| left.0.to_string()).unwrap_or_default()),
		("published by", publisher.unwrap_or_default()),
		("deals", deals.iter().map(|deal| format!("{:?}", deal.0)).collect::<Vec<_>>().join(", ")),
		("signature", status.signature.clone().unwrap_or_default()),
	]);
	let said = status.order.as_ref().map(|order| format!("\n{:#}", json!(order)["order"])).unwrap_or_default();
	let mut json = json!(status);
	json["deals"] = json!(deals);
	Answer::new(text + &said, json)
}
