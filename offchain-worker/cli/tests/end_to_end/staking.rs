//! A stake earns and comes back, and a candidate validates.

use jsonrpsee::{core::client::ClientT, rpc_params, ws_client::WsClientBuilder};
use rlc_primitives::RLC;
use serde_json::{json, Value};

use super::{
	pass, play,
	stack::{account, Seal, Stack, REQUESTER, RUNTIME},
	turn,
};

/// Whose RLC is staked.
const HOLDER: &str = "//Nominator";
/// Its proxy, which pays the fees.
const PROXY: &str = "//Ferdie";
/// Who wants to validate.
const CANDIDATE: &str = "//Candidate";

/// Runs a command of `rlc staking` for the holder, by its proxy.
async fn staking(stack: &Stack, words: &[&str]) -> Result<Value, String> {
	let by = ["--account", PROXY, "--on-behalf-of", HOLDER];
	stack.rlc(&[&["staking"] as &[&str], words, &by].concat()).await
}

/// Bonds RLC for the holder, and nominates the validator of the chain.
async fn nominate(stack: &Stack) {
	stack.rlc(&["account", "send", HOLDER, "1000", "--account", REQUESTER]).await.unwrap();
	let stranger = staking(stack, &["bond", "700"]).await.unwrap_err();
	assert!(stranger.contains("proxy.missing") && stranger.contains("--type staking"), "{stranger}");
	let add = ["account", "proxy", "add", PROXY, "--type", "staking", "--account", HOLDER];
	stack.rlc(&add).await.unwrap();
	staking(stack, &["bond", "700"]).await.unwrap();
	let twice = staking(stack, &["bond", "1", "--compound"]).await.unwrap_err();
	assert!(twice.contains("stake.exists"), "{twice}");
	let candidates = stack.rlc(&["staking", "candidates"]).await.unwrap();
	let validator = candidates[0]["account"].as_str().expect("the chain has a validator");
	staking(stack, &["nominate", validator]).await.unwrap();
}

#[test]
fn stake_earns_and_comes_back() {
	RUNTIME.block_on(async {
		let _turn = turn().await;
		// Eras pass on it, so no other scenario plays on it.
		let stack = Stack::start(Seal::Instant).await;
		let stack = &stack;
		nominate(stack).await;
		staking(stack, &["unbond", "100"]).await.unwrap();
		let free = || async { stack.chain.funds(&account(HOLDER)).await.unwrap().free };
		let before = free().await;
		let mut payouts = 0;
		// The stake counts from the next era on. Each era has three sessions, and what can be paid does not depend on which
		// of them it is.
		let session = stack.chain.staking_terms().await.unwrap().era_length / 3;
		for _ in 0..12 {
			pass(stack, session).await;
			match staking(stack, &["payout"]).await {
				Ok(paid) => payouts += paid["payouts"].as_u64().unwrap(),
				Err(none) => assert!(none.contains("rewards.none"), "{none}"),
			}
		}
		assert!(payouts >= 2, "{payouts}");
		let earned = free().await;
		assert!(earned > before, "the validator of {HOLDER} was paid {payouts} times");

		let withdrawn = staking(stack, &["withdraw"]).await.unwrap();
		assert_eq!(withdrawn["withdrawn"], (100 * RLC).to_string());
		assert_eq!(free().await, earned + 100 * RLC);
		assert_eq!(staking(stack, &["stop"]).await.unwrap()["stopped"], true);
		let idle = staking(stack, &["stop"]).await.unwrap_err();
		assert!(idle.contains("stake.idle"), "{idle}");
		let status = stack.rlc(&["staking", "status", HOLDER]).await.unwrap();
		assert_eq!((&status["active"], &status["nominates"]), (&json!((600 * RLC).to_string()), &json!([])));
	});
}

#[test]
fn candidate_validates_with_the_keys_of_its_node_and_stops() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			stack.rlc(&["account", "send", CANDIDATE, "10100", "--account", REQUESTER]).await.unwrap();
			stack.rlc(&["staking", "bond", "10000", "--account", CANDIDATE]).await.unwrap();
			let validate = ["staking", "validate", "--account", CANDIDATE, "--commission"];
			let low = stack.rlc(&[&validate[..], &["4"]].concat()).await.unwrap_err();
			assert!(low.contains("commission.low"), "{low}");
			let keyless = stack.rlc(&[&validate[..], &["5"]].concat()).await.unwrap_err();
			assert!(keyless.contains("keys.missing"), "{keyless}");

			let node = WsClientBuilder::default().build(&stack.node_url).await.unwrap();
			let owner = format!("0x{}", hex::encode(account(CANDIDATE)));
			let made: Value = node.request("author_rotateKeysWithOwner", rpc_params![owner]).await.unwrap();
			let (keys, proof) = (made["keys"].as_str().unwrap(), made["proof"].as_str().unwrap());
			let keyed = [&validate[..], &["5", "--keys", keys, "--proof", proof]].concat();
			assert_eq!(stack.rlc(&keyed).await.unwrap(), json!({ "commission": 5.0, "keys": true }));
			let again = [&validate[..], &["7", "--blocked"]].concat();
			assert_eq!(stack.rlc(&again).await.unwrap(), json!({ "commission": 7.0, "keys": false }));
			let candidates = stack.rlc(&["staking", "candidates"]).await.unwrap();
			let who = rlc_json::Account(account(CANDIDATE)).to_string();
			let listed = candidates.as_array().unwrap().iter().find(|one| one["account"] == who.as_str());
			let listed = listed.expect("it is a candidate");
			assert_eq!((&listed["commission"], &listed["blocked"]), (&json!(7.0), &json!(true)));

			stack.rlc(&["staking", "stop", "--account", CANDIDATE]).await.unwrap();
			let status = stack.rlc(&["staking", "status", CANDIDATE]).await.unwrap();
			assert_eq!((&status["commission"], &status["active"]), (&Value::Null, &json!((10_000 * RLC).to_string())));
		})
	});
}
