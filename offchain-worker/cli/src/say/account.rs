//! Accounts: keys, and what they hold.

use rlc_chain::Funds;
use rlc_json::{Account, Decimal};
use rlc_keystore::Entry;
use rlc_primitives::{work::WorkerView, AccountId};
use serde_json::{json, Value};

use crate::{
	amount::Amount,
	answer::Answer,
	table::{fields, table},
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

/// Shows what an account holds, and its standing as a worker.
pub(crate) fn shown(who: AccountId, funds: &Funds, worker: &WorkerView) -> Answer {
	let account = Account(who);
	let address = address(&account);
	let text = fields([
		("account", account.to_string()),
		("address", address.clone().unwrap_or_default()),
		("free", Amount(funds.spendable()).to_string()),
		("frozen", format!("{} staked, voting or not vested", Amount(funds.frozen))),
		("locked", format!("{} in deals and contributions", Amount(funds.locked))),
		("deposits", Amount(funds.reserved).to_string()),
		("score", format!("{}, weight {} where several compute", worker.score, worker.weight)),
		("open work", worker.open.to_string()),
	]);
	let json = json!({
		"account": account,
		"address": address,
		"free": Decimal(funds.spendable()),
		"frozen": Decimal(funds.frozen),
		"locked": Decimal(funds.locked),
		"reserved": Decimal(funds.reserved),
		"score": worker.score,
		"weight": worker.weight,
		"open": worker.open,
	});
	Answer::new(text, json)
}
