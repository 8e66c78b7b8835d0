//! A worker beside a node, in one process, over the node's in-memory RPC.
//!
//! The worker runs what strangers send in this very process; `rlc-node --worker URL` gives it one of its own. The scheduler,
//! too, runs in this program, so that the example needs nothing else; usually it is somebody else's, and all you have is its
//! URL.
//!
//! ```sh
//! cargo run --release --features rlc-examples/programs --example worker_in_node
//! ```

use std::{error::Error, path::Path, time::Duration};

use jsonrpsee::ws_client::WsClientBuilder;
use rlc_chain::{Chain, Key};
use rlc_node::embedded::NodeBuilder;
use rlc_protocol::requester::{SchedulerRpcClient, WorkerInfo};
use rlc_scheduler::PoolChoice;
use rlc_worker::Compiler;

fn main() -> Result<(), Box<dyn Error>> {
	// A worker has strangers' modules compiled by a process of its own, which is this program once more.
	rlc_worker::compile_if_asked();
	show()
}

#[tokio::main]
async fn show() -> Result<(), Box<dyn Error>> {
	let folder = tempfile::tempdir()?;
	let worker = run(folder.path(), Compiler::this_program()).await?;
	println!("{} works here, in {} slots", worker.account, worker.free_slots);
	Ok(())
}

/// Starts all three, and returns the worker as its scheduler sees it.
///
/// # Errors
///
/// If one of them cannot be started or stopped.
pub async fn run(folder: &Path, compiler: Compiler) -> Result<WorkerInfo, Box<dyn Error>> {
	let node = NodeBuilder::dev().instant_seal().start().await?;
	let chain = Chain::over(node.rpc_client()?).await?;

	// Somebody's pool. It is registered at the first start, and listens at any free port.
	let config = rlc_scheduler::Config::new(PoolChoice::Named("example".into()), folder.join("scheduler"));
	let scheduler = rlc_scheduler::start(config, chain.clone(), Key::from_suri("//Alice")?).await?;
	let address = scheduler.address;

	// Our worker. It keeps its journal in a folder of its own: what must survive a crash is there before it is done.
	let config = rlc_worker::Config {
		slots: Some(1),
		compiler,
		..rlc_worker::Config::new(format!("http://{address}"), folder.join("worker"))
	};
	let worker = rlc_worker::start(config, chain, Key::from_suri("//Bob")?).await?;

	// The worker knocks until its scheduler lets it in; ask the scheduler when it has.
	let pool = WsClientBuilder::default().build(format!("ws://{address}")).await?;
	let joined = loop {
		if let Some(worker) = pool.workers().await?.into_iter().find(|worker| worker.alive) {
			break worker;
		}
		tokio::time::sleep(Duration::from_millis(50)).await;
	};

	// Stop from the top down, so that nothing waits for a part that has stopped. To let a worker finish its tasks, use
	// `drain`.
	worker.stop().await?;
	scheduler.stop().await?;
	node.stop().await?;
	Ok(joined)
}
