//! The command line: flags, subcommands, help.

use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser};
use rlc_service::logs::Format;
use sc_cli::{CliConfiguration, DefaultConfigurationValues, Runner, SubstrateCli};
use sc_network::config::MultiaddrWithPeerId;
use sc_storage_monitor::StorageMonitorParams;

use crate::{
	chain_spec::{self, ChainSpec},
	defaults::{CALLS_PER_MINUTE, IMPL_NAME, IMPL_VERSION, MAX_BATCH, UNLIMITED},
	logs,
	preflight::Chosen,
	service::Seal,
	Error,
};

mod worker;

pub use worker::WorkerParams;

const EXAMPLES: &str = "\
Examples:
  rlc-node --dev                                   one validator, a block a second, forgotten at the end
  rlc-node --dev --instant-seal                    a block as soon as there is a transaction
  rlc-node --dev --base-path ./data                the same chain again next time
  rlc-node --chain local --alice --unsafe-force-node-key-generation --base-path ./alice
  rlc-node --chain spec.json --worker https://pool.example.org --worker-key ./keys/me.json
  rlc-node build-spec --chain testnet --founders founders.json --raw --output spec.json
  rlc-node --chain spec.json --validator --base-path /var/lib/rlc
  rlc-node key generate-node-key --chain spec.json --base-path /var/lib/rlc

Chains: dev, local, or the path of a chain spec. The live chains testnet and mainnet are run from
a spec that build-spec made with their founders.";

/// Arguments of the program.
#[derive(Debug, Parser)]
pub struct Cli {
	/// What to do instead of running a node.
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	/// How to run a node.
	#[command(flatten)]
	pub run: sc_cli::RunCmd,

	/// Make a block as soon as there is a transaction, and finalize it at once.
	///
	/// For developing against the chain, on development chains only. GRANDPA and BEEFY do not run. Chain time follows
	/// the clock, but runs ahead by a slot for each block when blocks come faster than slots.
	#[arg(long)]
	pub instant_seal: bool,

	/// A worker beside the node.
	#[command(flatten)]
	pub worker: WorkerParams,

	/// When the disk counts as full.
	#[command(flatten)]
	pub storage: StorageMonitorParams,

	/// The form of the log: text, or json for an object a line [default: RLC_LOG_FORMAT, else text]
	#[arg(long, value_name = "FORMAT", global = true)]
	pub log_format: Option<Format>,

	/// What `key inspect` is to inspect, unless it is public. The library does not expose it, and reports a wrong one as
	/// a success.
	#[arg(skip)]
	pub inspected: Option<String>,
}

/// What to do instead of running a node.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
	/// Make and inspect keys.
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Write a chain's specification.
	#[command(visible_alias = "export-chain-spec")]
	BuildSpec(BuildSpec),

	/// Check that a block of the database is valid.
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Write blocks of the database to a file.
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Write the state at a block as a raw chain spec.
	ExportState(sc_cli::ExportStateCmd),

	/// Read blocks from a file into the database.
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Remove the database of a chain. Keys stay.
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Take back the last blocks, as far as they are not final.
	Revert(sc_cli::RevertCmd),

	/// Show the best and the last final block of the database.
	ChainInfo(sc_cli::ChainInfoCmd),
}

/// Write a chain's specification: its name, its genesis, its boot nodes.
///
/// The plain form names the genesis configuration, for people; the raw form contains the genesis state, for nodes, and
/// stays the same when the node is upgraded.
#[derive(Debug, clap::Args)]
pub struct BuildSpec {
	/// dev, local, testnet, mainnet, or the path of a chain spec.
	#[arg(long, value_name = "CHAIN_SPEC", default_value = "local")]
	pub chain: String,

	/// Write the raw form.
	#[arg(long)]
	pub raw: bool,

	/// The first validators of testnet or mainnet: a JSON array of objects with the addresses (SS58) account, babe,
	/// grandpa, authority_discovery and beefy.
	#[arg(long, value_name = "FILE")]
	pub founders: Option<PathBuf>,

	/// Add an address at which new nodes find the network: /ip4/1.2.3.4/tcp/30333/p2p/PEER.
	#[arg(long = "bootnode", value_name = "ADDR")]
	pub bootnodes: Vec<MultiaddrWithPeerId>,

	/// Write to this file instead of the terminal.
	#[arg(long, short, value_name = "FILE")]
	pub output: Option<PathBuf>,

	/// Accepted for compatibility with other tools: no boot node is added by default.
	#[arg(long, hide = true)]
	pub disable_default_bootnode: bool,
}

impl Cli {
	/// Reads the arguments.
	///
	/// # Errors
	///
	/// If they are not valid, and also if they ask for help or the version: clap tells these apart.
	pub fn read<Args>(args: Args) -> Result<Self, clap::Error>
	where
		Args: IntoIterator,
		Args::Item: Into<std::ffi::OsString> + Clone,
	{
		let command = Self::setup_command(Self::command())
			.after_help(EXAMPLES)
			// Proofs of blocks for Ethereum are made of what the runtime indexes off-chain; and what the runtime does
			// beside the chain is not for validators only.
			.mut_arg("indexing_enabled", |flag| flag.default_value("true"))
			.mut_arg("enabled", |flag| flag.default_value("always"))
			.mut_arg("rpc_max_batch_request_len", |length| length.default_value(MAX_BATCH.to_string()))
			.mut_arg("rpc_rate_limit", |calls| calls.default_value(CALLS_PER_MINUTE.to_string()))
			.mut_arg("rpc_rate_limit_whitelisted_ips", |ips| ips.default_values(UNLIMITED));
		let matches = command.try_get_matches_from(args)?;
		let inspect = matches.subcommand_matches("key").and_then(|key| key.subcommand_matches("inspect"));
		let secret = inspect.filter(|inspect| !inspect.get_flag("public"));
		let inspected = secret.and_then(|inspect| inspect.get_one::<String>("uri")).cloned();
		Ok(Self { inspected, ..Self::from_arg_matches(&matches)? })
	}

