//! Sockets of all families.

use std::{
	net::TcpStream,
	os::{linux::net::SocketAddrExt, unix::net},
};

use super::{calls::*, told};

const INET: usize = 2;
const INET6: usize = 10;
const NETLINK: usize = 16;
const PACKET: usize = 17;
const ALG: usize = 38;
const VSOCK: usize = 40;
const XDP: usize = 44;
/// The highest family that there is, and some more.
const LAST: usize = 64;

const STREAM: usize = 1;
const DATAGRAM: usize = 2;
const RAW: usize = 3;
const SEQUENCE: usize = 5;

/// Transports beside TCP and UDP: the kind of socket, and the number of the protocol.
const SCTP: [usize; 2] = [STREAM, 132];
const MPTCP: [usize; 2] = [STREAM, 262];
const SMC: [usize; 2] = [STREAM, 256];
const L2TP: [usize; 2] = [DATAGRAM, 115];
const UDPLITE: [usize; 2] = [DATAGRAM, 136];

pub fn attempt(name: &str) -> Option<Tried> {
	Some(match name {
		"socket-alg" => socket(ALG, SEQUENCE, 0),
		"socket-vsock" => socket(VSOCK, STREAM, 0),
		"socket-packet" => socket(PACKET, RAW, 0x0300),
		"socket-raw" => socket(INET, RAW, 255),
		"socket-raw6" => socket(INET6, RAW, 255),
		"socket-netfilter" => socket(NETLINK, RAW, 12),
		"socket-uevent" => socket(NETLINK, RAW, 15),
		"socket-xfrm" => socket(NETLINK, RAW, 6),
		"socket-audit" => socket(NETLINK, RAW, 9),
		"socket-xdp" => socket(XDP, RAW, 0),
		"socket-others" => others(),
		"socket-upper-bits" => socket(PACKET | 1 << 32, RAW, 0),
		"socket-sctp" => transports(INET, &[SCTP]),
		"socket-mptcp" => transports(INET, &[MPTCP]),
		"socket-smc" => transports(INET, &[SMC]),
		"socket-l2tp" => transports(INET, &[L2TP]),
		"socket-udplite" => transports(INET, &[UDPLITE]),
		"socket-transports6" => transports(INET6, &[SCTP, MPTCP, SMC, L2TP, UDPLITE]),
		"socket-abstract" => to_abstract(),
		"socket-loopback" => TcpStream::connect(format!("127.0.0.1:{}", told("WAYS_PORT"))).map(drop).map_err(number),
		_ => return None,
	})
}

fn socket(family: usize, kind: usize, protocol: usize) -> Tried {
	does(SOCKET, [family, kind, protocol])
}

/// Tries these transports until one is there.
fn transports(family: usize, all: &[[usize; 2]]) -> Tried {
	let mut tried = Err(0);
	for [kind, protocol] in all {
		tried = tried.or_else(|_: i32| socket(family, *kind, *protocol));
	}
	tried
}

/// Tries each family that has no line of its own and is not an app's to use, in each kind.
fn others() -> Tried {
	let mut why = Err(0);
	for family in (3..LAST).filter(|family| ![INET6, NETLINK, PACKET, ALG, VSOCK, XDP].contains(family)) {
		for kind in 1..=SEQUENCE {
			match socket(family, kind, 0) {
				Ok(()) => return Ok(()),
				error => why = error,
			}
		}
	}
	why
}

fn to_abstract() -> Tried {
	let address = net::SocketAddr::from_abstract_name(told("WAYS_SOCKET")).map_err(number)?;
	net::UnixStream::connect_addr(&address).map(drop).map_err(number)
}
