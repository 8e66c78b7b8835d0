//! The command line: what can be asked for, and which command does it. Its help is the manual.

use clap::{CommandFactory, Parser, Subcommand};
use futures::future::LocalBoxFuture;

use crate::{
	answer::Outcome,
	commands::{
		account, app, completions, dataset, deal, demo, doctor, estimate, explain, gov, man, order, orderbook,
		scheduler, staking, supervise, task, up, worker, workerpool,
	},
	context::Context,
	failure::Result,
	global::Global,
	output::Output,
	usage,
};

const EXAMPLES: &str = "\
Examples:
  rlc up                                         a whole cloud on this machine, until Ctrl-C
  rlc doctor                                     what this machine can do, and what is missing
  rlc account create me                          a key of your own
  rlc app init hello                             a small app to begin with
  rlc app try hello.wasm --args \"3 4\"            one run of it here, as a worker would run it
  rlc app deploy hello.wasm --name hello --price 0.1 --publish
  rlc app run hello --args \"3 4\" --output result  or by the app's id
  rlc deal list                                  what you bought, sold and computed
  rlc orderbook --kind workerpool --category XS  the offers to compute, the cheapest first

Accounts are names in the keystore, or derivations for development such as //Alice.
Amounts are RLC: 1.5, 1.5RLC, or 1500000000nRLC.
Errors are one line on standard error that ends with a code; `rlc explain CODE` says more.
The exit code is 0 if all went well, 2 for a wrong command line, 3 if some tasks of a deal failed, 4 if all did,
and 1 for any other error.";

/// iExec's decentralized cloud: buy computing, sell apps, data and machines
///
/// One program for every role: requesters run apps, owners sell apps and datasets, schedulers sell the computing of
/// their workers.
#[derive(Debug, Parser)]
#[command(name = "rlc", version, after_help = EXAMPLES, max_term_width = 120, subcommand_required = true)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
	/// The options that every command takes.
	#[command(flatten)]
	pub global: Global,
	/// The command.
	#[command(subcommand)]
	pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
	Up(up::Up),
	Demo(demo::Demo),
	#[command(subcommand)]
	Account(account::Account),
	#[command(subcommand)]
	App(Box<app::App>),
	#[command(subcommand)]
	Dataset(dataset::Dataset),
	#[command(subcommand)]
	Workerpool(workerpool::Workerpool),
	#[command(subcommand)]
	Order(Box<order::Order>),
	Orderbook(orderbook::Orderbook),
	Estimate(Box<estimate::Estimate>),
	#[command(subcommand)]
	Deal(deal::Deal),
	#[command(subcommand)]
	Task(task::Task),
	#[command(subcommand)]
	Scheduler(Box<scheduler::Scheduler>),
	#[command(subcommand)]
	Worker(Box<worker::Worker>),
	#[command(subcommand)]
	Staking(staking::Staking),
	#[command(subcommand)]
	Gov(gov::Gov),
	Doctor(doctor::Doctor),
	Explain(explain::Explain),
	Completions(completions::Completions),
	Man(man::Man),
	#[command(hide = true)]
	Supervise(supervise::Supervise),
}

/// Runs a command.
///
/// # Errors
///
/// If it does not succeed.
pub(crate) async fn run(command: Command, context: &Context) -> Result<Outcome> {
	Ok(match command {
		Command::Up(command) => up::run(command, context).await?,
		Command::Demo(command) => demo::run(command, context, program).await?,
		Command::Account(command) => account::run(command, context).await?.into(),
		Command::App(command) => app::run(*command, context).await?.into(),
		Command::Dataset(command) => dataset::run(command, context).await?.into(),
		Command::Workerpool(command) => workerpool::run(command, context).await?.into(),
		Command::Order(command) => order::run(*command, context).await?.into(),
		Command::Orderbook(command) => orderbook::run(command, context).await?.into(),
		Command::Estimate(command) => estimate::run(*command, context).await?.into(),
		Command::Deal(command) => deal::run(command, context).await?.into(),
		Command::Task(command) => task::run(command, context).await?.into(),
		Command::Scheduler(command) => scheduler::run(*command, context).await?.into(),
		Command::Worker(command) => worker::run(*command, context).await?.into(),
		Command::Staking(command) => staking::run(command, context).await?.into(),
		Command::Gov(command) => gov::run(command, context).await?.into(),
		Command::Doctor(command) => doctor::run(command, context).await?.into(),
		Command::Explain(command) => explain::run(command, context).await?.into(),
		Command::Completions(command) => completions::run(command, Cli::command())?,
		Command::Man(command) => man::run(command, Cli::command())?.into(),
		Command::Supervise(command) => supervise::run(command).await?,
	})
}

