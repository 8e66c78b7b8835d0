//! Runs recorded and random histories and attacks on the runtime.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use rlc_checks::{attacks, fuzz, replay};

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
	/// Play each known attack on the economy: what it costs, what it brings, what others lose; fails if one pays
	#[command(
		after_help = "Examples:\n  rlc-checks attacks\n  rlc-checks attacks --only kitty-pump --only one-account-consensus\n  \
		rlc-checks attacks --list\n\nAmounts are in RLC. What the promises are is in docs/threat-model.md."
	)]
	Attacks {
		/// Only the attack of this name; may be given several times
		#[arg(long, value_name = "NAME")]
		only: Vec<String>,
		/// Name the attacks, and play none
		#[arg(long)]
		list: bool,
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
		Command::Attacks { list: true, .. } => {
			attacks::ALL.iter().for_each(|one| println!("{:<22} {:<4} {}", one.name, one.promise, one.about));
			Ok(())
		}
		Command::Attacks { only, list: false } => {
			println!("{}", attacks::head());
			attacks::run(&only, |one| println!("{one}")).map(|sum| println!("{sum}"))
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
