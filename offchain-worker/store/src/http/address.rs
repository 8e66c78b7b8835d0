//! Which addresses are on the public network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Returns whether an address is on the public network, and not one of this machine, of its neighbors, or of nobody.
///
/// By IANA's registries of special-purpose addresses. IPv6 addresses that carry an IPv4 address are judged by that.
pub fn is_public(address: IpAddr) -> bool {
	match address {
		IpAddr::V4(address) => is_public_v4(address),
		IpAddr::V6(address) => is_public_v6(address),
	}
}

fn is_public_v4(address: Ipv4Addr) -> bool {
	let [a, b, c, _] = address.octets();
	!matches!(
		(a, b, c),
		(0 | 10 | 127, ..) // this network, private, loopback
		| (100, 64..=127, _) // shared by a provider's customers
		| (169, 254, _) // link-local
		| (172, 16..=31, _) | (192, 168, _) // private
		| (192, 0, 0) | (192, 88, 99) // protocol assignments, relays
		| (192, 0, 2) | (198, 51, 100) | (203, 0, 113) // documentation
		| (198, 18..=19, _) // benchmarks
		| (224.., ..) // multicast, reserved, broadcast
	)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
	let v4 = |high: u16, low: u16| is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
	match address.segments() {
		// IPv4 in IPv6: mapped, translated (NAT64), tunneled (6to4).
		[0, 0, 0, 0, 0, 0xffff, high, low] => v4(high, low),
		[0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
		[0x2002, high, low, ..] => v4(high, low),
		// Within the one block that is given out: protocol assignments with Teredo, documentation.
		[0x2001, second, ..] if second < 0x200 => false,
		[0x2001, 0xdb8, ..] => false,
		[0x3fff, second, ..] if second < 0x1000 => false,
		[first, ..] => (0x2000..0x4000).contains(&first),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn private_and_special_addresses_are_not_public() {
		for address in [
			"0.0.0.0",
			"10.1.2.3",
			"100.64.0.1",
			"100.127.255.255",
			"127.0.0.1",
			"127.255.255.254",
			"169.254.169.254",
			"172.16.0.1",
			"172.31.255.255",
			"192.0.0.1",
			"192.0.2.1",
			"192.168.1.1",
			"198.18.0.1",
			"203.0.113.9",
			"224.0.0.1",
			"240.0.0.1",
			"255.255.255.255",
			"::",
			"::1",
			"::127.0.0.1",
			"::ffff:127.0.0.1",
			"::ffff:10.0.0.1",
			"64:ff9b::a00:1",
			"64:ff9b:1::1",
			"100::1",
			"2001::1",
			"2001:db8::1",
			"2002:7f00:1::",
			"3fff::1",
			"fc00::1",
			"fd12:3456::1",
			"fe80::1",
			"fec0::1",
			"ff02::1",
		] {
			assert!(!is_public(address.parse().unwrap()), "{address}");
		}
	}

	#[test]
	fn other_addresses_are_public() {
		for address in [
			"1.1.1.1",
			"100.63.255.255",
			"100.128.0.1",
			"172.15.0.1",
			"172.32.0.1",
			"192.167.1.1",
			"223.255.255.1",
			"2606:4700:4700::1111",
			"2a00:1450:4001:80b::200e",
			"::ffff:1.1.1.1",
			"64:ff9b::101:101",
		] {
			assert!(is_public(address.parse().unwrap()), "{address}");
		}
	}
}
