//! The internet for containers, without this machine and its private networks.
//!
//! `slirp4netns` is an ordinary program that speaks TCP and UDP for one network namespace, so nothing of this machine's
//! own network is changed, and nothing of it is left when the program ends. What is not to be reached is shut by routes of
//! that namespace, which its containers have no right to change.
//!
//! ```text
//! container ── tap0 ── slirp4netns ── sockets of this machine ── internet
//!     └── "unreachable" routes: private networks
//! ```

use std::{
	fs, io,
	path::{Path, PathBuf},
	process::Stdio,
	time::Duration,
};

use rustix::mount::{unmount, UnmountFlags};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	process::Child,
	task::JoinHandle,
	time,
};

use super::{
	names, programs,
	streams::{finish, read},
};
use crate::{tail::Written, Error};

/// The directory in which `ip netns` keeps namespaces.
const NAMESPACES: &str = "/run/netns";
/// How long `ip` may take, and `slirp4netns` to begin or to end.
const PATIENCE: Duration = Duration::from_secs(20);
/// What is kept of what `slirp4netns` says, in bytes.
const MOST_SAID: usize = 4 << 10;
/// What is not the public internet: IANA's registry of special-purpose addresses, multicast and what is reserved.
const UNREACHABLE: [&str; 15] = [
	"0.0.0.0/8",
	"10.0.0.0/8",
	"100.64.0.0/10",
	"127.0.0.0/8",
	"169.254.0.0/16",
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.0.2.0/24",
	"192.88.99.0/24",
	"192.168.0.0/16",
	"198.18.0.0/15",
	"198.51.100.0/24",
	"203.0.113.0/24",
	"224.0.0.0/4",
	"240.0.0.0/4",
];
/// What a shell runs: the program with its arguments, whose readiness comes on standard output, and all its words on
/// standard error. Each connection takes a file and a quarter of a megabyte of it at most, so what a container can make
/// it take is bounded, by 1 GiB in all.
const STARTER: &str = r#"ulimit -n 1024 && ulimit -v 1048576 && exec "$@" 3>&1 1>&2"#;
/// Without capabilities, files or system calls that it does not need; until its standard input ends, as it does if this
/// process is gone.
const OPTIONS: [&str; 8] = [
	"--configure",
	"--mtu=65520",
	"--disable-host-loopback",
	"--enable-sandbox",
	"--enable-seccomp",
	"--netns-type=path",
	"--ready-fd=3",
	"--exit-fd=0",
];
/// The container's interface.
const INTERFACE: &str = "tap0";

/// Files that containers with a network see: their name in the directory of the run, their location in the container, and
/// what is in them.
/// `slirp4netns` hands what is asked at that address on to the server of names that this machine asks.
pub const FILES: [(&str, &str, &str); 2] = [
	("resolv.conf", "/etc/resolv.conf", "nameserver 10.0.2.3\n"),
	("hosts", "/etc/hosts", "127.0.0.1 localhost task\n"),
];

/// Why containers cannot have a network on this machine, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoNetwork {
	/// A program is missing.
	#[error(
		"no network for containers: there is no {0} in PATH; install it (Debian, Ubuntu: apt-get install slirp4netns \
		 iproute2 util-linux)"
	)]
	NoProgram(&'static str),
	/// All is there, and still none can be made.
	#[error(
		"no network for containers: a trial failed: {0}; see that there is /dev/net/tun (modprobe tun), and that \
		 network namespaces can be made (ip netns add)"
	)]
	Failed(String),
	/// The container service has none.
	#[error("no network for containers: the container service gives them none; start it with --network")]
	NotServed,
}

/// The programs that make networks.
#[derive(Clone, Debug)]
pub struct Slirp {
	slirp4netns: PathBuf,
	ip: PathBuf,
	unshare: PathBuf,
}

