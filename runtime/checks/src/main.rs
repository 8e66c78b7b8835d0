//! Runs recorded and random histories on the runtime.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use rlc_checks::{fuzz, replay};

/// Checks the runtime of the RLC chain against what must hold.
#[derive(Parser)]
#[command(name = "rlc-checks", version)]
struct Cli {
	#[command(subcommand)]
	command: Command,
}

#[derive(Subcommand)]
enum Command {
	/// Replay what iExec's contracts did, step by step, and stop at the first disagreement
	Replay {
		/// Recorded scenarios, as JSON
		#[arg(required = true, value_name = "FILE")]
		files: Vec<PathBuf>,
	},
	/// Play random histories, and check every invariant after every block
	Fuzz {
		/// Where chance starts: the same seed gives the same history; one is drawn if none is given
		#[arg(long)]
		seed: Option<u64>,
		/// How many extrinsics to send at least
		#[arg(long, default_value_t = 20_000, value_name = "NUMBER")]
		extrinsics: u64,
	},
}

fn main() -> ExitCode {
	let result = match Cli::parse().command {
		Command::Replay { files } => replay::files(&files).map(|summary| println!("{summary}")),
		Command::Fuzz { seed, extrinsics } => {
			let seed = seed.unwrap_or_else(rand::random);
			println!("seed {seed}: again with `rlc-checks fuzz --seed {seed} --extrinsics {extrinsics}`");
			fuzz::run(seed, extrinsics).map(|summary| println!("{summary}"))
		}
	};
	match result {
		Ok(()) => ExitCode::SUCCESS,
		Err(message) => {
			eprintln!("error: {message}");
			ExitCode::FAILURE
		}
	}
}
