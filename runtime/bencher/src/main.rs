//! Measures the weights of the runtime's calls and hooks, with the tool of FRAME.
//!
//! `make weights` runs it over all pallets; `--help` tells what else it can do. The runtime that it compiles, with
//! benchmarks and `try_state` in it, lies beside the node's own as `bench_runtime.compact.compressed.wasm`.

use clap::Parser;
use frame_benchmarking_cli::PalletCmd;
use sp_runtime::traits::BlakeTwo256;

fn main() -> sc_cli::Result<()> {
	PalletCmd::parse().run_with_spec::<BlakeTwo256, ()>(None)
}
