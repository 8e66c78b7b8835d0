//! What the tests of whole nodes share.

pub mod market;
pub mod people;
pub mod program;

use std::{future::Future, time::Duration};

use codec::Encode;
use rlc_node::embedded::Node;
use rlc_primitives::{AccountId, Balance, Hash};
use rlc_runtime::{Runtime, UncheckedExtrinsic};
use serde_json::{json, Value};

/// No wait takes nearly as long unless something is broken. Machines that test may be slow.
pub const LIMIT: Duration = Duration::from_secs(240);

/// Waits for something that must happen.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
	match tokio::time::timeout(LIMIT, future).await {
		Ok(value) => value,
		Err(_) => panic!("waited in vain for {what}"),
	}
}

/// Waits until a condition yields something.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut condition: impl FnMut() -> F) -> T {
	soon(what, async {
		loop {
			if let Some(value) = condition().await {
				return value;
			}
			tokio::time::sleep(Duration::from_millis(20)).await;
		}
	})
	.await
}

/// Waits until a block of at least this height is final, and returns the height.
pub async fn finalized(node: &Node, height: u64) -> u64 {
	eventually(&format!("block {height} to be final"), || async {
		let hash: String = node.call("chain_getFinalizedHead", json!([])).await.expect("a final block");
		let head: Value = node.call("chain_getHeader", json!([hash])).await.expect("its header");
		Some(height_of(&head)).filter(|found| *found >= height)
	})
	.await
}

/// Returns the height of the best block.
pub async fn best(node: &Node) -> u64 {
	height_of(&node.call::<Value>("chain_getHeader", json!([])).await.expect("a best block"))
}

/// Returns the hash of the block at a height.
pub async fn hash_at(node: &Node, height: u64) -> Option<String> {
	node.call("chain_getBlockHash", json!([height])).await.expect("an answer")
}

/// Returns the hash of the genesis block.
pub async fn genesis(node: &Node) -> Hash {
	let hash = hash_at(node, 0).await.expect("a genesis block");
	hash.parse().expect("a hash")
}

/// Submits an extrinsic that must be valid.
pub async fn submit(node: &Node, extrinsic: &UncheckedExtrinsic) {
	let _hash: String = node.call("author_submitExtrinsic", json!([hex(extrinsic)])).await.expect("a good transaction");
}

/// Returns a transfer of this many nRLC.
pub fn transfer(to: &AccountId, amount: Balance) -> pallet_balances::Call<Runtime> {
	pallet_balances::Call::transfer_keep_alive { dest: to.clone().into(), value: amount }
}

/// Writes an extrinsic as JSON-RPC does.
pub fn hex(extrinsic: &UncheckedExtrinsic) -> String {
	sp_core::bytes::to_hex(&extrinsic.encode(), false)
}

fn height_of(header: &Value) -> u64 {
	let number = header["number"].as_str().expect("a number in hex");
	u64::from_str_radix(number.trim_start_matches("0x"), 16).expect("a number in hex")
}
