//! The command line: what can be asked for. Its help is the manual.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::{
	account, app, completions, dataset, deal, demo, doctor, estimate, man, order, orderbook, scheduler, supervise,
	task, up, worker, workerpool,
};

const EXAMPLES: &str = "\
Examples:
  rlc up                                         a whole cloud on this machine, until Ctrl-C
  rlc doctor                                     what this machine can do, and what is missing
  rlc account create me                          a key of one's own
  rlc app init hello                             a small app to begin with
  rlc app try hello.wasm --args \"3 4\"            one run of it here, as a worker would run it
  rlc app deploy hello.wasm --name hello --price 0.1 --publish
  rlc app run 0x5b… --args \"3 4\" --output result
  rlc orderbook --kind workerpool --category XS  who computes, and for how much

Accounts are names in the keystore, or derivations for development such as //Alice.
Amounts are RLC: 1.5, 1.5RLC, or 1500000000nRLC.
Errors are one line on standard error; the exit code is 2 for a wrong command line, else 1.";

/// iExec's decentralized cloud: buy computing, sell apps, data and machines
///
/// One program for every role: requesters run apps, owners sell apps and datasets, schedulers sell the computing of
/// their workers.
#[derive(Debug, Parser)]
#[command(name = "rlc", version, after_help = EXAMPLES, max_term_width = 120, subcommand_required = true)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub struct Cli {
	/// What holds for every command.
	#[command(flatten)]
	pub global: Global,
	/// What to do.
	#[command(subcommand)]
	pub command: Command,
}

/// What holds for every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "For every command")]
pub struct Global {
	/// The node to talk to
	#[arg(long, global = true, env = "RLC_NODE", value_name = "URL", default_value = "ws://127.0.0.1:9944")]
	pub node: String,

	/// Who acts: a name in the keystore, or for development //Alice and the like
	#[arg(long, global = true, env = "RLC_ACCOUNT", value_name = "NAME")]
	pub account: Option<String>,

	/// Read the account's password from this file; else from RLC_PASSWORD, else it is asked for
	#[arg(long, global = true, value_name = "FILE")]
	pub password_file: Option<PathBuf>,

	/// Print one JSON document instead of text
	#[arg(long, global = true)]
	pub json: bool,

	/// Log more; twice for everything
	#[arg(short, long, global = true, action = clap::ArgAction::Count)]
	pub verbose: u8,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Start a whole stack on this machine: node, scheduler with its store, workers
	Up(up::Up),

	/// Play real jobs on a stack of its own, with a worker that lies, and show who earned what
	Demo(demo::Demo),

	/// Keys and balances
	#[command(subcommand)]
	Account(account::Account),

	/// Programs: write, try, deploy, sell, run
	#[command(subcommand)]
	App(Box<app::App>),

	/// Data that programs read: deploy, sell
	#[command(subcommand)]
	Dataset(dataset::Dataset),

	/// Machines under one scheduler: register, sell
	#[command(subcommand)]
	Workerpool(workerpool::Workerpool),

	/// Single orders: sign, match, publish, cancel
	#[command(subcommand)]
	Order(Box<order::Order>),

	/// Published orders, the best price first
	Orderbook(orderbook::Orderbook),

	/// What a run would cost now, and how long it would wait
	Estimate(Box<estimate::Estimate>),

	/// Deals: what was agreed on, and how far it is
	#[command(subcommand)]
	Deal(deal::Deal),

	/// Tasks: single runs, their results and logs
	#[command(subcommand)]
	Task(task::Task),

	/// Run a workerpool
	#[command(subcommand)]
	Scheduler(Box<scheduler::Scheduler>),

	/// Let this machine work
	#[command(subcommand)]
	Worker(Box<worker::Worker>),

	/// Check what this machine can do, and what is missing
	Doctor(doctor::Doctor),

	/// Print a shell's completions
	Completions(completions::Completions),

	/// Print or write the manual pages
	Man(man::Man),

	/// Run a program that ends with this one's standard input
	#[command(hide = true)]
	Supervise(supervise::Supervise),
}

/// A mistake on the command line as one line.
pub fn usage_line(error: &clap::Error) -> String {
	let text = error.to_string();
	let said = text.lines().take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
	let mut line = String::new();
	for part in said.map(str::trim).filter(|part| !part.is_empty()) {
		let part = part.strip_prefix("error: ").unwrap_or(part);
		let joint = match line.chars().last() {
			None => "",
			Some(':') => " ",
			Some(_) if part.starts_with('[') || part.starts_with('<') || part.starts_with("--") => " ",
			Some(_) => "; ",
		};
		line += joint;
		line += part;
	}
	line + "; see --help"
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;
	use std::collections::HashSet;

	fn usage(arguments: &[&str]) -> String {
		usage_line(&Cli::try_parse_from([&["rlc"], arguments].concat()).unwrap_err())
	}

	/// Which clap itself checks only in builds for debugging.
	#[test]
	fn no_option_is_there_twice() {
		fn walk(command: &clap::Command) {
			let mut names = HashSet::new();
			for arg in command.get_arguments() {
				let long = arg.get_long().map(|long| format!("--{long}"));
				for name in long.into_iter().chain(arg.get_short().map(|short| format!("-{short}"))) {
					assert!(names.insert(name.clone()), "{}: {name} is there twice", command.get_name());
				}
			}
			command.get_subcommands().for_each(walk);
		}
		let mut command = Cli::command();
		command.build();
		walk(&command);
	}

	#[test]
	fn every_command_explains_itself_with_an_example() {
		fn walk(command: &mut clap::Command, path: &str) {
			let help = command.render_long_help().to_string();
			assert!(command.get_about().is_some(), "{path} says nothing of itself");
			if command.get_subcommands().next().is_none() && !command.is_hide_set() {
				assert!(help.contains("Example"), "{path} has no example");
			}
			for sub in command.get_subcommands_mut() {
				let path = format!("{path} {}", sub.get_name());
				walk(sub, &path);
			}
		}
		let mut command = Cli::command();
		command.build();
		walk(&mut command, "rlc");
	}

	#[test]
	fn mistakes_are_one_line() {
		for arguments in [
			&["fly"] as &[_],
			&["account", "send", "//Bob"],
			&["account", "send", "//Bob", "1.5ETH"],
			&["app", "run"],
			&["app", "run", "0x12"],
			&["--nod", "x", "doctor"],
			&["task", "show", "17"],
		] {
			let line = usage(arguments);
			assert!(line.lines().count() == 1 && line.ends_with("; see --help"), "{line}");
			assert!(!line.starts_with("error"), "{line}");
		}
		assert!(usage(&["account", "send", "//Bob", "1.5ETH"]).contains("is no amount; write 1.5"));
	}
}
