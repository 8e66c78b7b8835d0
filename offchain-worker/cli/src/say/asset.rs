//! Apps, datasets and workerpools: what is registered, and how it is sold.

use rlc_json::{Account, Decimal};
use rlc_primitives::{assets::Registered, market::BookEntry};
use serde::Serialize;
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	table::{counted, fields},
};

/// What an asset of one kind says of itself: the names of fields with their values, the same in text and in JSON.
pub(crate) type Details = Vec<(&'static str, String)>;

/// Shows an asset with its offers.
pub(crate) fn shown<Content>(
	id: impl Serialize,
	asset: &Registered<Content>,
	details: Details,
	offers: &[BookEntry],
) -> Answer {
	let id = json!(id);
	let sale = match offers.iter().map(|entry| entry.price).min() {
		Some(price) => format!("from {} a task, {}", Amount(price), counted(offers.len() as u64, "offer")),
		None => "not on sale".into(),
	};
	let owner = Account(asset.owner.clone());
	let mut lines = vec![
		("id", id.as_str().unwrap_or_default().to_owned()),
		("owner", owner.to_string()),
		("deposit", Amount(asset.deposit).to_string()),
		("sale", sale),
	];
	lines.extend(details.clone());
	let offers = offers.iter().map(|entry| json!({ "hash": entry.hash, "price": Decimal(entry.price) }));
	let mut json = json!({
		"id": id,
		"owner": owner,
		"deposit": Decimal(asset.deposit),
		"offers": offers.collect::<Vec<_>>(),
	});
	for (name, value) in details {
		json[name] = value.into();
	}
	Answer::new(fields(lines), json)
}