/// The network of a run that has not ended. It breaks down when this is dropped, but its namespace stays until [`remove`].
#[derive(Debug)]
pub struct Network {
	slirp4netns: Child,
	said: JoinHandle<Written>,
}

/// Returns the file of a run's network namespace.
pub fn namespace(run: &str) -> PathBuf {
	Path::new(NAMESPACES).join(run)
}

/// Removes the namespace of a run, if it has one.
///
/// # Errors
///
/// [`Error::Host`], if it stays.
pub fn remove(run: &str) -> Result<(), Error> {
	let file = namespace(run);
	// "Not mounted" is what is wanted.
	let _ = unmount(&file, UnmountFlags::DETACH);
	match fs::remove_file(&file) {
		Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", &file)(error)),
		_ => Ok(()),
	}
}

/// Removes what a crash left of the network of a run.
///
/// # Errors
///
/// [`Error::Host`], if something stays.
pub fn remove_left(run: &str) -> Result<(), Error> {
	let file = namespace(run);
	if file.exists() {
		programs::kill_with(file.as_os_str().as_encoded_bytes());
	}
	remove(run)
}

impl Slirp {
	/// Finds them in PATH.
	///
	/// # Errors
	///
	/// [`NoNetwork::NoProgram`].
	pub fn find() -> Result<Self, NoNetwork> {
		let find = |name| programs::find(name).ok_or(NoNetwork::NoProgram(name));
		Ok(Self { slirp4netns: find("slirp4netns")?, ip: find("ip")?, unshare: find("unshare")? })
	}

	/// Makes a network, and removes it. `state` is the directory of a tier.
	///
	/// # Errors
	///
	/// [`Error::Host`], if that fails.
	pub async fn try_out(&self, state: &Path) -> Result<(), Error> {
		let name = names::unique();
		// A later start finds the name here, should this process end now.
		let directory = state.join("runs").join(&name);
		fs::create_dir_all(&directory).map_err(Error::io("create", &directory))?;
		let tried = match self.start(&name).await {
			Ok(network) => network.end().await,
			Err(error) => Err(error),
		};
		remove(&name)?;
		fs::remove_dir_all(&directory).map_err(Error::io("remove", &directory))?;
		tried
	}

	/// Makes the network of a run. Its namespace is there until it is removed, also after an error.
	///
	/// # Errors
	///
	/// [`Error::Host`], if that fails.
	pub async fn start(&self, run: &str) -> Result<Network, Error> {
		self.ip(&["netns", "add", run], "").await?;
		let routes: String = UNREACHABLE.map(|range| format!("route add unreachable {range}\n")).concat();
		self.ip(&["-n", run, "-batch", "-"], &routes).await?;
		// Its sandbox would unmount what it shares with this machine, so it has mounts of its own.
		let mut command = programs::command(&self.unshare);
		command.args(["--mount", "--", "/bin/sh", "-c", STARTER, "sh"]);
		command.arg(&self.slirp4netns).args(OPTIONS).arg(namespace(run)).arg(INTERFACE);
		command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
		let mut slirp4netns = command.spawn().map_err(Error::io("start", &self.unshare))?;
		let stdout = slirp4netns.stdout.take();
		let network = Network { said: read(slirp4netns.stderr.take(), MOST_SAID), slirp4netns };
		let ready = async {
			match stdout {
				Some(mut stdout) => stdout.read_u8().await.is_ok(),
				None => false,
			}
		};
		if time::timeout(PATIENCE, ready).await.unwrap_or(false) {
			return Ok(network);
		}
		let said = network.stop().await?;
		Err(Error::Host(format!("slirp4netns does not start: {said}")))
	}

