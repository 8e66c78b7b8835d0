//! The networks that this machine is in.

use std::io;

use if_addrs::{get_if_addrs, IfAddr};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The shortest prefixes that make neighbors. Tunnels may claim half the internet for an interface.
const SHORTEST_V4: u8 = 8;
const SHORTEST_V6: u8 = 32;

/// Returns the network of each address of each interface, loopback too.
///
/// # Errors
///
/// If the system does not tell them.
pub fn networks() -> io::Result<Vec<IpNet>> {
	Ok(get_if_addrs()?.iter().map(|interface| network(&interface.addr)).collect())
}

/// Returns the network of an address, or the address alone if its network is too large.
fn network(address: &IfAddr) -> IpNet {
	match address {
		IfAddr::V4(one) => Ipv4Net::new(one.ip, one.prefixlen)
			.ok()
			.filter(|network| network.prefix_len() >= SHORTEST_V4)
			.unwrap_or(one.ip.into())
			.into(),
		IfAddr::V6(one) => Ipv6Net::new(one.ip, one.prefixlen)
			.ok()
			.filter(|network| network.prefix_len() >= SHORTEST_V6)
			.unwrap_or(one.ip.into())
			.into(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use if_addrs::{Ifv4Addr, Ifv6Addr};

	fn v4(ip: &str, prefixlen: u8) -> String {
		let one = Ifv4Addr { ip: ip.parse().unwrap(), netmask: [0; 4].into(), prefixlen, broadcast: None };
		network(&IfAddr::V4(one)).trunc().to_string()
	}

	fn v6(ip: &str, prefixlen: u8) -> String {
		let one = Ifv6Addr { ip: ip.parse().unwrap(), netmask: [0; 16].into(), prefixlen, broadcast: None };
		network(&IfAddr::V6(one)).trunc().to_string()
	}

	#[test]
	fn neighbors_are_those_on_the_same_link() {
		assert_eq!((v4("1.2.3.4", 24), v4("1.2.3.4", 32)), ("1.2.3.0/24".into(), "1.2.3.4/32".into()));
		assert_eq!((v6("2a00:1::4", 64), v6("2a00:1::4", 128)), ("2a00:1::/64".into(), "2a00:1::4/128".into()));
	}

	#[test]
	fn half_the_internet_is_no_neighbor() {
		assert_eq!((v4("1.2.3.4", 1), v4("1.2.3.4", 0)), ("1.2.3.4/32".into(), "1.2.3.4/32".into()));
		assert_eq!(v6("2a00:1::4", 3), "2a00:1::4/128");
	}
}
