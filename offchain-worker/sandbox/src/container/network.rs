//! The internet for containers, without this machine and what is near it.
//!
//! An ordinary program, `pasta` or `slirp4netns`, carries the packets of one network namespace, so nothing of this
//! machine's own network is changed, and nothing of it is left when the program ends. What is not to be reached is refused
//! by rules of that namespace, which its containers have no right to change. They follow this machine's addresses.
//!
//! ```text
//! container ── rules ── tap0 ── pasta ── sockets of this machine ── internet
//!                └── refused: what rlc-perimeter says, mail
//! ```

mod gateway;
mod namespace;
mod rules;
mod tun;

use std::{
	fs,
	net::Ipv4Addr,
	os::unix::fs::symlink,
	path::{Path, PathBuf},
	thread,
	time::Duration,
};

use rlc_perimeter::{IpNet, Ipv4Net, Perimeter};
use tokio::{
	process::{Child, ChildStdin},
	task::JoinHandle,
	time,
};
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

pub use self::gateway::NetworkProgram;
use self::{
	gateway::{Gateway, NETWORK},
	namespace::{mark, Namespace, Tools, PATIENCE},
};
use super::{
	ids::{AllIds, Ids},
	mounts, names, programs,
	streams::{finish, read},
};
use crate::{
	tail::{Tail, Written},
	Error,
};

/// What the network of a run takes of memory at most, in bytes, beside what the run itself may have: a quarter of a MiB for
/// each of its 1,024 connections, and what the programs take that make it.
pub const NETWORK_MEMORY: u64 = 320 << 20;
/// What is kept of what a program says, in bytes.
const MOST_SAID: usize = 4 << 10;
/// How often it is looked whether a network is ready.
const GLANCE: Duration = Duration::from_millis(5);
/// How often what is left of a network is killed in a row, and how long it is waited for each time.
const KILLS: u32 = 20;
const BETWEEN_KILLS: Duration = Duration::from_millis(50);
/// How often this machine's addresses are looked up while a container has a network.
const REFRESH: Duration = Duration::from_secs(2);
/// The servers of names, if the operator names none: Quad9's and Cloudflare's.
const RESOLVERS: [Ipv4Addr; 2] = [Ipv4Addr::new(9, 9, 9, 9), Ipv4Addr::new(1, 1, 1, 1)];

/// What the networks of containers are like.
#[derive(Clone, Debug)]
pub struct NetworkConfig {
	/// What they do not reach.
	pub perimeter: Perimeter,
	/// The servers of names that containers ask, by port 53. They are reached wherever they are. Never empty.
	pub resolvers: Vec<Ipv4Addr>,
	/// What carries their packets. `None`: `pasta` if it is of August 2024 or newer, else `slirp4netns`, else an older `pasta`.
	pub program: Option<NetworkProgram>,
}

impl NetworkConfig {
	/// Closes these networks beside what is closed everywhere, and asks these resolvers, or else public ones.
	pub fn new(
		denied: impl IntoIterator<Item = IpNet>,
		resolvers: Vec<Ipv4Addr>,
		program: Option<NetworkProgram>,
	) -> Self {
		let resolvers = if resolvers.is_empty() { RESOLVERS.into() } else { resolvers };
		Self { perimeter: Perimeter::new(denied), resolvers, program }
	}
}

impl Default for NetworkConfig {
	/// Closes what is closed everywhere, and asks public servers for names: 9.9.9.9 and 1.1.1.1.
	fn default() -> Self {
		Self::new([], Vec::new(), None)
	}
}

/// Why containers cannot have a network on this machine, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoNetwork {
	/// A program is missing.
	#[error(
		"no network for containers: there is no {0} in PATH; install it (Debian, Ubuntu: apt-get install passt \
		 slirp4netns nftables util-linux)"
	)]
	NoProgram(&'static str),
	/// A program does not know an option that it needs.
	#[error("no network for containers: {program} does not know {option}; install a newer one")]
	TooOld {
		/// The program.
		program: &'static str,
		/// The option.
		option: String,
	},
	/// Containers cannot ask for names there.
	#[error("no network for containers: {0} cannot be their resolver; name the address of a server of names")]
	Resolver(Ipv4Addr),
	/// All is there, and still none can be made.
	#[error(
		"no network for containers: a trial failed: {0}; see that there is /dev/net/tun (modprobe tun), that user and \
		 network namespaces can be made (sysctl user.max_user_namespaces), and that the kernel has nf_tables"
	)]
	Failed(String),
	/// The container service has none.
	#[error("no network for containers: the container service gives them none; start it with --network")]
	NotServed,
}

/// What gives containers the internet.
#[derive(Clone, Debug)]
pub struct Internet {
	gateway: Gateway,
	tools: Tools,
	perimeter: Perimeter,
	resolvers: Vec<Ipv4Addr>,
}

