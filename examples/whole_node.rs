//! A whole node inside your tokio program.
//!
//! The node is a development chain that seals a block for each transaction. The program sends it a payment and watches
//! it become final, without opening a port.
//!
//! ```sh
//! cargo run --release --features rlc-examples/programs --example whole_node
//! ```

use std::error::Error;

use rlc_chain::{BalancesCall, Chain, Key, Sender};
use rlc_node::embedded::NodeBuilder;
use rlc_primitives::{Address, Balance, RLC};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
	let received = run().await?;
	println!("Bob has {received} nRLC more");
	Ok(())
}

/// Starts a node, pays Bob one RLC on it, and returns how much Bob received, in nRLC.
///
/// # Errors
///
/// If the node cannot be started or stopped, or refuses the payment.
pub async fn run() -> Result<Balance, Box<dyn Error>> {
	// A temporary folder, no ports, the keys of Alice. Each of these is a call on the builder away.
	let node = NodeBuilder::dev().instant_seal().start().await?;

	// Any RPC method, as JSON. Unsafe ones too: nobody else can call them.
	let name: String = node.call("system_chain", json!([])).await?;
	println!("{name} runs inside this program");

	// The same RPC, as types. The client compares what it knows with the chain's metadata before it speaks.
	let chain = Chain::over(node.rpc_client()?).await?;
	let alice = Sender::new(chain.clone(), Key::from_suri("//Alice")?);
	let bob = Key::from_suri("//Bob")?.account();
	let before = chain.funds(&bob).await?.free;
	let payment = BalancesCall::TransferKeepAlive { dest: Address::Id(bob.clone()), value: RLC };
	let receipt = alice.send_finalized(payment).await?;
	println!("paid in block {}", receipt.number);
	let after = chain.funds(&bob).await?.free;

	// Returns once all threads have ended and the database is closed. Dropping the node would not wait.
	node.stop().await?;
	Ok(after - before)
}