/// Runs a command line of this program, for the command that plays others.
fn program(arguments: Vec<String>, out: Output) -> LocalBoxFuture<'static, Result<Outcome>> {
	Box::pin(async move {
		let cli = Cli::try_parse_from(arguments);
		let cli = cli.map_err(|error| usage::failure(&error))?;
		run(cli.command, &Context::new(cli.global, out)).await
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::stack;
	use std::{collections::HashSet, ffi::OsString};

	fn usage(arguments: &[&str]) -> String {
		usage::line(&Cli::try_parse_from([&["rlc"], arguments].concat()).unwrap_err())
	}

	#[test]
	fn stack_starts_its_roles_with_arguments_that_they_understand() {
		let [scheduler, worker] = stack::roles().map(|arguments| {
			let words = [OsString::from("rlc")].into_iter().chain(arguments);
			Cli::try_parse_from(words).unwrap().command
		});
		assert!(matches!(scheduler, Command::Scheduler(_)));
		assert!(matches!(worker, Command::Worker(_)));
	}

	/// clap itself checks this only in debug builds.
	#[test]
	fn no_option_exists_twice() {
		fn walk(command: &clap::Command) {
			let mut names = HashSet::new();
			for arg in command.get_arguments() {
				let long = arg.get_long().map(|long| format!("--{long}"));
				for name in long.into_iter().chain(arg.get_short().map(|short| format!("-{short}"))) {
					assert!(names.insert(name.clone()), "{}: {name} exists twice", command.get_name());
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

	/// Returns the words of an example, without what a shell does with them. An ellipsis stands for the rest of an id.
	fn words(example: &str) -> Option<Vec<String>> {
		let line = example.trim().strip_prefix("rlc ")?;
		let line = ["  ", " | ", " > ", " && "].iter().fold(line, |line, end| line.split(end).next().unwrap_or(line));
		let id = |digits: usize| format!("0x{}", "11".repeat(digits / 2));
		let app = id(40);
		let long = id(64);
		let voucher = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY:0x01";
		let line = line.replace("$(rlc worker vouch WORKER --account me)", voucher);
		let params = rlc_protocol::RequestParams { iexec_args: line, ..Default::default() };
		let words = params.args().unwrap().into_iter().map(|word| match word.split_once('…') {
			Some((_, index)) if index.starts_with(':') => format!("{long}{index}"),
			Some(("0x5b", "")) => app.clone(),
			Some(_) => long.clone(),
			None if word == "APP" => app.clone(),
			None => word,
		});
		Some([String::from("rlc")].into_iter().chain(words).collect())
	}

	#[test]
	fn examples_are_understood() {
		fn walk(command: &mut clap::Command, count: &mut usize) {
			let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
			for example in help.lines().filter(|line| line.starts_with("  ")) {
				let Some(words) = words(example) else { continue };
				*count += 1;
				if let Err(error) = Cli::try_parse_from(&words) {
					panic!("{example}: {}", usage::line(&error));
				}
			}
			command.get_subcommands_mut().for_each(|command| walk(command, count));
		}
		let mut count = 0;
		walk(&mut Cli::command(), &mut count);
		assert!(count > 80, "only {count} examples were found");
	}

	#[test]
	fn examples_of_the_documents_on_votes_and_stakes_are_understood() {
		let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
		for name in ["governance.md", "staking.md"] {
			let text = std::fs::read_to_string(docs.join(name)).unwrap();
			let (mut count, mut in_shell) = (0, false);
			for line in text.lines() {
				if line.starts_with("```") {
					in_shell = line == "```sh";
				}
				let Some(words) = in_shell.then(|| words(line)).flatten() else { continue };
				count += 1;
				if let Err(error) = Cli::try_parse_from(&words) {
					panic!("{name}: {line}: {}", usage::line(&error));
				}
			}
			assert!(count > 5, "{name}: only {count} examples were found");
		}
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
			assert_eq!(line.lines().count(), 1, "{line}");
			assert!(!line.starts_with("error"), "{line}");
		}
		assert!(usage(&["account", "send", "//Bob", "1.5ETH"]).contains("is not an amount; write 1.5"));
	}

	#[test]
	fn nothing_is_sold_for_nothing_by_accident() {
		for kind in ["app", "dataset"] {
			let unsold = [kind, "deploy", "hello.wasm", "--name", "hello", "--price", "1"];
			assert!(usage(&unsold).contains("--publish"), "{}", usage(&unsold));
			assert!(usage(&[kind, "publish", "hello"]).contains("--price <AMOUNT>"));
		}
	}

	#[test]
	fn what_is_not_an_amount_has_the_code_of_amounts() {
		for wrong in ["1.5ETH", "-5", "0.0000000001"] {
			for arguments in [&["account", "send", "//Bob", wrong] as &[_], &["orderbook", "--max-price", wrong]] {
				let error = Cli::try_parse_from([&["rlc"], arguments].concat()).unwrap_err();
				let failure = usage::failure(&error);
				assert_eq!(failure.code(), "amount.invalid", "{arguments:?}: {failure}");
				assert!(failure.to_string().contains(wrong), "{failure}");
			}
		}
		let error = Cli::try_parse_from(["rlc", "account", "send", "-x"]).unwrap_err();
		assert_eq!(usage::failure(&error).code(), "usage");
	}
}
