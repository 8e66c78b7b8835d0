//! What a worker is told to do.

use std::{
	fmt,
	net::{Ipv4Addr, SocketAddr},
	path::PathBuf,
	str::FromStr,
	time::Duration,
};

use rlc_primitives::{Balance, Tag, WorkerpoolId, RLC};
use rlc_protocol::worker::Operator;
use rlc_sandbox::{Compiler, Gpus, NetworkProgram};
use rlc_service::ServiceManager;
use rlc_store::{IpNet, Proxy, Url};

use crate::{disk::Shares, Activation};

/// The gateway of IPFS that is asked unless another is named: one that gives out blocks, to be checked by the worker that asks.
pub const IPFS_GATEWAY: &str = "https://trustless-gateway.link";

/// A worker's configuration. The chain's connection and the worker's key are given to [`start`](crate::start) beside it.
#[derive(Clone, Debug)]
pub struct Config {
	/// The base address of the pool's scheduler: `http://host:port`, also of its store.
	pub scheduler: String,
	/// The pool that it joins. `None`: the one that is at this address, as the chain says.
	pub workerpool: Option<WorkerpoolId>,
	/// The worker's own directory: journal, results, cache. One for each worker.
	pub dir: PathBuf,
	/// Tasks at a time, fewer if they need more than an equal part of the machine; at most the number of cores. `None`: as
	/// many.
	pub slots: Option<u32>,
	/// When tasks are taken.
	pub activation: Activation,
	/// Memory for all tasks. Each slot gets an equal part, and a task the parts of all its slots.
	pub memory: Share,
	/// What the worker may use of the disk that has its directory: of what is free there, or the worker's already. A quarter
	/// of it is promised to tasks. Each slot gets an equal part of that, and a task the parts of all its slots.
	pub disk: Share,
	/// The graphics processors that apps in containers get if their deal has [`Tag::GPU`] or needs some: each task as many as
	/// it needs, and no two tasks the same. The pool is told how many there are, and gives the worker no more tasks at a time
	/// than have as many each as they need.
	pub gpus: Option<Gpus>,
	/// Whether apps in containers reach the internet if their order's tag has [`Tag::NETWORK`]: neither this machine, nor what
	/// is near it, nor [`denied_networks`](Self::denied_networks). Needs `pasta` or `slirp4netns`, and `nft`.
	pub network: bool,
	/// What carries these apps' packets. `None`: what suits best of what is installed.
	pub network_program: Option<NetworkProgram>,
	/// The servers of names that these apps ask. Empty: public ones, 9.9.9.9 and 1.1.1.1.
	pub resolvers: Vec<Ipv4Addr>,
	/// What neither apps nor inputs may reach, beside what is closed everywhere: networks of the owner with public addresses.
	pub denied_networks: Vec<IpNet>,
	/// The tags' bits that the machine satisfies beside those two, as the pool is told: it gives the worker tasks that
	/// demand no others. There are no enclaves here, so tasks that demand one fail, whatever is said.
	pub tag: Tag,
	/// Disk for apps, datasets and inputs that may be needed again, in bytes, and no more than a quarter of what the worker may
	/// use. A task whose own have more is not computed.
	pub cache: u64,
	/// The largest app, dataset or input, in bytes.
	pub max_download: u64,
	/// How long a download may take.
	pub download_time: Duration,
	/// What is kept of each stream that an app writes, in bytes.
	pub logs: usize,
	/// How long a result that the pool's store does not have is kept at least, from when its task was taken. A pool that
	/// keeps results for longer can get them for longer.
	pub keep_results: Duration,
	/// The RPC of an IPFS node, to look for contents in that the pool's store does not have: `http://127.0.0.1:5001`.
	pub ipfs: Option<Url>,
	/// The gateways of IPFS that are asked for what neither the pool's store nor the node has, such as [`IPFS_GATEWAY`]. What
	/// they give out is checked.
	pub ipfs_gateways: Vec<Url>,
	/// Whether apps, datasets and inputs may be files of this machine (`file://`). Anyone who makes a
	/// deal can then have the worker read any file it has access to.
	pub allow_files: bool,
	/// Whether they may be fetched from private networks, from this machine and what is near it, and from
	/// [`denied_networks`](Self::denied_networks).
	pub allow_private_networks: bool,
	/// The proxy through which they are fetched from anywhere else. The scheduler, its store, the node and the IPFS node are
	/// reached without it.
	pub proxy: Option<Proxy>,
	/// The program that compiles modules.
	pub compiler: Compiler,
	/// Whether apps that are container images are run.
	pub containers: Containers,
	/// The most that is offered as a tip for a transaction whose deadline is near while blocks are full, in nRLC. What
	/// workers do is free otherwise. 0: never a tip.
	pub max_tip: Balance,
	/// Whose the worker is, with its signature.
	pub operator: Option<Operator>,
	/// Where to serve `/metrics`.
	pub metrics: Option<SocketAddr>,
	/// Who hears that the worker is ready, and that its loop goes on.
	pub manager: Option<ServiceManager>,
	/// For demonstrations and tests: do wrong.
	pub misbehave: Option<Misbehavior>,
}

