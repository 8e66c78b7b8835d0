//! RLC that is sent: all of it, too much of it, and by many commands at a time.

use futures::future::join_all;
use rlc_primitives::{Balance, RLC};
use serde_json::Value;

use super::{
	play,
	stack::{account, Seal, Stack, REQUESTER},
};

/// Sends RLC, and returns the answer or what is refused.
async fn send(stack: &Stack, from: &str, to: &str, amount: &str) -> Result<Value, String> {
	stack.rlc(&["account", "send", to, amount, "--account", from]).await
}

async fn free(stack: &Stack, who: &str) -> Balance {
	stack.chain.funds(&account(who)).await.unwrap().free
}

/// Returns an amount of an answer, in nRLC.
fn amount(answer: &Value, field: &str) -> Balance {
	answer[field].as_str().unwrap().parse().unwrap()
}

#[test]
fn emptied_account_ends_unless_something_is_held_there() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			for who in ["//Leaver", "//Holder"] {
				send(stack, REQUESTER, who, "5").await.unwrap();
			}
			let sent = send(stack, "//Leaver", "//Heir", "all").await.unwrap();
			assert_eq!((amount(&sent, "left"), free(stack, "//Leaver").await), (0, 0));
			let arrived = free(stack, "//Heir").await;
			assert_eq!(arrived, amount(&sent, "amount"));
			assert!(arrived < 5 * RLC && arrived > 4 * RLC, "all but the fee: {arrived}");

			let proxy = ["account", "proxy", "add", "//Bob", "--type", "worker", "--account", "//Holder"];
			stack.rlc(&proxy).await.unwrap();
			let sent = send(stack, "//Holder", "//Heir", "all").await.unwrap();
			let left = stack.chain.funds(&account("//Holder")).await.unwrap();
			assert_eq!((amount(&sent, "left"), left.free), (1, 1), "what an account has to have");
			assert!(left.reserved > 0);
			assert_eq!(free(stack, "//Heir").await, arrived + amount(&sent, "amount"));
		})
	});
}

#[test]
fn what_the_fee_takes_is_missing_before_it_is_paid() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			send(stack, REQUESTER, "//Short", "1").await.unwrap();
			let app = stack.app("noop.wasm").await;
			for command in [
				&["account", "send", "//Heir", "1", "--account", "//Short"] as &[&str],
				&["account", "proxy", "add", "//Bob", "--type", "worker", "--account", "//Penniless"],
				&["app", "publish", &app, "--price", "1", "--account", "//Penniless"],
			] {
				let refused = stack.rlc(command).await.unwrap_err();
				assert!(refused.contains("funds.short") && refused.contains("the fee of"), "{command:?}: {refused}");
			}
			assert_eq!(free(stack, "//Short").await, RLC, "nothing was paid");
		})
	});
}

/// Sends with one key by twenty commands at a time.
async fn send_by_many(stack: &Stack) {
	let before = free(stack, "//Till").await;
	let sent = join_all((0..20).map(|_| send(stack, REQUESTER, "//Till", "0.001"))).await;
	let refused: Vec<_> = sent.iter().filter_map(|sent| sent.as_ref().err()).collect();
	assert!(refused.is_empty(), "{refused:?}");
	assert_eq!(free(stack, "//Till").await - before, 20 * RLC / 1_000);
}

#[test]
fn many_commands_of_one_account_at_a_time_end_well() {
	play(Seal::Instant, |stack| Box::pin(async move { send_by_many(stack).await }));
}

#[test]
fn many_commands_of_one_account_at_a_time_end_well_on_a_chain_of_slots() {
	play(Seal::Slots, |stack| Box::pin(async move { send_by_many(stack).await }));
}
