//! Apps, datasets and workerpools: what is registered, and how it is sold.

use rlc_json::{Account, Decimal, Record};
use rlc_primitives::{
	assets::Registered,
	market::{BookEntry, RecordView},
	AccountId, Balance,
};
use serde::Serialize;
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	table::{counted, fields, table},
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
	let owner = Account(asset.owner.clone());
	let mut lines = vec![
		("id", id.as_str().unwrap_or_default().to_owned()),
		("owner", owner.to_string()),
		("deposit", Amount(asset.deposit).to_string()),
		("sale", sale(offers)),
		("record", record.as_ref().map(endings).unwrap_or_default()),
	];
	lines.extend(details.clone());
	let offers = offers.iter().map(
		|entry| json!({ "hash": entry.hash, "price": Decimal(entry.price), "restricted": !entry.order.is_for_anyone() }),
	);
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

/// Says what a task pays at least by the offers to everybody, and how many there are.
fn sale(offers: &[BookEntry]) -> String {
	let open = offers.iter().filter(|entry| entry.order.is_for_anyone()).map(|entry| entry.price);
	let (best, all) = (open.clone().min(), offers.len());
	let restricted = all - open.count();
	match best {
		_ if all == 0 => "not on sale".into(),
		None => format!("for some requesters only, {}", counted(all as u64, "offer")),
		Some(price) => {
			let some = if restricted == 0 {
				String::new()
			} else {
				format!(", {restricted} of them for some requesters only")
			};
			format!("from {} a task, {}{some}", Amount(price), counted(all as u64, "offer"))
		}
	}
}

/// An asset in a list.
#[derive(Clone, Debug)]
pub(crate) struct Line {
	/// What it is called.
	pub name: String,
	/// Its id, in hex.
	pub id: String,
	/// Who owns it.
	pub owner: AccountId,
	/// What a task pays for it by the best offer to everybody, in nRLC; `None` if there is none.
	pub price: Option<Balance>,
	/// How many others are called alike.
	pub alike: u64,
}

/// Lists assets of a kind; so many `more` are left out.
pub(crate) fn list(kind: &str, lines: &[Line], more: usize) -> Answer {
	let json = lines.iter().map(|line| {
		json!({
			"name": line.name,
			"id": line.id,
			"owner": Account(line.owner.clone()),
			"price": line.price.map(Decimal),
			"alike": line.alike,
		})
	});
	let json: Vec<_> = json.collect();
	if lines.is_empty() {
		return Answer::new(format!("There is no such {kind}."), json);
	}
	let rows = lines.iter().map(|line| {
		[
			line.name.clone(),
			line.id.clone(),
			line.price.map_or_else(|| "not on sale".into(), |price| Amount(price).to_string()),
			Account(line.owner.clone()).to_string(),
			if line.alike == 0 { String::new() } else { format!("{} called alike", line.alike) },
		]
	});
	let mut text = table(["NAME", "ID", "PRICE", "OWNER", "NOTE"], rows);
	if more > 0 {
		text += &format!("\nand {more} more; --limit shows them");
	}
	Answer::new(text, json)
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
	use crate::market::tests::quote;
	use rlc_primitives::{
		record::{LeastRecord, Tally},
		AppOrder, OrderHash, Restriction,
	};

	#[test]
	fn price_of_an_asset_is_that_which_everybody_can_buy_at() {
		let entry = |price, requester_restrict| BookEntry {
			hash: OrderHash::default(),
			order: AppOrder { requester_restrict, ..quote().app }.into(),
			owner: AccountId::new([1; 32]),
			price,
			remaining: 1,
			published: 0,
		};
		let only = || Restriction::Exactly(AccountId::new([7; 32]));
		assert_eq!(sale(&[]), "not on sale");
		assert_eq!(sale(&[entry(3, Restriction::Anyone)]), "from 0.000000003 RLC a task, 1 offer");
		assert_eq!(sale(&[entry(2, only())]), "for some requesters only, 1 offer");
		assert_eq!(
			sale(&[entry(2, only()), entry(3, Restriction::Anyone)]),
			"from 0.000000003 RLC a task, 2 offers, 1 of them for some requesters only"
		);
	}

	#[test]
	fn programs_read_a_list_in_the_form_that_was_promised() {
		let sold =
			Line { name: "hello".into(), id: "0x01".into(), owner: AccountId::new([1; 32]), price: Some(5), alike: 2 };
		let unsold = Line { price: None, alike: 0, ..sold.clone() };
		let answer = list("app", &[sold, unsold], 0);
		let promised: serde_json::Value =
			serde_json::from_str(include_str!("../../tests/golden/app-list.json")).unwrap();
		assert_eq!(answer.json, promised, "fields may be added, but none is renamed or removed");
	}

	#[test]
	fn list_warns_of_names_that_are_alike() {
		let line = |alike, price| Line {
			name: "hello\u{1b}[2J".into(),
			id: "0x01".into(),
			owner: AccountId::new([1; 32]),
			price,
			alike,
		};
		let answer = list("app", &[line(0, None), line(2, Some(5))], 1);
		for said in ["not on sale", "2 called alike", "0.000000005 RLC", "and 1 more"] {
			assert!(answer.text.contains(said), "{said}: {}", answer.text);
		}
		assert_eq!((&answer.json[0]["price"], &answer.json[1]["price"]), (&json!(null), &json!("5")));
		assert_eq!(list("app", &[], 0).text, "There is no such app.");
	}

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
