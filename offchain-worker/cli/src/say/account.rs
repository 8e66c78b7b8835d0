//! Accounts: keys, and what they hold.

use rlc_chain::Funds;
use rlc_json::{Account, Decimal};
use rlc_keystore::Entry;
use rlc_primitives::{work::WorkerView, AccountId, Balance};
use serde_json::{json, Value};

use crate::{
	amount::Amount,
	answer::Answer,
	history::{History, Kind},
	table::{fields, table, when},
};

/// Returns a key in JSON.
pub(crate) fn key(entry: &Entry) -> Value {
	json!({ "name": entry.name, "kind": entry.kind, "account": entry.account, "address": address(&entry.account) })
}

/// Says whose account a key makes.
pub(crate) fn named(entry: &Entry) -> String {
	let Entry { name, account, .. } = entry;
	match address(account) {
		Some(address) => format!("{name} is {account}, which is {address} in wallets"),
		None => format!("{name} is {account}"),
	}
}

/// Returns the address that Ethereum's wallets show of an account, if it is one of theirs.
fn address(account: &Account) -> Option<String> {
	account.ethereum_address().map(|address| address.to_string())
}

/// Lists the keys of the keystore.
pub(crate) fn keys(entries: Vec<Entry>) -> Answer {
	let json: Vec<_> = entries.iter().map(key).collect();
	if entries.is_empty() {
		return Answer::new("There are no accounts yet; `rlc account create NAME` makes one.", json);
	}
	let rows = entries.into_iter().map(|entry| {
		let address = address(&entry.account).unwrap_or_default();
		[entry.name, entry.kind.to_string(), entry.account.to_string(), address]
	});
	Answer::new(table(["NAME", "KIND", "ACCOUNT", "ADDRESS"], rows), json)
}

/// Shows what an account holds, of which so many nRLC are bonded, and its standing as a worker.
pub(crate) fn shown(who: AccountId, funds: &Funds, bonded: Balance, worker: &WorkerView) -> Answer {
	let account = Account(who);
	let address = address(&account);
	let deposits = funds.reserved.saturating_sub(bonded);
	let text = fields([
		("account", account.to_string()),
		("address", address.clone().unwrap_or_default()),
		("free", Amount(funds.spendable()).to_string()),
		("staked", format!("{} behind validators, see `rlc staking status`", Amount(bonded))),
		("frozen", format!("{} voting or not vested", Amount(funds.frozen))),
		("locked", format!("{} in deals and contributions", Amount(funds.locked))),
		("deposits", Amount(deposits).to_string()),
		("score", format!("{}, weight {} where several compute, 1 at trust 1", worker.score, worker.weight)),
		("open work", worker.open.to_string()),
	]);
	let json = json!({
		"account": account,
		"address": address,
		"free": Decimal(funds.spendable()),
		"frozen": Decimal(funds.frozen),
		"staked": Decimal(bonded),
		"locked": Decimal(funds.locked),
		"deposits": Decimal(deposits),
		// Stake and deposits together.
		"reserved": Decimal(funds.reserved),
		"score": worker.score,
		"weight": worker.weight,
		"open": worker.open,
	});
	Answer::new(text, json)
}

/// Lists what happened to an account's RLC, the newest first, at most `most` entries of it, and the sums of all.
pub(crate) fn history(history: &History, most: usize, now: u64) -> Answer {
	let sum = |kind| Amount(history.sum(kind)).to_string();
	let mut text = fields([
		("blocks", format!("{} to {}", history.first, history.last)),
		("earned", sum(Kind::Rewarded)),
		("paid for tasks, or stakes lost", sum(Kind::Seized)),
		("received", sum(Kind::Received)),
		("sent", sum(Kind::Sent)),
	]);
	let rows = history.entries.iter().take(most).map(|entry| {
		let (when, amount) = (when(entry.time, now), Amount(entry.amount));
		[when, entry.block.to_string(), entry.kind.words().into(), amount.to_string(), entry.about.clone()]
	});
	if !history.entries.is_empty() {
		text += &format!("\n\n{}", table(["WHEN", "BLOCK", "WHAT", "AMOUNT", "TASK OR ACCOUNT"], rows));
	}
	match history.entries.len().saturating_sub(most) {
		0 => {}
		more => text += &format!("\nand {more} more; --limit shows them"),
	}
	let entries = history.entries.iter().take(most).map(|entry| {
		json!({
			"block": entry.block,
			"time": entry.time,
			"kind": entry.kind,
			"amount": Decimal(entry.amount),
			"about": entry.about,
		})
	});
	let json = json!({
		"first": history.first,
		"last": history.last,
		"isCut": history.is_cut,
		"earned": Decimal(history.sum(Kind::Rewarded)),
		"seized": Decimal(history.sum(Kind::Seized)),
		"received": Decimal(history.sum(Kind::Received)),
		"sent": Decimal(history.sum(Kind::Sent)),
		"entries": entries.collect::<Vec<_>>(),
	});
	Answer::new(text, json)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::history::Entry as Line;

	#[test]
	fn stake_is_told_from_deposits() {
		let funds = Funds { free: 1_000, reserved: 700, ..Funds::default() };
		let worker = WorkerView { score: 0, weight: 2, open: 0 };
		let answer = shown(AccountId::new([1; 32]), &funds, 600, &worker);
		let told = ["free", "staked", "deposits", "reserved"].map(|field| answer.json[field].clone());
		assert_eq!(told, ["1000", "600", "100", "700"], "reserved has both");
		assert!(answer.text.contains("0.0000006 RLC behind validators"), "{}", answer.text);
		assert!(answer.text.contains("0.0000001 RLC\n"), "{}", answer.text);
	}

	#[test]
	fn programs_read_a_history_in_the_form_that_was_promised() {
		let entry = Line { block: 9, time: 0, kind: Kind::Received, amount: 5, about: "somebody".into() };
		let answer = history(&History { first: 3, last: 9, is_cut: true, entries: vec![entry] }, 1, 0);
		let promised: serde_json::Value =
			serde_json::from_str(include_str!("../../tests/golden/account-history.json")).unwrap();
		assert_eq!(answer.json, promised, "fields may be added, but none is renamed or removed");
	}

	#[test]
	fn history_lists_no_more_than_is_asked_for_and_says_what_is_missing() {
		let entry = |block| Line { block, time: 0, kind: Kind::Received, amount: 5, about: "somebody".into() };
		let past = History { first: 3, last: 9, is_cut: true, entries: vec![entry(9), entry(8), entry(7)] };
		let answer = history(&past, 2, 0);
		assert!(answer.text.contains("and 1 more; --limit shows them"), "{}", answer.text);
		assert_eq!((answer.json["entries"].as_array().unwrap().len(), &answer.json["received"]), (2, &"15".into()));
		assert_eq!((&answer.json["isCut"], &answer.json["first"]), (&true.into(), &3.into()));
	}
}
