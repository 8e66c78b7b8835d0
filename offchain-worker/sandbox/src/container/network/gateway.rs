//! The programs that carry a container's packets.
//!
//! Both speak TCP and UDP for one network namespace, as any user's program would, and show the container the same network.
//! Nothing that they offer beside that is used: no services of this machine's loopback, no forwarded ports, no server of
//! names.

use std::{
	path::{Path, PathBuf},
	str::FromStr,
};

use super::{super::programs, NoNetwork};

/// The container's interface.
pub const INTERFACE: &str = "tap0";
/// The container's network, address and gateway. It is that of `slirp4netns`, which does not say so.
pub const NETWORK: [u8; 3] = [10, 0, 2];
const ADDRESS: &str = "10.0.2.100";
const GATEWAY: &str = "10.0.2.2";
const PREFIX: &str = "24";
/// An option of `pasta` since August 2024. Before, as in Debian 12, uploads now and then stall for seconds.
const SINCE_IT_IS_STEADY: &str = "--map-guest-addr";
/// The greatest packets, in bytes: large ones cost less.
const MTU: &str = "65520";

/// A program that carries a container's packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkProgram {
	/// `pasta`, of the package `passt`. The best, if it is of August 2024 or newer.
	Pasta,
	/// `slirp4netns`, 1.2 or newer.
	Slirp4netns,
}

impl NetworkProgram {
	/// All of them.
	pub const ALL: [Self; 2] = [Self::Pasta, Self::Slirp4netns];

	/// Its name in PATH.
	pub fn name(self) -> &'static str {
		match self {
			Self::Pasta => "pasta",
			Self::Slirp4netns => "slirp4netns",
		}
	}

	/// Returns the options that it is started with, to give a network to a namespace.
	fn options(self, namespace: &Path) -> Vec<String> {
		let namespace = namespace.display().to_string();
		let options: &[&str] = match self {
			Self::Pasta => &[
				"--foreground",
				"--quiet",
				"--ipv4-only",
				"--config-net",
				"--ns-ifname",
				INTERFACE,
				"--address",
				ADDRESS,
				"--netmask",
				PREFIX,
				"--gateway",
				GATEWAY,
				"--mtu",
				MTU,
				"--no-map-gw",
				"--no-dhcp",
				"--no-icmp",
				// By default, it connects the ports of both loopbacks.
				"--tcp-ports",
				"none",
				"--udp-ports",
				"none",
				"--tcp-ns",
				"none",
				"--udp-ns",
				"none",
				// It is in the right user namespace already.
				"--netns-only",
				"--netns",
				&namespace,
			],
			Self::Slirp4netns => &[
				"--configure",
				"--mtu",
				MTU,
				"--disable-host-loopback",
				"--disable-dns",
				"--enable-sandbox",
				"--enable-seccomp",
				"--netns-type=path",
				&namespace,
				INTERFACE,
			],
		};
		options.iter().map(ToString::to_string).collect()
	}
}

impl FromStr for NetworkProgram {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let named = Self::ALL.into_iter().find(|program| program.name() == text);
		named.ok_or_else(|| format!("{text:?} is neither pasta nor slirp4netns"))
	}
}

/// A program that is installed.
#[derive(Clone, Debug)]
pub struct Gateway {
	/// Which one.
	pub program: NetworkProgram,
	/// Whether it works, but not well.
	pub is_unsteady: bool,
	path: PathBuf,
}

impl Gateway {
	/// Finds a program in PATH that knows all options that it will be given.
	///
	/// # Errors
	///
	/// [`NoNetwork::NoProgram`], [`NoNetwork::TooOld`].
	pub async fn find(program: NetworkProgram) -> Result<Self, NoNetwork> {
		let path = programs::find(program.name()).ok_or(NoNetwork::NoProgram(program.name()))?;
		let help = programs::command(&path).arg("--help").output().await;
		let help = help.map_err(|error| NoNetwork::Failed(format!("{} --help: {error}", path.display())))?;
		// Some print it as an error.
		let help = String::from_utf8_lossy(&[help.stdout, help.stderr].concat()).into_owned();
		match missing_option(program, &help) {
			Some(option) => Err(NoNetwork::TooOld { program: program.name(), option }),
			None => Ok(Self { program, is_unsteady: is_unsteady(program, &help), path }),
		}
	}