	/// Loads the chain that the subcommand is for.
	///
	/// # Errors
	///
	/// See [`chain_spec::load`] and [`chain_spec::load_unfounded`].
	pub fn load(&self, name: &str) -> Result<ChainSpec, Error> {
		match self.subcommand {
			// Founders make their keys before their chain.
			Some(Subcommand::Key(_) | Subcommand::PurgeChain(_)) => chain_spec::load_unfounded(name),
			_ => chain_spec::load(name),
		}
	}

	/// Returns how blocks are made.
	pub fn seal(&self) -> Seal {
		if self.instant_seal {
			Seal::Instant
		} else {
			Seal::Slots
		}
	}

	/// Returns which ports were chosen on the command line.
	pub fn chosen_ports(&self) -> Chosen {
		let rpc = &self.run.rpc_params;
		let network = &self.run.network_params;
		Chosen {
			rpc: rpc.rpc_port.is_some() || !rpc.experimental_rpc_endpoint.is_empty(),
			p2p: network.port.is_some() || !network.listen_addr.is_empty(),
			metrics: self.run.prometheus_params.prometheus_port.is_some(),
		}
	}
}

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		IMPL_NAME.into()
	}

	fn impl_version() -> String {
		IMPL_VERSION.into()
	}

	/// Returns the name that also names the data folder, so that it does not change when the file is renamed.
	fn executable_name() -> String {
		"rlc-node".into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		env!("CARGO_PKG_AUTHORS").into()
	}

	fn support_url() -> String {
		"the issues of this repository".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn create_runner<Command, Values>(&self, command: &Command) -> sc_cli::Result<Runner<Self>>
	where
		Command: CliConfiguration<Values>,
		Values: DefaultConfigurationValues,
	{
		let format = Format::chosen(self.log_format).map_err(|error| sc_cli::Error::Application(error.into()))?;
		logs::runner(self, command, format)
	}

	fn load_spec(&self, name: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
		// Subcommands that need a chain were refused before if they had none; what is left is the generation of a
		// network key, which only needs some chain's id.
		let name = if name.is_empty() { chain_spec::Known::Dev.name() } else { name };
		self.load(name).map(|spec| Box::new(spec) as Box<_>).map_err(|error| error.one_line())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sc_cli::CliConfiguration;
	use std::collections::HashSet;

	fn read(args: &[&str]) -> Cli {
		Cli::read(std::iter::once("rlc-node").chain(args.iter().copied())).expect("good arguments")
	}

	/// What clap itself checks only in builds for debugging.
	fn consistent(command: &clap::Command) {
		let mut names = HashSet::new();
		for arg in command.get_arguments() {
			let long = arg.get_long().map(|long| format!("--{long}"));
			for name in long.into_iter().chain(arg.get_short().map(|short| format!("-{short}"))) {
				assert!(names.insert(name.clone()), "{}: {name} is there twice", command.get_name());
			}
		}
		assert!(command.get_about().is_some(), "{} says nothing about itself", command.get_name());
		command.get_subcommands().for_each(consistent);
	}

	#[test]
	fn command_line_is_consistent() {
		let mut command = Cli::setup_command(Cli::command());
		command.build();
		consistent(&command);
	}

	#[test]
	fn strangers_cannot_ask_without_end_unless_that_is_wanted() {
		let params = read(&["--dev"]).run.rpc_params;
		assert_eq!((params.rpc_max_batch_request_len, params.rpc_rate_limit.map(u32::from)), (Some(100), Some(60_000)));
		assert_eq!(params.rpc_rate_limit_whitelisted_ips.len(), 2);
		let more = read(&["--dev", "--rpc-rate-limit", "7", "--rpc-disable-batch-requests"]).run.rpc_params;
		assert_eq!((more.rpc_rate_limit.map(u32::from), more.rpc_disable_batch_requests), (Some(7), true));
	}

	#[test]
	fn offchain_indexing_and_workers_are_on_unless_switched_off() {
		for (args, on) in [
			(&["--dev"][..], true),
			(&["--chain", "local"][..], true),
			(&["--dev", "--enable-offchain-indexing", "false", "--offchain-worker", "never"][..], false),
		] {
			let config = read(args).run.offchain_worker(&sc_cli::Role::Full).expect("a configuration");
			assert_eq!((config.enabled, config.indexing_enabled), (on, on), "{args:?}");
		}
	}

	#[test]
	fn chosen_ports_are_told_from_defaults() {
		let none = read(&["--dev"]).chosen_ports();
		assert!(!none.rpc && !none.p2p && !none.metrics);
		let all = read(&["--dev", "--rpc-port", "1", "--port", "2", "--prometheus-port", "3"]).chosen_ports();
		assert!(all.rpc && all.p2p && all.metrics);
	}

	#[test]
	fn zombienet_gets_its_spec() {
		let cli = read(&["build-spec", "--chain", "local", "--disable-default-bootnode", "--raw"]);
		assert!(matches!(cli.subcommand, Some(Subcommand::BuildSpec(BuildSpec { raw: true, .. }))));
	}
}