/// Where a container service listens, if nothing else is said.
pub const CONTAINER_SERVICE: &str = "/run/rlc/containers.sock";

/// Whether container images are run, and by whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Containers {
	/// By the service at [`CONTAINER_SERVICE`], if there is one; else by the worker itself, if it is root and the machine can.
	#[default]
	Auto,
	/// By the service at this socket.
	Service(PathBuf),
	/// Never.
	Off,
}

/// What a worker does wrong, for demonstrations and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misbehavior {
	/// It contributes a result that it did not get, a different one from each other liar. Costs its stake and score
	/// wherever a task asks more than one worker.
	WrongResults,
}

/// A part of what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
	/// A percentage: `50%`.
	Percent(u8),
	/// A number of bytes: `4G`; units are powers of 1,024.
	Bytes(u64),
}

impl Share {
	/// Returns the share of `total` bytes, and no more than that.
	pub fn of(self, total: u64) -> u64 {
		match self {
			Self::Percent(percent) => total / 100 * u64::from(percent.min(100)),
			Self::Bytes(bytes) => bytes.min(total),
		}
	}

	/// Returns what tasks are promised by a worker that may use this share of a disk with so many free bytes.
	pub fn promised(self, free: u64) -> u64 {
		Shares::of(self, free).promised
	}
}

impl fmt::Display for Share {
	fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Percent(percent) => write!(out, "{percent}%"),
			Self::Bytes(bytes) => write!(out, "{bytes}"),
		}
	}
}

/// Why a share cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a share; write a percentage (50%), or bytes (4G, 512M)")]
pub struct InvalidShare(String);

impl FromStr for Share {
	type Err = InvalidShare;

	fn from_str(text: &str) -> Result<Self, InvalidShare> {
		let trimmed = text.trim();
		let wrong = || InvalidShare(text.into());
		if let Some(percent) = trimmed.strip_suffix('%') {
			let percent = percent.trim().parse().map_err(|_| wrong())?;
			return (1..=100).contains(&percent).then_some(Self::Percent(percent)).ok_or_else(wrong);
		}
		let (digits, unit) = trimmed.split_at(trimmed.find(|one: char| !one.is_ascii_digit()).unwrap_or(trimmed.len()));
		let shift = match unit.trim().to_ascii_uppercase().as_str() {
			"" | "B" => 0,
			"K" | "KIB" => 10,
			"M" | "MIB" => 20,
			"G" | "GIB" => 30,
			"T" | "TIB" => 40,
			_ => return Err(wrong()),
		};
		let number: u64 = digits.parse().map_err(|_| wrong())?;
		number.checked_mul(1 << shift).filter(|bytes| *bytes > 0).map(Self::Bytes).ok_or_else(wrong)
	}
}

impl Config {
	/// Returns what suits a machine that does other things too, for the pool of this scheduler and in this directory.
	pub fn new(scheduler: impl Into<String>, dir: impl Into<PathBuf>) -> Self {
		Self {
			scheduler: scheduler.into(),
			workerpool: None,
			dir: dir.into(),
			slots: None,
			activation: Activation::Always,
			memory: Share::Percent(50),
			disk: Share::Percent(50),
			gpus: None,
			network: false,
			network_program: None,
			resolvers: Vec::new(),
			denied_networks: Vec::new(),
			tag: Tag::NONE,
			cache: 10 << 30,
			max_download: 4 << 30,
			download_time: Duration::from_secs(600),
			logs: 64 << 10,
			keep_results: Duration::from_secs(30 * 24 * 3_600),
			ipfs: None,
			ipfs_gateways: vec![IPFS_GATEWAY.parse().expect("it is a URL")],
			allow_files: false,
			allow_private_networks: false,
			proxy: None,
			compiler: Compiler::this_program(),
			containers: Containers::Auto,
			max_tip: RLC / 100,
			operator: None,
			metrics: None,
			manager: None,
			misbehave: None,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn shares_are_percentages_or_bytes() {
		assert_eq!("50%".parse(), Ok(Share::Percent(50)));
		assert_eq!(" 4 GiB".parse(), Ok(Share::Bytes(4 << 30)));
		assert_eq!("512m".parse(), Ok(Share::Bytes(512 << 20)));
		assert_eq!("17".parse(), Ok(Share::Bytes(17)));
		for text in ["", "0", "0%", "101%", "-1", "1.5G", "4X", "99999999999T"] {
			assert!(text.parse::<Share>().is_err(), "{text}");
		}
	}

	#[test]
	fn nobody_gets_more_than_there_is() {
		assert_eq!((Share::Percent(50).of(1_000), Share::Percent(200).of(1_000)), (500, 1_000));
		assert_eq!((Share::Bytes(10).of(5), Share::Bytes(10).of(50)), (5, 10));
	}
}