	/// Returns the command that gives a network to a namespace until it is ended.
	pub fn command(&self, namespace: &Path) -> Vec<String> {
		let mut command = vec![self.path.display().to_string()];
		command.extend(self.program.options(namespace));
		command
	}
}

fn is_unsteady(program: NetworkProgram, help: &str) -> bool {
	program == NetworkProgram::Pasta && !knows(help, SINCE_IT_IS_STEADY)
}

/// Returns whether a program's help has an option.
fn knows(help: &str, option: &str) -> bool {
	help.split(|one: char| !(one.is_ascii_alphanumeric() || one == '-')).any(|word| word == option)
}

/// Returns an option that a program needs and its help does not have.
fn missing_option(program: NetworkProgram, help: &str) -> Option<String> {
	let options = program.options(Path::new("/"));
	options
		.iter()
		.filter(|option| option.starts_with("--"))
		.map(|option| option.split('=').next().unwrap_or_default())
		.find(|option| !knows(help, option))
		.map(Into::into)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// What Debian 12's programs say, shortened.
	const PASTA: &str = "Usage: pasta [OPTION]... [COMMAND] [ARGS]...\n\
		  -q, --quiet\t\tDon't print informational messages\n  -f, --foreground\tDon't run in background\n\
		  -I, --ns-ifname NAME\tnamespace interface name\n  -m, --mtu MTU\tAssign MTU via DHCP/NDP\n\
		  -a, --address ADDR\tAssign IPv4 or IPv6 address ADDR\n  -n, --netmask MASK\tAssign IPv4 MASK\n\
		  -g, --gateway ADDR\tPass IPv4 or IPv6 address as gateway\n  --no-icmp\t\tDisable\n  --no-dhcp\t\tDisable\n\
		  --no-map-gw\t\tDon't map gateway address to host\n  -4, --ipv4-only\tEnable IPv4 operation only\n\
		  -t, --tcp-ports SPEC\tTCP\n  -u, --udp-ports SPEC\tUDP\n  -T, --tcp-ns SPEC\tTCP\n  -U, --udp-ns SPEC\tUDP\n\
		  --netns PATH|NAME\tTarget network namespace to join\n  --netns-only\t\tDon't join existing user namespace\n\
		  --config-net\t\tConfigure tap interface in namespace\n";

	#[test]
	fn program_that_lacks_an_option_is_too_old() {
		assert_eq!(missing_option(NetworkProgram::Pasta, PASTA), None);
		for option in ["--no-map-gw", "--tcp-ns", "--netns-only"] {
			let older = PASTA.replace(&format!("{option} "), "--other ").replace(&format!("{option}\t"), "--other\t");
			assert_eq!(missing_option(NetworkProgram::Pasta, &older), Some(option.into()));
		}
		assert_eq!(missing_option(NetworkProgram::Slirp4netns, ""), Some("--configure".into()));
	}

	#[test]
	fn old_pasta_is_known_to_be_unsteady() {
		let newer = format!("{PASTA}  --map-guest-addr ADDR\tTranslate ADDR to guest's address\n");
		assert!(is_unsteady(NetworkProgram::Pasta, PASTA) && !is_unsteady(NetworkProgram::Pasta, &newer));
		assert!(!is_unsteady(NetworkProgram::Slirp4netns, ""));
	}

	#[test]
	fn program_is_known_by_its_name() {
		assert!(NetworkProgram::ALL.into_iter().all(|program| program.name().parse() == Ok(program)));
		assert!("pasta ".parse::<NetworkProgram>().is_err());
	}

	#[test]
	fn no_program_forwards_anything_of_the_machine() {
		let pasta = NetworkProgram::Pasta.options(Path::new("/proc/7/ns/net"));
		for ports in ["--tcp-ports", "--udp-ports", "--tcp-ns", "--udp-ns"] {
			let at = pasta.iter().position(|option| option == ports).unwrap();
			assert_eq!(pasta[at + 1], "none", "{ports}");
		}
		assert!(pasta.iter().any(|option| option == "--no-map-gw"));
		assert!(!pasta.iter().any(|option| option.starts_with("--dns")), "its default is to forward no names");
		let slirp = NetworkProgram::Slirp4netns.options(Path::new("/proc/7/ns/net"));
		assert!(["--disable-host-loopback", "--disable-dns"].iter().all(|off| slirp.iter().any(|one| one == off)));
	}
}
