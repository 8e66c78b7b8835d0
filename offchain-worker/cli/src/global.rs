//! The options that every command takes.

use std::path::PathBuf;

use clap::Args;
use rlc_store::Proxy;

use crate::amount::Amount;

/// The options that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "For every command")]
pub(crate) struct Global {
	/// The node to talk to
	#[arg(long, global = true, env = "RLC_NODE", value_name = "URL", default_value = "ws://127.0.0.1:9944")]
	pub node: String,

	/// The account that acts: a name in the keystore, or a development account such as //Alice
	#[arg(long, global = true, env = "RLC_ACCOUNT", value_name = "NAME")]
	pub account: Option<String>,

	/// Read the account's password from this file [default: RLC_PASSWORD, or ask on the terminal]
	#[arg(long, global = true, value_name = "FILE")]
	pub password_file: Option<PathBuf>,

	/// Agree to what the command costs, and to what it asks
	#[arg(long, short, global = true)]
	pub yes: bool,

	/// Agree to what the command costs up to this amount in all, deposits and fees included, and never pay more
	#[arg(long, global = true, env = "RLC_MAX_COST", value_name = "AMOUNT")]
	pub max_cost: Option<Amount>,

	/// Talk to schedulers of workerpools whose URL leads to this machine or into a private network. On development
	/// chains, this is always allowed
	#[arg(long, global = true)]
	pub allow_private_schedulers: bool,

	/// Fetch inputs from the web and images from registries through this HTTP proxy: http://[USER:PASSWORD@]HOST:PORT. It has
	/// to allow CONNECT to addresses. Nodes, schedulers and their stores are reached without it. HTTPS_PROXY and the like
	/// are not read
	#[arg(long = "proxy", global = true, env = "RLC_PROXY", hide_env_values = true, value_name = "URL")]
	pub http_proxy: Option<Proxy>,

	/// Print one JSON document instead of text, and errors as JSON on standard error
	#[arg(long, global = true)]
	pub json: bool,

	/// Log more; twice for debugging
	#[arg(short, long, global = true, action = clap::ArgAction::Count)]
	pub verbose: u8,
}
