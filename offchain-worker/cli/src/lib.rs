//! The `rlc` program: every role of the cloud, and every command of its users.
//!
//! ```text
//! arguments ──► cli ──► commands/… ──► answer, printed once: text, or JSON with --json
//!                           │  └─────► progress, on standard error
//!                           └─ failure ──► `error: what is wrong; what to do`
//! ```
//!
//! | module | what |
//! |---|---|
//! | [`cli`] | the command line; its help is the manual |
//! | [`commands`] | one file for each group of commands |
//! | [`context`] | who acts, with which key, over which node |
//! | [`keystore`] | keys on disk under passwords |
//! | [`amount`], [`ids`], [`orders`] | how people write amounts, names of things, and orders |
//! | [`assets`] | what apps, datasets and workerpools have in common |
//! | [`request`], [`market`] | what somebody asks for, what it would be matched with, and why with nothing |
//! | [`needs`], [`demand`] | what each task needs, and whether a pool has a worker for it |
//! | [`pool`] | talking to a scheduler and its store |
//! | [`watch`], [`results`] | following a deal, and getting what it computed |
//! | [`output`], [`table`], [`failure`] | what is said, and how |
//! | [`stop`] | when to stop |
//!
//! Roles run here too: [`commands::scheduler`] and [`commands::worker`] start those crates, [`commands::up`] starts a
//! whole stack as child processes of this program.

pub mod amount;
pub mod assets;
pub mod cli;
pub mod commands;
pub mod context;
pub mod demand;
pub mod failure;
pub mod ids;
pub mod keystore;
pub mod market;
pub mod needs;
pub mod orders;
pub mod output;
pub mod pool;
pub mod request;
pub mod results;
pub mod stop;
pub mod table;
pub mod watch;

use std::{ffi::OsString, process::ExitCode};

use clap::{error::ErrorKind, Parser};

use cli::Cli;
use context::Context;
use output::Output;

/// The exit code for arguments that make no sense, as is the custom.
const USAGE: u8 = 2;

/// Run the program with these arguments, of which the first is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
	let cli = match Cli::try_parse_from(arguments) {
		Ok(cli) => cli,
		Err(error) => return usage(&error),
	};
	log_to_stderr(cli.global.verbose);
	let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
		Ok(runtime) => runtime,
		Err(error) => return fail(&error),
	};
	let context = Context { out: Output::new(cli.global.json), global: cli.global };
	let ended = runtime.block_on(commands::run(cli.command, &context));
	// What waits for a terminal's input must not keep the program alive.
	runtime.shutdown_background();
	match ended {
		Ok(code) => code,
		Err(failure) => fail(&failure),
	}
}

fn fail(error: &dyn std::fmt::Display) -> ExitCode {
	// Nobody is left to tell if that fails too.
	let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("error: {error}\n"));
	ExitCode::FAILURE
}

/// Help and version go out as they are, a mistake as one line.
fn usage(error: &clap::Error) -> ExitCode {
	match error.kind() {
		ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
			let _ = error.print();
			ExitCode::SUCCESS
		}
		ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
			let _ = error.print();
			ExitCode::from(USAGE)
		}
		_ => {
			fail(&cli::usage_line(error));
			ExitCode::from(USAGE)
		}
	}
}

/// Roles log what they do; commands only what goes wrong. `RUST_LOG` decides where it is set.
fn log_to_stderr(verbose: u8) {
	let filter = match verbose {
		0 => "warn,rlc_scheduler=info,rlc_worker=info,rlc_store=info",
		1 => "info",
		2 => {
			"info,rlc_cli=debug,rlc_chain=debug,rlc_scheduler=debug,rlc_worker=debug,rlc_store=debug,rlc_sandbox=debug"
		}
		_ => "debug",
	};
	let environment = env_logger::Env::default().default_filter_or(filter);
	// A logger that is there already, in a test, is as good.
	let _ = env_logger::Builder::from_env(environment).format_timestamp_millis().try_init();
}
