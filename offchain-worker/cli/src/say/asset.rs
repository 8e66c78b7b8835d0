//! Apps, datasets and workerpools: what is registered, and how it is sold.

use rlc_json::{Account, Decimal, Record};
use rlc_primitives::{
	assets::Registered,
	market::{BookEntry, RecordView},
};
use serde::Serialize;
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	table::{counted, fields},
};

/// What an asset of one kind says of itself: the names of fields with their values, the same in text and in JSON.
pub(crate) type Details = Vec<(&'static str, String)>;

/// Shows an asset with its offers and, if it has one, its record.
pub(crate) fn shown<Content>(
	id: impl Serialize,
	asset: &Registered<Content>,
	details: Details,
	offers: &[BookEntry],
	record: Option<RecordView>,
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
		("record", record.as_ref().map(endings).unwrap_or_default()),
	];
	lines.extend(details.clone());
	let offers = offers.iter().map(|entry| json!({ "hash": entry.hash, "price": Decimal(entry.price) }));
	let mut json = json!({
		"id": id,
		"owner": owner,
		"deposit": Decimal(asset.deposit),
		"offers": offers.collect::<Vec<_>>(),
		"record": record.map(Record::from),
	});
	for (name, value) in details {
		json[name] = value.into();
	}
	Answer::new(fields(lines), json)
}

/// Returns how tasks ended, weighted by what they were charged, in the terms of a request that demands a least record.
fn endings(record: &RecordView) -> String {
	let failed = record.failed.saturating_add(record.timed_out);
	let all = record.completed.saturating_add(failed);
	// Rounded up, so that a request with this bound admits the workerpool.
	let percent = failed.saturating_mul(100).div_ceil(all.max(1));
	format!("recently completed tasks charged {}; {percent} % failed", Amount(record.completed))
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::record::{LeastRecord, Tally};

	#[test]
	fn request_that_asks_for_the_record_that_is_shown_admits_the_workerpool() {
		let record = RecordView {
			completed: 1_000_000_000,
			failed: 1,
			timed_out: 20_000_000,
			recent: None,
			unattended: None,
			unattended_room: None,
		};
		assert_eq!(endings(&record), "recently completed tasks charged 1 RLC; 2 % failed");
		let tally = Tally { completed: record.completed, failed: 1, timed_out: record.timed_out, halved: 0 };
		let is_met = |max_failed| LeastRecord { completed: record.completed, max_failed }.is_met_by(&tally);
		assert!(is_met(2) && !is_met(1));
		let blank = RecordView { completed: 0, failed: 0, timed_out: 0, ..record };
		assert_eq!(endings(&blank), "recently completed tasks charged 0 RLC; 0 % failed");
	}
}
