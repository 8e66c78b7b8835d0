//! Orders: their terms, and what is left of them.

use rlc_json::{Account, Decimal, Order};
use rlc_primitives::{AnyOrder, Balance, OrderHash};
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

/// What is known of an order.
pub(crate) struct Known<'a> {
	/// Its hash.
	pub hash: OrderHash,
	/// Its terms, if its file was given or it is in the book.
	pub order: Option<&'a AnyOrder>,
	/// The account that published it, if it is in the book.
	pub publisher: Option<Account>,
	/// How much of its volume is used up.
	pub consumed: u64,
	/// What can be said of the signature in its file.
	pub signature: Option<&'static str>,
}

/// Shows an order, and what is left of it.
pub(crate) fn shown(Known { hash, order, publisher, consumed, signature }: Known) -> Answer {
	let terms = order.map(|order| Order(order.clone()));
	let volume = order.map(AnyOrder::volume);
	let left = volume.map(|volume| volume.saturating_sub(consumed));
	let text = fields([
		("order", format!("{:?}", hash.0)),
		("kind", order.map(|order| order.kind().name().to_owned()).unwrap_or_default()),
		("price", order.map(|order| Amount(price(order)).to_string()).unwrap_or_default()),
		("volume", volume.map(|volume| volume.to_string()).unwrap_or_default()),
		("consumed", consumed.to_string()),
		("left", left.map(|left| left.to_string()).unwrap_or_default()),
		("published by", publisher.as_ref().map(ToString::to_string).unwrap_or_default()),
		("signature", signature.unwrap_or_default().to_owned()),
	]);
	let said = terms.as_ref().map(|terms| format!("\n{:#}", json!(terms)["order"])).unwrap_or_default();
	let json = json!({
		"order": hash,
		"terms": terms,
		"publishedBy": publisher,
		"consumed": Decimal(consumed),
		"remaining": left.map(Decimal),
		"signature": signature,
	});
	Answer::new(text + &said, json)
}
