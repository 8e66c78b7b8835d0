//! Holders of RLC decide: from what somebody proposes to what the chain does.

use std::fs;

use rlc_primitives::{deal::Category, RLC};
use serde_json::{json, Value};

use super::{
	play,
	stack::{account, Seal, Stack, DEVELOPER, REQUESTER},
};

/// Most of all RLC on a development chain.
const MAJORITY: [&str; 4] = ["//Alice", "//Bob", "//Charlie", "//Dave"];
/// A holder who is convinced, and votes with the majority.
const CONVINCED: &str = "//Ferdie";

/// Writes a call into a file, and returns that.
fn file(stack: &Stack, call: &Value) -> String {
	let file = stack.room();
	fs::write(&file, call.to_string()).unwrap();
	file.to_str().unwrap().to_owned()
}

/// Proposes a call that a text names, and returns the referendum.
async fn propose(stack: &Stack, proposal: &str) -> Value {
	stack.rlc(&["gov", "propose", proposal, "--account", DEVELOPER]).await.unwrap()
}

fn index(referendum: &Value) -> String {
	referendum["index"].to_string()
}

async fn vote(stack: &Stack, who: &str, index: &str, side: &str, amount: &str, conviction: &str) {
	let vote = ["gov", "vote", index, side, amount, "--conviction", conviction, "--account", who];
	stack.rlc(&vote).await.unwrap();
}

/// Adds a category with this name, if that is decided.
fn category(name: &str) -> Value {
	json!({ "Marketplace": { "add_category": { "name": name, "reference_time": 7_200_000 } } })
}

async fn categories(stack: &Stack, name: &str) -> usize {
	let is_named = |category: &Category| category.name.as_slice() == name.as_bytes();
	let all = stack.chain.categories().await.unwrap();
	all.iter().filter(|(_, category)| is_named(category)).count()
}

#[test]
fn proposal_of_a_holder_is_voted_on_enacted_and_paid_back() {
	play(Seal::Slots, |stack| {
		Box::pin(async move {
			let before = stack.chain.funds(&account(DEVELOPER)).await.unwrap().reserved;
			let proposed = propose(stack, &file(stack, &category("VOTED"))).await;
			let index = index(&proposed);
			assert_eq!(proposed["track"], "marketplace_admin");

			let shown = stack.rlc(&["gov", "show", &index]).await.unwrap();
			assert_eq!(shown["stage"], "unpaid");
			let name = format!("0x{}", hex::encode("VOTED"));
			assert_eq!(shown["call"], category(&name), "the call as the chain reads it");
			let again = file(stack, &shown["call"]);
			let again = propose(stack, &again).await;
			assert_eq!(again["hash"], proposed["hash"], "what is shown can be proposed again");

			for who in MAJORITY {
				vote(stack, who, &index, "aye", "9000000", "0").await;
			}
			vote(stack, CONVINCED, &index, "aye", "10", "1").await;
			vote(stack, REQUESTER, &index, "nay", "10", "6").await;
			assert_eq!(categories(stack, "VOTED").await, 0);
			stack.rlc(&["gov", "deposit", &index, "--account", "//Alice"]).await.unwrap();
			let ended = stack.rlc(&["gov", "status", &index, "--follow"]).await.unwrap();
			assert_eq!((&ended["stage"], &ended["failure"]), (&json!("enacted"), &Value::Null));
			let listed = stack.rlc(&["gov", "list", "--all"]).await.unwrap();
			let listed = listed.as_array().unwrap().iter().find(|one| one["index"] == proposed["index"]);
			assert_eq!(listed.unwrap()["stage"], "enacted", "a list says what `gov status` says");
			assert_eq!(categories(stack, "VOTED").await, 1);
			let late = ["gov", "vote", &index, "aye", "1", "--account", REQUESTER];
			assert!(stack.rlc(&late).await.unwrap_err().contains("referendum.ended"));

			for who in MAJORITY.into_iter().chain([REQUESTER]) {
				let unlocked = stack.rlc(&["gov", "unlock", "--account", who]).await.unwrap();
				assert_eq!((&unlocked["removed"], &unlocked["locked"]), (&json!(1), &json!("0")), "{who}");
			}
			let locked = stack.rlc(&["gov", "unlock", "--account", CONVINCED]).await.unwrap_err();
			assert!(locked.contains("locks.none") && locked.contains("10 RLC stays locked"), "{locked}");
			let locks = stack.rlc(&["gov", "votes", CONVINCED]).await.unwrap();
			let since = ended["changesAt"].as_u64().unwrap();
			assert!(locks["locks"][0]["freeAt"].as_u64().unwrap() > since, "{locks}");

			let refunded = stack.rlc(&["gov", "refund", &index, "--account", DEVELOPER]).await.unwrap();
			assert_eq!(refunded["back"].as_array().unwrap().len(), 2, "{refunded}");
			let twice = stack.rlc(&["gov", "refund", &index, "--account", DEVELOPER]).await.unwrap_err();
			assert!(twice.contains("deposit.none"), "{twice}");
			let after = stack.chain.funds(&account(DEVELOPER)).await.unwrap().reserved;
			assert_eq!(after, before + RLC, "the other referendum goes on");
		})
	});
}

