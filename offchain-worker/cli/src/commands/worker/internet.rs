//! What of the internet containers get: the same options for a worker and for its container service.

use std::net::Ipv4Addr;

use clap::Args;
use rlc_sandbox::{IpNet, NetworkConfig};
use rlc_worker::NetworkProgram;

/// What of the internet containers get.
#[derive(Debug, Args)]
pub(crate) struct Internet {
	/// Let container apps whose order grants it reach the internet, but neither this machine, nor its neighbors, nor private
	/// networks. Needs pasta or slirp4netns, and nft
	#[arg(long)]
	pub network: bool,

	/// What carries the packets of container apps: pasta, or slirp4netns [default: pasta if it is of August 2024 or newer, else
	/// slirp4netns, else an older pasta]
	#[arg(long, value_name = "PROGRAM", requires = "network")]
	pub network_program: Option<NetworkProgram>,

	/// The server that container apps with a network ask for names; may be repeated [default: 9.9.9.9 and 1.1.1.1, which are
	/// public. This machine's own resolver may know names that are nobody's business]
	#[arg(long = "resolver", value_name = "IP", requires = "network")]
	pub resolvers: Vec<Ipv4Addr>,

	/// Keep apps and fetched inputs away from this network too, such as a campus with public addresses: 131.1.0.0/16; may be
	/// repeated
	#[arg(long = "deny-network", value_name = "CIDR")]
	pub denied_networks: Vec<IpNet>,
}

impl Internet {
	/// Returns what the networks of containers are like.
	pub fn config(&self) -> NetworkConfig {
		NetworkConfig::new(self.denied_networks.iter().copied(), self.resolvers.clone(), self.network_program)
	}
}