/// The network of a run that has not ended. It breaks down when this is dropped.
#[derive(Debug)]
pub struct Network {
	program: &'static str,
	gateway: Child,
	said: JoinHandle<Written>,
	/// Has the gateway's standard input, so the network ends with it.
	refresh: AbortOnDropHandle<()>,
	namespace: Namespace,
}

/// Returns where the network namespace of a run is found while it has one. `directory` is that of the run.
pub fn namespace(directory: &Path) -> PathBuf {
	directory.join("network")
}

/// Ends what is left of the network of a run, such as after a crash. Returns whether something was.
pub fn end_left(run: &str) -> bool {
	programs::kill_with(mark(run).as_bytes())
}

/// Ends what is left of the network of a run, and waits a moment until it has ended: what was killed takes that long. Returns
/// whether nothing is left.
pub fn end_all(run: &str) -> bool {
	(0..KILLS).any(|kill| {
		if kill > 0 {
			thread::sleep(BETWEEN_KILLS);
		}
		!end_left(run)
	})
}

/// Returns whether containers can ask for names at an address: it is one of a host, and not of their own network.
fn can_resolve(address: Ipv4Addr) -> bool {
	let is_own = address.octets().starts_with(&NETWORK);
	!(address.octets()[0] == 0 || address.is_loopback() || address.octets()[0] >= 224 || is_own)
}

impl Internet {
	/// Finds what works here, by making a network with it. `state` is the directory of a tier, `ids` who its runs can be.
	///
	/// # Errors
	///
	/// [`NoNetwork`]: that of the last program that was tried.
	pub async fn find(config: NetworkConfig, ids: &AllIds, state: &Path) -> Result<Self, NoNetwork> {
		if let Some(wrong) = config.resolvers.iter().find(|address| !can_resolve(**address)) {
			return Err(NoNetwork::Resolver(*wrong));
		}
		let tools = Tools::find()?;
		let candidates = config.program.map_or(NetworkProgram::ALL.to_vec(), |program| vec![program]);
		let (mut gateways, mut why) = (Vec::new(), NoNetwork::NoProgram(NetworkProgram::Pasta.name()));
		for program in candidates {
			match Gateway::find(program).await {
				Ok(gateway) => gateways.push(gateway),
				Err(new) => why = new,
			}
		}
		gateways.sort_by_key(|gateway| gateway.is_unsteady);
		for gateway in gateways {
			let name = gateway.program.name();
			let (perimeter, resolvers) = (config.perimeter.clone(), config.resolvers.clone());
			let internet = Self { gateway, tools: tools.clone(), perimeter, resolvers };
			match internet.try_out(ids, state).await {
				Ok(()) => {
					info!("containers can have a network, by {name}");
					return Ok(internet);
				}
				Err(error) => why = NoNetwork::Failed(format!("{name}: {error}")),
			}
			info!("{why}");
		}
		Err(why)
	}

	/// Returns the same, which closes these networks as well. Resolvers are reached wherever they are.
	pub fn denying(self, more: Vec<IpNet>) -> Self {
		Self { perimeter: self.perimeter.and(more), ..self }
	}

	/// Makes a network, and ends it.
	async fn try_out(&self, ids: &AllIds, state: &Path) -> Result<(), Error> {
		let name = names::unique();
		// A later start finds the name here, should this process end now.
		let directory = state.join("runs").join(&name);
		fs::create_dir_all(&directory).map_err(Error::io("create", &directory))?;
		let ids = ids.take(&directory)?;
		let tried = match self.start(&name, &ids, &directory).await {
			Ok(network) => network.end().await.and_then(|broken| broken.map_or(Ok(()), Err)),
			Err(error) => Err(error),
		};
		mounts::remove(&name)?;
		fs::remove_dir_all(&directory).map_err(Error::io("remove", &directory))?;
		// Otherwise something may go on. The next start frees them.
		if tried.is_ok() {
			ids.free();
		}
		tried
	}

	/// Returns who containers ask for names, as `resolv.conf` has it.
	pub fn resolvers(&self) -> String {
		self.resolvers.iter().map(|address| format!("nameserver {address}\n")).collect()
	}

	/// Makes the network of a run, which has these users, and shows its namespace in the directory of the run.
	///
	/// # Errors
	///
	/// [`Error::Host`], if that fails.
	pub async fn start(&self, run: &str, ids: &Ids, directory: &Path) -> Result<Network, Error> {
		let tun = tun::node(run, ids)?;
		let space = self.tools.namespace(run, ids).await?;
		let closed = self.closed()?;
		// Before there is a way out.
		self.tools.set_rules(&space.file(), &rules::all(&closed, &self.resolvers)).await?;
		let program = self.gateway.command(&space.file());
		let mut gateway = self.tools.gateway(run, &space, &program, tun.as_deref())?;
		let said = read(gateway.stderr.take(), Tail::new(MOST_SAID));
		let refresh = self.clone().refresh(space.file(), closed, gateway.stdin.take());
		let refresh = AbortOnDropHandle::new(tokio::spawn(refresh));
		let mut network = Network { program: self.gateway.program.name(), gateway, said, refresh, namespace: space };
		if !network.is_ready().await {
			let program = network.program;
			let said = network.stop().await?;
			return Err(Error::Host(format!("{program} does not start: {said}")));
		}
		let link = namespace(directory);
		symlink(network.namespace.file(), &link).map_err(Error::io("create", &link))?;
		Ok(network)
	}

