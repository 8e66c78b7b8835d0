//! Addresses of sockets and of peers, as libp2p writes them.

use std::net::SocketAddr;

use sc_network::{config::MultiaddrWithPeerId, multiaddr::Protocol, Multiaddr};
use sc_network_types::PeerId;

/// Writes a TCP address as peers do.
pub(super) fn multiaddr(address: SocketAddr) -> Multiaddr {
	Multiaddr::empty().with(address.ip().into()).with(Protocol::Tcp(address.port()))
}

/// Reads a TCP address as peers write it.
pub(super) fn socket_address(address: &Multiaddr) -> Option<SocketAddr> {
	let mut parts = address.iter();
	let ip = match parts.next()? {
		Protocol::Ip4(ip) => ip.into(),
		Protocol::Ip6(ip) => ip.into(),
		_ => return None,
	};
	match parts.next()? {
		Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
		_ => None,
	}
}

/// Adds its peer's identity to an address. Some network libraries have it in the address already.
pub(super) fn with_peer(address: &Multiaddr, peer_id: PeerId) -> MultiaddrWithPeerId {
	let multiaddr = address.iter().filter(|part| !matches!(part, Protocol::P2p(_))).collect();
	MultiaddrWithPeerId { multiaddr, peer_id }
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn addresses_survive_the_round_trip() {
		let address: SocketAddr = "127.0.0.1:9944".parse().expect("an address");
		assert_eq!(multiaddr(address).to_string(), "/ip4/127.0.0.1/tcp/9944");
		assert_eq!(socket_address(&multiaddr(address)), Some(address));
	}
}
