//! Measures what the runtime's calls and hooks weigh, and holds full blocks against it.
//!
//! `rlc-bencher pallet` is the tool of FRAME: `make weights` runs it over all pallets. `rlc-bencher calls` executes blocks that
//! are full of the heaviest calls, each of one: `make weigh` runs it. The runtime that this package compiles for both, with
//! benchmarks and `try_state` in it, lies beside the node's own as `bench_runtime.compact.compressed.wasm`.

mod calls;

use std::process::ExitCode;

use clap::Parser;
use frame_benchmarking_cli::PalletCmd;
use sp_runtime::traits::BlakeTwo256;

/// Measures what the calls and hooks of the RLC chain weigh.
#[derive(Parser)]
#[command(name = "rlc-bencher", version)]
enum Cli {
	/// Measure calls and hooks with their benchmarks, and write their weights
	Pallet(Box<PalletCmd>),
	/// Fill blocks with each of the heaviest calls; fails if one is booked at less or at far more than it takes
	#[command(
		after_help = "Examples:\n  rlc-bencher calls --runtime FILE\n  rlc-bencher calls --runtime FILE --only reveal_batch\n\nThe \
		ratio is what is booked, in parts of what is measured in memory and what a database takes for the keys that each call \
		reads and writes. It fails below 1, where a call is booked too low, and above 2. Times are the machine's: run it \
		alone."
	)]
	Calls(calls::Calls),
}

fn main() -> ExitCode {
	let result = match Cli::parse() {
		Cli::Pallet(command) => command.run_with_spec::<BlakeTwo256, ()>(None).map_err(|error| error.to_string()),
		Cli::Calls(command) => command.run(),
	};
	match result {
		Ok(()) => ExitCode::SUCCESS,
		Err(message) => {
			eprintln!("error: {message}");
			ExitCode::FAILURE
		}
	}
}