	fn closed(&self) -> Result<Vec<Ipv4Net>, Error> {
		let closed = self.perimeter.now();
		Ok(closed.map_err(|error| Error::Host(format!("this machine's addresses are not known: {error}")))?.v4())
	}

	/// Closes what this machine's addresses become, until that fails: then the network ends.
	async fn refresh(self, namespace: PathBuf, mut closed: Vec<Ipv4Net>, _gateway: Option<ChildStdin>) {
		loop {
			time::sleep(REFRESH).await;
			if let Err(error) = self.follow(&namespace, &mut closed).await {
				warn!("the network of a container ends: {error}");
				return;
			}
		}
	}

	/// Closes what this machine's addresses have become.
	async fn follow(&self, namespace: &Path, closed: &mut Vec<Ipv4Net>) -> Result<(), Error> {
		let now = self.closed()?;
		if now != *closed {
			self.tools.set_rules(namespace, &rules::change(&now)).await?;
			*closed = now;
		}
		Ok(())
	}
}

impl Network {
	/// Waits until the container can reach the internet. Returns whether it can.
	async fn is_ready(&mut self) -> bool {
		let ready = async {
			loop {
				if !matches!(self.gateway.try_wait(), Ok(None)) {
					return false;
				}
				if self.namespace.has_way_out() {
					return true;
				}
				time::sleep(GLANCE).await;
			}
		};
		time::timeout(PATIENCE, ready).await.unwrap_or(false)
	}

	/// Ends the network, and waits until nothing of it is left. Returns why it had broken down before, if it had.
	///
	/// # Errors
	///
	/// [`Error::Host`], if something of it goes on.
	pub async fn end(mut self) -> Result<Option<Error>, Error> {
		let (program, before) = (self.program, self.gateway.try_wait());
		let said = self.stop().await?;
		Ok(match before {
			Ok(None) => None,
			Ok(Some(status)) => Some(Error::Host(format!("{program} broke down ({status}): {said}"))),
			Err(error) => Some(Error::Host(format!("{program} is lost: {error}"))),
		})
	}

	/// Ends its processes, and returns what the program said.
	async fn stop(mut self) -> Result<String, Error> {
		drop(self.refresh);
		if time::timeout(PATIENCE, self.gateway.wait()).await.is_err() {
			let lost = |error: &dyn std::fmt::Display| Error::Host(format!("{} does not end: {error}", self.program));
			let killed = time::timeout(PATIENCE, self.gateway.kill()).await;
			killed.map_err(|error| lost(&error))?.map_err(|error| lost(&error))?;
		}
		self.namespace.end().await;
		let said = finish(self.said).await.end;
		Ok(String::from_utf8_lossy(&said).trim().replace('\n', "; "))
	}
}

#[cfg(test)]
mod tests {
	use std::{io::Read, os::unix::process::ExitStatusExt, process::Stdio};

	use super::*;

	#[test]
	fn containers_ask_the_owners_resolvers_or_public_ones() {
		assert_eq!(NetworkConfig::default().resolvers, RESOLVERS);
		let (denied, resolvers) = (["131.1.0.0/16".parse().unwrap()], vec![[10, 0, 0, 53].into()]);
		let own = NetworkConfig::new(denied, resolvers.clone(), None);
		assert_eq!((own.resolvers, own.perimeter), (resolvers, Perimeter::new(denied)));
	}

	#[test]
	fn what_is_missing_is_named() {
		let missing = NoNetwork::NoProgram("nft").to_string();
		assert!(missing.contains("no nft in PATH; install it"), "{missing}");
	}

	#[test]
	fn resolver_is_a_host() {
		for address in [[9, 9, 9, 9], [10, 0, 0, 53], [192, 168, 1, 1]] {
			assert!(can_resolve(address.into()), "{address:?}");
		}
		for address in [[0, 0, 0, 0], [127, 0, 0, 53], [10, 0, 2, 3], [224, 0, 0, 251], [255, 255, 255, 255]] {
			assert!(!can_resolve(address.into()), "{address:?}");
		}
	}

	#[test]
	fn network_that_never_was_is_ended() {
		assert!(!end_left("rlc-none-of-this-name") && end_all("rlc-none-of-this-name"));
	}

	#[test]
	fn network_that_could_not_be_begun_has_ended_in_a_moment() {
		let run = names::unique();
		let mut command = std::process::Command::new("/bin/sh");
		command.args(["-c", "echo && read -r _"]).arg(mark(&run));
		let mut left = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
		// Until it has written a line, its command line may not be there yet.
		left.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
		assert!(end_all(&run), "one look would have found it there");
		assert_eq!(left.wait().unwrap().signal(), Some(9));
	}
}