#[test]
fn what_is_proposed_is_told_before_it_is_signed() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let set = propose(stack, "retention=8d").await;
			let shown = stack.rlc(&["gov", "show", &index(&set)]).await.unwrap();
			let value = json!({ "Marketplace": { "Retention": [null, 691_200_000] } });
			assert_eq!(shown["call"], json!({ "Parameters": { "set_parameter": { "key_value": value } } }));

			let remark = format!("0x{}", "07".repeat(500));
			let long = json!({ "System": { "remark": { "remark": remark } } });
			let stored = propose(stack, &file(stack, &long)).await;
			assert_eq!(stored["track"], "root");
			let shown = stack.rlc(&["gov", "show", &index(&stored)]).await.unwrap();
			assert_eq!(shown["call"], long, "a long call is stored beside its referendum");
			let early = stack.rlc(&["gov", "refund", &index(&stored), "--account", DEVELOPER]).await.unwrap_err();
			assert!(early.contains("referendum.open"), "{early}");

			stack.rlc(&["gov", "deposit", &index(&set), "--account", "//Alice"]).await.unwrap();
			let twice = stack.rlc(&["gov", "deposit", &index(&set), "--account", "//Bob"]).await.unwrap_err();
			assert!(twice.contains("deposit.placed"), "{twice}");

			vote(stack, REQUESTER, &index(&set), "aye", "5", "1").await;
			let kept = stack.rlc(&["gov", "unlock", "--account", REQUESTER]).await.unwrap_err();
			assert!(kept.contains("locks.none"), "the vote counts: {kept}");
			let back = stack.rlc(&["gov", "unlock", &index(&set), "--account", REQUESTER]).await.unwrap();
			assert_eq!(back["removed"], 1);

			let proxy = ["account", "proxy", "add", "//Bob", "--type", "governance", "--account", REQUESTER];
			stack.rlc(&proxy).await.unwrap();
			let set = index(&set);
			let vote = ["gov", "vote", &set, "aye", "7", "--account", "//Bob", "--on-behalf-of", REQUESTER];
			stack.rlc(&vote).await.unwrap();
			let locks = stack.rlc(&["gov", "votes", "--account", REQUESTER]).await.unwrap();
			assert_eq!(locks["locks"][0]["amount"], (7 * RLC).to_string(), "a proxy votes with the RLC of its account");
			assert_eq!((&locks["locks"][0]["side"], &locks["locks"][0]["conviction"]), (&json!("aye"), &json!(1)));

			let before = stack.chain.referendum_count().await.unwrap();
			let paid = ["gov", "propose", "StakeRate=0.5", "--deposit", "--account", "//Alice"];
			let dear = stack.rlc(&[&paid[..], &["--max-cost", "501"]].concat()).await.unwrap_err();
			assert!(dear.contains("cost.too-high"), "deposits and fees are one sum: {dear}");
			assert_eq!(stack.chain.referendum_count().await.unwrap(), before, "nothing was signed");
			let begun = stack.rlc(&[&paid[..], &["--max-cost", "502"]].concat()).await.unwrap();
			let shown = stack.rlc(&["gov", "show", &index(&begun)]).await.unwrap();
			assert_eq!(shown["decisionDeposit"]["amount"], (500 * RLC).to_string());

			let nonsense = file(stack, &json!({ "Treasury": { "spend_all": {} } }));
			let much = json!({ "Rlc": { "set_treasury_share": { "share": "50.1 %" } } });
			let bob = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
			let transfer = json!({ "Balances": { "transfer_keep_alive": { "dest": bob, "value": "1 RLC" } } });
			let [much, transfer] = [much, transfer].map(|call| file(stack, &call));
			for (proposal, code) in [
				(nonsense.as_str(), "call.invalid"),
				("weather=fine", "parameter.unknown"),
				("ItemDeposit=much", "amount.invalid"),
				("/nowhere/call.json", "call.invalid"),
				("ItemDeposit=0", "value.bounds"),
				("Retention=91d", "value.bounds"),
				("Retention=long", "value.invalid"),
				(much.as_str(), "value.bounds"),
				(transfer.as_str(), "call.forbidden"),
			] {
				let refused = stack.rlc(&["gov", "propose", proposal, "--account", DEVELOPER]).await.unwrap_err();
				assert!(refused.contains(code), "{proposal}: {refused}");
			}
			let unknown = stack.rlc(&["gov", "show", "4000"]).await.unwrap_err();
			assert!(unknown.contains("referendum.unknown"), "{unknown}");
			let rich = ["gov", "vote", &set, "aye", "80000000", "--account", REQUESTER];
			assert!(stack.rlc(&rich).await.unwrap_err().contains("vote.invalid"));
		})
	});
}