	/// Runs `ip` with arguments and input.
	async fn ip(&self, arguments: &[&str], input: &str) -> Result<(), Error> {
		let failed = |why: &str| Error::Host(format!("ip {} failed: {why}", arguments.join(" ")));
		let mut command = programs::command(&self.ip);
		command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
		let mut child = command.spawn().map_err(Error::io("start", &self.ip))?;
		let output = async {
			if let Some(mut stdin) = child.stdin.take() {
				// If it was not read, the exit status shows it.
				let _ = stdin.write_all(input.as_bytes()).await;
			}
			child.wait_with_output().await
		};
		let output = time::timeout(PATIENCE, output).await.map_err(|_| failed("it does not end"))?;
		let output = output.map_err(Error::io("start", &self.ip))?;
		if !output.status.success() {
			return Err(failed(String::from_utf8_lossy(&output.stderr).trim()));
		}
		Ok(())
	}
}

impl Network {
	/// Ends the network, and waits until the program has ended.
	///
	/// # Errors
	///
	/// [`Error::Host`], if it had broken down before.
	pub async fn end(mut self) -> Result<(), Error> {
		let before = self.slirp4netns.try_wait();
		let said = self.stop().await?;
		match before {
			Ok(None) => Ok(()),
			Ok(Some(status)) => Err(Error::Host(format!("slirp4netns broke down ({status}): {said}"))),
			Err(error) => Err(Error::Host(format!("slirp4netns is lost: {error}"))),
		}
	}

	/// Ends the program, and returns what it said.
	async fn stop(mut self) -> Result<String, Error> {
		drop(self.slirp4netns.stdin.take());
		if time::timeout(PATIENCE, self.slirp4netns.wait()).await.is_err() {
			self.slirp4netns.kill().await.map_err(|error| Error::Host(format!("slirp4netns does not end: {error}")))?;
		}
		let said = finish(self.said).await.end;
		Ok(String::from_utf8_lossy(&said).trim().replace('\n', "; "))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::net::Ipv4Addr;

	/// Returns whether one of the ranges has an address.
	fn is_shut(address: Ipv4Addr) -> bool {
		UNREACHABLE.iter().any(|range| {
			let (first, bits) = range.split_once('/').unwrap();
			let (first, bits) = (first.parse::<Ipv4Addr>().unwrap(), bits.parse::<u32>().unwrap());
			let shift = 32 - bits;
			assert_eq!((u32::from(first) >> shift) << shift, u32::from(first), "{range} begins where it says");
			u32::from(first) >> shift == u32::from(address) >> shift
		})
	}

	#[test]
	fn only_the_public_internet_is_open() {
		for shut in [
			[0u8, 0, 0, 1],
			[10, 1, 2, 3],
			[100, 64, 0, 1],
			[100, 127, 255, 255],
			[127, 0, 0, 53],
			[169, 254, 169, 254],
			[172, 16, 0, 1],
			[172, 31, 255, 255],
			[192, 0, 0, 8],
			[192, 0, 2, 1],
			[192, 88, 99, 1],
			[192, 168, 1, 1],
			[198, 18, 0, 1],
			[198, 19, 255, 255],
			[198, 51, 100, 1],
			[203, 0, 113, 1],
			[224, 0, 0, 251],
			[239, 255, 255, 250],
			[240, 0, 0, 1],
			[255, 255, 255, 255],
		] {
			assert!(is_shut(shut.into()), "{shut:?}");
		}
		for open in [
			[1u8, 1, 1, 1],
			[9, 255, 255, 255],
			[11, 0, 0, 0],
			[100, 63, 255, 255],
			[100, 128, 0, 0],
			[172, 32, 0, 0],
			[192, 0, 1, 1],
			[198, 20, 0, 0],
			[223, 255, 255, 255],
		] {
			assert!(!is_shut(open.into()), "{open:?}");
		}
	}

	#[test]
	fn what_is_missing_is_named() {
		let missing = NoNetwork::NoProgram("slirp4netns").to_string();
		assert!(missing.contains("no slirp4netns in PATH; install it"), "{missing}");
	}

	#[test]
	fn network_that_never_was_is_removed() {
		for remove in [remove, remove_left] {
			assert!(remove("rlc-none-of-this-name").is_ok());
		}
	}
}
