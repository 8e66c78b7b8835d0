//! Whole nodes inside this program.

use std::path::Path;

use crate::common::{best, eventually, finalized, genesis, hash_at, hex, soon, submit, transfer};
use rlc_checks::people::Person;
use rlc_node::{
	embedded::{Node, NodeBuilder},
	Error,
};
use serde_json::{json, Value};

const LOOPBACK: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

#[tokio::test]
async fn dev_node_makes_blocks_that_become_final() {
	let node = NodeBuilder::dev().start().await.expect("starts");
	assert!(finalized(&node, 2).await >= 2);
	assert_eq!(node.rpc_address(), None);
	assert!(node.p2p_addresses().is_empty());
	node.stop().await.expect("stops");
}

/// Waits until no transaction waits any more. A block that begins an epoch may have no room for one, which then takes
/// the next block.
async fn empty_pool(node: &Node) {
	eventually("an empty pool", || async {
		let pending: Vec<String> = node.call("author_pendingExtrinsics", json!([])).await.expect("an answer");
		pending.is_empty().then_some(())
	})
	.await;
}

/// Also on a program with a single thread, as `tokio::test` gives it.
#[tokio::test]
async fn instant_seal_makes_a_final_block_for_each_transaction_across_epochs() {
	// Longer than an epoch of the development chain, which has 60 slots.
	const BLOCKS: u32 = 70;
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	assert_eq!(best(&node).await, 0, "nothing happens without a transaction");

	let (alice, bob, genesis) = (Person::new("//Alice"), Person::new("//Bob").account(), genesis(&node).await);
	let mut height = 0;
	for nonce in 0..BLOCKS {
		submit(&node, &alice.sign(genesis, nonce, transfer(&bob, 1))).await;
		finalized(&node, height + 1).await;
		empty_pool(&node).await;
		height = best(&node).await;
	}
	// Each waited for the one before, so each has a block of its own. Where an epoch begins, another may be empty.
	let mut with_one = 0;
	for number in 1..=height {
		let block: Value = node.call("chain_getBlock", json!([hash_at(&node, number).await])).await.expect("a block");
		let extrinsics = block["block"]["extrinsics"].as_array().expect("a list").len();
		assert!(extrinsics <= 2, "the time, and one transaction");
		with_one += u32::from(extrinsics == 2);
	}
	assert_eq!(with_one, BLOCKS);
	node.stop().await.expect("stops");
}

/// Clients of polkadot.js wait for the first, and would wait forever if only the second came.
#[tokio::test]
async fn instant_seal_tells_that_a_transaction_is_in_a_block_before_it_is_final() {
	const COUNT: u32 = 10;
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let (alice, bob, genesis) = (Person::new("//Alice"), Person::new("//Bob").account(), genesis(&node).await);
	let mut watched = Vec::new();
	for nonce in 0..COUNT {
		let transaction = json!([hex(&alice.sign(genesis, nonce, transfer(&bob, 1)))]);
		watched.push(node.subscribe("author_submitAndWatchExtrinsic", transaction).await.expect("a good transaction"));
	}
	for mut updates in watched {
		let mut seen = Vec::new();
		while seen.last().is_none_or(|last| last != "finalized") {
			let update = soon("an update", updates.next::<Value>()).await.expect("it is not final").expect("a status");
			let status = update.as_object().and_then(|object| object.keys().next().cloned());
			seen.push(status.unwrap_or_else(|| update.as_str().unwrap_or_default().to_owned()));
		}
		assert_eq!(&seen[seen.len().saturating_sub(2)..], ["inBlock", "finalized"], "{seen:?}");
	}
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn transactions_that_come_together_are_all_sealed() {
	const COUNT: u32 = 40;
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let (alice, bob, genesis) = (Person::new("//Alice"), Person::new("//Bob").account(), genesis(&node).await);
	for nonce in 0..COUNT {
		submit(&node, &alice.sign(genesis, nonce, transfer(&bob, 1))).await;
	}
	empty_pool(&node).await;
	let next: u32 =
		node.call("system_accountNextIndex", json!([alice.account().to_string()])).await.expect("an answer");
	assert_eq!(next, COUNT);
	node.stop().await.expect("stops");
}

async fn one_syncs_from_the_other(configure: impl Fn(NodeBuilder) -> NodeBuilder) {
	let author = configure(NodeBuilder::dev().p2p(LOOPBACK)).start().await.expect("starts");
	let address = eventually("an address to dial", || async { author.p2p_addresses().into_iter().next() }).await;
	let follower = configure(NodeBuilder::new("dev").bootnode(address)).start().await.expect("starts");

	let height = finalized(&follower, 2).await;
	assert_eq!(hash_at(&follower, height).await, hash_at(&author, height).await);
	follower.stop().await.expect("stops");
	author.stop().await.expect("stops");
}

#[tokio::test]
async fn two_nodes_in_one_program_sync_over_litep2p() {
	one_syncs_from_the_other(|node| node).await;
}

#[tokio::test]
async fn two_nodes_in_one_program_sync_over_libp2p() {
	one_syncs_from_the_other(NodeBuilder::libp2p).await;
}

#[tokio::test]
async fn chain_goes_on_where_it_stopped() {
	let folder = tempfile::tempdir().expect("a folder");
	let node = || NodeBuilder::dev().base_path(folder.path());

	let first = node().start().await.expect("starts");
	let height = finalized(&first, 1).await;
	let hash = hash_at(&first, height).await;
	first.stop().await.expect("stops and closes the database");

	let second = node().start().await.expect("starts again");
	assert!(best(&second).await >= height);
	assert_eq!(hash_at(&second, height).await, hash);
	finalized(&second, height + 1).await;
	second.stop().await.expect("stops");
}

#[tokio::test]
async fn database_can_be_opened_as_soon_as_its_node_has_stopped() {
	let folder = tempfile::tempdir().expect("a folder");
	let (alice, bob) = (Person::new("//Alice"), Person::new("//Bob").account());
	let mut height = 0;
	for nonce in 0..5 {
		let node = NodeBuilder::dev().instant_seal().base_path(folder.path()).start().await.expect("opens it at once");
		assert!(best(&node).await >= height);
		submit(&node, &alice.sign(genesis(&node).await, nonce, transfer(&bob, 1))).await;
		finalized(&node, height + 1).await;
		empty_pool(&node).await;
		height = best(&node).await;
		node.stop().await.expect("stops");
	}
}

#[tokio::test]
async fn temporary_folder_goes_with_its_node() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let folder = node.base_path().to_path_buf();
	assert!(folder.starts_with(std::env::temp_dir()) && folder.is_dir(), "{}", folder.display());
	node.stop().await.expect("stops");
	assert!(!folder.exists(), "{} is left", folder.display());
}

