//! What each subcommand does.
//!
//! All that the program says beside its log and its results is one line on the standard error output, when something
//! went wrong.

use std::{io::Write, process::ExitCode};

use clap::error::ErrorKind;
use rlc_primitives::Block;
use rlc_service::escape;
use sc_cli::{CliConfiguration, SharedParams, SubstrateCli};
use sc_service::{BasePath, ChainSpec as _, Configuration};

use crate::{
	chain_spec,
	cli::{BuildSpec, Cli, Subcommand},
	preflight,
	service::{self, Options, Prepared, Seal},
	watchdog, worker, Error,
};

/// Exit code for arguments that make no sense, as is the custom.
const USAGE: u8 = 2;

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
	rlc_worker::compile_if_asked();
	let cli = match Cli::read(std::env::args_os()) {
		Ok(cli) => cli,
		Err(error) => return usage(&error),
	};
	let ended = match cli.worker.child() {
		Some(child) => worker::run(child, cli.log_format),
		None => execute(&cli).map(|()| ExitCode::SUCCESS),
	};
	match ended {
		Ok(code) => code,
		Err(error) => {
			eprintln!("error: {}", escape::line(&error.one_line()));
			ExitCode::FAILURE
		}
	}
}

/// Prints help and version as they are, and a mistake as one line.
fn usage(error: &clap::Error) -> ExitCode {
	match error.kind() {
		ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
			// Nothing can be done if the terminal is gone.
			let _ = error.print();
			ExitCode::SUCCESS
		}
		_ => {
			eprintln!("error: {} (see --help)", escape::line(&mistake(&error.to_string())));
			ExitCode::from(USAGE)
		}
	}
}

/// Returns what clap says of a mistake in one line: its first paragraph, which names the arguments.
fn mistake(text: &str) -> String {
	let paragraph = text.trim_start().lines().map(str::trim).take_while(|line| !line.is_empty());
	paragraph.collect::<Vec<_>>().join(" ").trim_start_matches("error: ").to_owned()
}

fn execute(cli: &Cli) -> Result<(), Error> {
	match &cli.subcommand {
		None => run_node(cli),
		Some(Subcommand::Key(command)) => {
			match command {
				sc_cli::KeySubcommand::Insert(insert) => check_chain(cli, &insert.shared_params)?,
				sc_cli::KeySubcommand::Inspect(inspect) => {
					if let Some(uri) = &cli.inspected {
						preflight::uri(uri, inspect.crypto_scheme.scheme)?;
					}
				}
				_ => {}
			}
			Ok(command.run(cli)?)
		}
		Some(Subcommand::BuildSpec(command)) => build_spec(command),
		Some(Subcommand::CheckBlock(command)) => on_chain(cli, command, |chain, _| {
			let Prepared { parts, import, .. } = chain;
			Ok((command.run::<Block, _, _>(parts.client, import.queue), parts.tasks))
		}),
		Some(Subcommand::ExportBlocks(command)) => on_chain(cli, command, |chain, config| {
			Ok((command.run::<Block, _>(chain.parts.client, config.database), chain.parts.tasks))
		}),
		Some(Subcommand::ExportState(command)) => on_chain(cli, command, |chain, config| {
			Ok((
				command.run::<Block, service::types::Backend, _>(chain.parts.client, config.chain_spec),
				chain.parts.tasks,
			))
		}),
		Some(Subcommand::ImportBlocks(command)) => on_chain(cli, command, |chain, _| {
			let Prepared { parts, import, .. } = chain;
			Ok((command.run::<Block, _, _>(parts.client, import.queue), parts.tasks))
		}),
		Some(Subcommand::Revert(command)) => on_chain(cli, command, |chain, _| {
			let service::Parts { client, backend, tasks, .. } = chain.parts;
			let consensus = Box::new(|client, backend, blocks| Ok(service::revert(client, backend, blocks)?));
			Ok((command.run(client, backend, Some(consensus)), tasks))
		}),
		Some(Subcommand::PurgeChain(command)) => {
			check_chain(cli, &command.shared_params)?;
			cli.create_runner(command)?.sync_run(|config| Ok(command.run(config.database)?))
		}
		Some(Subcommand::ChainInfo(command)) => {
			check_chain(cli, &command.shared_params)?;
			cli.create_runner(command)?.sync_run(|config| Ok(command.run::<Block>(&config)?))
		}
	}
}

