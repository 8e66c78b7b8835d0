//! The `rlc` program: every role of the cloud, and every command of its users.
#![doc = include_str!("../README.md")]

mod after;
mod amount;
mod answer;
mod assets;
mod bag;
mod cli;
mod commands;
mod context;
mod deals;
mod demand;
mod failure;
mod fit;
mod forecast;
mod gate;
mod global;
mod gov;
mod history;
mod ids;
mod local_file;
mod market;
mod named_order;
mod needs;
mod order_file;
mod output;
mod pages;
mod pins;
mod pool;
mod program;
mod proxy;
mod read_along;
mod refund;
mod request;
mod results;
mod role;
mod say;
mod stack;
mod stake;
mod stops;
mod table;
mod usage;
mod watch;
mod whose;
mod worker_dir;

use std::{ffi::OsString, process::ExitCode};

use clap::{error::ErrorKind, Parser};

use answer::Outcome;
use cli::Cli;
use context::Context;
use failure::failure;
use output::Output;

/// The exit code for a wrong command line, by convention.
const USAGE: u8 = 2;

/// Runs the program with these arguments, of which the first is its name, and returns its exit code.
///
/// If it were generic, the program would compile all that it calls once more.
pub fn run(arguments: &[OsString]) -> ExitCode {
	let cli = match Cli::try_parse_from(arguments) {
		Ok(cli) => cli,
		Err(error) => return usage_error(&error, arguments),
	};
	let out = Output::new(cli.global.json);
	if let Err(error) = rlc_service::logs::init(log_filter(cli.global.verbose), None) {
		out.fail(&failure!(Usage, "{error}"));
		return ExitCode::from(USAGE);
	}
	let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
		Ok(runtime) => runtime,
		Err(error) => return out.fail(&failure!(Internal, "the program cannot start: {error}")),
	};
	let context = Context::new(cli.global, out);
	let ended = runtime.block_on(cli::run(cli.command, &context));
	// A thread that waits for a terminal's input must not keep the program alive.
	runtime.shutdown_background();
	match ended {
		Ok(Outcome::Said(answer)) => {
			context.out.print(&answer);
			answer.ending.exit_code()
		}
		Ok(Outcome::Served(code)) => code,
		Err(failure) => context.out.fail(&failure),
	}
}

/// Prints help and version as they are, a mistake as one line.
fn usage_error(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
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
			let out = Output::new(arguments.iter().any(|argument| argument == "--json"));
			out.fail(&usage::failure(error));
			ExitCode::from(USAGE)
		}
	}
}

/// Returns what is logged, where `RUST_LOG` does not say: what roles do, and of commands only what goes wrong.
fn log_filter(verbose: u8) -> &'static str {
	match verbose {
		0 => "warn,rlc_cli=info,rlc_scheduler=info,rlc_worker=info,rlc_store=info",
		1 => "info",
		2 => {
			"info,rlc_cli=debug,rlc_chain=debug,rlc_scheduler=debug,rlc_worker=debug,rlc_store=debug,rlc_sandbox=debug"
		}
		_ => "debug",
	}
}
