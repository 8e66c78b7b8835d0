//! `rlc up`: a whole stack on one machine.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use rlc_store::Url;

use crate::{
	amount::Amount,
	answer::Outcome,
	context::Context,
	failure::Result,
	stack::{self, Directory, Options},
};

/// The node's usual port, at which every command looks for it.
const PORT: u16 = 9944;

const EXAMPLES: &str = "\
Examples:
  rlc up                                         three workers; the chain is kept for the next time
  rlc up --tmp --workers 8 --instant-seal        nothing is kept, and each transaction has a block of its own
  rlc up --liars 1                               one worker lies, and loses its stake
  rlc up --ipfs http://127.0.0.1:5001            results are kept on an IPFS node

Then, from another terminal:
  rlc app run APP --account //Alice
The accounts //Alice, //Bob, … have RLC on this chain; //Bob owns the workerpool, and //Worker//1 and so on work.";

/// Start a whole stack on this machine: node, scheduler with its store, workers
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Up {
	/// How many workers
	#[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=64))]
	pub workers: u32,

	/// How many of them contribute wrong results, for demonstrations and tests
	#[arg(long, default_value_t = 0, value_name = "N")]
	pub liars: u32,

	/// How many tasks each worker takes at a time
	#[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
	pub slots: u32,

	/// Keep results and inputs on the IPFS node with this RPC, such as http://127.0.0.1:5001; workers look there too
	#[arg(long, value_name = "URL")]
	pub ipfs: Option<Url>,

	/// Keep everything in this directory [default: $XDG_DATA_HOME/rlc/up]
	#[arg(long, value_name = "DIR", conflicts_with = "tmp")]
	pub base_path: Option<PathBuf>,

	/// Keep everything in a temporary directory, and remove it at the end
	#[arg(long)]
	pub tmp: bool,

	/// Make a block for each transaction, final at once, instead of one a second
	#[arg(long)]
	pub instant_seal: bool,

	/// Port of the node's JSON-RPC
	#[arg(long, default_value_t = PORT, value_name = "PORT")]
	pub rpc_port: u16,

	/// Port of the scheduler and its store
	#[arg(long, default_value_t = 9955, value_name = "PORT")]
	pub scheduler_port: u16,

	/// What a task costs in the pool's orders
	#[arg(long, default_value_t = stack::PRICE, value_name = "AMOUNT")]
	pub price: Amount,

	/// The node's program [default: rlc-node next to this program, else in PATH]
	#[arg(long, value_name = "FILE")]
	pub node_binary: Option<PathBuf>,
}

/// Says what to type in another terminal.
fn next_steps(port: u16) -> String {
	let node = if port == PORT { String::new() } else { format!("  export RLC_NODE=ws://127.0.0.1:{port}\n") };
	format!(
		"in another terminal:\n{node}  rlc app init hello                             an app to begin with; it says how to build and \
		 deploy it\n  \
		 rlc app run hello --account //Alice            once it is deployed\n  \
		 rlc deal list --account //Alice                what was bought"
	)
}

/// Starts everything, waits until the user stops it or a part dies, and stops everything.
///
/// # Errors
///
/// If a part cannot be started, or dies; everything else is stopped then.
pub(crate) async fn run(up: Up, context: &Context) -> Result<Outcome> {
	let directory = match up.base_path {
		Some(path) => Directory::At(path),
		None if up.tmp => Directory::Temporary,
		None => Directory::OfUser,
	};
	let options = Options {
		workers: up.workers,
		liars: up.liars,
		slots: up.slots,
		ipfs: up.ipfs,
		directory,
		instant_seal: up.instant_seal,
		rpc_port: up.rpc_port,
		scheduler_port: up.scheduler_port,
		price: up.price,
		node_binary: up.node_binary,
	};
	let next = next_steps(up.rpc_port);
	let serve = async {
		context.out.say(next);
		context.out.say("Ctrl-C stops everything");
		std::future::pending().await
	};
	stack::with(options, context, serve).await?;
	Ok(ExitCode::SUCCESS.into())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn node_at_another_port_is_exported() {
		assert!(next_steps(7_000).contains("export RLC_NODE=ws://127.0.0.1:7000\n"));
		assert!(!next_steps(PORT).contains("RLC_NODE"));
		assert!(next_steps(PORT).contains("rlc app init hello"), "a new chain has no apps");
	}
}
