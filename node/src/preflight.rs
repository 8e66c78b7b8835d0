//! What is checked before anything starts.
//!
//! The libraries below would start without a port, take another one, or panic. Each check turns that into an error that
//! names the cause.

use std::{
	fs, io,
	io::Write,
	net::{IpAddr, SocketAddr, TcpListener, UdpSocket},
	path::Path,
};

use sc_cli::CryptoScheme;
use sc_network::{multiaddr::Protocol, Multiaddr};
use sc_service::Configuration;
use sp_core::{crypto::Ss58Codec, ecdsa, ed25519, sr25519, Pair};

use crate::Error;

/// Which ports were chosen. A chosen port must be available; a default that is taken gives way to any free port.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chosen {
	/// The port of the RPC server.
	pub rpc: bool,
	/// The ports that peers connect to.
	pub p2p: bool,
	/// The port of the metrics.
	pub metrics: bool,
}

/// Makes sure that the node gets the ports it is configured for.
///
/// # Errors
///
/// [`Error::CannotListen`] for a chosen port that is taken.
pub fn ports(config: &mut Configuration, chosen: Chosen) -> Result<(), Error> {
	for endpoint in config.rpc.addr.iter_mut().flatten() {
		endpoint.retry_random_port = !chosen.rpc;
		if chosen.rpc && !endpoint.is_optional {
			Socket::tcp(endpoint.listen_addr).check("RPC", "--rpc-port")?;
		}
	}
	for address in &mut config.network.listen_addresses {
		let Some(socket) = Socket::of(address) else { continue };
		match socket.check("peers", "--port") {
			Ok(()) => {}
			// Many machines have no IPv6, and the default addresses contain it.
			Err(error) if socket.is_ipv6() && !is_taken(&error) => tracing::debug!("{error}"),
			Err(error) if chosen.p2p => return Err(error),
			Err(error) => {
				tracing::warn!("{error}; any free port is taken instead");
				*address = with_any_port(address);
			}
		}
	}
	if let Some(metrics) = &mut config.prometheus_config {
		if let Err(error) = Socket::tcp(metrics.port).check("metrics", "--prometheus-port") {
			if chosen.metrics {
				return Err(error);
			}
			tracing::warn!("{error}; any free port is taken instead");
			metrics.port.set_port(0);
		}
	}
	Ok(())
}

/// Makes sure that a folder exists and can be written.
///
/// # Errors
///
/// [`Error::NotWritable`].
pub fn folder(path: &Path) -> Result<(), Error> {
	let write = || -> io::Result<()> {
		fs::create_dir_all(path)?;
		let probe = path.join(".rlc-node-probe");
		let mut file = fs::File::create(&probe)?;
		file.write_all(b"can be removed")?;
		// A full disk may tell so only now.
		file.sync_all()?;
		fs::remove_file(probe)
	};
	write().map_err(|source| Error::NotWritable { path: path.into(), source })
}

/// Makes sure that session keys can be derived from a seed. The runtime's host functions panic on a bad one.
///
/// # Errors
///
/// [`Error::BadSeed`].
pub fn seed(seed: &str) -> Result<(), Error> {
	fn derives<P: Pair>(seed: &str, kind: &'static str) -> Result<(), Error> {
		P::from_string(seed, None).map(drop).map_err(|_| Error::BadSeed { kind })
	}
	derives::<sr25519::Pair>(seed, "sr25519")?;
	derives::<ed25519::Pair>(seed, "ed25519")?;
	derives::<ecdsa::Pair>(seed, "ecdsa")
}

/// Makes sure that a key can be inspected: a secret URI, an address, or the path of a file with one of them.
///
/// # Errors
///
/// [`Error::BadUri`], and [`Error::Cli`] if the file cannot be read.
pub fn uri(uri: &str, scheme: CryptoScheme) -> Result<(), Error> {
	fn means_a_key<P: Pair>(uri: &str) -> bool
	where
		P::Public: Ss58Codec,
	{
		P::from_string(uri, None).is_ok() || P::Public::from_string(uri).is_ok()
	}
	let content = match Path::new(uri) {
		file if file.is_file() => fs::read_to_string(file).map_err(sc_cli::Error::Io)?,
		_ => uri.into(),
	};
	let content = content.trim_end();
	let good = match scheme {
		CryptoScheme::Sr25519 => means_a_key::<sr25519::Pair>(content),
		CryptoScheme::Ed25519 => means_a_key::<ed25519::Pair>(content),
		CryptoScheme::Ecdsa => means_a_key::<ecdsa::Pair>(content),
	};
	good.then_some(()).ok_or(Error::BadUri)
}

