//! The RPC namespaces of a node: they are there, they answer, and what is unsafe stays local.

use std::{
	io::{Read, Write},
	net::{SocketAddr, TcpStream},
	time::Duration,
};

use crate::common::{eventually, finalized, genesis, hex, transfer};
use rlc_checks::people::Person;
use rlc_node::embedded::{Node, NodeBuilder};
use serde_json::{json, Value};

const ANY_PORT: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// A method of each namespace, standard and added.
const METHODS: [&str; 19] = [
	"author_submitExtrinsic",
	"babe_epochAuthorship",
	"beefy_getFinalizedHead",
	"beefy_subscribeJustifications",
	"chainHead_v1_follow",
	"chainSpec_v1_genesisHash",
	"chain_getBlock",
	"childstate_getStorage",
	"grandpa_roundState",
	"marketplace_orderbook",
	"mmr_generateProof",
	"mmr_root",
	"offchain_localStorageGet",
	"payment_queryInfo",
	"poco_task",
	"state_call",
	"system_accountNextIndex",
	"transactionWatch_v1_submitAndWatch",
	"transaction_v1_broadcast",
];

async fn answer(node: &Node, method: &str, params: Value) -> Value {
	node.call(method, params).await.unwrap_or_else(|error| panic!("{}", error.one_line()))
}

#[tokio::test]
async fn every_namespace_answers_in_memory() {
	let node = NodeBuilder::dev().archive().start().await.expect("starts");
	let methods = node.methods();
	for method in METHODS {
		assert!(methods.iter().any(|known| known == method), "{method} is missing");
	}
	assert!(methods.iter().any(|known| known.starts_with("archive_v1_")), "an archive serves the archive API");

	let height = finalized(&node, 3).await;
	let slots = answer(&node, "babe_epochAuthorship", json!([])).await;
	assert_eq!(slots.as_object().map(|keys| keys.len()), Some(1), "Alice has slots: {slots}");
	assert!(answer(&node, "grandpa_roundState", json!([])).await["best"]["round"].is_u64());
	let genesis = genesis(&node).await;
	assert_eq!(answer(&node, "chainSpec_v1_genesisHash", json!([])).await, json!(genesis));

	let alice = Person::new("//Alice");
	let payment = hex(&alice.sign(genesis, 0, transfer(&alice.account(), 1)));
	assert!(answer(&node, "payment_queryInfo", json!([payment])).await["partialFee"].is_string());
	let next = answer(&node, "system_accountNextIndex", json!([alice.account().to_string()])).await;
	assert_eq!(next, json!(0));
	assert_eq!(answer(&node, "account_nextIndex", json!([alice.account().to_string()])).await, json!(0));
	let long = node.call::<Value>("system_accountNextIndex", json!(["1".repeat(8 << 20)])).await;
	assert!(long.is_err(), "it is not read for hours");
	assert_eq!(answer(&node, "archive_v1_finalizedHeight", json!([])).await.as_u64().map(|h| h >= height), Some(true));

	let proof = answer(&node, "mmr_generateProof", json!([[1], height])).await;
	assert!(proof["proof"].is_string());
	assert_eq!(answer(&node, "mmr_verifyProof", json!([proof])).await, json!(true));

	eventually("a block final for Ethereum", || async {
		node.call::<String>("beefy_getFinalizedHead", json!([])).await.ok()
	})
	.await;
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn pruning_node_has_no_archive() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	assert!(!node.methods().iter().any(|method| method.starts_with("archive_v1_")));
	node.stop().await.expect("stops");
}

#[tokio::test]
async fn grandpa_answers_that_it_does_not_run_under_instant_seal() {
	let node = NodeBuilder::dev().instant_seal().start().await.expect("starts");
	let state = node.call::<Value>("grandpa_roundState", json!([])).await.expect_err("it does not run");
	assert!(state.one_line().contains("not ready"), "{}", state.one_line());
	node.stop().await.expect("stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn unsafe_methods_are_for_loopback_servers_only() {
	let local = NodeBuilder::dev().instant_seal().rpc(ANY_PORT).start().await.expect("starts");
	let open = NodeBuilder::dev().instant_seal().rpc(([0, 0, 0, 0], 0)).start().await.expect("starts");
	let port = |node: &Node| node.rpc_address().expect("it listens").port();

	let methods = post(port(&local), "rpc_methods");
	for method in METHODS {
		assert!(methods.contains(&format!("\"{method}\"")), "{method} is missing");
	}
	assert!(post(port(&local), "babe_epochAuthorship").contains("\"result\""));
	assert!(post(port(&open), "system_chain").contains("RLC Development"));
	assert!(post(port(&open), "babe_epochAuthorship").contains("unsafe"));
	local.stop().await.expect("stops");
	open.stop().await.expect("stops");
}

/// Posts a JSON-RPC request over HTTP, from outside as far as the node can tell.
fn post(port: u16, method: &str) -> String {
	let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": [] }).to_string();
	let mut stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).expect("the server listens");
	stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
	let length = body.len();
	write!(
		stream,
		"POST / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
		 Connection: close\r\n\r\n{body}"
	)
	.expect("a request");
	let mut response = String::new();
	stream.read_to_string(&mut response).expect("a response");
	response
}