/// Runs a node until it is stopped, or fails.
fn run_node(cli: &Cli) -> Result<(), Error> {
	check_chain(cli, &cli.run.shared_params)?;
	// Before the libraries write there: their errors do not say where that was.
	preflight::folder(base_path(&cli.run)?.path())?;
	let has_worker = wants_worker(cli)?;
	let mut runner = cli.create_runner(&cli.run)?;
	let config = runner.config_mut();
	if cli.run.telemetry_params.telemetry_endpoints.is_empty() {
		// A chain spec does not give the operator's consent.
		config.telemetry_endpoints = None;
	}
	if cli.seal() == Seal::Instant {
		let pool = sc_cli::TransactionPoolParams {
			pool_type: sc_cli::TransactionPoolType::SingleState,
			..cli.run.pool_config.clone()
		};
		config.transaction_pool = pool.transaction_pool(cli.run.is_dev()?);
	}
	preflight::ports(config, cli.chosen_ports())?;
	let options = Options { seal: cli.seal(), storage: cli.storage.clone(), rpc_server: true };
	let base_path = config.base_path.path().to_path_buf();
	let registry = config.prometheus_registry().cloned();
	runner.run_node_until_exit(|config| async move {
		let mut node = service::start(config, options)?;
		if has_worker {
			worker::start(&mut node, &base_path, registry.as_ref())?;
		}
		watchdog::start(&node);
		Ok::<_, Error>(node.tasks)
	})
}

/// Returns whether a worker is to run beside the node, and can.
fn wants_worker(cli: &Cli) -> Result<bool, Error> {
	if cli.worker.scheduler.is_none() {
		return Ok(false);
	}
	let is_dev = cli.run.is_dev()?;
	let chain = cli.load(&cli.run.shared_params.chain_id(is_dev))?.chain_type();
	cli.worker.is_wanted(cli.run.role(is_dev)?, chain)
}

fn base_path(command: &impl CliConfiguration) -> Result<BasePath, Error> {
	Ok(match command.base_path()? {
		Some(path) => path,
		None => BasePath::from_project("", "", &Cli::executable_name()),
	})
}

/// Opens the chain of a stopped node, and runs an action on it.
fn on_chain<Command, Action>(
	cli: &Cli,
	command: &Command,
	action: impl FnOnce(Prepared, Configuration) -> Result<(Action, sc_service::TaskManager), Error>,
) -> Result<(), Error>
where
	Command: CliConfiguration,
	Action: std::future::Future<Output = sc_cli::Result<()>>,
{
	check_chain(cli, command.shared_params())?;
	preflight::folder(base_path(command)?.path())?;
	let mut runner = cli.create_runner(command)?;
	// Imported blocks are indexed like synced ones.
	runner.config_mut().offchain_worker.indexing_enabled = true;
	runner.async_run(|config| {
		let chain = service::prepare(&config, Seal::Slots)?;
		let (action, tasks) = action(chain, config)?;
		Ok((async move { Ok(action.await?) }, tasks))
	})
}

/// Makes sure that a chain is named and loads: the libraries accept an empty name, and wrap errors in text of their own.
fn check_chain(cli: &Cli, params: &SharedParams) -> Result<(), Error> {
	match params.chain_id(params.is_dev()).as_str() {
		"" => Err(Error::NoChain),
		name => cli.load(name).map(drop),
	}
}

fn build_spec(command: &BuildSpec) -> Result<(), Error> {
	let mut spec = match &command.founders {
		Some(founders) => chain_spec::found(&command.chain, founders)?,
		// The raw form holds the genesis state, which does not exist without validators; the plain form is for reading.
		None if command.raw => chain_spec::load(&command.chain)?,
		None => chain_spec::load_unfounded(&command.chain)?,
	};
	for bootnode in &command.bootnodes {
		spec.add_boot_node(bootnode.clone());
	}
	let json = sc_service::chain_ops::build_spec(&spec, command.raw)?;
	match &command.output {
		Some(path) => std::fs::write(path, json).map_err(|source| Error::NotWritable { path: path.clone(), source })?,
		None => std::io::stdout().write_all(json.as_bytes()).map_err(sc_cli::Error::Io)?,
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn missing_argument_is_named() {
		let text = "error: the following required arguments were not provided:\n  --suri <SURI>\n  --scheme <SCHEME>\n\nUsage: x";
		let said = "the following required arguments were not provided: --suri <SURI> --scheme <SCHEME>";
		assert_eq!(mistake(text), said);
		assert_eq!(mistake("error: unexpected argument '--x' found\n\nUsage: x"), "unexpected argument '--x' found");
	}
}