/// A transport address to bind.
enum Socket {
	Tcp(SocketAddr),
	Udp(SocketAddr),
}

impl Socket {
	fn tcp(address: SocketAddr) -> Self {
		Self::Tcp(address)
	}

	/// Returns the socket of a listening multiaddress, or `None` if it is not for an IP address.
	fn of(address: &Multiaddr) -> Option<Self> {
		let mut parts = address.iter();
		let ip: IpAddr = match parts.next()? {
			Protocol::Ip4(ip) => ip.into(),
			Protocol::Ip6(ip) => ip.into(),
			_ => return None,
		};
		match parts.next()? {
			Protocol::Tcp(port) => Some(Self::Tcp(SocketAddr::new(ip, port))),
			Protocol::Udp(port) => Some(Self::Udp(SocketAddr::new(ip, port))),
			_ => None,
		}
	}

	fn is_ipv6(&self) -> bool {
		match self {
			Self::Tcp(address) | Self::Udp(address) => address.is_ipv6(),
		}
	}

	/// Binds the socket and releases it. Another program may take it before it is used, but no message is lost by that:
	/// the check is for the usual case, a second node on the same port, which the network library shares silently.
	fn check(&self, purpose: &'static str, flag: &'static str) -> Result<(), Error> {
		let (address, bound) = match self {
			Self::Tcp(address) => (*address, TcpListener::bind(address).map(drop)),
			Self::Udp(address) => (*address, UdpSocket::bind(address).map(drop)),
		};
		bound.map_err(|source| Error::CannotListen { purpose, address, flag, source })
	}
}

fn is_taken(error: &Error) -> bool {
	use io::ErrorKind::{AddrInUse, PermissionDenied};
	matches!(error, Error::CannotListen { source, .. } if matches!(source.kind(), AddrInUse | PermissionDenied))
}

fn with_any_port(address: &Multiaddr) -> Multiaddr {
	address
		.iter()
		.map(|part| match part {
			Protocol::Tcp(_) => Protocol::Tcp(0),
			Protocol::Udp(_) => Protocol::Udp(0),
			other => other,
		})
		.collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn taken_port_is_noticed() {
		let holder = TcpListener::bind("127.0.0.1:0").expect("a free port");
		let address = holder.local_addr().expect("bound");
		let error = Socket::tcp(address).check("RPC", "--rpc-port").expect_err("taken");
		assert!(is_taken(&error));
		drop(holder);
		assert!(Socket::tcp(address).check("RPC", "--rpc-port").is_ok());
	}

	#[test]
	fn any_port_keeps_the_rest_of_the_address() {
		let address: Multiaddr = "/ip4/0.0.0.0/tcp/30333/ws".parse().expect("an address");
		assert_eq!(with_any_port(&address).to_string(), "/ip4/0.0.0.0/tcp/0/ws");
	}

	#[test]
	fn seeds_must_suit_every_kind_of_key() {
		assert!(seed("//Alice").is_ok());
		assert!(seed("bottom drive obey lake curtain smoke basket hold race lonely fit walk//1").is_ok());
		assert!(matches!(seed("not a seed"), Err(Error::BadSeed { .. })));
		// Soft derivation exists for sr25519 only.
		assert!(matches!(seed("/Alice"), Err(Error::BadSeed { kind: "ed25519" })));
	}

	#[test]
	fn file_in_the_way_is_not_writable() {
		let dir = tempfile::tempdir().expect("a temporary folder");
		let file = dir.path().join("file");
		fs::write(&file, b"").expect("a file");
		assert!(folder(dir.path()).is_ok());
		assert!(matches!(folder(&file.join("below")), Err(Error::NotWritable { .. })));
	}
}