#[tokio::test]
async fn held_client_is_reported_when_stopping() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let held = node.client().clone();
	assert!(matches!(node.stop().await, Err(Error::DatabaseInUse)));
	drop(held);
}

#[tokio::test]
async fn subscriptions_end_with_the_node() {
	let node = NodeBuilder::dev().start().await.expect("starts");
	let mut heads = node.subscribe("chain_subscribeNewHeads", json!([])).await.expect("heads");
	assert!(soon("a head", heads.next::<serde_json::Value>()).await.is_some());
	node.stop().await.expect("stops");
	soon("the end", async { while heads.next::<serde_json::Value>().await.is_some() {} }).await;
}

#[tokio::test]
async fn wrong_calls_are_errors() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	for (method, params, code) in
		[("no_such_method", json!([]), -32_601), ("chain_getBlockHash", json!(["nonsense"]), -32_602)]
	{
		let answer = node.call::<Value>(method, params).await;
		let expected = |error: &Error| matches!(error, Error::Rpc { source: jsonrpsee::MethodsError::JsonRpc(object), .. } if object.code() == code);
		assert!(answer.as_ref().is_err_and(expected), "{method}: {answer:?}");
	}
	assert!(matches!(node.subscribe("no_such_method", json!([])).await, Err(Error::Rpc { .. })));
	node.stop().await.expect("stops");
}

async fn refusal(node: NodeBuilder) -> Error {
	match node.start().await {
		Ok(_) => panic!("it started"),
		Err(error) => error,
	}
}

#[tokio::test]
async fn bad_descriptions_are_refused() {
	let holder = std::net::TcpListener::bind(LOOPBACK_ANY).expect("a port");
	let taken = holder.local_addr().expect("bound");
	assert!(matches!(refusal(NodeBuilder::new("no such chain")).await, Error::UnknownChain(_)));
	assert!(matches!(refusal(NodeBuilder::new("mainnet")).await, Error::FoundersNeeded("mainnet")));
	assert!(matches!(refusal(NodeBuilder::dev().seed("/no such seed")).await, Error::BadSeed { .. }));
	assert!(matches!(refusal(NodeBuilder::new("local").instant_seal()).await, Error::NotDevelopment(_)));
	assert!(matches!(refusal(NodeBuilder::new("dev").instant_seal()).await, Error::NoValidatorKey));
	assert!(matches!(refusal(NodeBuilder::dev().rpc(taken)).await, Error::CannotListen { purpose: "RPC", .. }));
	assert!(matches!(refusal(NodeBuilder::dev().p2p(taken)).await, Error::CannotListen { purpose: "peers", .. }));
	let nowhere = Path::new("/proc/no-such-folder");
	assert!(matches!(refusal(NodeBuilder::dev().base_path(nowhere)).await, Error::NotWritable { .. }));
}

const LOOPBACK_ANY: &str = "127.0.0.1:0";

#[tokio::test]
async fn database_in_use_or_of_another_seal_is_refused() {
	let folder = tempfile::tempdir().expect("a folder");
	let node = || NodeBuilder::dev().base_path(folder.path());
	let first = node().instant_seal().start().await.expect("starts");
	let in_use = refusal(node().instant_seal()).await;
	assert!(matches!(&in_use, Error::Service(source) if source.to_string().contains("file is in use")), "{in_use:?}");
	first.stop().await.expect("stops");
	assert!(matches!(refusal(node()).await, Error::OtherSeal { .. }));
}
